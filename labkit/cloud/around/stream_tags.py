"""The tags of Kinesis' streams and their consumers, by ARN.

Sources: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html,
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html,
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html and
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation

_ARN = re.compile(r"(?P<stream>arn:[\w-]+:kinesis:[\w-]+:\d{12}:stream/(?P<name>[\w.-]+))(/.+)?")
_MOST = 50


@operation("kinesis", "TagResource", alone=True)
def tag_resource(context: Context, *, ResourceARN: str, Tags: dict[str, str], **_: Any) -> Answer:
    with context.cloud.changing("kinesis"):
        tagged = _find(context, ResourceARN)
        tags = _tags_of(tagged) | Tags
        if len(tags) > _MOST:
            words = f"A resource cannot have more than {_MOST} tags."
            raise AwsError("LimitExceededException", words)
        tagged.tags = tags
    return {}


@operation("kinesis", "UntagResource", alone=True)
def untag_resource(context: Context, *, ResourceARN: str, TagKeys: list[str], **_: Any) -> Answer:
    with context.cloud.changing("kinesis"):
        tagged = _find(context, ResourceARN)
        kept = {key: value for key, value in _tags_of(tagged).items() if key not in TagKeys}
        tagged.tags = kept
    return {}


@operation("kinesis", "ListTagsForResource")
def list_tags_for_resource(context: Context, *, ResourceARN: str, **_: Any) -> Answer:
    tags = _tags_of(_find(context, ResourceARN))
    return {"Tags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]}


@operation("kinesis", "RegisterStreamConsumer", alone=True)
def register_stream_consumer(
    context: Context,
    *,
    StreamARN: str,
    ConsumerName: str,
    Tags: dict[str, str] | None = None,
    **_: Any,
) -> Answer:
    """A consumer, with its tags, which moto leaves out."""
    with context.cloud.changing("kinesis"):
        made = context.backend("kinesis").register_stream_consumer(StreamARN, ConsumerName)
        made.tags = dict(Tags or {})
    return {"Consumer": made.to_json()}


def _tags_of(tagged: Any) -> dict[str, str]:
    """A consumer of moto's has none until it gets some."""
    return dict(tagged.__dict__.get("tags") or {})


def _find(context: Context, arn: str) -> Any:
    """A stream or one of its consumers.

    Raises:
        AwsError: ``ResourceNotFoundException``, ``InvalidArgumentException``.
    """
    found = _ARN.fullmatch(arn)
    if found is None:
        raise AwsError("InvalidArgumentException", f"{arn} is not a valid ARN.")
    stream = context.backend("kinesis").streams.get(found["name"])
    holders = [] if stream is None else [stream, *stream.consumers]
    for each in holders:
        if arn == (stream.arn if each is stream else each.consumer_arn):
            return each
    words = f"Resource {arn} under account {context.account} not found."
    raise AwsError("ResourceNotFoundException", words)
