"""Tags of every kind of resource, by its ARN.

Source: https://docs.aws.amazon.com/databrew/latest/dg/API_TagResource.html
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.cloud.around.tagging import Tagged, has_tagged
from labkit.cloud.databrew import records
from labkit.cloud.databrew.records import Kind, Record, answers
from labkit.cloud.databrew.words import invalid, not_found
from labkit.cloud.operations import Answer, Context

KINDS = {
    kind.name: kind
    for kind in (
        records.DATASET,
        records.JOB,
        records.PROJECT,
        records.RECIPE,
        records.RULESET,
        records.SCHEDULE,
    )
}
MOST = 200


@answers("TagResource")
def tag_resource(context: Context, *, ResourceArn: str, Tags: dict[str, str]) -> Answer:
    """Add tags, and change those that there are."""
    kind, record = _find(context, ResourceArn)
    tags = {**(record.get("Tags") or {}), **Tags}
    if len(tags) > MOST:
        raise invalid(f"A resource has at most {MOST} tags.")
    records.put(context.cloud, kind, record | {"Tags": tags})
    return {}


@answers("UntagResource")
def untag_resource(context: Context, *, ResourceArn: str, TagKeys: list[str]) -> Answer:
    """Take tags away; those that there are not are no error."""
    kind, record = _find(context, ResourceArn)
    kept = {n: value for n, value in (record.get("Tags") or {}).items() if n not in TagKeys}
    records.put(context.cloud, kind, record | {"Tags": kept})
    return {}


@answers("ListTagsForResource")
def list_tags_for_resource(context: Context, *, ResourceArn: str) -> Answer:
    return {"Tags": _find(context, ResourceArn)[1].get("Tags") or {}}


@has_tagged("databrew")
def _tagged(context: Context) -> Iterator[Tagged]:
    for kind in KINDS.values():
        for record in records.listed(context, kind):
            yield kind.arn(context, record["Name"]), record.get("Tags") or {}


def _find(context: Context, arn: str) -> tuple[Kind, Record]:
    """The kind and the record of a resource of this account and region."""
    kind = KINDS.get(arn.rpartition(":")[2].partition("/")[0])
    if kind is None:
        raise invalid(f"'{arn}' is not the ARN of a DataBrew resource.")
    name = records.name_of(arn)
    found = records.look_up(context.cloud, context.region, kind, name)
    if found is None or kind.arn(context, name) != arn:
        raise not_found(f"The resource {arn} wasn't found.")
    return kind, found
