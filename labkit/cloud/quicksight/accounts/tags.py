"""Tags of every kind of resource, by its ARN.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import tagging
from labkit.cloud.quicksight.records import Record, answers


@answers("TagResource")
def tag_resource(context: Context, *, ResourceArn: str, Tags: list[Record]) -> Answer:
    """Add tags, and change those that there are."""
    tagging.tag(context.cloud, ResourceArn, Tags)
    return {}


@answers("UntagResource")
def untag_resource(context: Context, *, ResourceArn: str, TagKeys: list[str]) -> Answer:
    """Take tags away; those that there are not are no error."""
    kept = [each for each in tagging.tags(context.cloud, ResourceArn) if each["Key"] not in TagKeys]
    tagging.put(context.cloud, ResourceArn, kept)
    return {}


@answers("ListTagsForResource")
def list_tags_for_resource(context: Context, *, ResourceArn: str) -> Answer:
    return {"Tags": tagging.tags(context.cloud, ResourceArn)}
