"""Iceberg tables that Redshift writes: ``CREATE TABLE … USING ICEBERG [AS …]`` and ``INSERT``.

Each statement is one commit, and stands outside of a transaction block. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/iceberg-writes.html and
https://docs.aws.amazon.com/redshift/latest/dg/iceberg-writes-sql-syntax.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
from pyiceberg.exceptions import TableAlreadyExistsError
from pyiceberg.manifest import DataFile
from pyiceberg.table import StagedTable
from pyiceberg.table.metadata import TableMetadata

from labkit.cloud.engine import Column
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.compile import Compiled, compile_expression, compile_query
from labkit.cloud.engine.redshift.errors import RedshiftError, no_column, unsupported
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import NESTED
from labkit.cloud.engine.redshift.types import Type as RedshiftType
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.engine.types import Type, parse_type
from labkit.cloud.iceberg.catalog import LakeCatalog
from labkit.cloud.iceberg.commits import append, create
from labkit.cloud.iceberg.partitioning import partition_spec
from labkit.cloud.iceberg.table import load
from labkit.cloud.iceberg.types import columns_of, iceberg_type, schema_of
from labkit.cloud.iceberg.writing import COMPRESSION, Writer, writing
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.redshift.spectrum.declared import hive_name, properties
from labkit.cloud.redshift.spectrum.places import Place, place_of
from labkit.cloud.redshift.spectrum.types import redshift_type
from labkit.cloud.redshift.spectrum.words import spectrum_words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.paths import no_local_objects
from labkit.cloud.redshift.warehouse.registry import Parsed, Result
from labkit.cloud.redshift.warehouse.signatures import sign_lake
from labkit.cloud.redshift.warehouse.statements.inserting import read_values
from labkit.cloud.redshift.warehouse.statements.tables import CREATORS

ICEBERG = "ICEBERG"
_CODECS = ("zstd", "snappy", "gzip", "none")
_OWN = {
    **dict.fromkeys(("varchar", "bpchar", "name"), Type("varchar")),
    "int2": Type("integer"),
    "timestamp": Type("timestamp", (6,)),
    "timestamptz": Type("timestamptz", (6,)),
}
_EXISTS = 'External table "{}" already exists'


@dataclass
class _Said:
    """What a statement says of a new table."""

    columns: list[Column] = field(default_factory=list)
    location: str = ""
    transforms: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class _Run:
    """What the writers of Iceberg's files ask of a statement."""

    session: Any
    store: Any
    job: Any
    catalog: Any

    def put_file(self, uri: str, path: Path) -> None:
        self.store.put_file(uri, path)


def creator(
    connection: Connection, name: tuple[str, ...]
) -> Callable[[Parsed, bool], Result] | None:
    """How ``CREATE TABLE`` goes in an external schema; None elsewhere."""
    place = place_of(connection, name)
    return (
        (lambda parsed, missing_only: _create(connection, place, parsed, missing_only))
        if place
        else None
    )


def insert(connection: Connection, place: Place, definition: Definition, parsed: Parsed) -> Result:
    """More rows of an Iceberg table: one snapshot, where there are any."""
    words = parsed.words
    names = words.names() if words.peek("(") and not _is_query(words) else []
    with spectrum_words(connection, place.schema):
        table = load(place.catalog, definition)
        columns = columns_of(table.schema())
    listed = column_targets(columns, names, place.name)
    if words.peek("VALUES"):
        sql = _rows(connection, columns, listed, parsed)
    else:
        compiled = compile_query(words.rest(), Names(connection), parameters=parsed.parameters)
        sql = values(columns, listed, compiled)
    with writing_rows(connection, place, table.metadata, sql) as writer:
        if writer.files:
            append(table.transaction(), writer.files)
    return Result(f"INSERT 0 {writer.rows}", count=writer.rows)


def _create(connection: Connection, place: Place, parsed: Parsed, missing_only: bool) -> Result:
    said = _read(parsed.words)
    connection.check_no_block("CREATE TABLE USING ICEBERG")
    if found := place.owned:
        grants.check(connection, found, "CREATE")
    place.allow("CreateTable")
    if place.definition is not None:
        if missing_only:
            return Result("CREATE TABLE")
        raise RedshiftError(_EXISTS.format(place.name), "42P07")
    compiled = None
    if said.query:
        compiled = compile_query(said.query, Names(connection), parameters=parsed.parameters)
        said.columns = [Column(f.name, lake_type(f.type)) for f in compiled.fields]
    location = _location(place, said)
    with spectrum_words(connection, place.schema):
        if place.catalog.store.list(location.rstrip("/") + "/"):
            raise RedshiftError(f"The S3 location {location} is not empty", "58P01")
        schema = schema_of(tuple(said.columns), iceberg_type)
        spec = partition_spec(said.transforms, schema)
        staged = LakeCatalog(place.catalog.metastore, place.catalog.store).stage(
            (place.schema.database, place.name), schema, spec, location, said.properties
        )
        if compiled is None:
            _commit(place, staged)
            return Result("CREATE TABLE")
    columns = columns_of(schema)
    sql = values(columns, columns, compiled)
    with writing_rows(connection, place, staged.metadata, sql) as writer:
        _commit(place, staged, writer.files)
    return Result("SELECT", count=writer.rows)


def _commit(place: Place, staged: StagedTable, files: Sequence[DataFile] = ()) -> None:
    try:
        create(staged, files)
    except TableAlreadyExistsError as error:
        raise RedshiftError(_EXISTS.format(place.name), "42P07") from error


def _read(words: Words) -> _Said:
    said = _Said()
    if words.accept("("):
        said.columns = words.each(lambda: Column(words.identifier(), lake_type(words.type())))
        words.expect(")")
    if not words.accept("USING", "ICEBERG"):
        raise no_local_objects()
    while not (words.ended or words.peek(";") or words.peek("AS")):
        if words.accept("LOCATION"):
            said.location = words.string()
        elif words.accept("PARTITIONED", "BY"):
            said.transforms = _transforms(words)
        elif words.accept("TABLE", "PROPERTIES"):
            said.properties = table_properties(properties(words))
        else:
            raise words.refuse()
    if words.accept("AS"):
        said.query = words.rest()
    words.end()
    if bool(said.columns) == bool(said.query):
        raise RedshiftError("An Iceberg table needs a list of columns or AS a query", "42601")
    return said


def _transforms(words: Words) -> list[str]:
    bracketed = words.accept("(")
    found = words.each(lambda: transform(words))
    if bracketed:
        words.expect(")")
    return found


def transform(words: Words) -> str:
    """A column, or a function of one, by which a table is partitioned."""
    name = words.identifier()
    if not words.accept("("):
        return name
    parts = words.each(
        lambda: str(words.number()) if words.word.kind == "number" else words.identifier()
    )
    words.expect(")")
    return f"{name}({', '.join(parts)})"


def table_properties(given: dict[str, str]) -> dict[str, str]:
    """Redshift's table properties by Iceberg's names."""
    found = {}
    for name, value in given.items():
        if name.lower() != "compression_type" or value.lower() not in _CODECS:
            raise RedshiftError(f"Invalid table property '{name}'='{value}'", "22023")
        found[COMPRESSION] = value.lower()
    return found


def _location(place: Place, said: _Said) -> str:
    if said.location:
        return said.location.rstrip("/")
    database = place.catalog.metastore.database(place.schema.database)
    if root := database and database.input.get("LocationUri"):
        return f"{root.rstrip('/')}/{place.name}"
    raise RedshiftError("LOCATION is required: the database of the catalog has none", "22023")


def lake_type(kind: RedshiftType) -> Type:
    """A column's type in Iceberg tables, whose texts have no length and integers 32 or 64 bits."""
    if kind.base in _OWN:
        return _OWN[kind.base]
    return parse_type(hive_name(kind))


def _is_query(words: Words) -> bool:
    return any(words.peek("(", word) for word in ("SELECT", "WITH", "VALUES", "("))


def column_targets(columns: Sequence[Column], names: Sequence[str], table: str) -> list[Column]:
    """The columns that an INSERT names; all where it names none."""
    known = {column.name: column for column in columns}
    for name in names:
        if name not in known:
            raise no_column(name, table)
    if len(set(names)) < len(names):
        raise RedshiftError("a column is specified more than once", "42701")
    return [known[name] for name in names] or list(columns)


def values(columns: Sequence[Column], listed: Sequence[Column], compiled: Compiled) -> str:
    """A query of a table's columns from those that a query gives; the others are NULL."""
    _check_count(listed, len(compiled.fields))
    given = {
        column.name: replace(compiled.fields[at].value, sql=f"q.c{at}")
        for at, column in enumerate(listed)
    }
    shown = ", ".join(_value(column, given.get(column.name)) for column in columns)
    return f"SELECT {shown} FROM ({compiled.sql}) q"


def _rows(
    connection: Connection, columns: Sequence[Column], listed: Sequence[Column], parsed: Parsed
) -> str:
    """The same from ``VALUES``."""
    lines = []
    for row in read_values(parsed.words):
        _check_count(listed, len(row))
        given = {
            column.name: compile_expression(node, Names(connection), parameters=parsed.parameters)
            for column, node in zip(listed, row, strict=True)
        }
        lines.append(", ".join(_value(column, given.get(column.name)) for column in columns))
    return " UNION ALL ".join(f"SELECT {line}" for line in lines)


def _check_count(listed: Sequence[Column], count: int) -> None:
    if len(listed) != count:
        words = f"INSERT has {len(listed)} target columns and {count} expressions"
        raise RedshiftError(words, "42601")


def _value(column: Column, value: Typed | None) -> str:
    """A column's value as it is stored; none is NULL."""
    name = quoted_name(column.name)
    if value is None:
        return f"CAST(NULL AS {column.type.duckdb}) AS {name}"
    kind = redshift_type(column.type)
    if kind.base in NESTED:
        raise unsupported("INSERT into a table with nested columns")
    made = stored(value, kind, column.name).sql
    if column.type.base == "timestamptz":
        return f"struct_pack(instant := {made} AT TIME ZONE 'UTC') AS {name}"
    return f"CAST({made} AS {column.type.duckdb}) AS {name}"


@contextlib.contextmanager
def writing_rows(
    connection: Connection, place: Place, metadata: TableMetadata, sql: str
) -> Iterator[Writer]:
    """While open, the writer of a query's rows, to be committed; what fails takes its files back.

    The rows are computed before any is written, so that what fails in them is told as in a SELECT.
    """
    name = f"iceberg_{connection.last_query_id}"
    connection.duck.execute(f"CREATE TEMP TABLE {name} AS {sql}")
    try:
        run: Any = _run(connection, place)
        with spectrum_words(connection, place.schema), writing(run, metadata, None) as writer:
            writer.write(f"SELECT * FROM {name}")
            yield writer
            sign_lake(connection, writer.rows)
    finally:
        for each in (name, "written", "groups", "parts"):
            with contextlib.suppress(duckdb.Error):
                connection.duck.execute(f"DROP TABLE IF EXISTS temp.{each}")


def _run(connection: Connection, place: Place) -> _Run:
    session = SimpleNamespace(connection=connection.duck)
    job = SimpleNamespace(check=connection.check_canceled)
    return _Run(session, place.catalog.store, job, SimpleNamespace(files=()))


CREATORS.append(creator)
