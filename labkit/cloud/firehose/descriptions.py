"""What is told of delivery streams, and what an update leaves of a destination.

An update keeps what it does not name. A destination of the kind ExtendedS3 is told as S3 too; of
that one moto keeps what the last update names alone, and an update by it drops the other's members.
moto tells no defaults, and no status of encryption.

Sources: https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html and
https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationDescription.html
"""

from __future__ import annotations

from typing import Any

from moto.firehose.models import FirehoseBackend

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import AwsError

Members = dict[str, Any]
_DEFAULTS: Members = {
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
    "CompressionFormat": "UNCOMPRESSED",
    "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
    "CloudWatchLoggingOptions": {"Enabled": False},
}
_IN_S3 = ("RoleARN", "BucketARN", "Prefix", "ErrorOutputPrefix", *_DEFAULTS)
_described: Any = FirehoseBackend.describe_delivery_stream
_updated: Any = FirehoseBackend.update_destination
_stopped: Any = FirehoseBackend.stop_delivery_stream_encryption


@on_start
def keep_destinations(_: Cloud) -> None:
    """Let a destination stay whole, and be told so."""
    backend: Any = FirehoseBackend
    backend.describe_delivery_stream = _describe
    backend.update_destination = _update
    backend.stop_delivery_stream_encryption = _stop


def judge_hints(parameters: Members) -> None:
    """Raise where a destination buffers by one of the two hints alone."""
    for name, where in parameters.items():
        hints = where.get("BufferingHints") if "S3Destination" in name else None
        if hints and len(hints) == 1:
            words = "SizeInMBs and IntervalInSeconds of BufferingHints must be specified together."
            raise AwsError("InvalidArgumentException", words)


def _describe(backend: Any, delivery_stream_name: str) -> Members:
    told: Members = _described(backend, delivery_stream_name)
    stream: Members = told["DeliveryStreamDescription"]
    stream["DeliveryStreamEncryptionConfiguration"] = _encryption(stream)
    stream["Destinations"] = [
        {kind: _whole(kind, where) for kind, where in each.items()}
        for each in stream["Destinations"]
    ]
    return told


def _encryption(stream: Members) -> Members:
    said: Members = stream.get("DeliveryStreamEncryptionConfiguration") or {"Status": "DISABLED"}
    return {"Status": "ENABLED"} | said


def _whole(kind: str, where: Any) -> Any:
    """A destination with its defaults."""
    if kind == "S3DestinationDescription":
        return _DEFAULTS | {name: where[name] for name in _IN_S3 if where.get(name) is not None}
    if kind == "ExtendedS3DestinationDescription":
        backup = where.get("S3BackupDescription")
        shown = {"S3BackupDescription": _DEFAULTS | backup} if backup else {}
        return _DEFAULTS | {"S3BackupMode": "Disabled"} | where | shown
    return where


def _update(backend: Any, delivery_stream_name: str, *options: Any) -> None:
    stream = backend.delivery_streams.get(delivery_stream_name)
    before = dict(stream.destinations[0].get("ExtendedS3") or {}) if stream else {}
    _updated(backend, delivery_stream_name, *options)
    [destination] = stream.destinations
    if before and "ExtendedS3" in destination:
        by_s3 = options[2]  # an update of the other kind
        if by_s3:
            destination["ExtendedS3"] = before | by_s3
        destination["S3"] = dict(destination["ExtendedS3"])


def _stop(backend: Any, stream_name: str) -> None:
    stream = backend.delivery_streams.get(stream_name)
    if stream and not stream.delivery_stream_encryption_configuration:
        stream.delivery_stream_encryption_configuration = {}
    _stopped(backend, stream_name)
