"""Create, Describe, Modify, Copy and DeleteClusterSnapshot.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateClusterSnapshot.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context
from labkit.cloud.redshift import files, records
from labkit.cloud.redshift.clusters import snapshots
from labkit.cloud.redshift.clusters.kinds import CLUSTER, SNAPSHOT
from labkit.cloud.redshift.clusters.listing import has_tags, pages
from labkit.cloud.redshift.clusters.state import find_available
from labkit.cloud.redshift.lifecycle import answers, begin
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault, invalid_value

DAY_S = 86400
MOST_DAYS = 3653


@answers("CreateClusterSnapshot")
def create_cluster_snapshot(
    context: Context,
    *,
    SnapshotIdentifier: str,
    ClusterIdentifier: str,
    ManualSnapshotRetentionPeriod: int = -1,
    Tags: list[Record] | None = None,
) -> Answer:
    """All that is committed now, whole; sessions go on meanwhile."""
    cluster = find_available(context, ClusterIdentifier)
    records.check_free(context, SNAPSHOT, SnapshotIdentifier)
    days = _checked_days(ManualSnapshotRetentionPeriod)
    record = snapshots.new_snapshot(
        context.cloud, cluster, SnapshotIdentifier,
        ManualSnapshotRetentionPeriod=days, Tags=Tags or [],
    )  # fmt: skip
    return {"Snapshot": shown(begin(context.cloud, SNAPSHOT, record))}


@answers("DescribeClusterSnapshots")
def describe_cluster_snapshots(
    context: Context,
    *,
    SnapshotIdentifier: str | None = None,
    MaxRecords: int = 100,
    Marker: str | None = None,
    SortingEntities: list[Record] | None = None,
    **filters: Any,
) -> Answer:
    """One snapshot, or those that all filters let through."""
    kept = [each for each in records.listed(context, SNAPSHOT) if _passes(context, each, filters)]
    if SnapshotIdentifier:
        kept = [each for each in kept if each["_"]["name"] == SnapshotIdentifier.lower()]
        if not kept:
            raise SNAPSHOT.refusal(SNAPSHOT.missing, SnapshotIdentifier)
    for entity in reversed(SortingEntities or []):
        if entity["Attribute"] not in _SORTED:
            raise invalid_value(f"Snapshots cannot be sorted by {entity['Attribute']}")
        kept.sort(key=_SORTED[entity["Attribute"]], reverse=entity.get("SortOrder") == "DESC")
    return pages("Snapshots", [shown(each) for each in kept], MaxRecords, Marker)


@answers("ModifyClusterSnapshot")
def modify_cluster_snapshot(
    context: Context,
    *,
    SnapshotIdentifier: str,
    ManualSnapshotRetentionPeriod: int | None = None,
    Force: bool = False,
) -> Answer:
    """How many days a manual snapshot stays; -1 for good."""
    record = _manual(context, SnapshotIdentifier, "modify")
    if ManualSnapshotRetentionPeriod is not None:
        record = record | {
            "ManualSnapshotRetentionPeriod": _checked_days(ManualSnapshotRetentionPeriod)
        }
    return {"Snapshot": shown(records.put(context.cloud, SNAPSHOT, record))}


@answers("CopyClusterSnapshot")
def copy_cluster_snapshot(
    context: Context,
    *,
    SourceSnapshotIdentifier: str,
    TargetSnapshotIdentifier: str,
    SourceSnapshotClusterIdentifier: str | None = None,
    ManualSnapshotRetentionPeriod: int = -1,
) -> Answer:
    """A manual copy of an automated snapshot, which outlives its cluster."""
    source = find_snapshot(context, SourceSnapshotIdentifier, SourceSnapshotClusterIdentifier)
    _check_whole(source)
    days = _checked_days(ManualSnapshotRetentionPeriod)
    copy = source | {
        "SnapshotIdentifier": TargetSnapshotIdentifier,
        "SnapshotArn": source["SnapshotArn"].rpartition("/")[0] + f"/{TargetSnapshotIdentifier}",
        "SnapshotType": "manual",
        "ManualSnapshotRetentionPeriod": days,
        "Tags": [],
    }
    hidden = source["_"] | {"name": TargetSnapshotIdentifier.lower()}
    records.check_free(context, SNAPSHOT, TargetSnapshotIdentifier)
    target = snapshots.file_of(context.cloud, copy | {"_": hidden})
    files.copy_file(snapshots.file_of(context.cloud, source), target)
    return {"Snapshot": shown(records.put(context.cloud, SNAPSHOT, copy | {"_": hidden}))}


@answers("DeleteClusterSnapshot")
def delete_cluster_snapshot(
    context: Context, *, SnapshotIdentifier: str, SnapshotClusterIdentifier: str | None = None
) -> Answer:
    """Manual snapshots only; automated ones go by themselves."""
    find_snapshot(context, SnapshotIdentifier, SnapshotClusterIdentifier)
    record = _manual(context, SnapshotIdentifier, "delete")
    if record["Status"] != SNAPSHOT.failed:
        _check_whole(record)
    _check_unused(context, record)
    snapshots.drop(context.cloud, record)
    return {"Snapshot": shown(record | {"Status": "deleted"})}


@answers("BatchDeleteClusterSnapshots")
def batch_delete_cluster_snapshots(context: Context, *, Identifiers: list[Record]) -> Answer:
    """Each one that can be is deleted; the others are told."""

    clusters = {each["SnapshotIdentifier"]: each for each in Identifiers}

    def delete(name: str) -> None:
        cluster = clusters[name].get("SnapshotClusterIdentifier")
        delete_cluster_snapshot(context, SnapshotIdentifier=name, SnapshotClusterIdentifier=cluster)

    return _each((each["SnapshotIdentifier"] for each in Identifiers), delete)


@answers("BatchModifyClusterSnapshots")
def batch_modify_cluster_snapshots(
    context: Context,
    *,
    SnapshotIdentifierList: list[str],
    ManualSnapshotRetentionPeriod: int | None = None,
    Force: bool = False,
) -> Answer:
    def modify(name: str) -> None:
        modify_cluster_snapshot(
            context, SnapshotIdentifier=name,
            ManualSnapshotRetentionPeriod=ManualSnapshotRetentionPeriod,
        )  # fmt: skip

    return _each(SnapshotIdentifierList, modify)


def find_snapshot(context: Context, name: str, cluster: str | None = None) -> Record:
    """A snapshot by its identifier, of a certain cluster if one is named.

    Raises:
        AwsError: ``ClusterSnapshotNotFound``.
    """
    found = records.find(context, SNAPSHOT, name)
    if cluster and found["ClusterIdentifier"] != cluster.lower():
        raise SNAPSHOT.refusal(SNAPSHOT.missing, name)
    return found


def shown(record: Record) -> Record:
    """A snapshot as an answer tells it, with the days that a manual one has left."""
    told = records.shown(record)
    days = record["ManualSnapshotRetentionPeriod"]
    if record["SnapshotType"] == "manual" and days != -1:
        age_s = records.now() - record["SnapshotCreateTime"]
        told["ManualSnapshotRemainingDays"] = max(0, days - int(age_s // DAY_S))
    return told


_SORTED: dict[str, Callable[[Record], Any]] = {
    "SOURCE_TYPE": lambda each: each["SnapshotType"],
    "TOTAL_SIZE": lambda each: each.get("TotalBackupSizeInMegaBytes", 0),
    "CREATE_TIME": lambda each: each["SnapshotCreateTime"],
}


def _passes(context: Context, record: Record, filters: Record) -> bool:
    """Whether a snapshot passes the filters of a call."""

    def equal(member: str, wanted: str | None) -> bool:
        return wanted is None or record[member].lower() == wanted.lower()

    made = record["SnapshotCreateTime"]
    start, end = (_seconds(filters.get(name)) for name in ("StartTime", "EndTime"))
    cluster = records.look_up(context.cloud, context.region, CLUSTER, record["ClusterIdentifier"])
    exists = filters.get("ClusterExists")
    return (
        equal("ClusterIdentifier", filters.get("ClusterIdentifier"))
        and equal("SnapshotArn", filters.get("SnapshotArn"))
        and equal("SnapshotType", filters.get("SnapshotType"))
        and equal("OwnerAccount", filters.get("OwnerAccount"))
        and (start is None or made >= start)
        and (end is None or made <= end)
        and (exists is None or exists == bool(cluster))
        and has_tags(record, filters.get("TagKeys"), filters.get("TagValues"))
    )


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _manual(context: Context, name: str, verb: str) -> Record:
    record = records.find(context, SNAPSHOT, name)
    if record["SnapshotType"] != "manual":
        raise fault(
            "InvalidClusterSnapshotStateFault",
            f"Cannot {verb} the snapshot {name} because only manual snapshots may be {verb}d"
            if verb == "delete" else f"Cannot modify the automated snapshot {name}",
        )  # fmt: skip
    return record


def _check_whole(record: Record) -> None:
    if record["Status"] != "available":
        name = record["SnapshotIdentifier"]
        raise fault("InvalidClusterSnapshotStateFault", f"The snapshot {name} is not available.")


def _check_unused(context: Context, record: Record) -> None:
    """A snapshot that a cluster is being restored from stays."""
    source = str(snapshots.file_of(context.cloud, record))
    for cluster in records.every(context.cloud, CLUSTER):
        if cluster["_"].get("source") == source:
            name = record["SnapshotIdentifier"]
            raise fault("InvalidClusterSnapshotStateFault", f"The snapshot {name} is in use.")


def _checked_days(days: int) -> int:
    if days != -1 and not 1 <= days <= MOST_DAYS:
        raise fault(
            "InvalidRetentionPeriodFault",
            f"The retention period must be -1, or between 1 and {MOST_DAYS} days.",
        )
    return days


def _each(names: Iterable[str], work: Callable[[str], None]) -> Answer:
    """Do the same with several snapshots; which were done and which were not, and why."""
    done, failed = [], []
    for name in names:
        try:
            work(name)
            done.append(name)
        except AwsError as error:
            failed.append({"SnapshotIdentifier": name, "FailureCode": error.code,
                           "FailureReason": error.message})  # fmt: skip
    return {"Resources": done, "Errors": failed}
