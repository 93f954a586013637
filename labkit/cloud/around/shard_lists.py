"""Kinesis' list of a stream's shards: all, or those that a filter names.

moto tells all, whatever the filter is, and none to a token that is not its own.

Sources: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html and
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html
"""

from __future__ import annotations

import base64
import json
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

_SIZE = 1000
_MOMENTS = ("AT_TIMESTAMP", "FROM_TIMESTAMP")
Json = dict[str, Any]


@operation("kinesis", "ListShards")
def list_shards(
    context: Context,
    *,
    StreamName: str | None = None,
    StreamARN: str | None = None,
    NextToken: str | None = None,
    ExclusiveStartShardId: str = "",
    MaxResults: int = _SIZE,
    ShardFilter: Json | None = None,
    **_: Any,
) -> Answer:
    """Shards by their names; a token tells the stream by itself."""
    if NextToken and (StreamName or StreamARN):
        given = "StreamName" if StreamName else "StreamARN"
        raise _bad(f"NextToken and {given} cannot be provided together.")
    if not (NextToken or StreamName or StreamARN):
        raise _bad("Either NextToken or StreamName should be provided.")
    asked: Json = {
        "name": StreamName or (StreamARN or "").rpartition("/")[2],
        "after": ExclusiveStartShardId,
        "filter": {key: str(value) for key, value in (ShardFilter or {}).items()},
    }
    asked = _read(NextToken) if NextToken else asked
    stream = context.backend("kinesis").streams.get(asked["name"])
    if stream is None:
        words = f"Stream {asked['name']} under account {context.account} not found."
        raise AwsError("ResourceNotFoundException", words)
    shards = sorted((each.to_json() for each in stream.shards.values()), key=_name)
    rest = [each for each in _filtered(shards, asked["filter"]) if _name(each) > asked["after"]]
    told: Answer = {"Shards": rest[:MaxResults]}
    if len(rest) > MaxResults:
        last = asked | {"after": _name(rest[MaxResults - 1])}
        told["NextToken"] = base64.urlsafe_b64encode(json.dumps(last).encode()).decode()
    return told


def _filtered(shards: list[Json], wanted: Json) -> list[Json]:
    kind = wanted.get("Type", "FROM_TRIM_HORIZON")
    if kind in _MOMENTS and "Timestamp" not in wanted:
        raise _bad(f"Timestamp must be provided for the shard filter type {kind}.")
    if kind in _MOMENTS and not all(map(_is_open, shards)):
        raise not_here("kinesis", "ListShards", "when a shard was closed is not known")
    if kind == "AFTER_SHARD_ID":
        if "ShardId" not in wanted:
            raise _bad(f"ShardId must be provided for the shard filter type {kind}.")
        return [each for each in shards if _name(each) > wanted["ShardId"]]
    if kind == "AT_LATEST":
        return [each for each in shards if _is_open(each)]
    if kind == "AT_TRIM_HORIZON":
        return [each for each in shards if "ParentShardId" not in each]
    return shards


def _is_open(shard: Json) -> bool:
    return "EndingSequenceNumber" not in shard["SequenceNumberRange"]


def _name(shard: Json) -> str:
    return str(shard["ShardId"])


def _read(token: str) -> Json:
    try:
        asked: Json = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise _bad("NextToken is invalid.") from error
    if not isinstance(asked, dict) or asked.keys() != {"name", "after", "filter"}:
        raise _bad("NextToken is invalid.")
    return asked


def _bad(words: str) -> AwsError:
    return AwsError("InvalidArgumentException", words)
