"""RestoreTableFromClusterSnapshot: one table of a snapshot, under a new name beside what is there.

The table comes with its columns, keys and rows; what is granted on it stays behind. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters import snapshots
from labkit.cloud.redshift.clusters.kinds import CLUSTER, SNAPSHOT, TABLE_RESTORE
from labkit.cloud.redshift.clusters.listing import listing
from labkit.cloud.redshift.clusters.shape import key_of
from labkit.cloud.redshift.clusters.snapshotting import find_snapshot
from labkit.cloud.redshift.clusters.state import find_available
from labkit.cloud.redshift.lifecycle import answers, begin, passing
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.table_restoring import TableRestore
from labkit.cloud.redshift.words import fault

PUBLIC = "public"


@answers("RestoreTableFromClusterSnapshot")
def restore_table_from_cluster_snapshot(
    context: Context,
    *,
    ClusterIdentifier: str,
    SnapshotIdentifier: str,
    SourceDatabaseName: str,
    SourceTableName: str,
    NewTableName: str,
    SourceSchemaName: str = PUBLIC,
    TargetDatabaseName: str | None = None,
    TargetSchemaName: str = PUBLIC,
    EnableCaseSensitiveIdentifier: bool = False,
) -> Answer:
    """The cluster goes on working meanwhile."""
    cluster = find_available(context, ClusterIdentifier)
    snapshot = find_snapshot(context, SnapshotIdentifier)
    if snapshot["_"]["namespace"] != cluster["_"]["namespace"]:
        raise fault(
            "InvalidTableRestoreArgumentFault", "The snapshot is not one of this cluster's."
        )
    number = str(uuid.uuid4())
    cased: Callable[[str], str] = str if EnableCaseSensitiveIdentifier else str.lower
    told = {
        "TableRestoreRequestId": number,
        "Status": "IN_PROGRESS",
        "RequestTime": records.now(),
        "ClusterIdentifier": cluster["ClusterIdentifier"],
        "SnapshotIdentifier": snapshot["SnapshotIdentifier"],
        "SourceDatabaseName": cased(SourceDatabaseName),
        "SourceSchemaName": cased(SourceSchemaName),
        "SourceTableName": cased(SourceTableName),
        "TargetDatabaseName": cased(TargetDatabaseName or SourceDatabaseName),
        "TargetSchemaName": cased(TargetSchemaName),
        "NewTableName": cased(NewTableName),
    }
    record = records.create(context, TABLE_RESTORE, number, told)
    return {"TableRestoreStatus": records.shown(begin(context.cloud, TABLE_RESTORE, record))}


@answers("DescribeTableRestoreStatus")
def describe_table_restore_status(
    context: Context,
    *,
    ClusterIdentifier: str | None = None,
    TableRestoreRequestId: str | None = None,
    **page: Any,
) -> Answer:
    return listing(
        context, TABLE_RESTORE, "TableRestoreStatusDetails", name=TableRestoreRequestId,
        keep=lambda each: ClusterIdentifier in (None, each["ClusterIdentifier"]), **page,
    )  # fmt: skip


@passing(TABLE_RESTORE, "IN_PROGRESS")
def restore(cloud: Cloud, record: Record) -> Record:
    """Make the table anew."""
    region = record["_"]["region"]
    cluster = records.look_up(cloud, region, CLUSTER, record["ClusterIdentifier"])
    snapshot = records.look_up(cloud, region, SNAPSHOT, record["SnapshotIdentifier"])
    if cluster is None or snapshot is None:
        return {"Status": "FAILED", "Message": "The cluster or the snapshot is gone."}
    work = TableRestore(
        record["TableRestoreRequestId"],
        tuple(record[f"Source{part}Name"] for part in ("Database", "Schema", "Table")),
        tuple(record[f"{part}Name"] for part in ("TargetDatabase", "TargetSchema", "NewTable")),
    )
    try:
        megabytes = work.run(cloud, key_of(cluster), snapshots.file_of(cloud, snapshot))
    except RedshiftError as error:
        return {"Status": "FAILED", "Message": error.message}
    return {"Status": "SUCCEEDED", "TotalDataInMegaBytes": megabytes,
            "ProgressInMegaBytes": megabytes}  # fmt: skip
