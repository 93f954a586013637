"""Files of a table, written from a query's rows.

The defaults and the compressions of each format are Athena's: Parquet and text GZIP, ORC ZLIB,
Avro DEFLATE. Source: https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html. Text
is written as LazySimpleSerDe writes it: no quotes, ``\\x01`` between fields, ``\\N`` for NULL,
escapes only where the table has an escape character, a line of names where it skips one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from pyarrow import orc

from labkit.cloud.engine.formats.avro_writing import write_avro
from labkit.cloud.engine.formats.batches import batches, schema_of
from labkit.cloud.engine.formats.model import FormatError, Session, Table, Target, literal
from labkit.cloud.engine.formats.packing import PACKERS
from labkit.cloud.engine.formats.simple import Dialect, dialect
from labkit.cloud.engine.nested import EACH, KEY, VALUE, listed, mapped, packed, part
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.rows import first_row
from labkit.cloud.engine.trino.text import as_text
from labkit.cloud.engine.types import Type

ENDINGS = {
    "gzip": ".gz",
    "bzip2": ".bz2",
    "zstd": ".zst",
    "deflate": ".deflate",
    "snappy": ".snappy",
}
#: The option of COPY that lets rows go to the file as they come.
UNORDERED = "PRESERVE_ORDER false"
#: Bytes to read from which on rows are written as they come, where no order was asked for.
LARGE = 1 << 28


def write(
    session: Session,
    sql: str,
    table: Table,
    compression: str,
    path: str,
    *,
    ordered: bool = True,
    trino: bool = False,
) -> int:
    """Write a query's rows as one file of the table.

    Args:
        session: whose connection runs the query.
        sql: a query that gives the table's columns, in order.
        table: its format, columns and options; partition keys are not written.
        compression: Athena's name in lower case, ``""`` for the format's default, ``none`` for
            none.
        path: where the file goes; the caller names it, with `ENDINGS` for compressed text.
        ordered: whether the rows stand in the order of the query. DuckDB may then hold all of
            them in memory, or on disk, before it writes the first.
        trino: whether it is as Hive and Trino write: timestamps in Parquet are INT96, and numbers
            in text are Java's (``1.0E-5``), for which the connection has Trino's macros.

    Returns:
        The number of rows.

    Raises:
        FormatError: the format cannot be written, or not with this compression.
    """
    if table.format not in WRITERS:
        raise FormatError("NOT_SUPPORTED", f"Cannot write files of format {table.format}")
    allowed = COMPRESSIONS[table.format]
    chosen = {"uncompressed": "none"}.get(compression.lower(), compression.lower())
    if (chosen or next(iter(allowed))) not in allowed:
        raise FormatError(
            "NOT_SUPPORTED",
            f"Compression {compression} is not supported for {table.format}; "
            f"it takes {', '.join(allowed)}",
        )
    names = ", ".join(quoted_name(name) for name, _ in table.columns)
    codec = allowed[chosen or next(iter(allowed))]
    return WRITERS[table.format](
        session, f"SELECT * FROM ({sql}) AS t({names})", table, codec, Target(path, ordered, trino)
    )


def nullable(sql: str, columns: int) -> str:
    """The same rows, in order, of columns that may hold NULL.

    DuckDB writes a column that it knows to hold none to Parquet as REQUIRED, so that files of one
    table differ in their schemas. Athena, Redshift and Spark write OPTIONAL ones alone.

    Args:
        sql: the query.
        columns: how many it has.
    """
    return f"FROM ({sql}) UNION ALL SELECT {', '.join(['NULL'] * columns)} FROM range(0)"


def _parquet(session: Session, sql: str, table: Table, codec: str, target: Target) -> int:
    rows = nullable(sql, len(table.columns))
    int96 = ", WRITE_TIMESTAMP_AS_INT96 true" if target.trino else ""
    return _copy(session, rows, target, f"FORMAT parquet, COMPRESSION {codec}{int96}")


def _json(session: Session, sql: str, table: Table, codec: str, target: Target) -> int:
    how = _Json("to_base64" if table.format == "openx-json" else "decode", target.trino)
    columns = ", ".join(
        f"{_json_value(quoted_name(n), k, how)} AS {quoted_name(n)}" for n, k in table.columns
    )
    return _lines(session, f"SELECT {columns} FROM ({sql})", "FORMAT json", codec, target)


class _Json(NamedTuple):
    """How JSON is written.

    Args:
        binary: the function that makes text of bytes. OpenX's is Base64; Hive's takes them for
            UTF-8, and those that are none are refused, of which Hive makes other bytes.
        java: whether numbers have the digits that Java gives them.
    """

    binary: str
    java: bool


def _json_value(column: str, kind: Type, how: _Json) -> str:
    """SQL of a value as JSON has it: bytes are text, and so are numbers that JSON lacks."""
    match kind.base:
        case "varbinary":
            return f"{how.binary}({column})"
        case "real" | "double":
            text = _number(column, kind, java=how.java)
            return (
                f"CASE WHEN isfinite({column}) THEN to_json(CAST({text} AS DOUBLE)) "
                f"ELSE to_json({text}) END"
            )
        case "array":
            item = _json_value(EACH, kind.element, how)
            return column if item == EACH else listed(column, item)
        case "map":
            item = _json_value(VALUE, kind.types[1], how)
            return column if item == VALUE else mapped(column, KEY, item)
        case "row":
            same = [(str(n), part(column, str(n))) for n, _ in kind.fields]
            values = [
                (name, _json_value(own, t, how))
                for (name, own), t in zip(same, kind.types, strict=True)
            ]
            return column if values == same else packed(column, values)
    return column


def _number(column: str, kind: Type, *, java: bool) -> str:
    """A number's text: ``NaN`` and ``Infinity`` are spelled as in Java, or all is."""
    if java:
        return as_text(column, kind)
    return f"replace(regexp_replace(CAST({column} AS VARCHAR), '-?nan', 'NaN'), 'inf', 'Infinity')"


def _text(session: Session, sql: str, table: Table, codec: str, target: Target) -> int:
    how = replace(dialect(table), java=target.trino)
    fields = [_nulled(quoted_name(n), k, how, 1) for n, k in table.columns]
    joined = f" || {literal(how.separators[0])} || ".join(fields)
    named = quoted_name(how.separators[0].join(name for name, _ in table.columns))
    header = str(table.count("skip.header.line.count") == 1).lower()
    options = f"FORMAT csv, HEADER {header}, QUOTE '', ESCAPE '', NULLSTR '', DELIMITER '\x01'"
    return _lines(session, f"SELECT {joined} AS {named} FROM ({sql})", options, codec, target)


def _nulled(column: str, kind: Type, how: Dialect, level: int) -> str:
    return f"coalesce({_field(column, kind, how, level)}, {literal(how.null)})"


def _field(column: str, kind: Type, how: Dialect, level: int) -> str:
    """SQL of a value's text in a delimited file."""
    match kind.base:
        case "array":
            item = _nulled(EACH, kind.element, how, level + 1)
            return _joined(listed(column, item), how.separators[level])
        case "map":
            key, value = (
                _nulled(each, t, how, level + 2)
                for each, t in zip((KEY, VALUE), kind.types, strict=True)
            )
            entry = f"{key} || {literal(how.separators[level + 1])} || {value}"
            return _joined(listed(f"map_entries({column})", entry), how.separators[level])
        case "row":
            parts = [_nulled(part(column, str(n)), t, how, level + 1) for n, t in kind.fields]
            text = f" || {literal(how.separators[level])} || ".join(parts)
            return f"CASE WHEN {column} IS NOT NULL THEN {text} END"
        case "varbinary":
            return f"to_base64({column})"
        case "real" | "double":
            return _number(column, kind, java=how.java)
        case "varchar" | "char" if how.escape:
            return _escaped(column, how)
    return f"CAST({column} AS VARCHAR)"


def _joined(items: str, separator: str) -> str:
    return f"array_to_string({items}, {literal(separator)})"


def _escaped(column: str, how: Dialect) -> str:
    text = column
    for mark in dict.fromkeys((how.escape, *how.separators[:3])):
        text = f"replace({text}, {literal(mark)}, {literal(how.escape + mark)})"
    return text


def _lines(session: Session, sql: str, options: str, codec: str, target: Target) -> int:
    """Text that DuckDB compresses itself, or plain text that we compress after it."""
    if codec in ("none", "gzip", "zstd"):
        return _copy(session, sql, target, f"{options}, COMPRESSION {codec}")
    plain = replace(target, path=f"{target.path}.plain")
    try:
        rows = _copy(session, sql, plain, f"{options}, COMPRESSION none")
        with Path(plain.path).open("rb") as source, Path(target.path).open("wb") as packed:
            packed.writelines(PACKERS[codec](source))
    finally:
        Path(plain.path).unlink(missing_ok=True)
    return rows


def _copy(session: Session, sql: str, target: Target, options: str) -> int:
    options += "" if target.ordered else f", {UNORDERED}"
    (count,) = first_row(session.con, f"COPY ({sql}) TO {literal(target.path)} ({options})")
    return int(count)


def _orc(session: Session, sql: str, table: Table, codec: str, target: Target) -> int:
    schema = schema_of(table)
    rows = 0
    with orc.ORCWriter(target.path, compression=codec) as writer:
        writer.write(pa.Table.from_batches([], schema))
        for batch in batches(session, sql, schema):
            writer.write(pa.Table.from_batches([batch]))
            rows += batch.num_rows
    return rows


_TEXT = {n: n for n in ("gzip", "none", "bzip2", "deflate", "snappy", "zstd")}
COMPRESSIONS: dict[str, dict[str, str]] = {
    "parquet": {
        "gzip": "gzip",
        "snappy": "snappy",
        "zstd": "zstd",
        "lz4": "lz4_raw",
        "none": "uncompressed",
    },
    "orc": {
        "zlib": "zlib",
        "snappy": "snappy",
        "zstd": "zstd",
        "lz4": "lz4",
        "none": "uncompressed",
    },
    "avro": {
        "deflate": "deflate",
        "gzip": "deflate",
        "snappy": "snappy",
        "zstd": "zstandard",
        "bzip2": "bzip2",
        "none": "null",
    },
    "json": _TEXT,
    "openx-json": _TEXT,
    "csv": _TEXT,
}
WRITERS: dict[str, Callable[[Session, str, Table, str, Target], int]] = {
    "parquet": _parquet,
    "orc": _orc,
    "avro": write_avro,
    "json": _json,
    "openx-json": _json,
    "csv": _text,
}
