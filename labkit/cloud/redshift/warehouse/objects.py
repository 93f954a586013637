"""What a warehouse knows of its objects: rows in its own file, so that a transaction holds both.

One table for all kinds: databases, schemas, relations (tables, views, materialized views),
routines, users, groups, roles. SQL never names this table: the compiler resolves every name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb
from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.reading import parse_expression
from labkit.cloud.engine.redshift.types import RECORD, Type

#: Between the number of a materialized view and that of the table that holds it.
BEHIND = 1 << 30

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS "data";
CREATE SCHEMA IF NOT EXISTS "catalog";
CREATE SEQUENCE IF NOT EXISTS "catalog".oids START 100000;
CREATE TABLE IF NOT EXISTS "catalog".objects (
    space VARCHAR, database VARCHAR, schema VARCHAR, name VARCHAR,
    oid BIGINT, owner VARCHAR, body VARCHAR);
CREATE TABLE IF NOT EXISTS "catalog".claims (name BIGINT PRIMARY KEY, times BIGINT);
"""
_CLAIM_AGAIN = 'UPDATE "catalog".claims SET times = times + 1 WHERE name = ?'
_CLAIM = 'INSERT INTO "catalog".claims VALUES (?, 1)'
_COLUMNS = "space, database, schema, name, oid, owner, body"
_PLACES = {name: at for at, name in enumerate(_COLUMNS.split(", "))}
#: A warehouse of so few objects is read whole: one question to DuckDB takes longer than its answer.
MOST_HELD = 500
#: The code of a name that is taken, by space.
_TAKEN = {"relation": "42P07", "schema": "42P06", "routine": "42723"}
#: The types that the catalog tells behind a text by default.
_TYPES_OF_TEXTS = {"varchar": "character varying", "bpchar": "bpchar"}
Row = tuple[Any, ...]


@dataclass(frozen=True)
class TableColumn:
    """A column as it was declared.

    Args:
        default: the expression's text, empty for none.
        identity: first value and step, when it is an identity column; it may be NULL unless told.
        by_default: whether a value may be given for the identity.
    """

    name: str
    type: Type
    nullable: bool = True
    default: str = ""
    identity: tuple[int, int] | None = None
    by_default: bool = False
    encode: str = "none"
    comment: str = ""

    @property
    def shown_default(self) -> str:
        """The default as the catalog tells it: a text with its type, ``'x'::character varying``."""
        kind = _TYPES_OF_TEXTS.get(self.type.base)
        written = parse_expression(self.default) if self.default and kind else None
        is_text = isinstance(written, exp.Literal) and written.is_string
        return f"{self.default}::{kind}" if is_text else self.default

    def to_json(self) -> dict[str, Any]:
        kind = self.type
        return {**self.__dict__, "type": [kind.base, kind.size, kind.scale]}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> TableColumn:
        identity = told["identity"]
        return cls(
            **told
            | {"type": Type(*told["type"]), "identity": tuple(identity) if identity else None}
        )


@dataclass(frozen=True)
class Object:
    """One object.

    Args:
        space: ``database``, ``schema``, ``relation``, ``routine``, ``user``, ``group``, ``role``,
            ``grant``, or what a neighbour keeps here.
        database: the database that it is in; empty for what the whole warehouse shares.
        body: the rest, as JSON. A relation has ``kind`` (``table``, ``view``, ``matview``) and
            ``columns``; a table its ``diststyle``, ``distkey``, ``sortkey``, ``sortstyle``.
    """

    space: str
    database: str
    schema: str
    name: str
    oid: int = 0
    owner: str = ""
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        return tuple(TableColumn.from_json(each) for each in self.body.get("columns", ()))

    @property
    def kind(self) -> str:
        return str(self.body.get("kind", ""))

    @property
    def temporary(self) -> bool:
        return bool(self.body.get("temporary"))

    @property
    def physical(self) -> str:
        """The DuckDB table that holds a table's rows; it outlives a rename."""
        return f'temp.main."t{self.oid}"' if self.temporary else f'"data"."t{self.oid}"'

    def sequence(self, column: str) -> str:
        """The DuckDB sequence of an identity column."""
        place = "temp.main" if self.temporary else '"data"'
        return f"{place}.{quoted_name(f's{self.oid}_{column}')}"

    def changed(self, **body: Any) -> Object:
        """The same with other members of the body."""
        return replace(self, body=self.body | body)


def volatility(routine: Object) -> str:
    """``VOLATILE``, by default too, ``STABLE`` or ``IMMUTABLE``."""
    return str(routine.body.get("volatility") or "VOLATILE")


def returned(routine: Object) -> Type | None:
    """What a function returns; of a procedure's output arguments the one, or a record of several.

    Source: https://github.com/aws/amazon-redshift-python-driver/blob/master/test/integration/metadata/test_metadataAPI_procedures.py
    """
    if told := routine.body.get("returns"):
        return Type(*told)
    out = [each["type"] for each in routine.body["arguments"] if each["mode"] != "IN"]
    return (Type(*out[0]) if len(out) == 1 else RECORD) if out else None


def with_columns(table: Object, columns: Sequence[TableColumn]) -> Object:
    return table.changed(columns=[column.to_json() for column in columns])


def holder(view: Object) -> Object:
    """The table that holds a materialized view."""
    held = replace(view, oid=view.oid + BEHIND, name=f"mv_tbl__{view.name}__0")
    return held.changed(kind="table")


class Objects:
    """The objects that a connection's transaction sees; what was read once is not read again."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._read: dict[tuple[tuple[str, str], ...], list[Object]] = {}
        self._held: list[Row] | None = None

    def forget(self) -> None:
        """Another transaction sees other objects, and so does one that has changed some."""
        self._read.clear()
        self._held = None

    def find(self, space: str, name: str, *, database: str = "", schema: str = "") -> Object | None:
        where = {"space": space, "database": database, "schema": schema, "name": name}
        found = self._select(where)
        return found[0] if found else None

    def of(self, space: str, **where: str) -> list[Object]:
        """All of a space, by name; ``where`` narrows (``database=``, ``schema=``, ``name=``)."""
        return self._select({"space": space, **where})

    def inside(self, **where: str) -> list[Object]:
        """Whatever is in a database (``database=``), or in one of its schemas (``schema=`` too)."""
        return self._select(where)

    def add(self, one: Object) -> Object:
        """Add an object; without an oid it gets one."""
        self.forget()
        self._claim(one)
        one = one if one.oid else replace(one, oid=self.new_oid())
        row = [one.space, one.database, one.schema, one.name, one.oid, one.owner]
        self._connection.execute(
            'INSERT INTO "catalog".objects VALUES (?, ?, ?, ?, ?, ?, ?)',
            [*row, json.dumps(one.body)],
        )
        return one

    def remove(self, one: Object) -> None:
        self.forget()
        self._connection.execute('DELETE FROM "catalog".objects WHERE oid = ?', [one.oid])

    def replace(self, one: Object) -> None:
        """Put an object in place of the one with its oid.

        Raises:
            RedshiftError: another has its name.
        """
        known = self.find(one.space, one.name, database=one.database, schema=one.schema)
        if known and known.oid != one.oid:
            told = f'{one.space} "{one.body.get("name", one.name)}" already exists'
            raise RedshiftError(told, _TAKEN.get(one.space, "42710"))
        if not known:
            self._claim(one)
        self.forget()
        self._connection.execute(
            'UPDATE "catalog".objects SET space = ?, database = ?, schema = ?, name = ?, '
            "owner = ?, body = ? WHERE oid = ?",
            [*key_of(one), one.owner, json.dumps(one.body), one.oid],
        )

    def put(self, one: Object) -> None:
        """Replace what has an oid; add what has none."""
        if one.oid:
            self.replace(one)
        else:
            self.add(one)

    def _claim(self, one: Object) -> None:
        """Let only one of the transactions that give something the same name commit."""
        digest = hashlib.sha256("\0".join(key_of(one)).encode()).digest()
        name = [int.from_bytes(digest[:8], signed=True)]
        if not self._connection.execute(_CLAIM_AGAIN, name).fetchall()[0][0]:
            self._connection.execute(_CLAIM, name)

    def new_oid(self) -> int:
        return int(first_row(self._connection, "SELECT nextval('\"catalog\".oids')")[0])

    def _select(self, where: dict[str, str]) -> list[Object]:
        key = tuple(where.items())
        if key not in self._read:
            self._read[key] = [_object(row) for row in self._rows(where)]
        return list(self._read[key])

    def _rows(self, where: dict[str, str]) -> list[Row]:
        if self._held is None:
            self._held = sorted(self._query({}).fetchmany(MOST_HELD + 1), key=_by_name)
        if len(self._held) > MOST_HELD:
            return sorted(self._query(where).fetchall(), key=_by_name)
        asked = [(_PLACES[name], value) for name, value in where.items()]
        return [row for row in self._held if all(row[at] == value for at, value in asked)]

    def _query(self, where: dict[str, str]) -> duckdb.DuckDBPyConnection:
        conditions = "".join(f" AND {column} = ?" for column in where)
        sql = f'SELECT {_COLUMNS} FROM "catalog".objects WHERE true{conditions}'
        return self._connection.execute(sql, list(where.values()))


def _by_name(row: Row) -> tuple[str, int]:
    return row[_PLACES["name"]], row[_PLACES["oid"]]


def _object(row: Row) -> Object:
    space, database, schema, name, oid, owner, body = row
    return Object(space, database, schema, name, oid, owner, json.loads(body))


def key_of(one: Object) -> tuple[str, str, str, str]:
    """What tells an object from all others: its space, database, schema and name."""
    return one.space, one.database, one.schema, one.name


def prepare(connection: duckdb.DuckDBPyConnection, admin: str, database: str) -> None:
    """Make the catalog of a new warehouse: its administrator and its first database."""
    connection.execute(_SCHEMA)
    objects = Objects(connection)
    if objects.of("database"):
        return
    connection.execute("BEGIN")
    objects.add(Object("user", "", "", admin, 100, body={"superuser": True, "createdb": True}))
    for name in dict.fromkeys((database, "dev")):
        add_database(objects, name, admin)
    connection.execute("COMMIT")


def add_database(
    objects: Objects, name: str, owner: str, limit: str | int = "", isolation: str = "SNAPSHOT"
) -> None:
    """A database with its schema ``public``, where everybody may make tables."""
    objects.add(
        Object("database", "", "", name, owner=owner, body={"limit": limit, "isolation": isolation})
    )
    body = {"grants": {"": ["USAGE", "CREATE"]}}
    objects.add(Object("schema", name, "", "public", owner=owner, body=body))
