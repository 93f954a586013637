"""``CREATE EXTERNAL TABLE AS`` and ``INSERT INTO`` external tables: rows as objects of the lake.

All objects of a statement appear at once, and with them in the catalog the table, or the partitions
that are new. Only Parquet and text are written, and not within a transaction block. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_INSERT_external_table.html
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from labkit.cloud.athena.statements.storage import catalog_column
from labkit.cloud.athena.statements.tables import partition_folder
from labkit.cloud.engine import Column, formats
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.types import NESTED
from labkit.cloud.engine.types import parse_type
from labkit.cloud.lake.definitions import parameters_of, table_type_of
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.lake.placing import Places
from labkit.cloud.lake.pruning import NULL_PARTITION
from labkit.cloud.lake.table import LakeTable
from labkit.cloud.redshift.spectrum import iceberg
from labkit.cloud.redshift.spectrum.declared import Declared, definition_of, hive_name
from labkit.cloud.redshift.spectrum.manifests import manifest_of
from labkit.cloud.redshift.spectrum.places import Place, place_of
from labkit.cloud.redshift.spectrum.types import redshift_type
from labkit.cloud.redshift.spectrum.words import spectrum_words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.registry import Parsed, Result
from labkit.cloud.redshift.warehouse.signatures import sign_lake
from labkit.cloud.redshift.warehouse.statements.inserting import WRITERS

_WRITABLE = {"parquet": "snappy", "csv": "none"}


@dataclass(frozen=True)
class _Session:
    """What the writers of file formats need of a session."""

    con: Any


@dataclass(frozen=True)
class _File:
    uri: str
    path: Path
    rows: int
    values: tuple[str, ...]


def create_as(connection: Connection, place: Place, said: Declared, parsed: Parsed) -> int:
    """Write a query's rows and make the table over them.

    Returns:
        The rows.
    """
    compiled = compile_query(said.query, Names(connection), parameters=parsed.parameters)
    columns = [Column(f.name, parse_type(hive_name(f.type))) for f in compiled.fields]
    names = [column.name for column in columns]
    for key in said.key_names:
        if key not in names:
            raise RedshiftError(f'partition column "{key}" is not in the SELECT list', "42703")
    _check_empty(connection, place, said.location)
    data = [column for column in columns if column.name not in said.key_names]
    keys = [columns[names.index(key)] for key in said.key_names]
    definition = definition_of(
        said, [catalog_column(c) for c in data], [catalog_column(c) for c in keys]
    )
    whole = definition | {"DatabaseName": place.schema.database}

    def make(files: list[_File]) -> None:
        partitions = [_partition(definition, *each) for each in _folders(files).items()]
        place.create(definition, partitions)

    table = LakeTable(place.catalog, whole)
    return _write(connection, place, table, compiled, names, make, new=True)


def writer(connection: Connection, name: tuple[str, ...]) -> Callable[[Parsed], Result] | None:
    """How ``INSERT INTO`` an external table goes; None for a table of the warehouse."""
    place = place_of(connection, name)
    return (lambda parsed: _insert(connection, place, parsed)) if place else None


def _insert(connection: Connection, place: Place, parsed: Parsed) -> Result:
    connection.check_no_block("INSERT INTO external table")
    _check_may_insert(connection, place)
    definition = place.found()
    table = LakeTable(place.catalog, definition)
    with spectrum_words(connection, place.schema):
        place.catalog.metastore.check_table("INSERT", table.database, table.name)
    if table_type_of(parameters_of(definition)) == iceberg.ICEBERG:
        place.allow("UpdateTable")
        return iceberg.insert(connection, place, definition, parsed)
    if parsed.words.peek("VALUES") or parsed.words.peek("("):
        raise unsupported("INSERT of anything but a query into an external table")
    compiled = compile_query(parsed.words.rest(), Names(connection), parameters=parsed.parameters)
    names = [column.name for column in table.columns]
    if len(compiled.fields) != len(names):
        raise RedshiftError(
            f"External table {place.name} has {len(names)} columns, the query gives "
            f"{len(compiled.fields)}",
            "42601",
        )

    def add(files: list[_File]) -> None:
        _add_partitions(place, table, files)

    if table.keys:
        place.allow("BatchCreatePartition")
    count = _write(connection, place, table, compiled, names, add)
    return Result(f"INSERT 0 {count}", count=count)


def _check_may_insert(connection: Connection, place: Place) -> None:
    found = place.owned
    if found and not grants.allowed(connection, found, "CREATE", connection.user):
        grants.check(connection, found, "INSERT")


def _check_empty(connection: Connection, place: Place, location: str) -> None:
    with spectrum_words(connection, place.schema):
        there = place.catalog.store.list(location.rstrip("/") + "/")
    if there:
        raise RedshiftError(
            f"The S3 location {location} is not empty. Choose another one, or remove its objects",
            "58P01",
        )


def _write(
    connection: Connection,
    place: Place,
    table: LakeTable,
    compiled: Compiled,
    names: Sequence[str],
    then: Callable[[list[_File]], None],
    *,
    new: bool = False,
) -> int:
    """Write a query's rows and tell how many.

    Args:
        names: which column of the table each field is.
        then: changes the catalog as the files ask for.
        new: whether the table is made.
    """
    with spectrum_words(connection, place.schema):
        declared = table.written()
    if declared.format not in _WRITABLE:
        raise unsupported(f"Writing external tables of format {declared.format}")
    aside = f"external_{connection.last_query_id}"
    sql = f"SELECT {_values(table, compiled, names)} FROM ({compiled.sql}) q"
    connection.duck.execute(f"CREATE TEMP TABLE {aside} AS {sql}")
    try:
        with spectrum_words(connection, place.schema):
            files = list(_files(connection, place, table, declared, aside))
            _publish(connection, place, files, then, new)
    finally:
        with contextlib.suppress(duckdb.Error):
            connection.duck.execute(f"DROP TABLE IF EXISTS {aside}")
    return sum(file.rows for file in files)


def _publish(
    connection: Connection,
    place: Place,
    files: list[_File],
    then: Callable[[list[_File]], None],
    new: bool,
) -> None:
    def also() -> None:
        then(files)
        sign_lake(connection, sum(file.rows for file in files))

    staged = [place.catalog.store.stage(file.uri, file.path) for file in files]
    with connection.warehouse.cloud.changing("glue"):
        if new and place.definition is not None:
            raise RedshiftError(f'External table "{place.name}" already exists', "42P07")
        if not new:
            place.found()
        place.catalog.store.replace(staged, (), also, "glue")


def _values(table: LakeTable, compiled: Compiled, names: Sequence[str]) -> str:
    kinds = {column.name: column.type for column in table.columns}
    shown = []
    for at, (field, name) in enumerate(zip(compiled.fields, names, strict=True)):
        kind = redshift_type(kinds[name])
        if kind.base in NESTED:
            raise unsupported("INSERT into a table with nested columns")
        value = stored(replace(field.value, sql=f"q.c{at}"), kind, name)
        shown.append(f"CAST({value.sql} AS {kinds[name].duckdb}) AS {quoted_name(name)}")
    return ", ".join(shown)


def _files(
    connection: Connection, place: Place, table: LakeTable, declared: formats.Table, aside: str
) -> Iterator[_File]:
    columns = ", ".join(quoted_name(name) for name, _ in declared.columns)
    kept = formats.Table(declared.format, declared.columns, (), declared.options)
    places = Places(table)
    for number, values in enumerate(_partitions(connection, table, aside)):
        connection.check_canceled()
        own = places.of(values) or ("" if values else table.location)
        if own and manifest_of(place.catalog.store, own):
            raise unsupported(f"INSERT into {own}, which is no folder,")
        folder = (own or _folder(table, values)).rstrip("/")
        path = place.catalog.store.scratch()
        chosen = f"SELECT {columns} FROM {aside}{_where(table, values)}"
        compression = _compression(table, declared.format)
        rows = formats.write(_Session(connection.duck), chosen, kept, compression, str(path))
        if rows:
            name = _name(connection, number, declared.format, compression)
            yield _File(f"{folder}/{name}", path, rows, values)


def _compression(table: LakeTable, format: str) -> str:
    return table.parameters.get("compression_type", _WRITABLE[format]).lower()


def _name(connection: Connection, number: int, format: str, compression: str) -> str:
    """As Redshift names the files that it writes: time, query, number."""
    now = datetime.datetime.now(datetime.UTC)
    ending = ".parquet" if format == "parquet" else formats.ENDINGS.get(compression, "")
    query = f"{connection.last_query_id:04}_{number:04}"
    return f"{now:%Y%m%d_%H%M%S_%f}_{query}_part_00{ending}"


def _partitions(connection: Connection, table: LakeTable, aside: str) -> list[tuple[str, ...]]:
    """The values of the keys that there are rows of; one of none for a table without keys."""
    if not table.keys:
        return [()]
    sql = f"SELECT DISTINCT {', '.join(_key_texts(table))} FROM {aside} ORDER BY ALL"
    found = connection.duck.execute(sql).fetchall()
    return [tuple(NULL_PARTITION if v is None else str(v) for v in row) for row in found]


def _key_texts(table: LakeTable) -> list[str]:
    """SQL of each key's text in a folder's name; NULL for all that share the folder of NULLs."""
    texts = [f"CAST({quoted_name(key.name)} AS VARCHAR)" for key in table.keys]
    return [f"nullif(nullif({text}, ''), '{NULL_PARTITION}')" for text in texts]


def _where(table: LakeTable, values: tuple[str, ...]) -> str:
    equal = [
        f"{text} IS NOT DISTINCT FROM {_literal(value)}"
        for text, value in zip(_key_texts(table), values, strict=True)
    ]
    return f" WHERE {' AND '.join(equal)}" if equal else ""


def _literal(value: str) -> str:
    return "NULL" if value == NULL_PARTITION else quoted_text(value)


def _folder(table: LakeTable, values: tuple[str, ...]) -> str:
    root = table.location.rstrip("/")
    keys = [key.name for key in table.keys]
    return f"{root}/{partition_folder(keys, values)}" if values else root


def _folders(files: Sequence[_File]) -> dict[tuple[str, ...], str]:
    return {file.values: file.uri.rpartition("/")[0] for file in files if file.values}


def _partition(table: Definition, values: tuple[str, ...], location: str) -> Definition:
    storage = {**table["StorageDescriptor"], "Location": location}
    return {"Values": list(values), "StorageDescriptor": storage, "Parameters": {}}


def _add_partitions(place: Place, table: LakeTable, files: Sequence[_File]) -> None:
    """The partitions that are new."""
    database = place.schema.database
    known = {tuple(p["Values"]) for p in place.catalog.metastore.partitions(database, place.name)}
    new = [
        _partition(table.definition, values, folder)
        for values, folder in _folders(files).items()
        if values not in known
    ]
    if new:
        place.partitions(add=new, drop=[])


WRITERS.append(writer)
