"""Parquet files, read as DuckDB reads them, with the table's declaration laid over each file.

A table's columns are found in a file by name (any case), as are the fields within them; those that
it lacks are NULL, and a stored integer or float widens to the declared type; anything else is
HIVE_BAD_DATA. Files of one shape are one scan without casts, so projections and filters reach it.
Sources: https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html and
``constructField`` of Trino's ``ParquetTypeUtils``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import pyarrow as pa
import pyarrow.parquet as pq

from labkit.cloud.engine.formats.model import File, FormatError, Session, Table, literal, paths
from labkit.cloud.engine.formats.parquet_files import metadata
from labkit.cloud.engine.formats.partition import partition_columns
from labkit.cloud.engine.formats.text import BITS
from labkit.cloud.engine.formats.text_sql import bounded
from labkit.cloud.engine.nested import EACH, KEY, VALUE, listed, mapped, packed, part
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type

#: Writers leave NaN out of the bounds that they store; DuckDB would take it for being between them.
WITH_NAN = "can_have_nan=true"


def computed(number: str) -> str:
    """SQL of a float whose greatest is found in the rows.

    DuckDB tells a whole file's from its bounds, which with `WITH_NAN` is NaN whether there is one
    or not.
    """
    return f"-(-{number})"


@dataclass(frozen=True)
class Column:
    """A column, or a part of a nested one, as a Parquet file stores it.

    Args:
        name: as written in the file.
        physical: Parquet's physical type, ``""`` for a nested column.
        logical: Parquet's annotation in lower case: ``int``, ``string``, ``timestamp``,
            ``decimal``; of a nested column ``array``, ``map`` or ``row``.
        detail: Arrow's reading of the type, in which units, scales and fields stand.
        size: compressed bytes in the file.
        parts: an array's elements, a map's keys and values, or a row's fields.
    """

    name: str
    physical: str
    logical: str
    detail: str
    size: int = 0
    parts: tuple[Column, ...] = ()

    @property
    def shape(self) -> tuple[object, ...]:
        """What two files must share to be one scan."""
        inner = tuple(each.shape for each in self.parts)
        return self.name, self.physical, self.logical, self.detail, inner


@dataclass(frozen=True)
class Footer:
    """What a Parquet file's end says: its columns, rows and the length of the footer itself."""

    columns: tuple[Column, ...]
    rows: int
    size: int

    def find(self, name: str, index: int | None) -> Column | None:
        """A column by position, or else by name."""
        if index is not None:
            return self.columns[index] if index < len(self.columns) else None
        return self._by_name.get(name.lower())

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name.lower(): column for column in reversed(self.columns)}


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns, one branch for each shape that the files have."""
    groups: dict[tuple[object, ...], list[File]] = {}
    for file in files:
        own = file.path if file.deleted else ""
        groups.setdefault((own, _shape(table, file, wanted)), []).append(file)
    return f"({' UNION ALL '.join(_branch(table, g, wanted) for g in groups.values())})"


def scanned_bytes(table: Table, file: File, wanted: frozenset[str]) -> int:
    """Compressed size of the wanted columns, and the footer."""
    end = footer(file)
    found = _found(table, end, wanted)
    return end.size + sum(column.size for column in found if column)


def stored(table: Table, file: File, name: str) -> Column | None:
    """How the file stores a column of the table."""
    return _found(table, footer(file), frozenset({name}))[0]


def footer(file: File) -> Footer:
    """The file's footer.

    Raises:
        FormatError: HIVE_CANNOT_OPEN_SPLIT, no Parquet file or one cut short.
    """
    try:
        return _footer(file.path, os.stat(file.path).st_mtime_ns)
    except (pa.ArrowException, OSError) as error:
        raise file.unreadable(error) from error


@lru_cache(maxsize=20_000)
def _footer(path: str, changed: int) -> Footer:
    """One file's footer; `changed` is there so that a file written anew is read anew."""
    meta = metadata(path)
    sizes = [0] * meta.num_columns
    for group in map(meta.row_group, range(meta.num_row_groups)):
        for at, chunk in enumerate(map(group.column, range(group.num_columns))):
            sizes[at] += chunk.total_compressed_size
    leaves = zip(map(meta.schema.column, range(meta.num_columns)), sizes, strict=True)
    columns = [_column(field, leaves) for field in meta.schema.to_arrow_schema()]
    return Footer(tuple(columns), meta.num_rows, meta.serialized_size + 8)


def _column(field: pa.Field, leaves: Iterator[tuple[pq.ColumnSchema, int]]) -> Column:
    """A column; its leaves are the next in the file's order."""
    kind, inner = _inner(field.type)
    if kind:
        parts = tuple(_column(each, leaves) for each in inner)
        size = sum(each.size for each in parts)
        return Column(field.name, "", kind, str(field.type), size, parts)
    leaf, size = next(leaves)
    physical = {"BYTE_ARRAY": "BINARY"}.get(leaf.physical_type, leaf.physical_type)
    logical = leaf.logical_type.type.lower()
    return Column(field.name, physical, logical, str(field.type), size)


def _inner(kind: pa.DataType) -> tuple[str, list[pa.Field]]:
    """What a nested type is, and the fields within it."""
    if isinstance(kind, pa.BaseExtensionType):
        return _inner(kind.storage_type)
    if pa.types.is_struct(kind):
        return "row", list(kind.fields)
    if pa.types.is_map(kind):
        return "map", [kind.key_field, kind.item_field]
    return ("array", [kind.value_field]) if pa.types.is_nested(kind) else ("", [])


def _found(table: Table, end: Footer, wanted: frozenset[str]) -> list[Column | None]:
    by_name = table.by_name
    return [end.find(name, None if by_name else i) for i, name, _ in table.wanted(wanted)]


def _shape(table: Table, file: File, wanted: frozenset[str]) -> tuple[object, ...]:
    return tuple(c and c.shape for c in _found(table, footer(file), wanted))


def _branch(table: Table, files: list[File], wanted: frozenset[str]) -> str:
    found = _found(table, footer(files[0]), wanted)
    columns = [
        _value(column, name, kind, files[0])
        for column, (_, name, kind) in zip(found, table.wanted(wanted), strict=True)
    ]
    columns += partition_columns(table, files, wanted)
    options = f"hive_partitioning=false, union_by_name=false, {WITH_NAN}"
    rows = f"SELECT {', '.join(columns) or 'NULL'} FROM read_parquet({paths(files)}, {options}"
    deleted = ", ".join(map(str, files[0].deleted))
    return (
        f"{rows}, file_row_number=true) WHERE file_row_number NOT IN ({deleted})"
        if (deleted)
        else f"{rows})"
    )


def _value(column: Column | None, name: str, kind: Type, file: File) -> str:
    if column is None:
        return f"CAST(NULL AS {kind.duckdb}) AS {quoted_name(name)}"
    read = _read(quoted_name(column.name), column, kind)
    if read is None:
        stored = column.physical or column.detail
        raise FormatError(
            "HIVE_BAD_DATA",
            f"Field {name}'s type {stored} in parquet file {file.name} is incompatible with type "
            f"{kind} defined in table schema",
        )
    return read if read == quoted_name(name) else f"{read} AS {quoted_name(name)}"


def _read(text: str, column: Column, kind: Type) -> str | None:
    """SQL of a stored value as one of the declared type, ``None`` where it is none."""
    if column.detail == "null":
        return f"CAST(NULL AS {kind.duckdb})"
    return _READS[kind.base](text, column, kind) if kind.base in _READS else None


def _array(text: str, column: Column, kind: Type) -> str | None:
    item = _read(EACH, column.parts[0], kind.element) if column.logical == "array" else None
    return item and (text if item == EACH else listed(text, item))


def _map(text: str, column: Column, kind: Type) -> str | None:
    if column.logical != "map":
        return None
    key, value = map(_read, (KEY, VALUE), column.parts, kind.types)
    return key and value and (text if (key, value) == (KEY, VALUE) else mapped(text, key, value))


def _row(text: str, column: Column, kind: Type) -> str | None:
    """Fields by name; a row of which the file has none is NULL."""
    if column.logical != "row":
        return None
    stored = {each.name.lower(): each for each in reversed(column.parts)}
    values = [(name or "", stored.get((name or "").lower()), inner) for name, inner in kind.fields]
    if not any(own for _, own, _ in values):
        return f"CAST(NULL AS {kind.duckdb})"
    shown = [
        (name, _read(part(text, own.name), own, inner) if own else f"CAST(NULL AS {inner.duckdb})")
        for name, own, inner in values
    ]
    if any(value is None for _, value in shown):
        return None
    same = [(each.name, part(text, each.name)) for each in column.parts] == shown
    return text if same else packed(text, ((name, str(value)) for name, value in shown))


def _integer(text: str, column: Column, kind: Type) -> str | None:
    if column.logical in ("timestamp", "time") and kind.base == "bigint":
        return f"{_EPOCHS[column.detail]}({text})" if column.detail in _EPOCHS else None
    plain = column.physical in ("INT32", "INT64") and column.logical in ("none", "int")
    if not plain and not _WHOLE.fullmatch(column.detail):
        return None
    if _STORED.get(column.detail) == kind.base:
        return text
    limit = 1 << (BITS[kind.base] - 1)
    problem = literal(f"HIVE_BAD_DATA: Value out of range of type {kind} in field {column.name}")
    return (
        f"CASE WHEN {text} NOT BETWEEN {-limit} AND {limit - 1} THEN error({problem}) "
        f"ELSE TRY_CAST({text} AS {kind.duckdb}) END"
    )


def _float(text: str, column: Column, kind: Type) -> str | None:
    stored = {"FLOAT": "real", "DOUBLE": "double"}.get(column.physical)
    if stored == kind.base:
        return text
    return f"CAST({text} AS DOUBLE)" if (stored, kind.base) == ("real", "double") else None


def _decimal(text: str, column: Column, kind: Type) -> str | None:
    if column.logical == "int" or (column.logical == "none" and column.physical == "INT32"):
        return f"CAST({text} AS {kind.duckdb})"
    if column.logical != "decimal":
        return None
    same = column.detail == f"decimal128({kind.args[0]}, {kind.args[1]})"
    return text if same else f"CAST({text} AS {kind.duckdb})"


def _text(text: str, column: Column, kind: Type) -> str | None:
    if column.physical not in ("BINARY", _FIXED) or column.logical in ("decimal", "uuid"):
        return None
    if column.logical not in ("string", "enum", "json"):
        text = f"decode({text})"
    return bounded(text, kind)


def _binary(text: str, column: Column, kind: Type) -> str | None:
    if column.physical not in ("BINARY", _FIXED) or column.logical == "decimal":
        return None
    if column.logical == "uuid":
        return f"unhex(replace(CAST({text} AS VARCHAR), '-', ''))"
    if column.logical in ("unknown", "bson"):
        return None
    return f"encode({text})" if column.logical in ("string", "enum", "json") else text


def _timestamp(text: str, column: Column, kind: Type) -> str | None:
    if column.physical == "INT96":
        return f"CAST({text} AS {kind.duckdb})"
    if column.logical != "timestamp":
        return None
    if "tz=" in column.detail:
        text = f"timezone('UTC', {text})"
    plain = column.detail == "timestamp[us]" and kind.duckdb == "TIMESTAMP"
    return text if plain else f"CAST({text} AS {kind.duckdb})"


def _date(text: str, column: Column, kind: Type) -> str | None:
    if column.physical != "INT32" or column.logical not in ("date", "none"):
        return None
    return text if column.logical == "date" else f"(DATE '1970-01-01' + {text})"


def _boolean(text: str, column: Column, kind: Type) -> str | None:
    return text if column.physical == "BOOLEAN" else None


#: Decimals that may be declared as integers.
_WHOLE = re.compile(r"decimal128\(([1-9]|1[0-8]), 0\)")
_FIXED = "FIXED_LEN_BYTE_ARRAY"
_STORED = {"int8": "tinyint", "int16": "smallint", "int32": "integer", "int64": "bigint"}
_EPOCHS = {
    f"{kind}[{unit}]": f"epoch_{unit}"
    for kind in ("timestamp", "time64")
    for unit in ("ms", "us", "ns")
}
_READS: dict[str, Callable[[str, Column, Type], str | None]] = {
    "array": _array,
    "map": _map,
    "row": _row,
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), _integer),
    **dict.fromkeys(("real", "double"), _float),
    **dict.fromkeys(("varchar", "char"), _text),
    "decimal": _decimal,
    "varbinary": _binary,
    "timestamp": _timestamp,
    "date": _date,
    "boolean": _boolean,
}
