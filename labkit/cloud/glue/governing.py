"""What Lake Formation refuses of Glue's calls: tables, versions, partitions and statistics.

What partitions and statistics tell is data: who may select some rows, or not all partition keys, is
not told them.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.lake.refusals import denied
from labkit.cloud.operations import Context

Members = dict[str, Any]
_ALTER, _PUT, _DROP = ("ALTER",), ("ALTER", "INSERT"), ("ALTER", "DELETE")
# Operations on a table, and the rights of which one is to be had.
_OF_TABLES = {
    "GetTableVersion": ("DESCRIBE",),
    "GetTableVersions": ("DESCRIBE",),
    "GetPartitionIndexes": ("DESCRIBE",),
    "UpdateTable": _ALTER,
    "DeleteTableVersion": _ALTER,
    "BatchDeleteTableVersion": _ALTER,
    "CreatePartitionIndex": _ALTER,
    "DeletePartitionIndex": _ALTER,
    "UpdateColumnStatisticsForTable": _ALTER,
    "UpdateColumnStatisticsForPartition": _ALTER,
    "DeleteColumnStatisticsForTable": _ALTER,
    "DeleteColumnStatisticsForPartition": _ALTER,
    "CreatePartition": _PUT,
    "BatchCreatePartition": _PUT,
    "UpdatePartition": _PUT,
    "BatchUpdatePartition": _PUT,
    "DeletePartition": _DROP,
    "BatchDeletePartition": _DROP,
}
_OF_DATABASES = {
    "GetDatabase": "DESCRIBE", "UpdateDatabase": "ALTER", "CreateTable": "CREATE_TABLE",
}  # fmt: skip
_OF_PARTITIONS = ("GetPartition", "GetPartitions", "BatchGetPartition")
# What names all columns.
_OF_TASKS = (
    "StartColumnStatisticsTaskRun", "StopColumnStatisticsTaskRun", "GetColumnStatisticsTaskRuns",
    "CreateColumnStatisticsTaskSettings", "UpdateColumnStatisticsTaskSettings",
    "GetColumnStatisticsTaskSettings", "DeleteColumnStatisticsTaskSettings",
    "StartColumnStatisticsTaskRunSchedule", "StopColumnStatisticsTaskRunSchedule",
)  # fmt: skip
_OF_STATISTICS = ("GetColumnStatisticsForTable", "GetColumnStatisticsForPartition")


def judge(context: Context, operation: str, members: Members) -> None:
    """Raise for what the caller may not do with a table or database that is governed.

    Raises:
        AwsError: ``AccessDeniedException``.
    """
    given = members.get("TableInput") or {}
    database = members.get("DatabaseName") or members.get("Name") or ""
    table = members.get("TableName") or given.get("Name") or members.get("Name") or ""
    catalog = metastore(context)
    if operation in _OF_TABLES:
        catalog.check_table(_OF_TABLES[operation], database, table)
    elif operation in _OF_DATABASES:
        catalog.check_database(_OF_DATABASES[operation], database)
        catalog.check_folder(database, members.get("DatabaseInput") or {})
    elif operation == "CreateDatabase":
        catalog.check_creation(members["DatabaseInput"])
    elif operation == "DeleteDatabase":
        catalog.check_drop(database)
    elif operation in _OF_PARTITIONS:
        catalog.check_partitions(database, table)
    elif operation in _OF_TASKS:
        access = catalog.access(database, table)
        if access is not None and not (access.is_whole() or "ALTER" in access.rights):
            raise denied("ALTER", table)
    elif operation in _OF_STATISTICS:
        access = catalog.access(database, table)
        if access is not None and not access.shows(members["ColumnNames"]):
            raise denied("SELECT", table)


def metastore(context: Context) -> Metastore:
    """The catalog as the caller may use it."""
    return Metastore(context.cloud, context.region, principal=context.principal)
