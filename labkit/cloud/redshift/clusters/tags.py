"""CreateTags, DeleteTags, DescribeTags.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-tagging.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.around.tagging import Tagged, has_tagged
from labkit.cloud.operations import Answer, AwsError, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters import kinds
from labkit.cloud.redshift.clusters.listing import pages
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Kind, Record
from labkit.cloud.redshift.words import fault, invalid_value

MOST = 50
# What a resource's type is in its ARN, and the member that is its name there.
TYPES: dict[str, tuple[Kind, str]] = {
    "cluster": (kinds.CLUSTER, "ClusterIdentifier"),
    "eventsubscription": (kinds.SUBSCRIPTION, "CustSubscriptionId"),
    "parametergroup": (kinds.PARAMETER_GROUP, "ParameterGroupName"),
    "securitygroup": (kinds.SECURITY_GROUP, "ClusterSecurityGroupName"),
    "snapshot": (kinds.SNAPSHOT, "SnapshotIdentifier"),
    "snapshotcopygrant": (kinds.COPY_GRANT, "SnapshotCopyGrantName"),
    "snapshotschedule": (kinds.SNAPSHOT_SCHEDULE, "ScheduleIdentifier"),
    "subnetgroup": (kinds.SUBNET_GROUP, "ClusterSubnetGroupName"),
    "usagelimit": (kinds.USAGE_LIMIT, "UsageLimitId"),
}


@answers("CreateTags")
def create_tags(context: Context, *, ResourceName: str, Tags: list[Record]) -> Answer:
    """Adds tags; a key that is there gets the new value."""
    _, kind, record = _resource(context, ResourceName)
    known = {tag["Key"]: tag.get("Value", "") for tag in (*record.get("Tags", []), *Tags)}
    if len(known) > MOST:
        raise fault("TagLimitExceededFault", f"A resource has at most {MOST} tags.")
    tags = [{"Key": key, "Value": value} for key, value in known.items()]
    records.put(context.cloud, kind, record | {"Tags": tags})
    return {}


@answers("DeleteTags")
def delete_tags(context: Context, *, ResourceName: str, TagKeys: list[str]) -> Answer:
    _, kind, record = _resource(context, ResourceName)
    kept = [tag for tag in record.get("Tags", []) if tag["Key"] not in TagKeys]
    records.put(context.cloud, kind, record | {"Tags": kept})
    return {}


@answers("DescribeTags")
def describe_tags(
    context: Context,
    *,
    ResourceName: str | None = None,
    ResourceType: str | None = None,
    TagKeys: list[str] | None = None,
    TagValues: list[str] | None = None,
    **page: Any,
) -> Answer:
    """One row a tag, of one resource, of a type, or of all."""
    if ResourceName and ResourceType:
        raise invalid_value(
            "You cannot filter a list of resources using an Amazon Resource Name (ARN) and a "
            "resource type together in the same request. Retry the request using either an ARN or "
            "a resource type, but not both."
        )
    rows = [
        row
        for row in _rows(context, ResourceName, ResourceType)
        if (not TagKeys or row["Tag"].get("Key") in TagKeys)
        and (not TagValues or row["Tag"].get("Value") in TagValues)
    ]
    return pages("TaggedResources", rows, **page)


@has_tagged("redshift")
def _tagged(context: Context) -> Iterator[Tagged]:
    for name in TYPES:
        for record in _of_type(context, name):
            tags = {tag["Key"]: tag.get("Value", "") for tag in record.get("Tags", [])}
            yield _arn(context, name, record), tags


def _rows(context: Context, arn: str | None, wanted: str | None) -> Iterator[Record]:
    if arn:
        kind, _, record = _resource(context, arn)
        yield from _tags(arn, kind, record)
        return
    if wanted and not _of_type(context, wanted.lower()):
        raise _missing(f"resource of type '{wanted.lower()}' not found.")
    for name in [wanted.lower()] if wanted else TYPES:
        for record in _of_type(context, name):
            yield from _tags(_arn(context, name, record), name, record)


def _tags(arn: str, kind: str, record: Record) -> Iterator[Record]:
    for tag in record.get("Tags", []):
        yield {"ResourceName": arn, "ResourceType": kind, "Tag": tag}


def _of_type(context: Context, name: str) -> list[Record]:
    return records.listed(context, TYPES[name][0]) if name in TYPES else []


def _arn(context: Context, name: str, record: Record) -> str:
    told: str = record.get("SnapshotArn") or context.arn(f"{name}:{record[TYPES[name][1]]}")
    return told


def _resource(context: Context, arn: str) -> tuple[str, Kind, Record]:
    """A resource's type, kind and record by its ARN."""
    parts = arn.split(":", 6)
    name = parts[5] if len(parts) == 7 else ""
    if name not in TYPES:
        raise _missing(
            f"Tagging is not supported for this type of resource: '{name or arn}' (the ARN is "
            "potentially malformed, please check the ARN documentation for more information)"
        )
    kind, last = TYPES[name][0], parts[6].rpartition("/")[2]
    found = records.look_up(context.cloud, context.region, kind, last)
    if found is None:
        raise _missing(f"{name} ({last}) not found.")
    return name, kind, found


def _missing(message: str) -> AwsError:
    return fault("ResourceNotFoundFault", message)
