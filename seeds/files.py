"""How a table becomes bytes, the same bytes everywhere.

Parquet is written without compression: a compressor promises what it gives back, not which bytes
it writes on another processor, and the SIS is small. CSV is unquoted with a header and commas, so
no value may hold a comma, quote or line end: the writer refuses one that does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

_ROW_GROUP = 1_000_000
_BATCH = 16_384


def typed(columns: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    """Columns as a table of exactly this schema."""
    return pa.table([_array(columns[field.name], field.type) for field in schema], schema=schema)


def named(columns: Mapping[str, Any], names: Sequence[str]) -> pa.Table:
    """Columns under these names and in this order; those not given are empty."""
    unknown = set(columns) - set(names)
    if unknown:
        raise KeyError(f"The table has no column {', '.join(sorted(unknown))}.")
    count = len(next(iter(columns.values())))
    empty = pa.nulls(count, pa.string())
    return pa.table(
        [_as_arrow(columns[name]) if name in columns else empty for name in names], names
    )


def write_parquet(table: pa.Table, sink: BinaryIO) -> None:
    """One Parquet file."""
    pa.parquet.write_table(
        table,
        sink,
        row_group_size=_ROW_GROUP,
        compression="none",
        version="2.6",
        store_schema=False,
    )


def write_csv(tables: Iterator[pa.Table], sink: BinaryIO) -> None:
    """One CSV file from tables of the same columns, one after the other."""
    spelled = map(_spell_doubles, tables)
    first = next(spelled)
    options = pa.csv.WriteOptions(
        batch_size=_BATCH, quoting_style="none", quoting_header="none", include_header=True
    )
    with pa.csv.CSVWriter(sink, first.schema, write_options=options) as writer:
        writer.write_table(first)
        for table in spelled:
            writer.write_table(table)


def fixed_text(letters: NDArray[np.uint8]) -> pa.Array:
    """Strings of equal length from a matrix of ASCII codes, one row a string."""
    count, width = letters.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters))]
    return pa.Array.from_buffers(pa.string(), count, buffers)


def _spell_doubles(table: pa.Table) -> pa.Table:
    """Doubles keep their point (100.0, not 100), so that every file of a table crawls alike."""
    for place, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            texts = [None if value is None else repr(value) for value in table[place].to_pylist()]
            table = table.set_column(place, field.name, pa.array(texts, pa.string()))
    return table


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, np.ndarray) and values.dtype == bool:
        values = values.astype(np.int16)
    array = _as_arrow(values)
    return array if array.type == kind else array.cast(kind)


def _as_arrow(values: Any) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, np.ndarray) and values.dtype.kind == "U":
        return pa.array(values.tolist(), pa.string())
    return pa.array(values)
