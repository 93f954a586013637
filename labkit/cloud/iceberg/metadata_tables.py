"""``"table$history"`` and the like: an Iceberg table's metadata as tables.

Columns: https://trino.io/docs/current/connector/iceberg.html#metadata-tables
Names: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform

from labkit.cloud.engine import Column
from labkit.cloud.engine.types import parse_type
from labkit.cloud.iceberg.metadata_table import MetadataTable, Row, bound_text, moment
from labkit.cloud.iceberg.partitions_table import partitions

PARTS: dict[str, Callable[[Table], MetadataTable]] = {"partitions": partitions}


def part(
    name: str, /, **columns: str
) -> Callable[[Callable[[Table], Iterable[Row]]], Callable[[Table], Iterable[Row]]]:
    """Register a metadata table whose columns are always the same."""
    shown = tuple(Column(n, parse_type(kind)) for n, kind in columns.items())

    def register(rows: Callable[[Table], Iterable[Row]]) -> Callable[[Table], Iterable[Row]]:
        PARTS[name] = lambda table: MetadataTable(shown, tuple(rows(table)))
        return rows

    return register


_MOMENT = "timestamp(3) with time zone"


@part(
    "history",
    made_current_at=_MOMENT,
    snapshot_id="bigint",
    parent_id="bigint",
    is_current_ancestor="boolean",
)
def history(table: Table) -> Iterable[Row]:
    ancestors = _ancestors(table)
    for entry in table.history():
        snapshot = table.snapshot_by_id(entry.snapshot_id)
        yield {
            "made_current_at": moment(entry.timestamp_ms),
            "snapshot_id": entry.snapshot_id,
            "parent_id": snapshot.parent_snapshot_id if snapshot else None,
            "is_current_ancestor": entry.snapshot_id in ancestors,
        }


@part(
    "snapshots",
    committed_at=_MOMENT,
    snapshot_id="bigint",
    parent_id="bigint",
    operation="varchar",
    manifest_list="varchar",
    summary="map(varchar, varchar)",
)
def snapshots(table: Table) -> Iterable[Row]:
    for each in table.snapshots():
        summary = each.summary
        yield {
            "committed_at": moment(each.timestamp_ms),
            "snapshot_id": each.snapshot_id,
            "parent_id": each.parent_snapshot_id,
            "operation": summary.operation.value if summary else None,
            "manifest_list": each.manifest_list,
            "summary": list(summary.additional_properties.items()) if summary else None,
        }


@part(
    "refs",
    name="varchar",
    type="varchar",
    snapshot_id="bigint",
    max_reference_age_in_ms="bigint",
    min_snapshots_to_keep="integer",
    max_snapshot_age_in_ms="bigint",
)
def refs(table: Table) -> Iterable[Row]:
    for name, each in table.refs().items():
        yield {
            "name": name,
            "type": each.snapshot_ref_type.value.upper(),
            "snapshot_id": each.snapshot_id,
            "max_reference_age_in_ms": each.max_ref_age_ms,
            "min_snapshots_to_keep": each.min_snapshots_to_keep,
            "max_snapshot_age_in_ms": each.max_snapshot_age_ms,
        }


@part(
    "manifests",
    path="varchar",
    length="bigint",
    partition_spec_id="integer",
    added_snapshot_id="bigint",
    added_data_files_count="integer",
    added_rows_count="bigint",
    existing_data_files_count="integer",
    existing_rows_count="bigint",
    deleted_data_files_count="integer",
    deleted_rows_count="bigint",
    partition_summaries="array(row(contains_null boolean, contains_nan boolean, "
    "lower_bound varchar, upper_bound varchar))",
)
def manifests(table: Table) -> Iterable[Row]:
    snapshot = table.current_snapshot()
    for each in snapshot.manifests(table.io) if snapshot else ():
        yield {
            "path": each.manifest_path,
            "length": each.manifest_length,
            "partition_spec_id": each.partition_spec_id,
            "added_snapshot_id": each.added_snapshot_id,
            "added_data_files_count": each.added_files_count,
            "added_rows_count": each.added_rows_count,
            "existing_data_files_count": each.existing_files_count,
            "existing_rows_count": each.existing_rows_count,
            "deleted_data_files_count": each.deleted_files_count,
            "deleted_rows_count": each.deleted_rows_count,
            "partition_summaries": _summaries(table, each),
        }


def _summaries(table: Table, manifest: Any) -> list[Row]:
    spec = table.specs()[manifest.partition_spec_id]
    kinds = [f.field_type for f in spec.partition_type(table.schema()).fields]
    return [
        {
            "contains_null": summary.contains_null,
            "contains_nan": summary.contains_nan,
            "lower_bound": _shown(part.transform, kind, summary.lower_bound),
            "upper_bound": _shown(part.transform, kind, summary.upper_bound),
        }
        for summary, part, kind in zip(manifest.partitions or (), spec.fields, kinds, strict=True)
    ]


def _shown(transform: Any, kind: Any, bound: bytes | None) -> str | None:
    if bound is None:
        return None
    value = from_bytes(kind, bound)
    is_plain = isinstance(transform, IdentityTransform)
    return bound_text(kind, value) if is_plain else str(transform.to_human_string(kind, value))


@part(
    "files",
    content="integer",
    file_path="varchar",
    file_format="varchar",
    record_count="bigint",
    file_size_in_bytes="bigint",
    column_sizes="map(integer, bigint)",
    value_counts="map(integer, bigint)",
    null_value_counts="map(integer, bigint)",
    nan_value_counts="map(integer, bigint)",
    lower_bounds="map(integer, varchar)",
    upper_bounds="map(integer, varchar)",
    key_metadata="varbinary",
    split_offsets="array(bigint)",
    equality_ids="array(integer)",
)
def files(table: Table) -> Iterable[Row]:
    for file in _files(table):
        yield {
            "content": int(file.content),
            "file_path": file.file_path,
            "file_format": file.file_format.value,
            "record_count": file.record_count,
            "file_size_in_bytes": file.file_size_in_bytes,
            **{
                name: _items(getattr(file, name))
                for name in (
                    "column_sizes",
                    "value_counts",
                    "null_value_counts",
                    "nan_value_counts",
                )
            },
            "lower_bounds": _bounds(table, file.lower_bounds),
            "upper_bounds": _bounds(table, file.upper_bounds),
            "key_metadata": file.key_metadata,
            "split_offsets": file.split_offsets,
            "equality_ids": file.equality_ids,
        }


def _files(table: Table) -> Iterable[DataFile]:
    """The data files and delete files of the current snapshot."""
    snapshot = table.current_snapshot()
    for manifest in snapshot.manifests(table.io) if snapshot else ():
        for entry in manifest.fetch_manifest_entry(table.io):
            yield entry.data_file


def _items(counts: dict[int, int] | None) -> list[tuple[int, int]] | None:
    return None if counts is None else list(counts.items())


def _bounds(table: Table, bounds: dict[int, bytes] | None) -> list[tuple[int, str]] | None:
    if bounds is None:
        return None
    kinds: dict[int, Any] = {
        number: table.schema().find_field(number).field_type
        for number in bounds
        if number in table.schema().field_ids
    }
    return [
        (number, bound_text(kind, from_bytes(kind, bounds[number])))
        for number, kind in kinds.items()
    ]


def _ancestors(table: Table) -> set[int]:
    found: set[int] = set()
    snapshot = table.current_snapshot()
    while snapshot is not None:
        found.add(snapshot.snapshot_id)
        parent = snapshot.parent_snapshot_id
        snapshot = table.snapshot_by_id(parent) if parent is not None else None
    return found
