"""RestoreTableFromClusterSnapshot: one table of a snapshot, under a new name beside what is there.

The table comes with its columns, keys and rows; what is granted on it stays behind. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.duck import open_database
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import logins, records
from labkit.cloud.redshift.clusters import snapshots
from labkit.cloud.redshift.clusters.kinds import CLUSTER, SNAPSHOT, TABLE_RESTORE
from labkit.cloud.redshift.clusters.listing import listing
from labkit.cloud.redshift.clusters.shape import key_of
from labkit.cloud.redshift.clusters.snapshotting import find_snapshot
from labkit.cloud.redshift.clusters.state import find_available
from labkit.cloud.redshift.lifecycle import answers, begin, passing
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.warehouse import Connection
from labkit.cloud.redshift.warehouse.objects import Object, Objects, TableColumn
from labkit.cloud.redshift.warehouse.statements.declaring import Declared
from labkit.cloud.redshift.warehouse.statements.tables import create, look_up_own
from labkit.cloud.redshift.words import fault

PUBLIC = "public"
_PLACED = ("diststyle", "distkey", "sortkey", "sortstyle")


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
    """Read the table out of the snapshot's file, and make it anew in one transaction."""
    region = record["_"]["region"]
    cluster = records.look_up(cloud, region, CLUSTER, record["ClusterIdentifier"])
    snapshot = records.look_up(cloud, region, SNAPSHOT, record["SnapshotIdentifier"])
    if cluster is None or snapshot is None:
        return {"Status": "FAILED", "Message": "The cluster or the snapshot is gone."}
    try:
        table, rows = _read(snapshots.file_of(cloud, snapshot), record)
        logins.administer(cloud, key_of(cluster), lambda each: _make(each, record, table, rows))
    except RedshiftError as error:
        return {"Status": "FAILED", "Message": error.message}
    megabytes = rows.nbytes // 1024**2
    return {"Status": "SUCCEEDED", "TotalDataInMegaBytes": megabytes,
            "ProgressInMegaBytes": megabytes}  # fmt: skip


def _read(snapshot: Path, record: Record) -> tuple[Object, pa.Table]:
    """The table as the snapshot knows it, and its rows."""
    aside = snapshot.with_name(f"{record['TableRestoreRequestId']}.part")
    shutil.copyfile(snapshot, aside)
    database = open_database(aside)
    try:
        table = Objects(database).find(
            "relation", record["SourceTableName"],
            database=record["SourceDatabaseName"], schema=record["SourceSchemaName"],
        )  # fmt: skip
        if table is None or table.kind != "table":
            raise RedshiftError(f"table {record['SourceTableName']} is not in the snapshot")
        return table, database.sql(f"SELECT * FROM {table.physical}").to_arrow_table()
    finally:
        database.close()
        aside.unlink()


def _make(session: Connection, record: Record, table: Object, rows: pa.Table) -> None:
    """A table with the columns, keys and rows of another; made already when the server died."""
    name = tuple(record[f"{part}Name"] for part in ("TargetDatabase", "TargetSchema", "NewTable"))
    number = record["TableRestoreRequestId"]
    if known := look_up_own(session, name, temporary=False):
        if known.body.get("restored") == number:
            return
        raise RedshiftError(f'Relation "{name[-1]}" already exists', "42P07")
    placed = {word: table.body[word] for word in _PLACED if word in table.body}
    columns = [_going_on(column, rows) for column in table.columns]
    declared = Declared(columns, placed, table.body.get("constraints", []))
    session.begin()
    try:
        _fill(session, create(session, name, declared, more={"restored": number}), rows)
        session.commit()
    except BaseException:
        session.rollback()
        raise


def _fill(session: Connection, table: Object, rows: pa.Table) -> None:
    columns = ", ".join(quoted_name(each) for each in rows.column_names)
    session.duck.register("restored_rows", rows)
    try:
        session.duck.execute(f"INSERT INTO {table.physical} SELECT {columns} FROM restored_rows")
    finally:
        session.duck.unregister("restored_rows")


def _going_on(column: TableColumn, rows: pa.Table) -> TableColumn:
    """An identity column whose numbers go on after those that are there."""
    if not column.identity or not rows.num_rows:
        return column
    step = column.identity[1]
    found = pc.min_max(rows[column.name]).as_py()
    last = found["max" if step > 0 else "min"]
    return column if last is None else replace(column, identity=(last + step, step))
