"""Rows that we read ourselves, streamed into DuckDB as Arrow batches.

DuckDB asks an object for its Arrow stream anew for each scan, so a registered `Stream` can be read
twice in one query (a self join) and never holds more than one batch in memory. Source:
https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from labkit.cloud.engine.formats.lines import lines, skipped
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.partition import partition_columns
from labkit.cloud.engine.formats.text_sql import bounded
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type

BATCH = 8192
FILE_INDEX = pa.field("file_index", pa.uint64())
Row = Sequence[Any]
Decoder = Callable[[str], Row]


class Stream:
    """An Arrow stream that starts again at each scan."""

    def __init__(self, schema: pa.Schema, batches: Callable[[], Iterator[pa.RecordBatch]]) -> None:
        self.schema, self.batches = schema, batches

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader = pa.RecordBatchReader.from_batches(self.schema, self.batches())
        return reader.__arrow_c_stream__(requested_schema)


def line_relation(
    session: Session, table: Table, files: Sequence[File], wanted: frozenset[str], decode: Decoder,
    records: Callable[[File], Iterable[str]] | None = None,
) -> str:  # fmt: skip
    """Relation of a text format; `decode` gives the wanted columns' values of a row.

    Args:
        records: the texts of a file's rows; its lines when not given.
    """
    skip = skipped(table)

    def rows(file: File) -> Iterator[Row]:
        for line in records(file) if records else lines(file, skip=skip):
            try:
                yield decode(line)
            except FormatError as error:
                raise FormatError(error.code, f"{error.message} ({file.name})") from error

    return row_relation(session, table, files, wanted, rows)


def row_relation(
    session: Session,
    table: Table,
    files: Sequence[File],
    wanted: frozenset[str],
    rows: Callable[[File], Iterable[Row]],
) -> str:
    """Relation of a format whose rows Python reads; a row has the wanted columns' values."""
    fields = [pa.field(name, arrow_type(kind)) for _, name, kind in table.wanted(wanted)]

    def batches() -> Iterator[pa.RecordBatch]:
        for index, file in enumerate(files):
            feed = iter(rows(file))
            while part := list(islice(feed, BATCH)):
                yield _batch(part, fields, index)

    return stream_relation(session, table, files, wanted, fields, batches)


def stream_relation(
    session: Session,
    table: Table,
    files: Sequence[File],
    wanted: frozenset[str],
    fields: Sequence[pa.Field],
    batches: Callable[[], Iterator[pa.RecordBatch]],
) -> str:
    """Relation over batches of the wanted columns and, last, each row's file number."""
    name = f"lake_{uuid.uuid4().hex}"
    session.con.register(name, Stream(pa.schema([*fields, FILE_INDEX]), batches))
    kinds = dict(table.columns)
    own = [bounded(quoted_name(f.name), kinds[f.name]) for f in fields]
    columns = [
        text if text == quoted_name(f.name) else f"{text} AS {quoted_name(f.name)}"
        for f, text in zip(fields, own, strict=True)
    ] + partition_columns(table, files, wanted)
    return f"(SELECT {', '.join(columns) or 'NULL'} FROM {name})"


def _batch(rows: list[Row], fields: list[pa.Field], index: int) -> pa.RecordBatch:
    given = zip(zip(*rows, strict=True), fields, strict=True)
    try:
        columns = [pa.array(values, field.type) for values, field in given]
    except pa.ArrowException as error:
        raise FormatError("HIVE_BAD_DATA", str(error)) from error
    return numbered(columns, fields, index, len(rows))


def numbered(
    columns: Sequence[pa.Array], fields: Sequence[pa.Field], index: int, rows: int
) -> pa.RecordBatch:
    """A batch of these columns with the file's number as the last."""
    numbers = pa.repeat(pa.scalar(index, pa.uint64()), rows)
    return pa.RecordBatch.from_arrays([*columns, numbers], schema=pa.schema([*fields, FILE_INDEX]))


def arrow_type(kind: Type) -> pa.DataType:
    """The Arrow type whose DuckDB reading is this type."""
    match kind.base:
        case "array":
            return pa.list_(arrow_type(kind.element))
        case "map":
            return pa.map_(*map(arrow_type, kind.types))
        case "row":
            return pa.struct([pa.field(str(n), arrow_type(t)) for n, t in kind.fields])
        case "decimal":
            return pa.decimal128(*kind.args)
    if kind.base not in _ARROW:
        raise FormatError("HIVE_INVALID_METADATA", f"Unsupported column type: {kind}")
    return _ARROW[kind.base]


_ARROW = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double": pa.float64(),
    "varchar": pa.string(),
    "char": pa.string(),
    "varbinary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
