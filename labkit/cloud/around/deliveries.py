"""Firehose's deliveries to S3: keys by a prefix's expressions, bodies compressed; else refused.

moto writes expressions as they stand and compresses nothing, and takes records for destinations,
conversions and sources that it does nothing for.

Sources: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html,
https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html and
https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
"""

from __future__ import annotations

import datetime
import gzip
import re
import uuid
from collections.abc import Callable
from typing import Any

import moto.firehose.models as models
from moto.core.exceptions import JsonRESTError

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import Context, not_here

Members = dict[str, Any]
_EXPRESSION = re.compile(r"!\{([\w-]+):([^}]*)\}")
_MOMENT = re.compile(r"'([^']*)'|([A-Za-z])\2*")
_PARTS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_TO_S3 = ("ExtendedS3", "S3")
# What is done with records on their way.
_ON_THE_WAY = (
    "DataFormatConversionConfiguration",
    "DynamicPartitioningConfiguration",
    "ProcessingConfiguration",
)
_COMPRESSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "GZIP": (gzip.compress, ".gz"),
    "UNCOMPRESSED": (bytes, ""),
}


def judge_call(context: Context, parameters: Members) -> None:
    """Raise for a delivery stream through which nothing would flow."""
    if parameters.get("DeliveryStreamType") == "KinesisStreamAsSource":
        why = "no records would flow from a Kinesis stream"
        raise not_here(context.service, context.operation, why)


@on_start
def deliver(cloud: Cloud) -> None:
    """Let moto deliver as Firehose does, and refuse what it would not deliver."""
    backend: Any = models.FirehoseBackend
    backend.put_record_batch = _put
    backend.put_s3_records = _put_to_s3


_moto_put: Any = models.FirehoseBackend.put_record_batch


def _put(backend: Any, delivery_stream_name: str, records: list[Members]) -> Any:
    stream = backend.delivery_streams.get(delivery_stream_name)
    for destination in stream.destinations if stream else ():
        where = next((destination[kind] for kind in _TO_S3 if kind in destination), None)
        if where is None:
            raise _refusal(f"no records go to {', '.join(_kinds(destination))}")
        for each in _ON_THE_WAY:
            if where.get(each, {}).get("Enabled"):
                raise _refusal(f"no {each}")
    return _moto_put(backend, delivery_stream_name, records)


def _put_to_s3(
    backend: Any,
    delivery_stream_name: str,
    version_id: str,
    s3_destination: Members,
    records: list[Members],
) -> list[Members]:
    """Deliver records as one object, at once."""
    now = datetime.datetime.now(datetime.UTC)
    compression = s3_destination.get("CompressionFormat", "UNCOMPRESSED")
    if compression not in _COMPRESSED:
        raise _refusal(f"no {compression}")
    compress, suffix = _COMPRESSED[compression]
    name = f"{delivery_stream_name}-{version_id}-{now:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}"
    key = _prefix(s3_destination.get("Prefix", ""), now) + name
    bucket = s3_destination["BucketARN"].rpartition(":")[2]
    body = compress(b"".join(each["Data"] for each in records))
    store = models.s3_backends[backend.account_id][backend.partition]
    store.put_object(bucket, key + (s3_destination.get("FileExtension") or suffix), body)
    return [{"RecordId": str(uuid.uuid4())} for _ in records]


def _prefix(prefix: str, now: datetime.datetime) -> str:
    """A prefix at a moment; one that tells no time of its own is followed by the hour."""
    if "!{timestamp:" not in prefix:
        prefix += "!{timestamp:yyyy/MM/dd/HH}/"

    def told(found: re.Match[str]) -> str:
        space, asked = found.groups()
        if (space, asked) == ("firehose", "random-string"):
            return uuid.uuid4().hex[:11]
        if space != "timestamp":
            raise _refusal(f"no {found[0]}")
        return _MOMENT.sub(lambda part: _told(part, now), asked)

    return _EXPRESSION.sub(told, prefix)


def _told(part: re.Match[str], now: datetime.datetime) -> str:
    if part[1] is not None:
        return part[1]
    if part[0] not in _PARTS:
        raise _refusal(f"no {part[0]} in a prefix")
    return now.strftime(_PARTS[part[0]])


def _kinds(destination: Members) -> list[str]:
    return [kind for kind in destination if kind != "destination_id"]


def _refusal(why: str) -> JsonRESTError:
    error = not_here("firehose", "PutRecord", why)
    return JsonRESTError(error.code, error.message)
