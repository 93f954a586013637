"""Column statistics of tables and partitions, kept with them.

Those of columns that are not there are told as errors, and not kept.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-column-statistics.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.glue.partitions import find_partition
from labkit.cloud.glue.records import answers, current, find_table
from labkit.cloud.glue.words import not_found
from labkit.cloud.operations import Answer, Context

Statistics = dict[str, Any]


@answers("UpdateColumnStatisticsForTable")
def update_for_table(
    context: Context, *, ColumnStatisticsList: list[Statistics], **where: Any
) -> Answer:
    table = _table(context, **where)
    return _update(table, _columns(current(table)), ColumnStatisticsList)


@answers("GetColumnStatisticsForTable")
def get_for_table(context: Context, *, ColumnNames: list[str], **where: Any) -> Answer:
    return _get(_table(context, **where), ColumnNames)


@answers("DeleteColumnStatisticsForTable")
def delete_for_table(context: Context, *, ColumnName: str, **where: Any) -> Answer:
    return _delete(_table(context, **where), ColumnName)


@answers("UpdateColumnStatisticsForPartition")
def update_for_partition(
    context: Context, *, ColumnStatisticsList: list[Statistics], **where: Any
) -> Answer:
    partition = _partition(context, **where)
    columns = _columns(current(_table(context, **where))) | _columns(partition.partition_input)
    return _update(partition, columns, ColumnStatisticsList)


@answers("GetColumnStatisticsForPartition")
def get_for_partition(context: Context, *, ColumnNames: list[str], **where: Any) -> Answer:
    return _get(_partition(context, **where), ColumnNames)


@answers("DeleteColumnStatisticsForPartition")
def delete_for_partition(context: Context, *, ColumnName: str, **where: Any) -> Answer:
    return _delete(_partition(context, **where), ColumnName)


def _table(context: Context, *, DatabaseName: str, TableName: str, **_: Any) -> Any:
    return find_table(context, DatabaseName, TableName)


def _partition(context: Context, *, PartitionValues: list[str], **where: Any) -> Any:
    table = _table(context, **where)
    found = find_partition(table, PartitionValues)
    table.partitions[str(PartitionValues)] = found  # a partition is changed by putting it anew
    return found


def _known(owner: Any) -> dict[str, Statistics]:
    """A table's or partition's statistics by column."""
    if not hasattr(owner, "column_statistics"):
        owner.column_statistics = {}
    found: dict[str, Statistics] = owner.column_statistics
    return found


def keep(owner: Any, given: list[Statistics]) -> None:
    """Keep statistics of columns in place of what was known of these."""
    _known(owner).update({each["ColumnName"]: each for each in given})


def _columns(definition: dict[str, Any]) -> set[str]:
    """The names of a table's or partition's columns, in lower case."""
    stored = (definition.get("StorageDescriptor") or {}).get("Columns") or []
    return {each["Name"].lower() for each in [*stored, *(definition.get("PartitionKeys") or [])]}


def _update(owner: Any, columns: set[str], given: list[Statistics]) -> Answer:
    errors = [each for each in given if each["ColumnName"].lower() not in columns]
    keep(owner, [each for each in given if each not in errors])
    return {"Errors": [{"ColumnStatistics": each, "Error": _no_column(each)} for each in errors]}


def _no_column(given: Statistics) -> Answer:
    error = not_found(f"Column {given['ColumnName']} not found.")
    return {"ErrorCode": error.code, "ErrorMessage": error.message}


def _get(owner: Any, names: list[str]) -> Answer:
    known = _known(owner)
    errors = [_missing(name) for name in names if name not in known]
    return {"ColumnStatisticsList": [known[n] for n in names if n in known], "Errors": errors}


def _delete(owner: Any, name: str) -> Answer:
    if _known(owner).pop(name, None) is None:
        raise not_found(f"Column statistics of {name} not found.")
    return {}


def _missing(name: str) -> Answer:
    error = not_found(f"Column statistics of {name} not found.")
    return {"ColumnName": name, "Error": {"ErrorCode": error.code, "ErrorMessage": error.message}}
