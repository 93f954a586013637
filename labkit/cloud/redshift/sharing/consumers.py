"""Databases from shares: another warehouse's tables, read where they are.

Each statement reads what its producer has committed then, the needed columns and rows alone. Nobody
writes to them. Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_DATABASE.html
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.catalog import Attribute, Relation
from labkit.cloud.engine.redshift.errors import UNDEFINED_TABLE, RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.sharing.producers import producer, reading, share_of
from labkit.cloud.redshift.sharing.shares import shared_relations
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import FINDERS, Names
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import search_path
from labkit.cloud.redshift.warehouse.readers import reader
from labkit.cloud.redshift.warehouse.registry import Result
from labkit.cloud.redshift.warehouse.scans import Needs
from labkit.cloud.redshift.warehouse.statements.dropping import READ_ONLY
from labkit.cloud.redshift.warehouse.statements.schemas import DATABASE_SOURCES

_numbers = itertools.count(1)


@dataclass(frozen=True)
class SharedScan:
    """One reading of a shared table.

    Args:
        database: the consumer's database over the share.
        place: schema and name of the table there.
        columns: those of the statement; `names` are the table's.
    """

    name: str
    database: Object
    place: tuple[str, str]
    columns: tuple[Attribute, ...]
    names: tuple[str, ...]

    def relation(self, connection: Connection, needs: Needs) -> str:
        """See `labkit.cloud.redshift.warehouse.scans`."""
        wanted = [
            (a, name)
            for a, name in zip(self.columns, self.names, strict=True)
            if a.sql in needs.columns
        ]
        rows = self._rows(connection, wanted, needs)
        kept = f"shared_{next(_numbers)}"
        reader(connection).connection.register(kept, rows)
        shown = [f"CAST({a.sql} AS {a.type.duckdb}) AS {a.sql}" for a, _ in wanted]
        return f"SELECT {', '.join(shown)} FROM {kept}"

    def _rows(self, connection: Connection, wanted: list[Any], needs: Needs) -> Any:
        with opened(connection, self.database) as (session, share):
            one = _relation(session, share, self.place)
            names = Names(session)
            found = names.readable(one)
            own = {column.name: quoted_name(column.sql) for column in found.columns}
            if missing := [name for _, name in wanted if name not in own]:
                raise RedshiftError(f"column {missing[0]} does not exist", "42703")
            shown = ", ".join(f"{own[name]} AS {a.sql}" for a, name in wanted)
            places = {a.sql: own[n] for a, n in zip(self.columns, self.names, strict=True)}
            conditions = [sql for sql, _ in needs.over(places)]
            where = f" WHERE {' AND '.join(f'({c})' for c in conditions)}" if conditions else ""
            sql = names.planned(f"SELECT {shown} FROM {found.sql} v{where}", found.scans)
            return session.duck.sql(sql).to_arrow_table()


class opened:
    """``with opened(connection, database) as (session, share)``: a producer's own session."""

    def __init__(self, connection: Connection, database: Object) -> None:
        self._connection, self._told = connection, database.body
        self._reading: Any = None

    def __enter__(self) -> tuple[Connection, Object]:
        warehouse = producer(self._connection.warehouse.cloud, self._told["namespace"])
        with reading(warehouse) as session:
            share = share_of(session, self._told["share"], self._connection.warehouse.namespace)
        self._reading = reading(warehouse, share.body["database"])
        session = self._reading.__enter__()
        session.settings["timezone"] = self._connection.settings["timezone"]
        session.keep_zone()
        return session, share

    def __exit__(self, *error: Any) -> None:
        self._reading.__exit__(*error)


def _relation(session: Connection, share: Object, place: tuple[str, str]) -> Object:
    for one in shared_relations(session, share):
        if (one.schema, one.name) == place:
            return one
    raise RedshiftError(f'relation "{".".join(place)}" does not exist', UNDEFINED_TABLE)


def shared_database(connection: Connection, name: str) -> Object | None:
    """A database that was made from a share; None for another, or none."""
    found = connection.objects.find("database", name)
    return found if found and found.body.get("type") == "shared" else None


def find(connection: Connection, name: tuple[str, ...]) -> Relation | None:
    """The shared table of a name; None where its database is no shared one.

    Raises:
        RedshiftError: the share does not hold it, or the user may not use the database.
    """
    database, schema, table = _place(connection, name)
    found = shared_database(connection, database)
    if not schema or _is_system(schema):
        return None
    if found is None:
        there = (database, schema, table)
        moved = len(name) == 2 and there[:2] != (connection.database, name[0])
        return Names(connection).relation(there) if moved else None
    grants.check(connection, found, "USAGE")
    with opened(connection, found) as (session, share):
        one = _relation(session, share, (schema, table))
        relation = Names(session).readable(one)
    number = next(_numbers)
    columns = tuple(
        Attribute(column.name, column.type, f"y{number}_{at}")
        for at, column in enumerate(relation.columns)
    )
    names = tuple(column.name for column in relation.columns)
    scan = SharedScan(f"datashare_{number}", found, (schema, table), columns, names)
    return Relation(table, columns, scan.name, 0, schema, (scan,))


def _is_system(schema: str) -> bool:
    return schema in ("pg_catalog", "information_schema")


def _place(connection: Connection, name: tuple[str, ...]) -> tuple[str, str, str]:
    """Database, schema and table; a schema on another database of this warehouse leads there."""
    database, schema, table = ("", "", *name)[-3:] if len(name) <= 3 else ("", "", "")
    database = database or connection.database
    if not schema and shared_database(connection, database):
        schema = search_path(connection)[-1]
    local = connection.objects.find("schema", schema, database=database) if schema else None
    if local and (place := linked_to(local)):
        grants.check(connection, local, "USAGE")
        return *place, table
    return database, schema, table


def linked_to(schema: Object) -> tuple[str, str] | None:
    """Database and schema that an external schema is on; None where it is on none of them."""
    if schema.body.get("source") != "REDSHIFT":
        return None
    return schema.body["database"].lower(), schema.body.get("schema", "public").lower()


def _create(connection: Connection, name: str, words: Words) -> Result:
    """``CREATE DATABASE name FROM DATASHARE share OF [ACCOUNT 'number'] NAMESPACE 'guid'``"""
    share = words.identifier()
    words.expect("OF")
    account = words.string() if words.accept("ACCOUNT") else connection.warehouse.cloud.account
    words.expect("NAMESPACE")
    namespace = words.string().lower()
    words.end()
    if namespace == connection.warehouse.namespace:
        raise RedshiftError("a database cannot be created from a datashare of its own namespace")
    with reading(producer(connection.warehouse.cloud, namespace)) as session:
        share_of(session, share, connection.warehouse.namespace)
    body = {"type": "shared", "share": share, "namespace": namespace, "account": account}
    connection.objects.add(Object("database", "", "", name, owner=connection.user, body=body))
    return Result("CREATE DATABASE")


def _check_writable(connection: Connection, name: tuple[str, ...]) -> None:
    database, schema, _ = _place(connection, name)
    if schema and shared_database(connection, database):
        raise RedshiftError(
            f'database "{database}" is from a datashare and read-only: the statement changes it',
            "25006",
        )


DATABASE_SOURCES["DATASHARE"] = _create
FINDERS.append(find)
READ_ONLY.append(_check_writable)
