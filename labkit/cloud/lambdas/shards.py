"""The shards of a stream of Kinesis or DynamoDB, and their records as a function gets them.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from typing import Any, NamedTuple

from labkit.cloud.around.shards import unread
from labkit.cloud.cloud import Cloud
from labkit.cloud.dynamodb.change_streams import streams

Json = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """A record of a shard: its number, when it came, and as a function gets it."""

    number: int
    came: float
    event: Json


class Shard(NamedTuple):
    """A shard: its name, its last record's number, and what tells the records after a number."""

    name: str
    last: int
    after: Callable[[int], Iterator[Item]]


def _of_kinesis(cloud: Cloud, mapping: Any) -> Iterator[Shard]:
    arn = mapping.event_source_arn
    stream = cloud.backend("kinesis", mapping.region).streams.get(arn.rpartition("/")[2])
    for name, shard in stream.shards.items() if stream else ():
        yield Shard(name, shard.get_max_sequence_number(), partial(_put, shard, mapping))


def _put(shard: Any, mapping: Any, number: int) -> Iterator[Item]:
    for record in unread(shard, number):
        told = {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": str(record.sequence_number),
            "data": record.data,
            "approximateArrivalTimestamp": round(record.created_at, 3),
        }
        event = {
            "kinesis": told,
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{shard.shard_id}:{record.sequence_number}",
            "eventName": "aws:kinesis:record",
            "awsRegion": mapping.region,
            "eventSourceARN": mapping.event_source_arn,
        }
        yield Item(record.sequence_number, record.created_at, event)


def _of_dynamodb(cloud: Cloud, mapping: Any) -> Iterator[Shard]:
    _, name, _, label = mapping.event_source_arn.split("/")
    table = cloud.backend("dynamodb", mapping.region).tables.get(name)
    if table and (shard := dict(streams(table)).get(label)):
        last = shard.starting_sequence_number + len(shard.items) - 1
        yield Shard(shard.id, last, partial(_changed, shard, mapping))


def _changed(shard: Any, mapping: Any, number: int) -> Iterator[Item]:
    for each in shard.items[max(0, number + 1 - shard.starting_sequence_number) :]:
        record = each.to_json()
        change = record["dynamodb"]
        moment = change["ApproximateCreationDateTime"].replace(tzinfo=UTC, microsecond=0)
        came = moment.timestamp()
        change = _written(change | {"ApproximateCreationDateTime": came})
        own = {"awsRegion": mapping.region, "eventSourceARN": mapping.event_source_arn}
        yield Item(int(change["SequenceNumber"]), came, record | own | {"dynamodb": change})


def _written(value: Any) -> Any:
    """A change as JSON has it: what is binary in its items, in base64."""
    if isinstance(value, dict):
        return {name: _written(each) for name, each in value.items()}
    if isinstance(value, list | set):
        return [_written(each) for each in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


READERS = {"kinesis": _of_kinesis, "dynamodb": _of_dynamodb}


@contextlib.contextmanager
def shards(cloud: Cloud, mapping: Any) -> Iterator[Iterator[Shard]]:
    """A stream's shards, while nothing is put into them."""
    service = mapping.event_source_arn.split(":")[2]
    with cloud.lock(service):
        yield READERS[service](cloud, mapping)
