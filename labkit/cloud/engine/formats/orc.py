"""ORC files, streamed stripe by stripe.

A table's columns are found in a file by position (``orc.column.index.access``, true by default);
one that is set to false finds them by name, as fields within them always are. Missing ones are
NULL, integers and floats widen, anything else is HIVE_BAD_DATA. Source:
https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import orc

from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.orc_sizes import column_sizes
from labkit.cloud.engine.formats.stream import arrow_type, numbered, stream_relation
from labkit.cloud.engine.types import Type


@dataclass(frozen=True)
class Footer:
    """What an ORC file's end says: names and types of its columns, rows, and its own length."""

    columns: tuple[tuple[str, str], ...]
    rows: int
    size: int


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns."""
    fields = [pa.field(name, arrow_type(kind)) for _, name, kind in table.wanted(wanted)]
    sources = [_sources(table, file, wanted) for file in files]
    kinds = [kind for _, _, kind in table.wanted(wanted)]

    def batches() -> Iterator[pa.RecordBatch]:
        for index, (file, names) in enumerate(zip(files, sources, strict=True)):
            for batch, rows in _stripes(file, [n for n in names if n]):
                arrays = [
                    _column(batch, rows, name, field, kind, file)
                    for name, field, kind in zip(names, fields, kinds, strict=True)
                ]
                yield numbered(arrays, fields, index, rows)

    return stream_relation(session, table, files, wanted, fields, batches)


def scanned_bytes(table: Table, file: File, wanted: frozenset[str]) -> int:
    """Compressed size of the wanted columns' streams, and the footer."""
    names = {name for name in _sources(table, file, wanted) if name}
    try:
        sizes = column_sizes(file.path)
    except (struct.error, LookupError, ValueError, OSError, pa.ArrowException) as error:
        raise file.unreadable(error) from error
    end = footer(file)
    return end.size + sum(sizes[i] for i, (name, _) in enumerate(end.columns) if name in names)


def footer(file: File) -> Footer:
    """The file's footer.

    Raises:
        FormatError: HIVE_CANNOT_OPEN_SPLIT, no ORC file or one cut short.
    """
    try:
        return _footer(file.path, Path(file.path).stat().st_mtime_ns)
    except (pa.ArrowException, OSError) as error:
        raise file.unreadable(error) from error


@lru_cache(maxsize=20_000)
def _footer(path: str, changed: int) -> Footer:
    found = orc.ORCFile(path)
    columns = tuple((field.name, str(field.type)) for field in found.schema)
    size = found.file_length - found.content_length
    return Footer(columns, found.nrows, size)


def _sources(table: Table, file: File, wanted: frozenset[str]) -> list[str | None]:
    """The file's name of each wanted column."""
    names = [name for name, _ in footer(file).columns]
    if not table.by_name:
        return [names[i] if i < len(names) else None for i, _, _ in table.wanted(wanted)]
    by_name = {name.lower(): name for name in reversed(names)}
    return [by_name.get(name.lower()) for _, name, _ in table.wanted(wanted)]


def _stripes(file: File, names: list[str]) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Batches of the file's columns and their rows; without columns, only the rows."""
    try:
        found = orc.ORCFile(file.path)
        if not names:
            yield pa.RecordBatch.from_pylist([]), found.nrows
            return
        for stripe in range(found.nstripes):
            whole = pa.Table.from_batches([found.read_stripe(stripe, names)])
            whole.validate(full=True)  # damaged text would show when the result is read
            yield from ((batch, batch.num_rows) for batch in whole.to_batches(65_536))
    except (pa.ArrowException, OSError) as error:
        raise file.unreadable(error) from error


def _column(
    batch: pa.RecordBatch, rows: int, name: str | None, field: pa.Field, kind: Type, file: File
) -> pa.Array:
    if name is None:
        return pa.nulls(rows, field.type)
    stored, target = batch.column(name), _lowered(field.type)
    stored = _renamed(stored, _lowered(stored.type))
    if not _widens(stored.type, target):
        raise FormatError(
            "HIVE_BAD_DATA",
            f"Malformed ORC file. Cannot read SQL type '{kind}' from ORC stream '.{name}' "
            f"of type {stored.type} [{file.name}]",
        )
    found = stored if stored.type == target else _cast(stored, target, file)
    return _renamed(found, field.type)


@dataclass(frozen=True)
class _Renamed:
    """An array whose structs name their fields otherwise."""

    array: pa.Array
    type: pa.DataType

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return self.type.__arrow_c_schema__(), self.array.__arrow_c_array__()[1]


def _renamed(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """The same values; the type says how the fields of their structs are spelled."""
    return array if kind == array.type else pa.array(_Renamed(array, kind))


def _lowered(kind: pa.DataType) -> pa.DataType:
    """The type, with the fields of structs in lower case: they are found in any."""
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name.lower(), _lowered(f.type)) for f in kind.fields])
    if pa.types.is_list(kind):
        return pa.list_(_lowered(kind.value_type))
    if pa.types.is_map(kind):
        return pa.map_(_lowered(kind.key_type), _lowered(kind.item_type))
    return kind


def _cast(stored: pa.Array, target: pa.DataType, file: File) -> pa.Array:
    try:
        return stored.cast(options=pc.CastOptions(target, allow_time_truncate=True))
    except pa.ArrowException as error:
        raise FormatError("HIVE_BAD_DATA", f"{error} [{file.name}]") from error


def _widens(stored: pa.DataType, target: pa.DataType) -> bool:
    """Whether a declared type may stand over a stored one."""
    if pa.types.is_struct(stored) and pa.types.is_struct(target):
        own = {field.name: field.type for field in stored.fields}
        return all(_widens(own.get(field.name, field.type), field.type) for field in target.fields)
    if pa.types.is_list(stored) and pa.types.is_list(target):
        return _widens(stored.value_type, target.value_type)
    if pa.types.is_map(stored) and pa.types.is_map(target):
        keys = _widens(stored.key_type, target.key_type)
        return keys and _widens(stored.item_type, target.item_type)
    same = (pa.types.is_integer, pa.types.is_decimal, pa.types.is_timestamp)
    floats = pa.types.is_float32(stored) and pa.types.is_float64(target)
    return stored == target or floats or any(kind(stored) and kind(target) for kind in same)
