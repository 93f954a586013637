"""CreateCluster, DescribeClusters, DeleteCluster.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context
from labkit.cloud.redshift import logins, managed, records
from labkit.cloud.redshift.clusters import shape, snapshots
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.clusters.listing import listing
from labkit.cloud.redshift.clusters.new import check_password, new_cluster
from labkit.cloud.redshift.clusters.state import find_available
from labkit.cloud.redshift.lifecycle import answers, begin
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import invalid_combination, invalid_value

_USER = re.compile(r"[a-z_][a-z0-9_+.@$-]{0,127}", re.IGNORECASE)


@answers("CreateCluster")
def create_cluster(
    context: Context,
    *,
    ClusterIdentifier: str,
    NodeType: str,
    MasterUsername: str = "",
    **members: Any,
) -> Answer:
    """The call answers at once; the cluster comes up in the background."""
    if not _USER.fullmatch(MasterUsername):
        raise invalid_value(f"Invalid master username: {MasterUsername}")
    password, arn = _password(context, ClusterIdentifier, MasterUsername, members)
    record = new_cluster(
        context,
        ClusterIdentifier,
        members | {"NodeType": NodeType, "MasterUsername": MasterUsername},
        secret=arn,
        password=password,
    )
    return {"Cluster": shape.cluster(context.cloud, begin(context.cloud, CLUSTER, record))}


@answers("DescribeClusters")
def describe_clusters(
    context: Context, *, ClusterIdentifier: str | None = None, **page: Any
) -> Answer:
    """One cluster, or those that have one of the tags' keys and one of their values."""

    def show(record: Record) -> Record:
        return shape.cluster(context.cloud, record)

    return listing(context, CLUSTER, "Clusters", name=ClusterIdentifier, show=show, **page)


@answers("DeleteCluster")
def delete_cluster(
    context: Context,
    *,
    ClusterIdentifier: str,
    SkipFinalClusterSnapshot: bool = False,
    FinalClusterSnapshotIdentifier: str | None = None,
    FinalClusterSnapshotRetentionPeriod: int = -1,
) -> Answer:
    """Deletes the data, after a last snapshot unless told to skip it.

    Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_DeleteCluster.html
    """
    records.find(context, CLUSTER, ClusterIdentifier)
    if not SkipFinalClusterSnapshot and not FinalClusterSnapshotIdentifier:
        raise invalid_combination(
            "FinalClusterSnapshotIdentifier is required unless "
            "SkipFinalClusterSnapshot is specified."
        )
    if SkipFinalClusterSnapshot and FinalClusterSnapshotIdentifier:
        raise invalid_combination(
            "FinalClusterSnapshotIdentifier can't be specified when SkipFinalClusterSnapshot is "
            "true."
        )
    record = find_available(context, ClusterIdentifier, "available", "paused", "hardware-failure")
    if SkipFinalClusterSnapshot:
        change: Record = {"ClusterStatus": "deleting", "_": record["_"] | {"ready": False}}
    else:
        last, days = str(FinalClusterSnapshotIdentifier), FinalClusterSnapshotRetentionPeriod
        change = {"ClusterStatus": "final-snapshot", "_": record["_"] | {"last": last}}
        with context.cloud.state.together():
            snapshots.announce_last(context, record, last, days)
            records.put(context.cloud, CLUSTER, record | change)
    return {"Cluster": shape.cluster(context.cloud, begin(context.cloud, CLUSTER, record | change))}


def _password(
    context: Context, identifier: str, user: str, members: Record
) -> tuple[str, str | None]:
    """The administrator's password, and the ARN of the secret that holds a managed one."""
    given = members.get("MasterUserPassword")
    if members.get("ManageMasterPassword"):
        if given:
            raise invalid_combination(
                "You can't specify MasterUserPassword when ManageMasterPassword is true."
            )
        records.check_free(context, CLUSTER, identifier)
        password = logins.new_password()
        key = members.get("MasterPasswordSecretKmsKeyId")
        return password, managed.keep_secret(
            context.cloud, context.region, identifier.lower(), user, password, key
        )
    if not given:
        raise AwsError("MissingParameter", "The request must contain MasterUserPassword.")
    return check_password(given), None
