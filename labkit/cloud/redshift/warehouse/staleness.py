"""Which materialized views are stale: a write notes the views that read its table.

The note is a row of the writer's transaction and only ever added, so that writers do not wait for
each other, and what rolls back leaves none. A refresh takes away the notes that its transaction
sees: one of a write that it did not see stays. A view is unknown (``u``) where it reads what lies
elsewhere, and always stale where it calls what tells something else each time.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_MV_INFO.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from labkit.cloud.engine.redshift.compile import Compiled
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.redshift.warehouse.objects import Object, volatility

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_SCHEMA = """
CREATE TABLE IF NOT EXISTS "catalog".bases (view BIGINT, base BIGINT);
CREATE TABLE IF NOT EXISTS "catalog".stale (view BIGINT);
CREATE OR REPLACE TEMP TABLE noted AS SELECT DISTINCT view FROM "catalog".stale
    WHERE view IN (SELECT oid FROM "catalog".objects);
DELETE FROM "catalog".stale;
INSERT INTO "catalog".stale SELECT view FROM noted;
DELETE FROM "catalog".bases WHERE view NOT IN (SELECT oid FROM "catalog".objects);
DROP TABLE noted;
"""
_READ = 'SELECT 1 FROM "catalog".bases WHERE base = ? LIMIT 1'
_NOTE = 'INSERT INTO "catalog".stale SELECT view FROM "catalog".bases WHERE base = ?'
_MUTABLE = (exp.CurrentDate, exp.CurrentDatetime, exp.CurrentTime, exp.CurrentTimestamp, exp.Rand,
            exp.CurrentUser, exp.CurrentSchema)  # fmt: skip
_NAMES = {"getdate", "now", "random", "sysdate", "timeofday", "current_timestamp", "current_date"}


def prepare(database: duckdb.DuckDBPyConnection) -> None:
    """Make room for the notes; each view needs one of them."""
    database.execute(_SCHEMA)


def note(connection: Connection, table: Object) -> None:
    """Tell the views that read a relation, and who knows its text, that its rows are changing."""
    connection.warehouse.blanks.change(connection, table.oid)
    if connection.duck.execute(_READ, [table.oid]).fetchall():
        connection.duck.execute(_NOTE, [table.oid]).fetchall()
        connection.noted = True


def noted(duck: duckdb.DuckDBPyConnection) -> set[int]:
    """The views that a write has been told to."""
    rows = duck.execute('SELECT DISTINCT view FROM "catalog".stale').fetchall()
    return {row[0] for row in rows}


def renew(connection: Connection, view: Object, compiled: Compiled) -> Object:
    """A view that has just been filled by this query; what reads it is stale in its turn."""
    duck = connection.duck
    duck.execute('DELETE FROM "catalog".stale WHERE view = ?', [view.oid])
    duck.execute('DELETE FROM "catalog".bases WHERE view = ?', [view.oid])
    known = {one.oid: one for one in connection.objects.of("relation")}
    oids = list(bases(sorted(compiled.oids), known))
    for oid in oids:
        duck.execute('INSERT INTO "catalog".bases VALUES (?, ?)', [view.oid, oid])
    note(connection, view)
    queries = [view.body["query"], *(known[o].body["query"] for o in oids if _is_view(known, o))]
    routines = connection.objects.of("routine")
    volatile = {str(one.body["name"]) for one in routines if volatility(one) == "VOLATILE"}
    mutable = _NAMES | volatile
    calls = any(_calls(query, mutable) for query in queries)
    told = "t" if calls else "u" if compiled.scans else "f"
    return view.changed(staleness=told)


def _is_view(known: dict[int, Object], oid: int) -> bool:
    return oid in known and known[oid].kind == "view"


def bases(oids: list[int], known: dict[int, Object]) -> Iterator[int]:
    """What is read, and what the views among it read; a materialized view is a table here."""
    for oid in oids:
        yield oid
        if _is_view(known, oid):
            yield from bases(list(known[oid].body.get("uses", ())), known)


def _calls(query: str, mutable: set[str]) -> bool:
    return any(
        isinstance(node, _MUTABLE) or node.name.lower() in mutable
        for node in parse_query(query).find_all(exp.Func, exp.Column)
    )


def told(connection: Connection) -> dict[int, str]:
    """Of each materialized view ``t``, ``f`` or ``u``; those of earlier versions are not known."""
    known = noted(connection.duck)
    return {
        one.oid: "t" if one.oid in known else one.body.get("staleness", "u")
        for one in connection.objects.of("relation")
        if one.kind == "matview"
    }
