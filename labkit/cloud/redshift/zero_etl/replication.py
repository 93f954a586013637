"""A source's changes, applied to a database of the warehouse.

The first time all rows of a table come, later those whose keys the source's log names. Rows and the
position in the log are one transaction, so that nothing is lost or doubled by a crash.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.duck import failures, first_row
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.warehouse import Connection, staleness
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.statements.declaring import Declared
from labkit.cloud.redshift.warehouse.statements.dropping import drop
from labkit.cloud.redshift.warehouse.statements.tables import create
from labkit.cloud.redshift.zero_etl import source as sources
from labkit.cloud.redshift.zero_etl.source import SourceTable

SCHEMA, FAILED = "public", "Failed"
NO_KEY = "Table has no primary key"


class TableFailed(Exception):
    """A table that cannot be followed. Args: its name, its declaration, why."""


@dataclass
class _Work:
    """One round: a session of the warehouse in a transaction, and the source in one."""

    session: Connection
    source: sqlite3.Connection
    database: Object
    since: int
    until: int
    states: dict[str, dict[str, Any]]
    changed: set[str] = field(default_factory=set)


def replicate(session: Connection, source: sqlite3.Connection, name: str) -> set[str]:
    """Bring a database up to its source's committed state.

    Args:
        name: the database's, which is the session's too.

    Returns:
        The tables that changed.

    Raises:
        TableFailed: rows of a table do not fit; nothing of the round is kept.
    """
    _watch(source)
    session.begin()
    source.execute("BEGIN")
    try:
        database = session.objects.find("database", name)
        if database is None:
            return set()
        work = _begin(session, source, database)
        _tables(work)
        _keep(work)
        session.commit()
        return work.changed
    finally:
        source.execute("ROLLBACK")
        session.rollback()


def give_up(session: Connection, name: str, failed: TableFailed) -> None:
    """Follow a table no more until it is declared anew."""
    table, sql, reason = failed.args
    session.begin()
    try:
        if database := session.objects.find("database", name):
            states = database.body.get("tables", {}) | {table: _state(FAILED, sql, reason)}
            session.objects.replace(database.changed(tables=states))
        session.commit()
    finally:
        session.rollback()


def _watch(source: sqlite3.Connection) -> None:
    """Triggers stand before the first rows are taken, so that no change falls between."""
    known = {
        name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    }
    for table in sources.tables(source):
        if table.key and f"labkit_{table.name}_update" not in known:
            sources.watch(source, table)


def _begin(session: Connection, source: sqlite3.Connection, database: Object) -> _Work:
    told = database.body
    since, until = told.get("position", 0), sources.position(source)
    return _Work(session, source, database, since, until, dict(told.get("tables", {})))


def _tables(work: _Work) -> None:
    found = {table.name.lower(): table for table in sources.tables(work.source)}
    for name in [name for name in work.states if name not in found]:
        _forget(work, name)
    for name, table in found.items():
        known = work.states.get(name)
        if known and known["state"] == FAILED and known["sql"] == table.sql:
            continue
        if not table.key:
            work.states[name] = _state(FAILED, table.sql, NO_KEY)
        elif known is None or known["sql"] != table.sql:
            _try(work, name, table, _load)
        else:
            _try(work, name, table, _follow)


def _state(state: str, sql: str, reason: str = "") -> dict[str, Any]:
    return {"state": state, "sql": sql, "reason": reason, "updated": time.time()}


def _try(work: _Work, name: str, table: SourceTable, action: Any) -> None:
    try:
        if action(work, name, table):
            work.changed.add(name)
            work.states[name] = _state("Synced", table.sql)
    except RedshiftError as error:
        raise TableFailed(name, table.sql, error.message) from error


def _forget(work: _Work, name: str) -> None:
    known = _relation(work, name)
    if known:
        drop(work.session, known, cascade=True)
    del work.states[name]
    work.changed.add(name)


def _relation(work: _Work, name: str) -> Object | None:
    return work.session.objects.find("relation", name, database=work.database.name, schema=SCHEMA)


def _load(work: _Work, name: str, table: SourceTable) -> bool:
    known = _relation(work, name)
    if known:
        drop(work.session, known, cascade=True)
    columns = [TableColumn(column.lower(), kind) for column, kind in table.columns]
    made = create(work.session, (SCHEMA, name), Declared(columns, {}))
    _insert(work, made, sources.rows(work.source, table))
    return True


def _follow(work: _Work, name: str, table: SourceTable) -> bool:
    keys = sources.changed_keys(work.source, table.name, work.since, work.until)
    target = _relation(work, name)
    if not keys or target is None:
        return False
    staleness.note(work.session, target)
    _delete(work, target, table, keys)
    _insert(work, target, sources.rows(work.source, table, keys))
    return True


def _delete(work: _Work, target: Object, table: SourceTable, keys: Sequence[Any]) -> None:
    kinds = {column.name: column.type for column in target.columns}
    names = [name.lower() for name in table.key]
    with _registered(work, list(zip(*keys, strict=True))) as name:
        same = " AND ".join(  # SQLite's keys may be NULL
            f"t.{quoted_name(key)} IS NOT DISTINCT FROM {_value(f'k.v{at}', kinds[key], key)}"
            for at, key in enumerate(names)
        )
        work.session.duck.execute(
            f"DELETE FROM {target.physical} t WHERE EXISTS (SELECT 1 FROM {name} k WHERE {same})"
        ).fetchall()


def _insert(work: _Work, target: Object, rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    with _registered(work, list(zip(*rows, strict=True))) as name:
        values = [_value(f"k.v{at}", c.type, c.name) for at, c in enumerate(target.columns)]
        sql = f"INSERT INTO {target.physical} SELECT {', '.join(values)} FROM {name} k"
        first_row(work.session.duck, sql)


def _value(sql: str, kind: Type, name: str) -> str:
    """A value's text as the column's type."""
    if kind.base == "varbyte":
        return f"from_hex({sql})"
    if kind.base == "super":
        return f"rs_super({sql})"
    if kind.base in ("varchar", "bpchar"):
        return stored(Typed(sql, Type("varchar")), kind, name).sql
    return f"CAST({sql} AS {kind.duckdb})"


class _registered:
    """Columns of SQLite's values as a relation of texts, while its ``with`` lasts."""

    def __init__(self, work: _Work, columns: Sequence[Sequence[Any]]) -> None:
        self._duck, self._failures = work.session.duck, failures()
        arrays = {
            f"v{at}": pa.array([_text(value) for value in values], pa.string())
            for at, values in enumerate(columns)
        }
        self._table = pa.table(arrays)

    def __enter__(self) -> str:
        self._duck.register("zero_etl_rows", self._table)
        self._failures.__enter__()
        return "zero_etl_rows"

    def __exit__(self, *error: Any) -> None:
        try:
            self._failures.__exit__(*error)
        finally:
            if not error[0]:
                self._duck.unregister("zero_etl_rows")


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.hex() if isinstance(value, bytes) else str(value)


def _keep(work: _Work) -> None:
    """Put down how far the database is, with the rows."""
    told = work.database.body
    if work.changed or told.get("position") != work.until or told.get("tables") != work.states:
        tables = work.states
        work.session.objects.replace(
            work.database.changed(position=work.until, tables=tables, synced=time.time())
        )
