"""Firehose's deliveries to S3: records become objects as they are put; what would not is refused.

moto writes prefixes as they stand, compresses, converts and processes nothing, and takes records
for destinations and sources that it does nothing for.

Source: https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
"""

from __future__ import annotations

import gzip
import itertools
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import moto.firehose.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.firehose import keys
from labkit.cloud.firehose.keys import refusal
from labkit.cloud.firehose.records import Failure, Record
from labkit.cloud.operations import Answer, AwsError, Context, Principal, operation
from labkit.cloud.s3.store import Store

Members = dict[str, Any]
_TO_S3 = ("ExtendedS3", "S3")
_COMPRESSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "GZIP": (gzip.compress, ".gz"),
    "UNCOMPRESSED": (bytes, ""),
}


@operation("firehose", "PutRecord")
def put_record(context: Context, *, DeliveryStreamName: str, Record: Members) -> Answer:
    """Deliver a record. Raises: ``ResourceNotFoundException``."""
    [made] = _put(context, DeliveryStreamName, [Record])
    return made | {"Encrypted": False}


@operation("firehose", "PutRecordBatch")
def put_record_batch(
    context: Context, *, DeliveryStreamName: str, Records: list[Members]
) -> Answer:
    """Deliver records, as one object where they go to one place."""
    made = _put(context, DeliveryStreamName, Records)
    return {"FailedPutCount": 0, "Encrypted": False, "RequestResponses": made}


def _put(context: Context, name: str, records: list[Members]) -> list[Members]:
    stream = context.backend("firehose").delivery_streams.get(name)
    if stream is None:
        message = f"Firehose {name} under account {context.cloud.account} not found."
        raise AwsError("ResourceNotFoundException", message)
    if stream.source:
        kind = stream.delivery_stream_type
        message = f"This operation is not permitted on {kind} delivery stream type."
        raise AwsError("InvalidArgumentException", message)
    delivery = Delivery(context.cloud, stream, destination_of(stream))
    delivery.deliver([Record(each["Data"]) for each in records])
    return [{"RecordId": str(uuid.uuid4())} for _ in records]


def destination_of(stream: Any) -> Members:
    """Where in S3 a stream's records go.

    Raises:
        AwsError: they go elsewhere.
    """
    kind = next((each for each in _TO_S3 if each in stream.destinations[0]), None)
    if kind is None:
        others = [each for each in stream.destinations[0] if each != "destination_id"]
        raise refusal(f"no records go to {', '.join(others)}")
    where: Members = stream.destinations[0][kind]
    return where


@on_start
def deliver_logs(cloud: Cloud) -> None:
    """Let moto deliver lines of log groups here."""

    def put(backend: Any, name: str, _: str, where: Members, records: list[Members]) -> None:
        if _enabled(where, "ProcessingConfiguration"):
            raise refusal("no ProcessingConfiguration for log groups: moto holds its records")
        stream = backend.delivery_streams[name]
        Delivery(cloud, stream, where).deliver([Record(each["Data"]) for each in records])

    models.FirehoseBackend.put_s3_records = put  # type: ignore[method-assign, assignment]


class Delivery:
    """What is put into a stream at once, on its way to a destination.

    Args:
        cloud: the workspace's local AWS.
        stream: moto's record of it.
        where: the destination.
    """

    def __init__(self, cloud: Cloud, stream: Any, where: Members) -> None:
        self._cloud, self._stream, self._where = cloud, stream, where
        self._now = keys.now(where)
        self._store = Store(cloud, Principal(f"arn:aws:iam::{cloud.account}:root", cloud.account))

    def deliver(self, records: list[Record]) -> None:
        """Deliver records, and those that failed to where failures go."""
        if self._where.get("S3BackupMode") == "Enabled":
            self._back_up(records)
        failed: list[Failure] = []
        if _enabled(self._where, "ProcessingConfiguration"):
            from labkit.cloud.firehose.processing import process

            processors = self._where["ProcessingConfiguration"].get("Processors") or []
            records, failed = process(self._cloud, self._stream, processors, records)
        if _enabled(self._where, "DataFormatConversionConfiguration", default=True):
            failed += self._convert(records)
        else:
            for prefix, some in self._by_prefix(records):
                self._put(prefix, b"".join(each.data for each in some))
        for kind, some_failed in itertools.groupby(failed, lambda each: each.kind):
            body = b"".join(each.line(self._now) for each in some_failed)
            self._put(keys.error_prefix_of(self._where, kind, self._now), body)

    def _convert(self, records: list[Record]) -> list[Failure]:
        from labkit.cloud.firehose.conversion import Conversion

        conversion = Conversion(self._cloud, self._where["DataFormatConversionConfiguration"])
        records, failed = conversion.check(records)
        for prefix, some in self._by_prefix(records):
            path = conversion.file(some, self._store)
            self._store.put_file(self._uri(prefix, conversion.suffix), path)
        return failed

    def _by_prefix(self, records: list[Record]) -> Iterable[tuple[str, list[Record]]]:
        found: dict[str, list[Record]] = {}
        random = keys.random_string()
        for record in records:
            prefix = keys.prefix_of(self._where, record, self._now, random)
            found.setdefault(prefix, []).append(record)
        return found.items()

    def _put(self, prefix: str, body: bytes) -> None:
        compression = self._where.get("CompressionFormat") or "UNCOMPRESSED"
        if compression not in _COMPRESSED:
            raise refusal(f"no {compression}")
        compress, suffix = _COMPRESSED[compression]
        self._store.put_bytes(self._uri(prefix, suffix), compress(body))

    def _uri(self, prefix: str, suffix: str) -> str:
        bucket = self._where["BucketARN"].rpartition(":")[2]
        suffix = self._where.get("FileExtension") or suffix
        return f"s3://{bucket}/{prefix}{keys.object_name(self._stream, self._now, suffix)}"

    def _back_up(self, records: list[Record]) -> None:
        """Keep records as they came."""
        where = self._where.get("S3BackupDescription") or self._where["S3BackupConfiguration"]
        Delivery(self._cloud, self._stream, where).deliver(records)


def _enabled(where: Members, name: str, *, default: bool = False) -> bool:
    asked = where.get(name) or {"Enabled": False}
    return bool(asked.get("Enabled", default))
