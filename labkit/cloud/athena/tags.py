"""Tags of work groups, data catalogs and capacity reservations, by their ARNs.

moto keeps them, of things that are not there too, and tells a work group without tags as missing.

Source: https://docs.aws.amazon.com/athena/latest/ug/tags.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.athena.catalogs import NAME
from labkit.cloud.athena.errors import checked_tags, not_found
from labkit.cloud.athena.paging import lists
from labkit.cloud.operations import Answer, Context, operation

Tag = dict[str, str]


@operation("athena", "TagResource")
def tag_resource(context: Context, *, ResourceARN: str, Tags: list[Tag]) -> Answer:
    with context.cloud.lock("athena"):
        _tagger(context, ResourceARN).tag_resource(ResourceARN, checked_tags(Tags))
    return {}


@operation("athena", "UntagResource")
def untag_resource(context: Context, *, ResourceARN: str, TagKeys: list[str]) -> Answer:
    with context.cloud.lock("athena"):
        _tagger(context, ResourceARN).untag_resource_using_names(ResourceARN, TagKeys)
    return {}


@lists("ListTagsForResource", "Tags")
def list_tags_for_resource(context: Context, *, ResourceARN: str) -> list[Tag]:
    found: list[Tag] = _tagger(context, ResourceARN).list_tags_for_resource(ResourceARN)["Tags"]
    return found


def _tagger(context: Context, arn: str) -> Any:
    """moto's tags, when the resource is there."""
    backend = context.backend("athena")
    held = {
        "workgroup": backend.work_groups,
        "datacatalog": {NAME, *backend.data_catalogs},
        "capacity-reservation": backend.capacity_reservations,
    }
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if name not in held.get(kind, ()) or arn != context.arn(f"{kind}/{name}"):
        raise not_found(f"Resource {arn} was not found", arn)
    return backend.tagger
