"""Tags of Redshift Serverless: TagResource, UntagResource, ListTagsForResource.

Source: https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labkit.cloud.around.tagging import Tagged, has_tagged
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.serverless.answering import answers
from labkit.cloud.redshift.serverless.kinds import NAMESPACE, SERVICE, SNAPSHOT, WORKGROUP
from labkit.cloud.redshift.words import fault

MOST = 200
# The kinds that have tags, and the member that is their ARN.
TAGGED = {NAMESPACE: "namespaceArn", WORKGROUP: "workgroupArn", SNAPSHOT: "snapshotArn"}


@answers("TagResource")
def tag_resource(context: Context, *, resourceArn: str, tags: list[Record]) -> Answer:
    """Adds tags; a key that is there gets the new value."""
    _check(context, resourceArn)
    known = {tag["key"]: tag["value"] for tag in (*tags_of(context.cloud, resourceArn), *tags)}
    if len(known) > MOST:
        raise fault("TooManyTagsException", f"A resource has at most {MOST} tags.", SERVICE)
    put(context.cloud, resourceArn, [{"key": key, "value": known[key]} for key in known])
    return {}


@answers("UntagResource")
def untag_resource(context: Context, *, resourceArn: str, tagKeys: list[str]) -> Answer:
    _check(context, resourceArn)
    kept = [tag for tag in tags_of(context.cloud, resourceArn) if tag["key"] not in tagKeys]
    put(context.cloud, resourceArn, kept)
    return {}


@answers("ListTagsForResource")
def list_tags_for_resource(context: Context, *, resourceArn: str) -> Answer:
    _check(context, resourceArn)
    return {"tags": tags_of(context.cloud, resourceArn)}


def put(cloud: Cloud, arn: str, tags: Sequence[Record]) -> None:
    """Give a resource these tags and no others."""
    held = cloud.records("redshift.serverless-tags")
    if tags:
        held[arn] = {"tags": list(tags)}
    else:
        held.pop(arn, None)


def tags_of(cloud: Cloud, arn: str) -> list[Record]:
    return list(cloud.records("redshift.serverless-tags").get(arn, {}).get("tags", []))


@has_tagged("redshift-serverless")
def _tagged(context: Context) -> Iterator[Tagged]:
    for arn in _arns(context):
        yield arn, {tag["key"]: tag["value"] for tag in tags_of(context.cloud, arn)}


def _check(context: Context, arn: str) -> None:
    if arn not in _arns(context):
        raise fault("ResourceNotFoundException", f"The resource {arn} was not found.", SERVICE)


def _arns(context: Context) -> Iterator[str]:
    for kind, member in TAGGED.items():
        yield from (each[member] for each in records.listed(context, kind))
