"""``BEGIN``, ``COMMIT``, ``ROLLBACK``, ``LOCK``, prepared statements and cursors."""

from __future__ import annotations

import time
from collections.abc import Sequence

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import LONGEST, TEXTS, Type
from labkit.cloud.redshift.warehouse import access_modes, grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import find_relation
from labkit.cloud.redshift.warehouse.registry import Notice, Parsed, Result, statement


@statement("BEGIN", "START TRANSACTION")
def begin(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    tag = "START TRANSACTION" if words.accept("START", "TRANSACTION") else "BEGIN"
    words.accept("BEGIN") and words.accept_one("WORK", "TRANSACTION")
    modes = access_modes.read_modes(words, access_modes.TRANSACTION)
    if connection.transaction != "open":
        connection.begin()
    elif not connection.unbegun:
        already = "there is already a transaction in progress"
        connection.notices.append(Notice(already, "WARNING", "25001"))
    connection.settings |= modes
    return Result(tag)


@statement("COMMIT", "END")
def commit(connection: Connection, parsed: Parsed) -> Result:
    access_modes.read_ending(parsed.words)
    if connection.transaction == "failed":
        connection.rollback()
        return Result("ROLLBACK")
    if connection.transaction == "open":
        connection.commit()
    else:
        _warn(connection)
    return Result("COMMIT")


@statement("ROLLBACK", "ABORT")
def rollback(connection: Connection, parsed: Parsed) -> Result:
    access_modes.read_ending(parsed.words)
    if connection.transaction == "idle":
        _warn(connection)
    connection.rollback()
    return Result("ROLLBACK")


def _warn(connection: Connection) -> None:
    connection.notices.append(Notice("there is no transaction in progress", "WARNING", "25P01"))


@statement("LOCK")
def lock(connection: Connection, parsed: Parsed) -> Result:
    """Conflicts are found when a transaction commits; a lock checks that the tables are there."""
    words = parsed.words
    words.expect("LOCK")
    words.accept("TABLE")
    names = words.each(words.name)
    for name in names:
        _check_lockable(connection, find_relation(connection, name))
    return Result("LOCK TABLE")


def _check_lockable(connection: Connection, one: Object) -> None:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_LOCK.html"""
    privileges = ("SELECT", "INSERT", "UPDATE", "DELETE")
    if not one.temporary and not any(
        grants.allowed(connection, one, each, connection.user) for each in privileges
    ):
        raise RedshiftError(grants.denial(one), "42501")


# Prepared statements


@statement("PREPARE")
def prepare(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("PREPARE")
    name = words.identifier()
    types = [_without_size(each) for each in words.listed(words.type)] if words.peek("(") else None
    words.expect("AS")
    if name in connection.prepared:
        raise RedshiftError(f'prepared statement "{name}" already exists', "42P05")
    connection.prepared[name] = (words.rest(), types)
    return Result("PREPARE")


def _without_size(kind: Type) -> Type:
    """A parameter's text is as long as it is, ``char``'s too."""
    return Type("varchar", LONGEST) if kind.base in TEXTS else kind


@statement("EXECUTE")
def execute(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("EXECUTE")
    name = words.word.text
    text, types = prepared(connection, name)
    words.identifier()
    given = words.listed(words.expression) if words.peek("(") else []
    words.end()
    if types is not None and len(given) != len(types):
        raise RedshiftError(
            f'wrong number of parameters for prepared statement "{name}"', "42601",
            detail=f"Expected {len(types)} parameters but got {len(given)}.",
        )  # fmt: skip
    kinds: Sequence[Type | None] = types or [None] * len(given)
    values = [_given(connection, one, kind, parsed) for one, kind in zip(given, kinds, strict=True)]
    return connection.run(text, values)


def prepared(connection: Connection, name: str) -> tuple[str, list[Type] | None]:
    """What SQL's PREPARE or the protocol's Parse has prepared, and the types that PREPARE told.

    Raises:
        RedshiftError: there is none of that name (26000).
    """
    if name in connection.parsed:
        return connection.parsed[name].sql, None
    if name.lower() not in connection.prepared:
        raise RedshiftError(f'prepared statement "{name}" does not exist', "26000")
    text, types = connection.prepared[name.lower()]
    return text, types


def _given(connection: Connection, text: str, kind: Type | None, parsed: Parsed) -> object:
    """A parameter's value, in the type that PREPARE has told of it."""
    sql = f"SELECT CAST({text} AS {kind})" if kind else f"SELECT {text}"
    rows = connection.run(sql, parsed.parameters).rows
    value = rows.column(0)[0].as_py() if rows is not None else None
    if kind is None:
        return value
    literal = "NULL" if value is None else quoted_text(str(value))
    return Typed(f"CAST({literal} AS {kind.duckdb})", kind)


@statement("DEALLOCATE")
def deallocate(connection: Connection, parsed: Parsed) -> Result:
    """Of SQL's PREPARE or the protocol's Parse: psycopg and psqlODBC end theirs so."""
    words = parsed.words
    words.expect("DEALLOCATE")
    words.accept("PREPARE")
    if words.accept("ALL"):
        words.end()
        connection.prepared.clear()
        connection.parsed.clear()
        return Result("DEALLOCATE")
    written, name = words.word.text, words.identifier()
    words.end()
    known = connection.parsed if written in connection.parsed else connection.prepared
    if known.pop(written if known is connection.parsed else name, None) is None:
        raise RedshiftError(f'prepared statement "{name}" does not exist', "26000")
    return Result("DEALLOCATE")


# Cursors


@statement("DECLARE")
def declare(connection: Connection, parsed: Parsed) -> Result:
    """One cursor at a time, in a transaction block; it goes forward only.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/declare.html
    """
    words = parsed.words
    words.expect("DECLARE")
    name = words.identifier()
    words.expect("CURSOR")
    words.accept("WITHOUT", "HOLD")  # as psycopg2 has it
    words.expect("FOR")
    if words.word.upper not in ("SELECT", "WITH", "VALUES", "("):
        raise words.refuse()
    if connection.transaction != "open":
        raise RedshiftError("DECLARE CURSOR may only be used in transaction blocks", "25P01")
    if name in connection.cursors:
        raise RedshiftError(f'cursor "{name}" already exists', "42P03")
    found = connection.run(words.rest(), parsed.parameters)
    if found.rows is None:
        raise RedshiftError("DECLARE CURSOR cannot specify INTO", "42P11")
    connection.cursors[name] = [found, 0, time.time()]
    return Result("DECLARE CURSOR")


def _cursor(connection: Connection, name: str) -> list[object]:
    if connection.transaction != "open":
        raise RedshiftError(
            "cursors can only be used within the transaction that created them.", "XX000"
        )
    if name not in connection.cursors:
        raise RedshiftError(f'cursor "{name}" does not exist', "34000")
    found: list[object] = connection.cursors[name]
    return found


@statement("FETCH")
def fetch(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("FETCH")
    count: int | None = 1
    if words.accept("NEXT"):
        count = 1
    elif words.accept("ALL"):
        count = None
    elif words.accept("FORWARD"):
        count = None if words.accept("ALL") else words.number() if (
            words.word.kind == "number") else 1  # fmt: skip
    elif words.word.kind == "number":
        count = words.number()
    elif words.accept_one("PRIOR", "BACKWARD", "ABSOLUTE", "RELATIVE", "FIRST", "LAST"):
        raise RedshiftError("cursor can only scan forward", "55000")
    words.accept_one("FROM", "IN")
    name = words.identifier()
    held = _cursor(connection, name)
    if any(other[1] for key, other in connection.cursors.items() if key != name):
        raise RedshiftError(
            "opening multiple cursors from within the same client connection is not allowed.",
            "24000",
        )
    words.end()
    result, at, _ = held
    assert isinstance(result, Result)
    assert isinstance(at, int)
    assert result.rows is not None
    rows = result.rows.slice(at, count)
    held[1] = at + rows.num_rows
    return Result("FETCH", result.columns, rows, rows.num_rows)


@statement("CLOSE")
def close(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CLOSE")
    if words.accept("ALL"):
        words.end()
        connection.cursors.clear()
        return Result("CLOSE CURSOR")
    name = words.identifier()
    words.end()
    _cursor(connection, name)
    del connection.cursors[name]
    return Result("CLOSE CURSOR")
