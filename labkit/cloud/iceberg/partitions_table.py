"""``"table$partitions"``: one row a partition, how much it holds, and the bounds of each column.

Source: https://trino.io/docs/current/connector/iceberg.html#partitions-table
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pyiceberg import types as ice
from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from labkit.cloud.engine import Column
from labkit.cloud.engine.types import Type
from labkit.cloud.iceberg.metadata_table import MetadataTable, Row, plain
from labkit.cloud.iceberg.planning import plan
from labkit.cloud.iceberg.types import trino_type


def partitions(table: Table) -> MetadataTable:
    """One row a partition: how much it holds, and the bounds of each column."""
    keys = table.spec().partition_type(table.schema()).fields
    data = [f for f in table.schema().fields if f.field_type.is_primitive]
    columns = [
        Column("record_count", Type("bigint")),
        Column("file_count", Type("bigint")),
        Column("total_size", Type("bigint")),
    ]
    if keys:
        columns.insert(0, Column("partition", _row(keys, lambda kind: kind)))
    columns.append(Column("data", _row(data, _statistics)))
    groups: dict[Any, list[DataFile]] = {}
    for planned in plan(table, table.current_snapshot()):
        if planned.file.spec_id == table.spec().spec_id:
            groups.setdefault(tuple(planned.file.partition), []).append(planned.file)  # type: ignore[arg-type]
    return MetadataTable(
        columns, [_partition(keys, data, key, files) for key, files in groups.items()]
    )


def _partition(
    keys: Sequence[Any], data: Sequence[Any], key: tuple[Any, ...], files: Sequence[DataFile]
) -> Row:
    row: Row = {
        "record_count": sum(file.record_count for file in files),
        "file_count": len(files),
        "total_size": sum(file.file_size_in_bytes for file in files),
        "data": {f.name.lower(): _column(f, files) for f in data},
    }
    if keys:
        row["partition"] = {
            f.name.lower(): plain(f.field_type, value) for f, value in zip(keys, key, strict=True)
        }
    return row


def _column(column: ice.NestedField, files: Sequence[DataFile]) -> Row:
    def bound(name: str, choose: Callable[[Any], Any]) -> Any:
        found = [getattr(file, name) or {} for file in files]
        if not all(column.field_id in each for each in found):
            return None
        kind: Any = column.field_type
        values = [from_bytes(kind, each[column.field_id]) for each in found]
        return plain(kind, choose(values))

    def count(name: str) -> int | None:
        found = [(getattr(file, name) or {}).get(column.field_id) for file in files]
        return None if None in found else sum(n for n in found if n is not None)

    return {
        "min": bound("lower_bounds", min),
        "max": bound("upper_bounds", max),
        "null_count": count("null_value_counts"),
        "nan_count": count("nan_value_counts"),
    }


def _row(fields: Sequence[Any], convert: Callable[[Type], Type]) -> Type:
    types = tuple(convert(trino_type(f.field_type)) for f in fields)
    return Type("row", types, tuple(f.name.lower() for f in fields))


def _statistics(kind: Type) -> Type:
    names = ("min", "max", "null_count", "nan_count")
    return Type("row", (kind, kind, Type("bigint"), Type("bigint")), names)
