"""Copies of snapshots into another region, and the grants of KMS that they need.

A cluster says that its snapshots are copied; the copies are records of the other region. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/managing-snapshots-console.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters import shape
from labkit.cloud.redshift.clusters.kinds import CLUSTER, COPY_GRANT
from labkit.cloud.redshift.clusters.listing import listing
from labkit.cloud.redshift.clusters.new import OWNED_KEY
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault, invalid_value

DAYS = 7


@answers("CreateSnapshotCopyGrant")
def create_snapshot_copy_grant(
    context: Context,
    *,
    SnapshotCopyGrantName: str,
    KmsKeyId: str | None = None,
    Tags: list[Record] | None = None,
) -> Answer:
    told = {
        "SnapshotCopyGrantName": SnapshotCopyGrantName,
        "KmsKeyId": KmsKeyId,
        "Tags": Tags or [],
    }
    made = records.create(context, COPY_GRANT, SnapshotCopyGrantName, told)
    return {"SnapshotCopyGrant": records.shown(made)}


@answers("DescribeSnapshotCopyGrants")
def describe_snapshot_copy_grants(
    context: Context, *, SnapshotCopyGrantName: str | None = None, **page: Any
) -> Answer:
    name = SnapshotCopyGrantName
    return listing(context, COPY_GRANT, "SnapshotCopyGrants", name=name, **page)


@answers("DeleteSnapshotCopyGrant")
def delete_snapshot_copy_grant(context: Context, *, SnapshotCopyGrantName: str) -> Answer:
    found = records.find(context, COPY_GRANT, SnapshotCopyGrantName)
    records.remove(context.cloud, COPY_GRANT, found)
    return {}


@answers("EnableSnapshotCopy")
def enable_snapshot_copy(
    context: Context,
    *,
    ClusterIdentifier: str,
    DestinationRegion: str,
    RetentionPeriod: int = DAYS,
    SnapshotCopyGrantName: str | None = None,
    ManualSnapshotRetentionPeriod: int = -1,
) -> Answer:
    record = records.find(context, CLUSTER, ClusterIdentifier)
    if record.get("ClusterSnapshotCopyStatus"):
        raise fault(
            "SnapshotCopyAlreadyEnabledFault",
            f"Snapshot Copy is already enabled on Cluster {ClusterIdentifier}.",
        )
    if record.get("KmsKeyId", OWNED_KEY) != OWNED_KEY and not SnapshotCopyGrantName:
        raise invalid_value(
            "SnapshotCopyGrantName is required for Snapshot Copy on KMS encrypted clusters."
        )
    if DestinationRegion == context.region:
        raise fault("UnknownSnapshotCopyRegionFault", f"Invalid region {DestinationRegion}")
    status = {
        "DestinationRegion": DestinationRegion,
        "RetentionPeriod": RetentionPeriod,
        "ManualSnapshotRetentionPeriod": ManualSnapshotRetentionPeriod,
        "SnapshotCopyGrantName": SnapshotCopyGrantName,
    }
    return _put(context, record, records.given(status))


@answers("DisableSnapshotCopy")
def disable_snapshot_copy(context: Context, *, ClusterIdentifier: str) -> Answer:
    record = records.find(context, CLUSTER, ClusterIdentifier)
    if not record.get("ClusterSnapshotCopyStatus"):
        raise fault(
            "SnapshotCopyAlreadyDisabledFault",
            f"Snapshot Copy is already disabled on Cluster {ClusterIdentifier}.",
        )
    return _put(context, record, None)


@answers("ModifySnapshotCopyRetentionPeriod")
def modify_snapshot_copy_retention_period(
    context: Context, *, ClusterIdentifier: str, RetentionPeriod: int, Manual: bool = False
) -> Answer:
    record = records.find(context, CLUSTER, ClusterIdentifier)
    status = record.get("ClusterSnapshotCopyStatus")
    if not status:
        raise fault(
            "SnapshotCopyDisabledFault",
            "Cannot modify retention period because snapshot copy is disabled on Cluster "
            f"{ClusterIdentifier}.",
        )
    member = "ManualSnapshotRetentionPeriod" if Manual else "RetentionPeriod"
    return _put(context, record, status | {member: RetentionPeriod})


def _put(context: Context, record: Record, status: Record | None) -> Answer:
    changed = records.put(context.cloud, CLUSTER, record | {"ClusterSnapshotCopyStatus": status})
    return {"Cluster": shape.cluster(context.cloud, changed)}
