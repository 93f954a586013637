"""Tags of rules and buses, by their ARNs.

moto finds what an ARN names by the last part of it, so that a rule has the tags of a rule of
another bus that is called the same, or a bus those of a rule. Nothing else of EventBridge has tags.

Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation


@operation("events", "TagResource", alone=True)
def tag_resource(context: Context, *, ResourceARN: str, Tags: list[dict[str, str]]) -> Answer:
    with context.cloud.changing("events"):
        _tagger(context, ResourceARN).tag_resource(ResourceARN, Tags)
    return {}


@operation("events", "UntagResource", alone=True)
def untag_resource(context: Context, *, ResourceARN: str, TagKeys: list[str]) -> Answer:
    with context.cloud.changing("events"):
        _tagger(context, ResourceARN).untag_resource_using_names(ResourceARN, TagKeys)
    return {}


@operation("events", "ListTagsForResource")
def list_tags_for_resource(context: Context, *, ResourceARN: str) -> Answer:
    told: Answer = _tagger(context, ResourceARN).list_tags_for_resource(ResourceARN)
    return told


def _tagger(context: Context, arn: str) -> Any:
    """What keeps the tags of a bus or a rule.

    Raises:
        AwsError: there is no such bus or rule, as ResourceNotFoundException.
    """
    records = context.backend("events")
    kind, _, name = arn.rpartition(":")[2].partition("/")
    *bus, last = name.split("/")
    buses = records.event_buses
    if kind == "rule":
        on = bus[0] if bus else "default"
        there, words = on in buses and last in buses[on].rules, f"Rule {last} does not exist"
        words = f"{words} on EventBus {on}."
    else:
        there, words = kind == "event-bus" and name in buses, f"Event bus {name} does not exist."
    if not there:
        raise AwsError("ResourceNotFoundException", words)
    return records.tagger
