"""RestoreFromClusterSnapshot: a new cluster with all that a snapshot holds.

Users and their passwords are in it; what is not named in the call is as it was in the old cluster.
Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_RestoreFromClusterSnapshot.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import files, logins, managed, records
from labkit.cloud.redshift.clusters import shape, snapshots
from labkit.cloud.redshift.clusters.kinds import CLUSTER, SNAPSHOT
from labkit.cloud.redshift.clusters.new import new_cluster
from labkit.cloud.redshift.clusters.snapshotting import find_snapshot
from labkit.cloud.redshift.lifecycle import answers, begin
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault, invalid_combination

_KEPT = ("NodeType", "NumberOfNodes", "MasterUsername", "DBName", "ClusterVersion", "Encrypted",
         "EnhancedVpcRouting", "AvailabilityZone", "KmsKeyId", "Port", "Tags")  # fmt: skip


@answers("RestoreFromClusterSnapshot")
def restore_from_cluster_snapshot(
    context: Context,
    *,
    ClusterIdentifier: str,
    SnapshotIdentifier: str | None = None,
    SnapshotArn: str | None = None,
    SnapshotClusterIdentifier: str | None = None,
    OwnerAccount: str | None = None,
    **members: Any,
) -> Answer:
    """The cluster is ``creating`` while its file is copied."""
    name = SnapshotIdentifier or (SnapshotArn or "").rpartition("/")[2]
    if not name:
        raise invalid_combination("Give the SnapshotIdentifier or the SnapshotArn.")
    elsewhere = SnapshotArn and SnapshotArn.split(":")[3:5] != [context.region, context.account]
    if elsewhere or OwnerAccount not in (None, context.account):
        raise SNAPSHOT.refusal(SNAPSHOT.missing, name)
    snapshot = find_snapshot(context, name, SnapshotClusterIdentifier)
    records.check_free(context, CLUSTER, ClusterIdentifier)
    if snapshot["Status"] != "available":
        raise fault("InvalidClusterSnapshotStateFault", f"The snapshot {name} is not available.")
    record = _restored(context, ClusterIdentifier, snapshot, members)
    return {"Cluster": shape.cluster(context.cloud, begin(context.cloud, CLUSTER, record))}


def _restored(context: Context, identifier: str, snapshot: Record, members: Record) -> Record:
    told = {name: snapshot[name] for name in _KEPT if name in snapshot} | members
    password, arn = None, None
    if members.get("ManageMasterPassword"):
        password = logins.new_password()
        arn = managed.keep_secret(
            context.cloud, context.region, identifier.lower(), told["MasterUsername"], password
        )
    source = snapshots.file_of(context.cloud, snapshot)
    record = new_cluster(
        context, identifier, told, secret=arn, source=str(source), password=password
    )
    size_mb = files.size_of(source) // 1024**2
    record["RestoreStatus"] = {
        "Status": "completed",
        "CurrentRestoreRateInMegaBytesPerSecond": 0.0,
        "SnapshotSizeInMegaBytes": size_mb,
        "ProgressInMegaBytes": size_mb,
        "ElapsedTimeInSeconds": 0,
        "EstimatedTimeToCompletionInSeconds": 0,
    }
    return record
