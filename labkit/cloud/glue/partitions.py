"""Partitions of tables: single calls and batches, pages, segments and expressions.

A segment is one of several disjoint shares of a table's partitions, for parallel readers. Source:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from labkit.cloud.glue.catalog import with_defaults
from labkit.cloud.glue.governing import metastore
from labkit.cloud.glue.records import Definition, answers, change_partition, current, find_table
from labkit.cloud.glue.words import exists, invalid, not_found, page
from labkit.cloud.lake_formation.access import Access, seen
from labkit.cloud.members import copied
from labkit.cloud.operations import Answer, AwsError, Context


@answers("CreatePartition")
def create_partition(
    context: Context, *, DatabaseName: str, TableName: str, PartitionInput: Definition, **_: Any
) -> Answer:
    _create(find_table(context, DatabaseName, TableName), PartitionInput)
    return {}


@answers("BatchCreatePartition")
def batch_create_partition(
    context: Context,
    *,
    DatabaseName: str,
    TableName: str,
    PartitionInputList: list[Definition],
    **_: Any,
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    return _each(PartitionInputList, _values, lambda given: _create(table, given))


@answers("GetPartition")
def get_partition(
    context: Context, *, DatabaseName: str, TableName: str, PartitionValues: list[str], **_: Any
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    access = metastore(context).access(DatabaseName, TableName)
    return {"Partition": _shown(context, access, find_partition(table, PartitionValues))}


@answers("GetPartitions")
def get_partitions(
    context: Context,
    *,
    DatabaseName: str,
    TableName: str,
    Expression: str | None = None,
    Segment: dict[str, int] | None = None,
    ExcludeColumnSchema: bool = False,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    **_: Any,
) -> Answer:
    """The partitions that an expression over the keys takes, page by page."""
    table = find_table(context, DatabaseName, TableName)
    wanted = _segment(_filtered(table, Expression), Segment)
    found, token = page(wanted, NextToken, MaxResults)
    access = metastore(context).access(DatabaseName, TableName)
    shown = [_shown(context, access, each, ExcludeColumnSchema) for each in found]
    return {"Partitions": shown, "NextToken": token}


def _filtered(table: Any, expression: str | None) -> list[Any]:
    """The partitions that an expression takes; moto knows its types without their sizes alone."""
    from moto.glue.utils import PartitionFilter  # it takes a while to load

    keys = [
        key | {"Type": _sizeless(key.get("Type") or "string")}
        for key in current(table).get("PartitionKeys") or []
    ]
    shown = SimpleNamespace(versions={"": {"PartitionKeys": keys}})
    return list(filter(PartitionFilter(expression, shown), table.partitions.values()))


def _sizeless(kind: str) -> str:
    """A type's name; decimals of more than 15 digits keep theirs, as floats do not hold them."""
    digits = re.fullmatch(r"decimal\((\d+).*", kind)
    return kind if digits and int(digits[1]) > 15 else kind.partition("(")[0]


@answers("BatchGetPartition")
def batch_get_partition(
    context: Context,
    *,
    DatabaseName: str,
    TableName: str,
    PartitionsToGet: list[dict[str, list[str]]],
    **_: Any,
) -> Answer:
    """Those of the partitions that exist; others are left out."""
    table = find_table(context, DatabaseName, TableName)
    keys = [str(each["Values"]) for each in PartitionsToGet]
    found = [table.partitions[key] for key in keys if key in table.partitions]
    access = metastore(context).access(DatabaseName, TableName)
    return {"Partitions": [_shown(context, access, each) for each in found], "UnprocessedKeys": []}


@answers("UpdatePartition")
def update_partition(
    context: Context,
    *,
    DatabaseName: str,
    TableName: str,
    PartitionValueList: list[str],
    PartitionInput: Definition,
    **_: Any,
) -> Answer:
    _update(find_table(context, DatabaseName, TableName), PartitionValueList, PartitionInput)
    return {}


@answers("BatchUpdatePartition")
def batch_update_partition(
    context: Context, *, DatabaseName: str, TableName: str, Entries: list[Definition], **_: Any
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    return _each(
        Entries,
        lambda entry: {"PartitionValueList": entry["PartitionValueList"]},
        lambda entry: _update(table, entry["PartitionValueList"], entry["PartitionInput"]),
    )


@answers("DeletePartition")
def delete_partition(
    context: Context, *, DatabaseName: str, TableName: str, PartitionValues: list[str], **_: Any
) -> Answer:
    _delete(find_table(context, DatabaseName, TableName), PartitionValues)
    return {}


@answers("BatchDeletePartition")
def batch_delete_partition(
    context: Context,
    *,
    DatabaseName: str,
    TableName: str,
    PartitionsToDelete: list[dict[str, list[str]]],
    **_: Any,
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    return _each(PartitionsToDelete, _values, lambda each: _delete(table, each["Values"]))


def _create(table: Any, given: Definition) -> None:
    given = {"Values": [], **given}
    _check_values(table, given["Values"])
    if str(given["Values"]) in table.partitions:
        raise exists("Partition")
    table.create_partition(given)


def find_partition(table: Any, values: list[str]) -> Any:
    """moto's record of a partition.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    if str(values) not in table.partitions:
        raise not_found("Cannot find partition.")
    return table.partitions[str(values)]


def _update(table: Any, old: list[str], given: Definition) -> None:
    find_partition(table, old)
    given = {"Values": old, **given}
    _check_values(table, given["Values"])
    if given["Values"] != old and str(given["Values"]) in table.partitions:
        raise exists("Partition")
    change_partition(table, old, given)


def _delete(table: Any, values: list[str]) -> None:
    find_partition(table, values)
    table.delete_partition(values)


def _check_values(table: Any, values: list[str]) -> None:
    keys = current(table).get("PartitionKeys") or []
    if len(values) != len(keys):
        raise invalid(
            "The number of partition keys do not match the number of partition values: "
            f"{len(keys)} keys, {len(values)} values"
        )


def _segment(partitions: list[Any], segment: dict[str, int] | None) -> list[Any]:
    if segment is None:
        return partitions
    number, total = segment["SegmentNumber"], segment["TotalSegments"]
    if not 0 <= number < total:
        raise invalid("SegmentNumber must be less than TotalSegments")
    return partitions[number::total]


def _shown(
    context: Context, access: Access | None, partition: Any, without_columns: bool = False
) -> Definition:
    shown = seen(with_defaults(copied(partition.as_dict())), access)
    if without_columns:
        shown.get("StorageDescriptor", {}).pop("Columns", None)
    return {"CatalogId": context.account, **shown}


def _values(each: Definition) -> Answer:
    return {"PartitionValues": each.get("Values") or []}


def _each(
    items: Iterable[Definition],
    which: Callable[[Definition], Answer],
    change: Callable[[Definition], None],
) -> Answer:
    """Change each; the answer tells which could not be, and why."""
    errors = []
    for item in items:
        try:
            change(item)
        except AwsError as error:
            detail = {"ErrorCode": error.code, "ErrorMessage": error.message}
            errors.append(which(item) | {"ErrorDetail": detail})
    return {"Errors": errors}
