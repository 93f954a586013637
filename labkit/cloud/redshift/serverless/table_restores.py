"""RestoreTableFromSnapshot and its neighbours: one table of a snapshot, under a new name.

Source: https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_RestoreTableFromSnapshot.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.lifecycle import begin, passing
from labkit.cloud.redshift.records import Kind, Record
from labkit.cloud.redshift.serverless.answering import answers, conflict, find_available, lists
from labkit.cloud.redshift.serverless.kinds import (
    NAMESPACE,
    RECOVERY_POINT,
    SNAPSHOT,
    TABLE_RESTORE,
    WORKGROUP,
)
from labkit.cloud.redshift.serverless.namespaces import key_of
from labkit.cloud.redshift.serverless.snapshots import file_of
from labkit.cloud.redshift.table_restoring import TableRestore

PUBLIC = "public"


@answers("RestoreTableFromSnapshot")
def restore_table_from_snapshot(context: Context, *, snapshotName: str, **names: str) -> Answer:
    """The workgroup goes on working meanwhile."""
    source = records.find(context, SNAPSHOT, snapshotName)
    return _begin(context, SNAPSHOT, source, names | {"snapshotName": snapshotName})


@answers("RestoreTableFromRecoveryPoint")
def restore_table_from_recovery_point(
    context: Context, *, recoveryPointId: str, **names: str
) -> Answer:
    source = records.find(context, RECOVERY_POINT, recoveryPointId)
    return _begin(context, RECOVERY_POINT, source, names | {"recoveryPointId": recoveryPointId})


@answers("GetTableRestoreStatus")
def get_table_restore_status(context: Context, *, tableRestoreRequestId: str) -> Answer:
    found = records.find(context, TABLE_RESTORE, tableRestoreRequestId)
    return {"tableRestoreStatus": records.shown(found)}


@lists("ListTableRestoreStatus", "tableRestoreStatuses")
def list_table_restore_status(
    context: Context, *, namespaceName: str | None = None, workgroupName: str | None = None
) -> list[Record]:
    return [
        records.shown(each)
        for each in records.listed(context, TABLE_RESTORE)
        if namespaceName in (None, each["namespaceName"])
        and workgroupName in (None, each["workgroupName"])
    ]


def _begin(context: Context, kind: Kind, source: Record, names: dict[str, str]) -> Answer:
    namespace = find_available(context, NAMESPACE, names["namespaceName"])
    serving = records.find(context, WORKGROUP, names["workgroupName"])
    if serving["namespaceName"] != namespace["namespaceName"]:
        raise conflict(f"The workgroup does not serve the namespace {names['namespaceName']}.")
    if source["namespaceArn"] != namespace["namespaceArn"]:
        raise conflict("The snapshot is not one of this namespace's.")
    if source["status"] != "AVAILABLE":
        raise conflict("The snapshot is not available yet.")
    minded = names.pop("activateCaseSensitiveIdentifier", False)
    cased: Callable[[str], str] = str if minded else str.lower
    schemas = {"sourceSchemaName": PUBLIC, "targetSchemaName": PUBLIC}
    told = schemas | {"targetDatabaseName": names["sourceDatabaseName"]} | names
    shown = {name: cased(told[name]) for name in (*_SOURCE, *_TARGET)}
    number = str(uuid.uuid4())
    record = told | shown | {
        "tableRestoreRequestId": number,
        "status": "IN_PROGRESS",
        "requestTime": records.now(),
    }  # fmt: skip
    made = records.create(
        context, TABLE_RESTORE, number, record,
        key=key_of(namespace), file=str(file_of(context.cloud, kind, source)),
    )  # fmt: skip
    return {"tableRestoreStatus": records.shown(begin(context.cloud, TABLE_RESTORE, made))}


_SOURCE = ("sourceDatabaseName", "sourceSchemaName", "sourceTableName")
_TARGET = ("targetDatabaseName", "targetSchemaName", "newTableName")


@passing(TABLE_RESTORE, "IN_PROGRESS")
def restore(cloud: Cloud, record: Record) -> Record:
    """Make the table anew."""
    source, target = (tuple(record[name] for name in names) for names in (_SOURCE, _TARGET))
    work = TableRestore(record["tableRestoreRequestId"], source, target)
    try:
        megabytes = work.run(cloud, record["_"]["key"], Path(record["_"]["file"]))
    except RedshiftError as error:
        return {"status": "FAILED", "message": error.message}
    return {"status": "SUCCEEDED", "totalDataInMegaBytes": megabytes,
            "progressInMegaBytes": megabytes}  # fmt: skip
