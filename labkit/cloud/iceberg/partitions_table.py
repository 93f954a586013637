"""``"table$partitions"``: one row a partition, how much it holds, and the bounds of each column.

Source: https://trino.io/docs/current/connector/iceberg.html#partitions-table
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pyiceberg import types as ice
from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.partitioning import PartitionField
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform

from labkit.cloud.engine import Column
from labkit.cloud.engine.types import Type
from labkit.cloud.iceberg.metadata_table import MetadataTable, Row, plain
from labkit.cloud.iceberg.planning import plan
from labkit.cloud.iceberg.types import trino_type


def partitions(table: Table) -> MetadataTable:
    """One row a partition: how much it holds, and the bounds of each column.

    The keys are those of every spec that the table has had, without columns that are gone.
    """
    known = table.schema().field_ids
    keys = {
        part.field_id: (part.name, part.transform.result_type(_source(table, part)))
        for spec in table.specs().values()
        for part in spec.fields
        if part.source_id in known
    }
    own = {p.source_id for p in table.spec().fields if isinstance(p.transform, IdentityTransform)}
    data = [f for f in table.schema().fields if f.field_type.is_primitive and f.field_id not in own]
    columns = [
        Column("record_count", Type("bigint")),
        Column("file_count", Type("bigint")),
        Column("total_size", Type("bigint")),
    ]
    if keys:
        columns.insert(0, Column("partition", _row(list(keys.values()), lambda kind: kind)))
    if data:
        columns.append(Column("data", _row([(f.name, f.field_type) for f in data], _statistics)))
    groups: dict[Any, list[DataFile]] = {}
    for planned in plan(table, table.current_snapshot()):
        group = (planned.file.spec_id, *planned.file.partition)  # type: ignore[misc]
        groups.setdefault(group, []).append(planned.file)
    rows = []
    for (spec_id, *values), files in groups.items():
        parts = table.specs()[spec_id].fields
        found = {part.field_id: value for part, value in zip(parts, values, strict=True)}
        rows.append(_partition(keys, data, found, files))
    return MetadataTable(columns, rows)


def _source(table: Table, part: PartitionField) -> Any:
    return table.schema().find_field(part.source_id).field_type


def _partition(
    keys: dict[int, tuple[str, Any]],
    data: Sequence[ice.NestedField],
    values: dict[int, Any],
    files: Sequence[DataFile],
) -> Row:
    return {
        "record_count": sum(file.record_count for file in files),
        "file_count": len(files),
        "total_size": sum(file.file_size_in_bytes for file in files),
        "data": {f.name.lower(): _column(f, files) for f in data},
        "partition": {
            name.lower(): plain(kind, values.get(number)) for number, (name, kind) in keys.items()
        },
    }


def _column(column: ice.NestedField, files: Sequence[DataFile]) -> Row | None:
    """A column's bounds and counts, none where a file tells none; NULLs alone have no bounds.

    Source: ``IcebergStatistics`` of https://github.com/trinodb/trino (``plugin/trino-iceberg``)
    """
    number = column.field_id

    def told(file: DataFile, name: str) -> Any:
        return (getattr(file, name) or {}).get(number)

    with_values = [f for f in files if told(f, "null_value_counts") != f.record_count]

    def bound(name: str, choose: Callable[[Any], Any]) -> Any:
        found = [told(file, name) for file in with_values]
        if not found or None in found:
            return None
        kind: Any = column.field_type
        return plain(kind, choose(from_bytes(kind, each) for each in found))

    def count(name: str) -> int | None:
        found = [told(file, name) for file in files]
        return None if None in found else sum(found)

    row = {
        "min": bound("lower_bounds", min),
        "max": bound("upper_bounds", max),
        "null_count": count("null_value_counts"),
        "nan_count": count("nan_value_counts"),
    }
    return None if row["min"] is row["max"] is row["null_count"] is None else row


def _row(fields: Sequence[tuple[str, Any]], convert: Callable[[Type], Type]) -> Type:
    types = tuple(convert(trino_type(kind)) for _, kind in fields)
    return Type("row", types, tuple(name.lower() for name, _ in fields))


def _statistics(kind: Type) -> Type:
    names = ("min", "max", "null_count", "nan_count")
    return Type("row", (kind, kind, Type("bigint"), Type("bigint")), names)
