"""What one may order: node types, versions, maintenance tracks, limits of an account; storage used.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeOrderableClusterOptions.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import files, records
from labkit.cloud.redshift.clusters import shape
from labkit.cloud.redshift.clusters.kinds import CLUSTER, SNAPSHOT
from labkit.cloud.redshift.clusters.listing import pages
from labkit.cloud.redshift.clusters.node_types import MB_PER_GB, TYPES, node_type, storage_mb
from labkit.cloud.redshift.clusters.parameters import FAMILIES
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.warehouse.warehouse import file_of
from labkit.cloud.redshift.words import invalid_combination

ZONES = "abc"
SOLD = ("ra3.", "dc2.")
_LIMITS = {"max-defer-maintenance-duration": "60"}


@answers("DescribeOrderableClusterOptions")
def describe_orderable_cluster_options(
    context: Context, *, ClusterVersion: str | None = None, NodeType: str | None = None, **page: Any
) -> Answer:
    zones = [{"Name": f"{context.region}{letter}"} for letter in ZONES]
    found = [
        {"ClusterVersion": "1.0", "ClusterType": kind, "NodeType": name, "AvailabilityZones": zones}
        for name, each in TYPES.items()
        if name.startswith(SOLD) and NodeType in (None, name) and ClusterVersion in (None, "1.0")
        for kind in (["single-node"] if each.fewest == 1 else []) + ["multi-node"]
    ]
    return pages("OrderableClusterOptions", found, **page)


@answers("DescribeNodeConfigurationOptions")
def describe_node_configuration_options(
    context: Context,
    *,
    ActionType: str,
    ClusterIdentifier: str | None = None,
    SnapshotIdentifier: str | None = None,
    MaxRecords: int = 100,
    Marker: str | None = None,
    **members: Any,
) -> Answer:
    """Into which nodes a cluster, or a snapshot's cluster, may be resized or restored."""
    if ClusterIdentifier:
        record = records.find(context, CLUSTER, ClusterIdentifier)
    elif SnapshotIdentifier:
        record = records.find(context, SNAPSHOT, SnapshotIdentifier)
    else:
        raise invalid_combination("Give the ClusterIdentifier or the SnapshotIdentifier.")
    used_mb = _used_mb(context, record)
    kind = node_type(record["NodeType"])
    counts = range(kind.fewest, min(kind.most, 4 * record["NumberOfNodes"]) + 1)
    found = [
        {
            "NodeType": kind.name,
            "NumberOfNodes": nodes,
            "EstimatedDiskUtilizationPercent": round(100 * used_mb / storage_mb(kind, nodes), 2),
            "Mode": "standard",
        }
        for nodes in counts
    ]
    return pages("NodeConfigurationOptionList", found, MaxRecords, Marker)


@answers("DescribeClusterVersions")
def describe_cluster_versions(
    context: Context,
    *,
    ClusterVersion: str | None = None,
    ClusterParameterGroupFamily: str | None = None,
    **page: Any,
) -> Answer:
    found = [
        {"ClusterVersion": "1.0", "ClusterParameterGroupFamily": family, "Description": "1.0"}
        for family in FAMILIES
        if ClusterParameterGroupFamily in (None, family) and ClusterVersion in (None, "1.0")
    ]
    return pages("ClusterVersions", found, **page)


@answers("DescribeClusterTracks")
def describe_cluster_tracks(
    context: Context, *, MaintenanceTrackName: str | None = None, **page: Any
) -> Answer:
    found: list[Record] = [
        {"MaintenanceTrackName": name, "DatabaseVersion": "1.0", "UpdateTargets": []}
        for name in ("current", "trailing")
        if MaintenanceTrackName in (None, name)
    ]
    return pages("MaintenanceTracks", found, **page)


@answers("DescribeAccountAttributes")
def describe_account_attributes(
    context: Context, *, AttributeNames: list[str] | None = None
) -> Answer:
    return {
        "AccountAttributes": [
            {"AttributeName": name, "AttributeValues": [{"AttributeValue": value}]}
            for name, value in _LIMITS.items()
            if not AttributeNames or name in AttributeNames
        ]
    }


@answers("DescribeStorage")
def describe_storage(context: Context) -> Answer:
    """What the clusters of the region hold, and what the snapshots do."""
    sizes = [
        each.get("TotalBackupSizeInMegaBytes", 0) for each in records.listed(context, SNAPSHOT)
    ]
    held = [_used_mb(context, each) for each in records.listed(context, CLUSTER)]
    return {
        "TotalBackupSizeInMegaBytes": round(sum(sizes), 3),
        "TotalProvisionedStorageInMegaBytes": round(sum(held), 3),
    }


def _used_mb(context: Context, record: Record) -> float:
    if "SnapshotIdentifier" in record:
        return float(record.get("TotalBackupSizeInMegaBytes", 0))
    size = files.size_of(file_of(context.cloud.home, shape.key_of(record)))
    return size / MB_PER_GB**2
