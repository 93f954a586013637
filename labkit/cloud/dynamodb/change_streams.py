"""DynamoDB's streams, as their readers page through them.

An iterator holds its place itself, so that it outlasts a restart, and expires after 15 minutes. A
stream that was turned off can be read to its end, which has no next iterator; the table's next is
another stream. A record may go once it is a day old. moto lists all streams at once, tells the
table's newest under any label, stumbles over unknown iterators, turns no stream on where there was
one and keeps all records.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html#Streams.DataRetention
"""

from __future__ import annotations

import base64
import json
import re
import time
from bisect import bisect_left
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.utilities import dynamo_to_dict

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import Answer, AwsError, Context, operation

_STREAM = re.compile(r"arn:[\w-]+:dynamodb:[^:]*:\d+:table/([^/]+)/stream/([^/|]+)")
_LIVES_S = 900
_KEPT, _OVERDUE = timedelta(hours=24), timedelta(hours=1)  # so that many go at once
_MOST = 1000
_ITEMS = ("Keys", "NewImage", "OldImage")
_turn: Any = DynamoDBBackend.update_table_streams
_MOMENT = "ApproximateCreationDateTime"
Json = dict[str, Any]


@on_start
def install(cloud: Cloud) -> None:
    """Let a table have one stream after the other, and old records go."""
    DynamoDBBackend.update_table_streams = _turn_on_or_off  # type: ignore[method-assign, assignment]
    for backend in list(dynamodb_backends[cloud.account].values()):
        for table in backend.tables.values():
            for _, shard in streams(table):
                trim(shard)


def check_change(table: Any, specification: Json) -> None:
    """Raise for what turns on or off what is.

    Raises:
        AwsError: ``ValidationException``.
    """
    if not specification or bool(specification.get("StreamEnabled")) is not _runs(table):
        return
    what = "already has an enabled stream" if _runs(table) else "has no enabled stream"
    raise AwsError("ValidationException", f"Table {what}: TableName: {table.name}")


def streams(table: Any) -> Iterator[tuple[str, Any]]:
    """The labels and the shards of the streams that a table had and has, the newest last."""
    yield from vars(table).get("former_streams", ())
    if table.latest_stream_label:
        yield table.latest_stream_label, table.stream_shard


def trim(shard: Any) -> None:
    """Let go of a shard's records that are a day old, once the oldest are for long enough."""
    until = utcnow() - _KEPT
    if shard.items and _moment(shard.items[0]) < until - _OVERDUE:
        count = bisect_left(shard.items, until, key=_moment)
        del shard.items[:count]
        shard.starting_sequence_number += count


def _moment(item: Any) -> Any:
    return item.record["dynamodb"][_MOMENT]


def _turn_on_or_off(backend: Any, table: Any, specification: Json) -> None:
    known = list(streams(table))
    if specification.get("StreamEnabled") and known:
        table.former_streams, table.latest_stream_label = known, None
    _turn(backend, table, specification)
    if specification.get("StreamEnabled") and known:
        last = known[-1][1]
        table.stream_shard.starting_sequence_number = (
            last.starting_sequence_number + len(last.items) + 1
        )


@operation("dynamodbstreams", "ListStreams")
def list_streams(
    context: Context,
    *,
    TableName: str | None = None,
    Limit: int = 100,
    ExclusiveStartStreamArn: str = "",
) -> Answer:
    """Streams by their ARNs."""
    named = (TableName or "").rpartition("/")[2]
    tables = context.backend("dynamodb").tables.values()
    found = {
        f"{table.table_arn}/stream/{label}": (table, label)
        for table in tables
        for label, _ in streams(table)
        if named in ("", table.name)
    }
    rest = sorted(arn for arn in found if arn > ExclusiveStartStreamArn)
    told: Answer = {
        "Streams": [
            {"StreamArn": arn, "TableName": found[arn][0].name, "StreamLabel": found[arn][1]}
            for arn in rest[:Limit]
        ]
    }
    return told | ({"LastEvaluatedStreamArn": rest[Limit - 1]} if len(rest) > Limit else {})


@operation("dynamodbstreams", "DescribeStream")
def describe_stream(
    context: Context,
    *,
    StreamArn: str,
    ExclusiveStartShardId: str = "",
    ShardFilter: dict[str, str] | None = None,
    **_: Any,
) -> Answer:
    """A stream and its one shard, which has no children, for whom a filter asks."""
    table, shard = _find(context, StreamArn)
    ended = not _runs(table, shard)
    shown = shard.to_json()
    if ended:
        last = shard.starting_sequence_number + max(0, len(shard.items) - 1)
        shown["SequenceNumberRange"]["EndingSequenceNumber"] = str(last)
    told_too = not ShardFilter and shown["ShardId"] > ExclusiveStartShardId
    told = {
        "StreamArn": StreamArn,
        "StreamLabel": StreamArn.rpartition("/")[2],
        "StreamStatus": "DISABLED" if ended else "ENABLED",
        "CreationRequestDateTime": shard.created_on,
        "TableName": table.name,
        "KeySchema": table.schema,
        "Shards": [shown] if told_too else [],
    }
    kinds = [each.record["dynamodb"]["StreamViewType"] for each in shard.items[:1]]
    kind = next(iter(kinds), None if ended else table.stream_specification["StreamViewType"])
    return {"StreamDescription": told | ({"StreamViewType": kind} if kind else {})}


@operation("dynamodbstreams", "GetShardIterator")
def get_shard_iterator(
    context: Context,
    *,
    StreamArn: str,
    ShardId: str,
    ShardIteratorType: str,
    SequenceNumber: str | None = None,
) -> Answer:
    """A place in a stream's shard."""
    _, shard = _find(context, StreamArn)
    if shard.id != ShardId:
        words = f"Requested resource not found: Shard: {ShardId} in Stream: {StreamArn} not found"
        raise AwsError("ResourceNotFoundException", words)
    first = shard.starting_sequence_number
    if ShardIteratorType == "TRIM_HORIZON":
        return {"ShardIterator": _iterator(StreamArn, first)}
    if ShardIteratorType == "LATEST":
        with context.cloud.lock("dynamodb"):
            return {"ShardIterator": _iterator(StreamArn, first + len(shard.items))}
    if not (SequenceNumber or "").isdecimal():
        words = f"SequenceNumber must be a number for the ShardIteratorType {ShardIteratorType}"
        raise AwsError("ValidationException", words)
    place = int(str(SequenceNumber)) + (ShardIteratorType == "AFTER_SEQUENCE_NUMBER")
    _check_kept(shard, place)
    return {"ShardIterator": _iterator(StreamArn, place)}


@operation("dynamodbstreams", "GetRecords")
def get_records(context: Context, *, ShardIterator: str, Limit: int = _MOST) -> Answer:
    """What has changed since an iterator's place, and the next place."""
    arn, place = _read(ShardIterator)
    table, shard = _find(context, arn)
    with context.cloud.lock("dynamodb"):  # a change that fails takes its records back
        _check_kept(shard, place)
        records = shard.get(place, Limit)
    told: Answer = {"Records": [_shown(each) for each in records]}
    if _runs(table, shard) or records:
        told["NextShardIterator"] = _iterator(arn, place + len(records))
    return told


def _check_kept(shard: Any, place: int) -> None:
    if place < shard.starting_sequence_number:
        words = "The operation attempted to read past the oldest stream record in a shard."
        raise AwsError("TrimmedDataAccessException", words)


def _shown(record: Json) -> Json:
    """A record whose moment is a whole second and whose binary values are bytes.

    moto has some of them in base64.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
    """
    told = dict(record["dynamodb"])
    told[_MOMENT] = told[_MOMENT].replace(microsecond=0)
    items = {
        name: {key: dynamo_to_dict(DynamoType(value)) for key, value in told[name].items()}
        for name in _ITEMS
        if name in told
    }
    return record | {"dynamodb": told | items}


def _runs(table: Any, shard: Any = None) -> bool:
    is_last = shard in (None, table.stream_shard)
    return is_last and bool((table.stream_specification or {}).get("StreamEnabled"))


def _find(context: Context, arn: str) -> tuple[Any, Any]:
    """The table of a stream, and the stream's shard.

    Raises:
        AwsError: ``ResourceNotFoundException``, ``ValidationException``.
    """
    found = _STREAM.fullmatch(arn)
    if found is None:
        raise AwsError("ValidationException", f"Invalid StreamArn: {arn}")
    table = context.backend("dynamodb").tables.get(found[1])
    shard = dict(streams(table)).get(found[2]) if table else None
    if shard is None:
        words = f"Requested resource not found: Stream: {arn} not found"
        raise AwsError("ResourceNotFoundException", words)
    return table, shard


def _iterator(arn: str, place: int) -> str:
    held = json.dumps([place, int(time.time())]).encode()
    return f"{arn}|1|{base64.b64encode(held).decode()}"


def _read(iterator: str) -> tuple[str, int]:
    """The stream and the place that an iterator holds.

    Raises:
        AwsError: it is none, or as old as none may be.
    """
    arn, _, held = iterator.rpartition("|1|")
    try:
        place, made = json.loads(base64.b64decode(held, validate=True))
        place, made = int(place), int(made)
    except (TypeError, ValueError) as error:
        raise AwsError("ValidationException", "Invalid ShardIterator") from error
    if made < time.time() - _LIVES_S:
        words = "The shard iterator has expired and can no longer be used to retrieve records."
        raise AwsError("ExpiredIteratorException", words)
    return arn, place
