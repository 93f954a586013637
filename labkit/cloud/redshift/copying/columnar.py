"""Parquet and ORC: columns are taken in their order, and types must be alike.

The files' columns must be as many as the table's; an object of no bytes holds no rows. A value that
does not fit fails the statement, as Redshift's Spectrum layer reads these files and tells so with
its own code, 15001. Source:
https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa
from pyarrow import orc, parquet

from labkit.cloud.engine.formats import File
from labkit.cloud.engine.formats.old_lists import stripped
from labkit.cloud.engine.formats.parquet import WITH_NAN
from labkit.cloud.engine.formats.stream import Stream
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.duck import failures
from labkit.cloud.engine.redshift.errors import RedshiftError, raising
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.copying.access import failure
from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import TableColumn

SCAN = "Spectrum Scan Error"
_TEXTS = r'"(\\.|[^"\\])*"'
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_LIKE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), _INTEGERS),
    "numeric": ("DECIMAL", *_INTEGERS),
    "float4": ("FLOAT", "DOUBLE"),
    "float8": ("FLOAT", "DOUBLE"),
    "bool": ("BOOLEAN",),
    "date": ("DATE",),
    "time": ("TIME",),
    "timestamp": ("TIMESTAMP",),
    "timestamptz": ("TIMESTAMP",),
    **dict.fromkeys(("varchar", "bpchar", "name"), ("VARCHAR", "ENUM", "JSON")),
    "varbyte": ("BLOB",),
}


@contextlib.contextmanager
def relation(
    connection: Connection,
    columns: Sequence[TableColumn],
    options: CopyOptions,
    files: Sequence[File],
) -> Iterator[str]:
    """While open, SQL of a query that gives these columns of the files.

    Raises:
        RedshiftError: a file's columns are not the table's.
    """
    registered: list[str] = []
    try:
        with _scan_errors(connection):
            queries = [
                _query(connection, columns, options, group, registered)
                for group in _alike([file for file in files if file.size], options)
            ]
            yield " UNION ALL ".join(queries or [_no_rows(columns)])
    finally:
        for name in registered:
            with contextlib.suppress(duckdb.Error):
                connection.duck.unregister(name)


@contextlib.contextmanager
def _scan_errors(connection: Connection) -> Iterator[None]:
    try:
        with failures():
            yield
    except RedshiftError as error:
        if error.detail or not error.message.startswith((SCAN, "Unmatched", "The length of")):
            raise
        raise failure(
            connection, error.message, "Request Error", "dory_util.cpp:1509", 15001
        ) from error


def _alike(files: Sequence[File], options: CopyOptions) -> list[list[File]]:
    """The files, those with the same columns together."""
    groups: dict[str, list[File]] = {}
    for file in files:
        groups.setdefault(str(_schema(file, options)), []).append(file)
    return list(groups.values())


def _schema(file: File, options: CopyOptions) -> pa.Schema:
    try:
        if options.format == "orc":
            return orc.ORCFile(file.path).schema
        found = parquet.read_schema(file.path)
    except (pa.ArrowException, OSError) as error:
        message = f"{SCAN}: File '{file.partition[0]}' is not a valid {options.format} file"
        raise RedshiftError(message) from error
    if name := stripped(found):
        why = f"Lists of structs of one field in an old form are not read here: column {name}"
        raise RedshiftError(f"{SCAN}: {why} of '{file.partition[0]}'")
    return found


def _query(
    connection: Connection,
    columns: Sequence[TableColumn],
    options: CopyOptions,
    files: Sequence[File],
    registered: list[str],
) -> str:
    source = _source(connection, options, files, registered)
    described = connection.duck.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    uri = files[0].partition[0]
    missing = len(columns) - len(described)
    if missing < 0 or (missing and not options.fill_record):
        raise RedshiftError(
            f"Unmatched number of columns between table and file. Table columns: {len(columns)}, "
            f"Data columns: {len(described)}, File name: {uri}"
        )
    values = [
        _value(quoted_name(name), str(kind), column, options, str(uri))
        for (name, kind, *_), column in zip(described, columns, strict=False)
    ]
    values += [_filled(column) for column in columns[len(described) :]]
    listed = ", ".join(f"{value} AS c{at}" for at, value in enumerate(values))
    return f"SELECT {listed} FROM {source}"


def _no_rows(columns: Sequence[TableColumn]) -> str:
    kinds = (f"CAST(NULL AS {column.type.duckdb}) AS c{at}" for at, column in enumerate(columns))
    return f"SELECT {', '.join(kinds)} WHERE false"


def _source(
    connection: Connection, options: CopyOptions, files: Sequence[File], registered: list[str]
) -> str:
    if options.format == "parquet":
        listed = ", ".join(quoted_text(file.path) for file in files)
        return f"read_parquet([{listed}], {WITH_NAN})"
    name = f"orc_{uuid.uuid4().hex}"

    def batches() -> Iterator[pa.RecordBatch]:
        for file in files:
            found = orc.ORCFile(file.path)
            for stripe in range(found.nstripes):
                yield from pa.Table.from_batches([found.read_stripe(stripe)]).to_batches(65_536)

    connection.duck.register(name, Stream(orc.ORCFile(files[0].path).schema, batches))
    registered.append(name)
    return name


def _value(sql: str, stored: str, column: TableColumn, options: CopyOptions, uri: str) -> str:
    kind = column.type
    if kind.base == "super":
        value = _as_json(sql, stored, column, options, uri)
    elif not stored.startswith(_LIKE.get(kind.base, ())):
        raise _incompatible(sql, stored, column, options.format, uri)
    else:
        value = _cast(sql, stored, kind, uri)
    return value if column.nullable else f"coalesce({value}, {_missing(column)})"


def _filled(column: TableColumn) -> str:
    """What FILLRECORD puts into a column that the files do not have."""
    return f"CAST(NULL AS {column.type.duckdb})" if column.nullable else _missing(column)


def _missing(column: TableColumn) -> str:
    failing = raising(f"{SCAN}: Missing data for not-null field {column.name}", "23502")
    return f"CAST({failing} AS {column.type.duckdb})"


def _cast(sql: str, stored: str, kind: Type, uri: str) -> str:
    if kind.base in ("varchar", "bpchar", "name") and kind.size:
        text = f"rtrim({sql}, ' ')" if kind.base == "bpchar" else sql
        long = (
            "The length of the data column is longer than the length defined in the table. "
            f"Table: {kind.size}, File name: {uri}"
        )
        fail = raising(long, "22001")
        return f"CASE WHEN strlen({text}) > {kind.size} THEN {fail} ELSE {text} END"
    if kind.base == "timestamp" and "TIME ZONE" in stored:
        return f"timezone('UTC', {sql})"
    if kind.base == "timestamptz" and "TIME ZONE" not in stored:
        return f"timezone('UTC', CAST({sql} AS TIMESTAMP))"
    return f"CAST({sql} AS {kind.duckdb})"


def _as_json(sql: str, stored: str, column: TableColumn, options: CopyOptions, uri: str) -> str:
    """Bytes, NaN and infinities are none of JSON's."""
    if not options.serialize or "BLOB" in stored:
        raise _incompatible(sql, stored, column, options.format, uri)
    text = f"CAST(to_json({sql}) AS VARCHAR)"
    if "FLOAT" in stored or "DOUBLE" in stored:
        fail = raising(
            f"{SCAN}: {column.name} of '{uri}' has a number that is none of JSON's", "22P02"
        )
        bare = f"regexp_replace({text}, {quoted_text(_TEXTS)}, '', 'g')"
        text = f"CASE WHEN regexp_matches({bare}, 'NaN|Infinity') THEN {fail} ELSE {text} END"
    return f"nullif({text}, 'null')"


def _incompatible(
    sql: str, stored: str, column: TableColumn, shape: str, uri: str
) -> RedshiftError:
    name = sql.strip('"')
    return RedshiftError(
        f"{SCAN}: File '{uri}' has an incompatible {shape.capitalize()} schema for "
        f"column '{uri}.{name}'. Column type: {column.type.plain.upper()}, "
        f"{shape.capitalize()} schema: {stored.lower()} {name}"
    )
