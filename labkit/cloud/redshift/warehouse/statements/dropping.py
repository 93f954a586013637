"""``DROP TABLE`` and ``TRUNCATE``, and which tables may be changed."""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.engine.redshift.errors import RedshiftError, depended_on
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants, staleness
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.constraints import constraint_name, refers
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import find_relation, look_up
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.protecting import check_no_lookup

#: Who else drops tables: (connection, name, IF EXISTS) → whether it was theirs.
DROPPERS: list[Callable[[Connection, tuple[str, ...], bool], bool]] = []
_NOUNS = {"table": "table", "view": "view", "matview": "materialized view"}


@statement("DROP TABLE")
def drop_table(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("DROP", "TABLE")
    return drop_listed(connection, words, "table", "DROP TABLE")


def drop_listed(connection: Connection, words: Words, kind: str, tag: str) -> Result:
    """``[IF EXISTS] name, ... [CASCADE | RESTRICT]``"""
    missing_too = words.accept("IF", "EXISTS")
    names = words.each(words.name)
    cascade = words.accept_one("CASCADE", "RESTRICT") == "CASCADE"
    words.end()
    for name in names:
        if kind == "table" and any(dropper(connection, name, missing_too) for dropper in DROPPERS):
            continue
        found = look_up(connection, name)
        if found is None and missing_too:
            connection.notices.append(f'{kind} "{name[-1]}" does not exist, skipping')
            continue
        if found is None and len(name) == 1:
            raise RedshiftError(f'{_NOUNS[kind].capitalize()} "{name[0]}" does not exist', "42P01")
        found = found or find_relation(connection, name)
        if found.kind != kind:
            raise RedshiftError(f'"{name[-1]}" is not a {_NOUNS[kind]}', "42809")
        grants.check_owner(connection, found, "DROP TABLE" if kind == "table" else "DROP VIEW")
        drop(connection, found, cascade=cascade)
    return Result(tag)


def drop(connection: Connection, one: Object, *, cascade: bool) -> None:
    """Remove a relation, and with ``cascade`` the views that are bound to it and the keys to it.

    Raises:
        RedshiftError: views are bound to it, or foreign keys of other tables refer to it.
    """
    check_no_lookup(connection, one, "drop")
    for view in bound_views(connection, one):
        if not cascade:
            raise _needed(one, f"view {view.name}")
        drop(connection, view, cascade=True)
    for table in referring(connection, one):
        keys = [each for each in table.body["constraints"] if refers(table, each, one)]
        if not cascade:
            key = constraint_name(table, keys[0])
            raise _needed(one, f"constraint {key} on table {table.name}")
        left = [each for each in table.body["constraints"] if each not in keys]
        connection.objects.replace(table.changed(constraints=left))
    if one.kind in ("table", "matview"):
        connection.duck.execute(f"DROP TABLE {one.physical}")
        for each in one.columns:
            if each.identity:
                connection.duck.execute(f"DROP SEQUENCE {one.sequence(each.name)}")
    if one.temporary:
        del connection.temporary[one.name]
    else:
        connection.objects.remove(one)


def _needed(one: Object, by: str) -> RedshiftError:
    return depended_on(f"{_NOUNS[one.kind]} {one.name}", by)


def referring(connection: Connection, one: Object) -> list[Object]:
    """The other tables that have foreign keys to one.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_TABLE.html
    """
    known = () if one.temporary else connection.objects.of("relation", database=one.database)
    return [
        each
        for each in known
        if each.oid != one.oid
        and any(refers(each, told, one) for told in each.body.get("constraints", ()))
    ]


def callers(connection: Connection, one: Object) -> list[Object]:
    """The views that would break without a function."""
    known = (*connection.objects.of("relation"), *connection.temporary.values())
    return [each for each in known if one.oid in each.body.get("calls", ())]


def drop_callers(connection: Connection, one: Object) -> None:
    """Remove the views that call a function, and those that are bound to them."""
    while views := callers(connection, one):
        drop(connection, views[0], cascade=True)


def bound_views(connection: Connection, one: Object) -> list[Object]:
    """The views that would break without a relation."""
    return [
        each
        for each in (*connection.objects.of("relation"), *connection.temporary.values())
        if each.body.get("bound") and one.oid in each.body.get("uses", ())
    ]


@statement("TRUNCATE")
def truncate(connection: Connection, parsed: Parsed) -> Result:
    """It commits the transaction that it runs in, and all that was done there.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_TRUNCATE.html
    """
    words = parsed.words
    words.expect("TRUNCATE")
    words.accept("TABLE")
    table = changeable(connection, words.name(), "")
    words.end()
    grants.check_owner(connection, table, "TRUNCATE TABLE")
    if connection.call_depth and connection.transaction == "open":
        connection.renew("TRUNCATE")
    connection.duck.execute(f"DELETE FROM {table.physical}")
    staleness.note(connection, table)
    if connection.call_depth:
        connection.renew("TRUNCATE")
    elif connection.transaction == "open":
        connection.commit()
    return Result("TRUNCATE TABLE")


#: Who refuses changes of tables that are another's: (connection, name).
READ_ONLY: list[Callable[[Connection, tuple[str, ...]], None]] = []


def changeable(connection: Connection, name: tuple[str, ...], privilege: str) -> Object:
    """A table whose rows may be changed.

    Raises:
        RedshiftError: there is none, it is a view, or the user may not.
    """
    for check in READ_ONLY:
        check(connection, name)
    found = find_relation(connection, name)
    if found.kind != "table":
        raise RedshiftError(f'cannot change the rows of view "{found.name}"', "42809")
    if privilege:
        grants.check(connection, found, privilege)
    return found
