"""Snapshots of clusters: a copy of all data at one moment.

A manual one stays until it is deleted or its days are over; automated ones go with the cluster.
Source: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.redshift import files, records
from labkit.cloud.redshift.clusters.kinds import SNAPSHOT
from labkit.cloud.redshift.clusters.shape import key_of
from labkit.cloud.redshift.lifecycle import LOCK, begin, last_of, passing
from labkit.cloud.redshift.records import Record

# What a snapshot tells of its cluster.
_OF_CLUSTER = ("ClusterIdentifier", "AvailabilityZone", "ClusterCreateTime", "MasterUsername",
               "ClusterVersion", "NodeType", "NumberOfNodes", "DBName", "VpcId", "Encrypted",
               "KmsKeyId", "EnhancedVpcRouting", "MaintenanceTrackName")  # fmt: skip


def new_snapshot(
    cloud: Cloud, cluster: Record, name: str, *, kind: str = "manual", **members: Any
) -> Record:
    """The record of a snapshot that is about to be taken."""
    region, identifier = cluster["_"]["region"], cluster["ClusterIdentifier"]
    arn = f"arn:aws:redshift:{region}:{cloud.account}:snapshot:{identifier}/{name}"
    told = {member: cluster.get(member) for member in _OF_CLUSTER}
    told |= {
        "SnapshotIdentifier": name,
        "SnapshotArn": arn,
        "SnapshotCreateTime": records.now(),
        "SnapshotType": kind,
        "Status": "creating",
        "Port": cluster["_"]["port"],
        "OwnerAccount": cloud.account,
        "ManualSnapshotRetentionPeriod": -1,
        "EncryptedWithHSM": False,
        "Tags": [],
        "RestorableNodeTypes": ["ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"],
    }
    hidden = {"region": region, "name": name.lower(), "key": key_of(cluster)}
    hidden["namespace"] = cluster["_"]["namespace"]
    return records.given(told | members) | {"_": hidden}


@passing(SNAPSHOT, "creating")
def take(cloud: Cloud, record: Record) -> Record:
    """Copy the cluster's file."""
    if record["_"].get("final"):
        return {}  # its cluster's work takes it
    return copy_now(cloud, record)


def copy_now(cloud: Cloud, record: Record) -> Record:
    """Copy the cluster's file; what the record says then."""
    began = time.monotonic()
    size = files.save(cloud, record["_"]["key"], file_of(cloud, record))
    megabytes = round(size / 1024**2, 3)
    return {
        "Status": "available",
        "SnapshotRetentionStartTime": records.now(),
        "TotalBackupSizeInMegaBytes": megabytes,
        "ActualIncrementalBackupSizeInMegaBytes": megabytes,
        "BackupProgressInMegaBytes": megabytes,
        "ElapsedTimeInSeconds": int(time.monotonic() - began),
        "EstimatedSecondsToCompletion": 0,
    }


def announce_last(context: Context, cluster: Record, name: str, days: int) -> None:
    """Put the last snapshot of a cluster on record; the work of the cluster's end takes it.

    Raises:
        AwsError: the name is taken.
    """
    records.check_free(context, SNAPSHOT, name)
    record = new_snapshot(context.cloud, cluster, name, ManualSnapshotRetentionPeriod=days)
    hidden = record["_"] | {"final": True}
    records.put(context.cloud, SNAPSHOT, record | {"_": hidden})


def take_last(cloud: Cloud, cluster: Record) -> None:
    """Take the last snapshot of a cluster, within the work of its end."""
    region, name = cluster["_"]["region"], cluster["_"]["last"]
    record = records.look_up(cloud, region, SNAPSHOT, name)
    if record and record["Status"] == "creating":
        last_of(SNAPSHOT, cloud, record, copy_now)


def take_automated(cloud: Cloud, cluster: Record) -> None:
    """Begin an automated snapshot, where the cluster keeps any."""
    if not cluster["AutomatedSnapshotRetentionPeriod"]:
        return
    moment = time.strftime("%Y-%m-%d-%H-%M-%S", time.gmtime())
    name = f"rs:{cluster['ClusterIdentifier']}-{moment}"
    with cloud.lock(LOCK):
        begin(cloud, SNAPSHOT, new_snapshot(cloud, cluster, name, kind="automated"))


def drop_automated(cloud: Cloud, cluster: Record) -> None:
    """Delete a cluster's automated snapshots."""
    for record in records.every(cloud, SNAPSHOT):
        own = record["_"]["namespace"] == cluster["_"]["namespace"]
        if own and record["SnapshotType"] == "automated":
            drop(cloud, record)


def drop(cloud: Cloud, record: Record) -> None:
    """Delete a snapshot and its file."""
    records.remove(cloud, SNAPSHOT, record)
    file_of(cloud, record).unlink(missing_ok=True)


def file_of(cloud: Cloud, record: Record) -> Path:
    """Where a snapshot's copy is."""
    return files.snapshot_file(cloud, "cluster", record["_"]["region"], record["_"]["name"])
