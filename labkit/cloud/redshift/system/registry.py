"""The registry of system relations: name → columns and a function that gives their rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from labkit.cloud.engine.redshift.catalog import Attribute, Relation
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.system.oids import NUMBERS

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

Row = Sequence[Any]
Maker = Callable[["Connection"], Iterable[Row]]
SCHEMAS = ("pg_catalog", "information_schema")


@dataclass(frozen=True)
class SystemRelation:
    name: str
    schema: str
    columns: tuple[tuple[str, Type], ...]
    rows: Maker


_numbers = itertools.count(1)
RELATIONS: dict[tuple[str, str], SystemRelation] = {}


def system(name: str, columns: str) -> Callable[[Maker], Maker]:
    """Register a system relation; ``information_schema.tables`` has its schema in its name."""

    def register(maker: Maker) -> Maker:
        schema, _, last = name.rpartition(".")
        key = (schema or "pg_catalog", last)
        RELATIONS[key] = SystemRelation(last, key[0], tuple(_columns(columns)), maker)
        return maker

    return register


def relation_oids() -> dict[tuple[str, str], int]:
    """The numbers of the system relations, by schema and name."""
    return {key: NUMBERS.get(key[1], 20000 + at) for at, key in enumerate(RELATIONS)}


def system_oid(connection: Connection, name: tuple[str, ...]) -> int | None:
    """The number of the system relation of a name; None for no such one."""
    return relation_oids().get(_key(connection, name))


def _key(connection: Connection, name: tuple[str, ...]) -> tuple[str, str]:
    """Schema and name; a temporary table hides a system one."""
    schema = "" if name[0] in connection.temporary else "pg_catalog"
    return (name[-2] if len(name) > 1 else schema, name[-1])


def empty(relations: Mapping[str, str]) -> None:
    """Register system relations that have no rows, by name and columns."""
    for name, columns in relations.items():
        system(name, columns)(lambda connection: ())


def _columns(text: str) -> Iterable[tuple[str, Type]]:
    words = Words(text)
    while not words.ended:
        yield words.identifier(), words.type()
        words.accept(",")


def system_relation(connection: Connection, name: tuple[str, ...]) -> Relation | None:
    """The system relation of a name, with its rows of this moment; None for no such one.

    Raises:
        RedshiftError: it is another database's, and that is none whose objects are here.
    """
    found = RELATIONS.get(_key(connection, name))
    if found is None:
        return None
    columns = tuple(Attribute(n, kind, f"c{at}") for at, (n, kind) in enumerate(found.columns))
    with inside(connection, name[-3] if len(name) > 2 else connection.database):
        return Relation(found.name, columns, _rows(found, connection), schema=found.schema)


@contextmanager
def inside(connection: Connection, database: str) -> Iterator[None]:
    """What the catalog tells is of this database."""
    own = connection.database
    if database != own:
        _check_database(connection, database)
    connection.database = database
    try:
        yield
    finally:
        connection.database = own


def _check_database(connection: Connection, name: str) -> None:
    found = connection.objects.find("database", name)
    if found is None:
        raise RedshiftError(f'database "{name}" does not exist', "3D000")
    if found.body.get("type") == "shared":
        raise RedshiftError("System tables of a shared database are not supported here", "0A000")


@contextmanager
def no_rows(connection: Connection) -> Iterator[None]:
    """Views are compiled to tell of them: a system relation that one reads is not asked."""
    before, connection.telling = connection.telling, True
    try:
        yield
    finally:
        connection.telling = before


def _rows(relation: SystemRelation, connection: Connection) -> str:
    """The rows as an Arrow table of the session: thousands of them would be a long text.

    Whoever compiles a view to tell of it needs none.
    """
    from labkit.cloud.redshift.warehouse.readers import reader

    rows = () if connection.telling else relation.rows(connection)
    columns = list(zip(*rows, strict=True)) or [()] * len(relation.columns)
    arrays = [pa.array(map(_text, column), pa.string()) for column in columns]
    name = f"system_{next(_numbers)}"
    names = [f"v{at}" for at in range(len(arrays))]
    reader(connection).connection.register(name, pa.table(arrays, names=names))
    casts = (f"{_told(f'v{at}', kind)} AS c{at}" for at, (_, kind) in enumerate(relation.columns))
    return f"(SELECT {', '.join(casts)} FROM {name})"


def _told(sql: str, kind: Type) -> str:
    """A text in its type; moments are told in UTC, whatever the session's zone is."""
    if kind.base == "timestamptz":
        return f"timezone('UTC', CAST({sql} AS TIMESTAMP))"
    return f"CAST({sql} AS {kind.duckdb})"


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else shown(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def moment(seconds: float | None) -> str | None:
    """A time as system tables tell it."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
