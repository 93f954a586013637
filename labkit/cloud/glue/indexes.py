"""Partition indexes: records of which keys a catalog looks partitions up by.

A crawler makes one over all partition keys unless it is told not to:
https://docs.aws.amazon.com/glue/latest/dg/crawler-configure-partition-index.html. At most three a
table: https://docs.aws.amazon.com/glue/latest/dg/partition-indexes.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.glue.records import Definition, answers, current, find_table
from labkit.cloud.glue.words import exists, invalid, not_found
from labkit.cloud.operations import Answer, AwsError, Context

BY_CRAWLER = "crawler_partition_index"
MOST = 3
Descriptor = dict[str, Any]


@answers("CreatePartitionIndex")
def create_partition_index(
    context: Context, *, DatabaseName: str, TableName: str, PartitionIndex: dict[str, Any], **_: Any
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    add_index(table, PartitionIndex)
    return {}


@answers("GetPartitionIndexes")
def get_partition_indexes(
    context: Context, *, DatabaseName: str, TableName: str, **_: Any
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    found = _indexes(table)
    return {"PartitionIndexDescriptorList": found}


@answers("DeletePartitionIndex")
def delete_partition_index(
    context: Context, *, DatabaseName: str, TableName: str, IndexName: str, **_: Any
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    found = _indexes(table)
    if all(each["IndexName"] != IndexName for each in found):
        raise not_found(f"Index with the given indexName : {IndexName} does not exist")
    table.partition_indexes = [each for each in found if each["IndexName"] != IndexName]
    return {}


def add_index(table: Any, index: dict[str, Any]) -> None:
    """Record an index over some of a table's partition keys.

    Raises:
        AwsError: a key that the table lacks, a name that it has, or too many indexes.
    """
    table.partition_indexes = with_index(_indexes(table), index, table.name, current(table))


def with_index(
    found: list[Descriptor], index: dict[str, Any], table: str, definition: Definition
) -> list[Descriptor]:
    """A table's indexes and one more.

    Raises:
        AwsError: as `add_index`.
    """
    types = {k["Name"]: k.get("Type", "string") for k in definition.get("PartitionKeys") or []}
    unknown = [key for key in index["Keys"] if key not in types]
    if unknown or not index["Keys"]:
        raise invalid(f"Keys {unknown} are not partition keys of table {table}")
    if any(each["IndexName"] == index["IndexName"] for each in found):
        raise exists(f"Index with the given indexName : {index['IndexName']}")
    if len(found) >= MOST:
        raise AwsError("ResourceNumberLimitExceededException", "Index limit exceeded: 3 a table")
    keys = [{"Name": key, "Type": types[key]} for key in index["Keys"]]
    return [*found, {"IndexName": index["IndexName"], "Keys": keys, "IndexStatus": "ACTIVE"}]


def index_partitions(table: Any) -> None:
    """The index that a crawler makes over all of a table's partition keys, once."""
    if not _indexes(table):
        keys = [key["Name"] for key in current(table)["PartitionKeys"]]
        add_index(table, {"IndexName": BY_CRAWLER, "Keys": keys})


def _indexes(table: Any) -> list[Descriptor]:
    return list(getattr(table, "partition_indexes", []))
