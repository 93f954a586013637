"""Kinesis' lists in whole pages, and what Kinesis refuses.

moto tells ten streams and no token, the first shards again and again, has no answer for the
consumers of a stream that is not there, and keeps the one of them that is to go, without the rest.

Sources: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html,
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html and
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.kinesis.utils import decompose_shard_iterator

from labkit.cloud.around import (
    shard_lists,  # noqa: F401 (moto's streams keep to it)
    shards,  # noqa: F401 (so they do)
    stream_tags,  # noqa: F401 (its operations are these streams')
)
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, AwsError, Context, operation, rewrites
from labkit.cloud.paging import page

_ON_DEMAND = "ON_DEMAND"
_MOST_TAGS = 50
_MOST_SHARDS = dict.fromkeys(("us-east-1", "us-west-2", "eu-west-1"), 20_000)
_METRICS = [
    "IncomingBytes", "OutgoingRecords", "IteratorAgeMilliseconds", "IncomingRecords",
    "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded", "OutgoingBytes",
]  # fmt: skip
_PLACES = {
    "AT_SEQUENCE_NUMBER": "StartingSequenceNumber",
    "AFTER_SEQUENCE_NUMBER": "StartingSequenceNumber",
    "AT_TIMESTAMP": "Timestamp",
}


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for streams and consumers that are not there, and for what makes no stream."""
    if arn := parameters.get("StreamARN"):
        place, name = arn.split(":")[3:5], arn.rpartition("/")[2]
        if place != [context.region, context.account]:
            words = f"Stream {name} under account {place[1]} not found."
            raise AwsError("ResourceNotFoundException", words)
        _find(context, name)
    if context.operation == "CreateStream":
        _check_shards(parameters)
        _check_free(context, parameters["StreamName"])
        _check_count(parameters.get("Tags") or {}, context, parameters["StreamName"])
    elif context.operation == "DeleteStream":
        _check_unread(context, **parameters)
    elif context.operation == "RegisterStreamConsumer":
        _check_new(context, parameters["StreamARN"], parameters["ConsumerName"])
    elif context.operation == "UpdateShardCount":
        _check_scale(context, **parameters)
    elif context.operation == "AddTagsToStream":
        _check_tags(context, **parameters)
    elif context.operation == "GetShardIterator":
        _check_place(parameters)
    elif context.operation == "GetRecords":
        _check_iterator(parameters["ShardIterator"])


@operation("kinesis", "ListStreams")
def list_streams(
    context: Context,
    *,
    Limit: int = 100,
    ExclusiveStartStreamName: str = "",
    NextToken: str | None = None,
) -> Answer:
    """Streams by their names, and what each is in short."""
    streams = sorted(_streams(context).values(), key=lambda each: str(each.stream_name))
    rest = [each for each in streams if each.stream_name > ExclusiveStartStreamName]
    refusal = AwsError("InvalidArgumentException", "NextToken is invalid.")
    told = page("StreamSummaries", rest, Limit, NextToken, refusal)
    shown = [each.to_json_summary()["StreamDescriptionSummary"] for each in told["StreamSummaries"]]
    return told | {
        "StreamNames": [each["StreamName"] for each in shown],
        "HasMoreStreams": "NextToken" in told,
        "StreamSummaries": shown,
    }


@operation("kinesis", "CreateStream", alone=True)
def create_stream(
    context: Context,
    *,
    StreamName: str,
    ShardCount: int | None = None,
    StreamModeDetails: dict[str, str] | None = None,
    Tags: dict[str, str] | None = None,
    **_: Any,
) -> None:
    """A stream with its tags, which moto leaves out.

    It is on demand if neither shards nor a mode are told, as AWS answered to a test of LocalStack.
    """
    mode = StreamModeDetails or (None if ShardCount else {"StreamMode": _ON_DEMAND})
    with context.cloud.changing("kinesis"):
        made = context.backend("kinesis").create_stream(StreamName, ShardCount, stream_mode=mode)
        made.tags.update(Tags or {})


@operation("kinesis", "DescribeStream")
def describe_stream(
    context: Context,
    *,
    StreamName: str | None = None,
    StreamARN: str | None = None,
    Limit: int = 100,
    ExclusiveStartShardId: str = "",
    **_: Any,
) -> Answer:
    """A stream and some of its shards, those after the one that was told last."""
    name = StreamName or (StreamARN or "").rpartition("/")[2]
    stream = _find(context, name)
    told = stream.to_json()["StreamDescription"] | {"StreamModeDetails": stream.stream_mode}
    rest = [each for each in told["Shards"] if each["ShardId"] > ExclusiveStartShardId]
    page_of = {"Shards": rest[:Limit], "HasMoreShards": len(rest) > Limit}
    return {"StreamDescription": given(told | page_of)}


@operation("kinesis", "DescribeStreamSummary")
def describe_stream_summary(
    context: Context, *, StreamName: str | None = None, StreamARN: str | None = None, **_: Any
) -> Answer:
    stream = _find(context, StreamName or (StreamARN or "").rpartition("/")[2])
    told = stream.to_json_summary()["StreamDescriptionSummary"]
    return {"StreamDescriptionSummary": given(told | {"ConsumerCount": len(stream.consumers)})}


@operation("kinesis", "DeregisterStreamConsumer", alone=True)
def deregister_stream_consumer(
    context: Context,
    *,
    StreamARN: str | None = None,
    ConsumerName: str | None = None,
    ConsumerARN: str | None = None,
    **_: Any,
) -> Answer:
    """Take one consumer from its stream; moto takes all others where it is told by its name."""
    arn = ConsumerARN or ""
    stream = _find(context, (StreamARN or arn.partition("/consumer/")[0]).rpartition("/")[2])
    found = [
        each
        for each in stream.consumers
        if (each.consumer_name == ConsumerName if StreamARN else each.consumer_arn == arn)
    ]
    if not found:
        words = f"Consumer {ConsumerName or arn}, account {context.account} not found."
        raise AwsError("ResourceNotFoundException", words)
    with context.cloud.changing("kinesis"):
        stream.consumers = [each for each in stream.consumers if each not in found]
    return {}


@operation("kinesis", "DescribeLimits")
def describe_limits(context: Context) -> Answer:
    """How many shards are open, and may be in a region.

    Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
    """
    streams = list(_streams(context).values())
    return {
        "ShardLimit": _MOST_SHARDS.get(context.region, 6000),
        "OpenShardCount": sum(shard.is_open for each in streams for shard in each.shards.values()),
        "OnDemandStreamCount": sum(
            (each.stream_mode or {}).get("StreamMode") == _ON_DEMAND for each in streams
        ),
        "OnDemandStreamCountLimit": 50,
    }


@rewrites("kinesis")
def put_plainly(name: str, body: bytes) -> bytes:
    """As moto takes it: its iterators keep the stream's name, though it may be asked for by its ARN
    alone, and ALL of a shard's metrics are none that can be taken from them.
    """
    asked = json.loads(body)
    if name == "GetShardIterator" and "StreamARN" in asked:
        asked["StreamName"] = asked["StreamARN"].rpartition("/")[2]
    if name == "EnableEnhancedMonitoring" and "ALL" in asked["ShardLevelMetrics"]:
        asked["ShardLevelMetrics"] = _METRICS
    return json.dumps(asked).encode()


def _streams(context: Context) -> dict[str, Any]:
    streams: dict[str, Any] = context.backend("kinesis").streams
    return streams


def _find(context: Context, name: str) -> Any:
    found = _streams(context).get(name)
    if found is None:
        words = f"Stream {name} under account {context.account} not found."
        raise AwsError("ResourceNotFoundException", words)
    return found


def _check_shards(parameters: dict[str, Any]) -> None:
    mode = parameters.get("StreamModeDetails", {}).get("StreamMode")
    if mode not in (None, _ON_DEMAND) and not parameters.get("ShardCount"):
        words = "ShardCount must be given for a stream of the capacity mode PROVISIONED."
        raise AwsError("ValidationException", words)


def _check_free(context: Context, name: str) -> None:
    if name in _streams(context):
        words = f"Stream {name} under account {context.account} already exists."
        raise AwsError("ResourceInUseException", words)


def _check_unread(
    context: Context,
    StreamName: str = "",
    StreamARN: str = "",
    EnforceConsumerDeletion: bool = False,
    **_: Any,
) -> None:
    """Raise for a stream that would take its consumers with it; moto deletes them unasked."""
    stream = _streams(context).get(StreamName or StreamARN.rpartition("/")[2])
    if stream and stream.consumers and not EnforceConsumerDeletion:
        words = "has registered consumers and EnforceConsumerDeletion is not set to true."
        told = f"Stream {stream.stream_name} under account {context.account} {words}"
        raise AwsError("ResourceInUseException", told)


def _check_scale(
    context: Context, *, TargetShardCount: int, StreamName: str = "", StreamARN: str = "", **_: Any
) -> None:
    """Raise for more than double the shards, and for fewer than half of them."""
    stream = _find(context, StreamName or StreamARN.rpartition("/")[2])
    shown = stream.to_json_summary()["StreamDescriptionSummary"]["OpenShardCount"]
    up = TargetShardCount > 2 * shown
    if up or 2 * TargetShardCount < shown:
        how = "scale up over double" if up else "scale down below half"
        told = f"Current open shard count: {shown} Target shard count: {TargetShardCount}"
        words = f"UpdateShardCount cannot {how} your current open shard count. {told}"
        raise AwsError("InvalidArgumentException", words)


def _check_tags(
    context: Context, *, Tags: dict[str, str], StreamName: str = "", StreamARN: str = "", **_: Any
) -> None:
    stream = _find(context, StreamName or StreamARN.rpartition("/")[2])
    _check_count(stream.tags | Tags, context, stream.stream_name)


def _check_count(tags: dict[str, str], context: Context, name: str) -> None:
    if len(tags) > _MOST_TAGS:
        words = f"because a given stream cannot have more than {_MOST_TAGS} tags associated with it"
        told = f"Failed to add tags to stream {name} under account {context.account}"
        raise AwsError("InvalidArgumentException", f"{told} {words}.")


def _check_place(parameters: dict[str, Any]) -> None:
    """Raise for an iterator that is told no place of its kind."""
    kind = parameters["ShardIteratorType"]
    needs = _PLACES.get(kind)
    if needs and parameters.get(needs) is None:
        words = f"Must specify {needs} parameter for ShardIteratorType {kind}."
        raise AwsError("InvalidArgumentException", words)


def _check_new(context: Context, stream: str, name: str) -> None:
    consumers = _find(context, stream.rpartition("/")[2]).consumers
    if name in (each.consumer_name for each in consumers):
        words = f"Consumer {name} under stream {stream} already exists."
        raise AwsError("ResourceInUseException", words)


def _check_iterator(told: str) -> None:
    try:
        _, _, place = decompose_shard_iterator(told)
        int(place)
    except ValueError as error:
        raise AwsError("InvalidArgumentException", "Invalid ShardIterator.") from error
