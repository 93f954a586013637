"""Snapshots of namespaces, recovery points, and what is restored from either.

A recovery point is taken every half hour on AWS and stays for 24 hours; here one is taken when a
workgroup comes up. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-snapshots-recovery-points.html
"""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import files, records
from labkit.cloud.redshift.lifecycle import FOLLOWERS, LOCK, begin, last_of, passing
from labkit.cloud.redshift.records import Kind, Record
from labkit.cloud.redshift.serverless import tagging
from labkit.cloud.redshift.serverless.answering import (
    answers,
    conflict,
    find_available,
    invalid,
    lists,
)
from labkit.cloud.redshift.serverless.kinds import NAMESPACE, RECOVERY_POINT, SNAPSHOT, WORKGROUP
from labkit.cloud.redshift.serverless.namespaces import key_of

DAY_S, MB = 86400, 1024**2
MOST_DAYS = 3653


@answers("CreateSnapshot")
def create_snapshot(
    context: Context,
    *,
    snapshotName: str,
    namespaceName: str,
    retentionPeriod: int = -1,
    tags: list[Record] | None = None,
) -> Answer:
    """All that is committed now, whole; sessions go on meanwhile."""
    namespace = find_available(context, NAMESPACE, namespaceName)
    record = _new(context, namespace, snapshotName, retentionPeriod)
    tagging.put(context.cloud, record["snapshotArn"], tags or [])
    return {"snapshot": _shown(begin(context.cloud, SNAPSHOT, record))}


@answers("GetSnapshot")
def get_snapshot(
    context: Context,
    *,
    snapshotName: str | None = None,
    snapshotArn: str | None = None,
    ownerAccount: str | None = None,
) -> Answer:
    return {"snapshot": _shown(_find(context, snapshotName, snapshotArn, ownerAccount))}


@lists("ListSnapshots", "snapshots")
def list_snapshots(
    context: Context,
    *,
    namespaceName: str | None = None,
    namespaceArn: str | None = None,
    startTime: datetime | None = None,
    endTime: datetime | None = None,
    ownerAccount: str | None = None,
) -> list[Record]:
    return [
        _shown(each)
        for each in records.listed(context, SNAPSHOT)
        if ownerAccount in (None, context.account)
        and namespaceName in (None, each["namespaceName"])
        and namespaceArn in (None, each["namespaceArn"])
        and _between(each["snapshotCreateTime"], startTime, endTime)
    ]


@answers("UpdateSnapshot")
def update_snapshot(
    context: Context, *, snapshotName: str, retentionPeriod: int | None = None
) -> Answer:
    found = records.find(context, SNAPSHOT, snapshotName)
    if retentionPeriod is not None:
        found = found | {"snapshotRetentionPeriod": _checked_days(retentionPeriod)}
    return {"snapshot": _shown(records.put(context.cloud, SNAPSHOT, found))}


@answers("DeleteSnapshot")
def delete_snapshot(context: Context, *, snapshotName: str) -> Answer:
    found = records.find(context, SNAPSHOT, snapshotName)
    if found["status"] != SNAPSHOT.failed:
        find_available(context, SNAPSHOT, snapshotName)
    source = str(file_of(context.cloud, SNAPSHOT, found))
    if any(each["_"].get("source") == source for each in records.every(context.cloud, NAMESPACE)):
        raise conflict(f"A namespace is being restored from the snapshot {snapshotName}.")
    _drop(context.cloud, SNAPSHOT, found)
    return {"snapshot": _shown(found | {"status": "DELETED"})}


@answers("RestoreFromSnapshot")
def restore_from_snapshot(
    context: Context,
    *,
    namespaceName: str,
    workgroupName: str,
    snapshotName: str | None = None,
    snapshotArn: str | None = None,
    ownerAccount: str | None = None,
    manageAdminPassword: bool = False,
    adminPasswordSecretKmsKeyId: str | None = None,
    maintainIntegration: bool = False,
) -> Answer:
    """A namespace gets all that the snapshot holds, in place of what it has."""
    source = _find(context, snapshotName, snapshotArn, ownerAccount)
    if manageAdminPassword:
        raise invalid("Use UpdateNamespace to have the admin password managed.")
    return _restore(context, namespaceName, workgroupName, source, SNAPSHOT) | {
        "snapshotName": source["snapshotName"],
        "ownerAccount": context.account,
    }


@answers("GetRecoveryPoint")
def get_recovery_point(context: Context, *, recoveryPointId: str) -> Answer:
    return {"recoveryPoint": records.shown(records.find(context, RECOVERY_POINT, recoveryPointId))}


@lists("ListRecoveryPoints", "recoveryPoints")
def list_recovery_points(
    context: Context,
    *,
    namespaceName: str | None = None,
    namespaceArn: str | None = None,
    startTime: datetime | None = None,
    endTime: datetime | None = None,
) -> list[Record]:
    """Those of the last 24 hours."""
    return [
        records.shown(each)
        for each in records.listed(context, RECOVERY_POINT)
        if each["status"] == "AVAILABLE"
        and namespaceName in (None, each["namespaceName"])
        and namespaceArn in (None, each["namespaceArn"])
        and each["recoveryPointCreateTime"] > time.time() - DAY_S
        and _between(each["recoveryPointCreateTime"], startTime, endTime)
    ]


@answers("RestoreFromRecoveryPoint")
def restore_from_recovery_point(
    context: Context, *, recoveryPointId: str, namespaceName: str, workgroupName: str, **_: Any
) -> Answer:
    source = records.find(context, RECOVERY_POINT, recoveryPointId)
    told = _restore(context, namespaceName, workgroupName, source, RECOVERY_POINT)
    return told | {"recoveryPointId": recoveryPointId}


@answers("ConvertRecoveryPointToSnapshot")
def convert_recovery_point_to_snapshot(
    context: Context,
    *,
    recoveryPointId: str,
    snapshotName: str,
    retentionPeriod: int = -1,
    tags: list[Record] | None = None,
) -> Answer:
    """A recovery point that stays."""
    source = records.find(context, RECOVERY_POINT, recoveryPointId)
    namespace = records.find(context, NAMESPACE, source["namespaceName"])
    record = _new(context, namespace, snapshotName, retentionPeriod) | {"status": "AVAILABLE"}
    size = files.copy_file(
        file_of(context.cloud, RECOVERY_POINT, source), file_of(context.cloud, SNAPSHOT, record)
    )
    tagging.put(context.cloud, record["snapshotArn"], tags or [])
    return {"snapshot": _shown(records.put(context.cloud, SNAPSHOT, record | _sizes(size)))}


@passing(SNAPSHOT, "CREATING")
def take(cloud: Cloud, record: Record) -> Record:
    """Copy the namespace's file; for the last snapshot, the namespace's own end does."""
    return {} if record["_"].get("final") else _copied(cloud, record)


def _copied(cloud: Cloud, record: Record) -> Record:
    size = files.save(cloud, record["_"]["key"], file_of(cloud, SNAPSHOT, record))
    return {"status": "AVAILABLE"} | _sizes(size)


@passing(RECOVERY_POINT, "CREATING")
def take_point(cloud: Cloud, record: Record) -> Record:
    size = files.save(cloud, record["_"]["key"], file_of(cloud, RECOVERY_POINT, record))
    return {"status": "AVAILABLE", "totalSizeInMegaBytes": round(size / MB, 3)}


def announce_last(context: Context, namespace: Record, name: str, days: int) -> None:
    """Put the last snapshot of a namespace on record; the work of its end takes it.

    Raises:
        AwsError: the name is taken, or there are no such days.
    """
    record = _new(context, namespace, name, days)
    records.put(context.cloud, SNAPSHOT, record | records.hiding(record, final=True))


def take_last(cloud: Cloud, namespace: Record) -> None:
    """Take the last snapshot of a namespace, within the work of its end.

    One that is there was taken before a kill: by now the data may be gone.
    """
    record = records.look_up(cloud, namespace["_"]["region"], SNAPSHOT, namespace["_"]["last"])
    if record and record["status"] == "CREATING":
        last_of(SNAPSHOT, cloud, record, _copied)


def drop_points(cloud: Cloud, namespace: Record) -> None:
    """Delete a namespace's recovery points."""
    for each in records.every(cloud, RECOVERY_POINT):
        if each["namespaceArn"] == namespace["namespaceArn"]:
            _drop(cloud, RECOVERY_POINT, each)


def follow(cloud: Cloud, kind: Kind, before: Record, after: Record | None) -> None:
    """A recovery point of a namespace whose workgroup has come up."""
    if kind is not WORKGROUP or after is None or before["status"] != "CREATING":
        return
    region = after["_"]["region"]
    namespace = records.look_up(cloud, region, NAMESPACE, after["namespaceName"])
    if namespace is None:
        return
    record = {
        "recoveryPointId": str(uuid.uuid4()),
        "recoveryPointCreateTime": records.now(),
        "namespaceName": namespace["namespaceName"],
        "namespaceArn": namespace["namespaceArn"],
        "workgroupName": after["workgroupName"],
        "status": "CREATING",
    }
    hidden = {"region": region, "name": record["recoveryPointId"], "key": key_of(namespace)}
    with cloud.lock(LOCK):
        begin(cloud, RECOVERY_POINT, record | {"_": hidden})


FOLLOWERS.append(follow)


def _new(context: Context, namespace: Record, name: str, days: int) -> Record:
    records.check_free(context, SNAPSHOT, name)
    told = {
        "snapshotName": name,
        "snapshotArn": context.arn(f"snapshot/{uuid.uuid4()}"),
        "snapshotCreateTime": records.now(),
        "snapshotRetentionPeriod": _checked_days(days),
        "namespaceName": namespace["namespaceName"],
        "namespaceArn": namespace["namespaceArn"],
        "adminUsername": namespace["adminUsername"],
        "kmsKeyId": namespace["kmsKeyId"],
        "ownerAccount": context.account,
        "status": "CREATING",
    }
    hidden = {"region": context.region, "name": name.lower(), "key": key_of(namespace)}
    return told | {"_": hidden}


def _find(context: Context, name: str | None, arn: str | None, owner: str | None) -> Record:
    if owner not in (None, context.account):
        raise SNAPSHOT.refusal(SNAPSHOT.missing, name or arn or "")
    if name:
        return records.find(context, SNAPSHOT, name)
    for each in records.listed(context, SNAPSHOT):
        if each["snapshotArn"] == arn:
            return each
    raise SNAPSHOT.refusal(SNAPSHOT.missing, arn or "")


def _restore(
    context: Context, namespace: str, workgroup: str, source: Record, kind: Kind
) -> Answer:
    """Begin to put a copy in the place of a namespace's data."""
    record = find_available(context, NAMESPACE, namespace)
    serving = records.find(context, WORKGROUP, workgroup)
    if serving["namespaceName"] != record["namespaceName"]:
        raise conflict(f"The workgroup {workgroup} does not serve the namespace {namespace}.")
    if source["status"] != "AVAILABLE":
        raise conflict("The snapshot is not available yet.")
    path: Path = file_of(context.cloud, kind, source)
    hidden = record["_"] | {"source": str(path), "ready": False}
    changed = record | {"status": "MODIFYING", "_": hidden}
    if kind is SNAPSHOT:
        changed["adminUsername"] = source["adminUsername"]
    return {"namespace": records.shown(begin(context.cloud, NAMESPACE, changed))}


def file_of(cloud: Cloud, kind: Kind, record: Record) -> Path:
    return files.snapshot_file(cloud, kind.name, record["_"]["region"], record["_"]["name"])


def _drop(cloud: Cloud, kind: Kind, record: Record) -> None:
    records.remove(cloud, kind, record)
    file_of(cloud, kind, record).unlink(missing_ok=True)
    if "snapshotArn" in record:
        tagging.put(cloud, record["snapshotArn"], [])


def _shown(record: Record) -> Record:
    """A snapshot as an answer tells it, with the days that it has left."""
    told, days = records.shown(record), record["snapshotRetentionPeriod"]
    if days != -1:
        age_s = records.now() - record["snapshotCreateTime"]
        told["snapshotRemainingDays"] = max(0, days - int(age_s // DAY_S))
    return told


def _sizes(size: int) -> Record:
    megabytes = round(size / MB, 3)
    return {
        "totalBackupSizeInMegaBytes": megabytes,
        "actualIncrementalBackupSizeInMegaBytes": megabytes,
        "backupProgressInMegaBytes": megabytes,
        "estimatedSecondsToCompletion": 0,
    }


def _between(moment: float, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or moment >= start.timestamp()) and (
        end is None or moment <= end.timestamp()
    )


def _checked_days(days: int) -> int:
    if days != -1 and not 1 <= days <= MOST_DAYS:
        raise invalid(f"The retention period must be -1, or between 1 and {MOST_DAYS} days.")
    return days
