"""What happens in the states of a cluster that pass by themselves.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-cluster-status.html
"""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb

from labkit.cloud.cloud import Cloud
from labkit.cloud.redshift import files, logins, managed, records
from labkit.cloud.redshift.clusters import snapshots
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.clusters.shape import key_of
from labkit.cloud.redshift.endpoints import close_endpoint
from labkit.cloud.redshift.lifecycle import change, passing
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.warehouse import RedshiftError, close_warehouse, open_warehouse
from labkit.cloud.redshift.warehouse.warehouse import file_of

log = logging.getLogger(__name__)


@passing(CLUSTER, "creating")
def make(cloud: Cloud, record: Record) -> Record:
    """A warehouse of its own, empty or a snapshot's copy, with its administrator's password."""
    key, hidden = key_of(record), record["_"]
    if not hidden["ready"]:
        if hidden.get("source"):
            files.bring(cloud, key, Path(hidden["source"]))
        change(cloud, CLUSTER, records.key_of(record), {"_": {"ready": True}})
    open_warehouse(cloud, key)
    _set_password(cloud, record)
    snapshots.take_automated(cloud, record)
    return {"ClusterStatus": "available", "_": {"password": None, "source": None}}


@passing(CLUSTER, "modifying")
def modify(cloud: Cloud, record: Record) -> Record:
    """What was asked for comes into force."""
    _set_password(cloud, record)
    pending = record["_"].get("pending") or {}
    return {
        **pending,
        "ClusterStatus": "available",
        "PendingModifiedValues": {},
        "_": {"password": None, "pending": None},
    }


@passing(CLUSTER, "renaming")
def rename(cloud: Cloud, record: Record) -> Record:
    """The warehouse gets the key of the new identifier."""
    close_endpoint(cloud, record["_"]["old_key"])
    files.move(cloud, record["_"]["old_key"], key_of(record))
    return {"ClusterStatus": "modifying", "_": {"ready": True}}


@passing(CLUSTER, "resizing")
def resize(cloud: Cloud, record: Record) -> Record:
    """Other nodes take over; sessions end, as they do when a classic resize is done."""
    key = key_of(record)
    moved_mb = files.size_of(file_of(cloud.home, key)) // 1024**2
    close_warehouse(cloud, key)
    resized = record["_"]["resize"] | {"Status": "SUCCEEDED", "ended": records.now()}
    resized |= {"ProgressInMegaBytes": moved_mb, "TotalResizeDataInMegaBytes": moved_mb}
    to = {"NodeType": resized["TargetNodeType"], "NumberOfNodes": resized["TargetNumberOfNodes"]}
    return {"ClusterStatus": "available", **to, "_": {"resize": resized}}


@passing(CLUSTER, "rebooting")
def reboot(cloud: Cloud, record: Record) -> Record:
    """All sessions end; parameters that wait for it come into force."""
    close_warehouse(cloud, key_of(record))
    groups = [
        group | {"ParameterApplyStatus": "in-sync"} for group in record["ClusterParameterGroups"]
    ]
    return {"ClusterStatus": "available", "ClusterParameterGroups": groups}


@passing(CLUSTER, "pausing")
def pause(cloud: Cloud, record: Record) -> Record:
    """All sessions end, and none begins."""
    close_warehouse(cloud, key_of(record))
    return {"ClusterStatus": "paused"}


@passing(CLUSTER, "resuming")
def resume(cloud: Cloud, record: Record) -> Record:
    return {"ClusterStatus": "available"}


@passing(CLUSTER, "final-snapshot")
def take_last(cloud: Cloud, record: Record) -> Record:
    """The last snapshot, which stays; a cluster whose last one fails stays too."""
    try:
        snapshots.take_last(cloud, record)
    except (OSError, RedshiftError, duckdb.Error):
        log.exception("the last snapshot of %s failed", records.key_of(record))
        return {"ClusterStatus": "available"}
    return {"ClusterStatus": "deleting", "_": {"ready": False}}


@passing(CLUSTER, "deleting")
def delete(cloud: Cloud, record: Record) -> None:
    """The data go, and with them the automated snapshots and the secret."""
    close_endpoint(cloud, key_of(record))
    files.delete(cloud, key_of(record))
    snapshots.drop_automated(cloud, record)
    if record.get("MasterPasswordSecretArn"):
        managed.drop_secret(cloud, record["_"]["region"], record["MasterPasswordSecretArn"])


def _set_password(cloud: Cloud, record: Record) -> None:
    if password := record["_"].get("password"):
        logins.set_password(cloud, key_of(record), record["MasterUsername"], password)
