"""Parquet and ORC files of a data set: their types as they are stored."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import duckdb
from pyarrow import orc as arrow_orc
from pyarrow import parquet as arrow_parquet

from labkit.cloud.databrew.reading.source import Read, Reading, Unreadable, spelled
from labkit.cloud.databrew.recipe.column import Column, twin_of
from labkit.cloud.engine import formats
from labkit.cloud.engine.formats.guess import Columns, arrow_kind, merge
from labkit.cloud.engine.formats.lines import BROKEN
from labkit.cloud.engine.formats.model import File, Table, paths
from labkit.cloud.engine.formats.old_lists import stripped
from labkit.cloud.engine.formats.parquet import WITH_NAN, computed
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.sentences import first_line


def read_parquet(reading: Reading) -> Read:
    """Parquet as DuckDB reads it; what DataBrew has no type for becomes its nearest."""
    same = len({_schema(reading, file) for file in reading.files}) == 1
    options = f"hive_partitioning=false, union_by_name={not same}, {WITH_NAN}"
    return as_stored(reading, f"read_parquet({paths(reading.files)}, {options})")


def as_stored(reading: Reading, source: str) -> Read:
    """The rows of a relation of DuckDB's, which has their types."""
    columns = reading.described(f"SELECT * FROM {source}")
    shown = ", ".join(_cast(column, stored) for column, stored in columns)
    return (
        f"SELECT {shown}{reading.added_sql(reading.files)} FROM {source}",
        tuple(column for column, _ in columns),
    )


def _schema(reading: Reading, file: File) -> str:
    source = f"read_parquet({paths([file])}, hive_partitioning=false)"
    with _named(file):
        if name := stripped(arrow_parquet.read_schema(file.path)):
            why = "lists of structs of one field in an old form are not read here"
            raise Unreadable(f"{file.name}, column {name}: {why}.")
        return repr(reading.described(f"SELECT * FROM {source}"))


@contextlib.contextmanager
def _named(file: File) -> Iterator[None]:
    """Name the file that cannot be read: not every reader's error does."""
    try:
        yield
    except (duckdb.Error, *BROKEN) as error:
        why = first_line(str(error).replace(file.path, file.name))
        raise Unreadable(f"{file.name} cannot be read: {why}") from error


def _cast(column: Column, stored: str) -> str:
    if stored == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {column.sql}) AS {column.sql}"
    if stored in ("FLOAT", "DOUBLE"):
        return f"{computed(column.sql)} AS {column.sql}"
    if stored == column.type.duckdb:
        return column.sql
    return f"CAST({column.sql} AS {column.type.duckdb}) AS {column.sql}"


def read_orc(reading: Reading) -> Read:
    """ORC, columns found by name: files of different schemas have the union of them."""
    known: dict[str, str] = {}
    columns = merge(_orc_columns(file, known) for file in reading.files)
    keys = tuple((column.name, column.type) for column in reading.added)
    table = Table("orc", columns, keys, {"orc.column.index.access": "false"})
    names = [name for name, _ in (*columns, *keys)]
    sql = formats.relation(reading, table, reading.files, frozenset(names))
    shown = ", ".join(map(quoted_name, names))
    return f"SELECT {shown} FROM {sql}", tuple(Column(name, kind) for name, kind in columns)


def _orc_columns(file: File, known: dict[str, str]) -> Columns:
    with _named(file):
        schema = arrow_orc.ORCFile(file.path).schema
    names = spelled(schema.names, known)
    if (twin := twin_of(names)) is not None:
        raise Unreadable(f"Found duplicate column(s) in {file.name}: '{twin}'.")
    return tuple((n, arrow_kind(field.type)) for n, field in zip(names, schema, strict=True))
