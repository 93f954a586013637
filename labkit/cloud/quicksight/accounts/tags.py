"""Tags of every kind of resource, by its ARN.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records, tagging
from labkit.cloud.quicksight.kinds import KINDS
from labkit.cloud.quicksight.records import Record, answers
from labkit.cloud.quicksight.words import not_found


@answers("TagResource")
def tag_resource(context: Context, *, ResourceArn: str, Tags: list[Record]) -> Answer:
    """Add tags, and change those that there are."""
    _check(context, ResourceArn)
    tagging.tag(context.cloud, ResourceArn, Tags)
    return {}


@answers("UntagResource")
def untag_resource(context: Context, *, ResourceArn: str, TagKeys: list[str]) -> Answer:
    """Take tags away; those that there are not are no error."""
    _check(context, ResourceArn)
    kept = [each for each in tagging.tags(context.cloud, ResourceArn) if each["Key"] not in TagKeys]
    tagging.put(context.cloud, ResourceArn, kept)
    return {}


@answers("ListTagsForResource")
def list_tags_for_resource(context: Context, *, ResourceArn: str) -> Answer:
    """A resource's tags."""
    _check(context, ResourceArn)
    return {"Tags": tagging.tags(context.cloud, ResourceArn)}


def _check(context: Context, arn: str) -> None:
    """Raise for what there is not; a resource is known in every region of its account."""
    *_, account, path = ("", *arn.rsplit(":", 2))
    name, _, id = path.partition("/")
    kinds = [kind for kind in KINDS if kind.name == name and account == context.account]
    known = (r for kind in kinds for r in records.records(context.cloud, kind).values())
    if not any(record["_"]["id"] == id for record in known):
        raise not_found(f"Resource {arn} is not found.")
