"""Partitions of a Hive table: a folder each, and the list that ``"orders$partitions"`` gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine import Column, QueryFailed, Scan
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import BIGINT
from labkit.cloud.lake.folders import folders_of
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.lake.pruning import NULL_PARTITION

if TYPE_CHECKING:
    from labkit.cloud.lake.table import LakeTable


@dataclass(frozen=True)
class Partition:
    """One folder of a table.

    Args:
        values: the text of each key's value.
        location: its ``s3://`` address.
        storage: its own storage descriptor, empty where the table's applies.
    """

    values: tuple[str, ...]
    location: str
    storage: Definition = field(default_factory=dict)


def partition_of(partition: Definition, keys: int) -> Partition:
    """A partition as the catalog has it.

    Raises:
        QueryFailed: HIVE_INVALID_METADATA, the table has other keys by now.
    """
    storage, values = partition.get("StorageDescriptor") or {}, tuple(partition["Values"])
    if len(values) != keys:
        words = f"Expected {keys} partition key values, but got {len(values)}"
        raise QueryFailed("HIVE_INVALID_METADATA", words)
    return Partition(values, storage.get("Location") or "", storage)


def check_placed(names: Sequence[str], values: Sequence[str], location: str | None) -> None:
    """Refuse a partition that the catalog has without a location: no folder is its own.

    Raises:
        QueryFailed: HIVE_INVALID_METADATA.
    """
    if not location:
        raise QueryFailed(
            "HIVE_INVALID_METADATA", f"Partition location is missing: {folders_of(names, values)}"
        )


def check_keys(keys: Sequence[Column]) -> None:
    """Refuse keys whose values Hive's connector does not read from folders' names.

    Raises:
        QueryFailed: NOT_SUPPORTED, a key of bytes or of a nested type.
    """
    for key in keys:
        if key.type.types or key.type.base == "varbinary":
            raise QueryFailed(
                "NOT_SUPPORTED",
                f"Unsupported Hive type {key.type.hive} found in partition keys: {key.name}",
            )


@dataclass(frozen=True)
class PartitionList:
    """``"orders$partitions"``: the values of the keys, a row for each partition.

    ``partition_number`` counts them, unseen by ``*``. Source:
    https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog-listing-partitions.html
    """

    table: LakeTable
    columns: Sequence[Column]
    partition_keys: Sequence[str] = ()
    hidden: Sequence[Column] = (Column("partition_number", BIGINT),)
    versioned: bool = False

    def relation(self, session: Any, scan: Scan) -> str:
        """The DuckDB relation of the list."""
        found = [partition.values for partition in self.table.partitions(session)]
        rows = [f"({', '.join(map(quoted_text, values))})" for values in found]
        names = [quoted_name(column.name) for column in self.columns]
        shown = ", ".join(
            f"CAST(nullif({name}, '{NULL_PARTITION}') AS {column.type.duckdb}) AS {name}"
            for name, column in zip(names, self.columns, strict=True)
        )
        nothing = f"({', '.join('NULL' for _ in names)})"
        listed = f"(VALUES {', '.join(rows or [nothing])}) AS t({', '.join(names)})"
        number = "row_number() OVER () AS partition_number"
        return f"SELECT {shown}, {number} FROM {listed} WHERE {'true' if rows else 'false'}"
