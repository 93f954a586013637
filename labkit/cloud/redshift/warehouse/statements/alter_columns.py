"""``ALTER TABLE`` of a column: another name or type, one more, one less.

The views that are bound to the table go with its columns.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.errors import RedshiftError, column_taken, depended_on
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import encodings
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.constraints import constraint_name
from labkit.cloud.redshift.warehouse.names import Meant, Names
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn, with_columns
from labkit.cloud.redshift.warehouse.statements.alter import action, find_column, keep
from labkit.cloud.redshift.warehouse.statements.checking import (
    check_constraints,
    check_encoding,
    check_references,
    check_type,
)
from labkit.cloud.redshift.warehouse.statements.declaring import (
    Declared,
    column,
    constraint,
    encoding,
)
from labkit.cloud.redshift.warehouse.statements.dropping import bound_views, drop
from labkit.cloud.redshift.warehouse.statements.inserting import default_sql
from labkit.cloud.redshift.warehouse.statements.protecting import check_free


@action("RENAME", "RENAME COLUMN")
def _rename_column(connection: Connection, words: Words, table: Object) -> Object:
    old = words.identifier()
    words.expect("TO")
    new = words.identifier()
    found = find_column(table, old)
    if any(each.name == new for each in table.columns):
        raise column_taken(new, table.name)
    check_free(connection, table, old)
    for view in bound_views(connection, table):
        keep(connection, view.changed(meant=_told(view, table, old, new)))
    connection.duck.execute(
        f"ALTER TABLE {table.physical} RENAME {quoted_name(old)} TO {quoted_name(new)}"
    )
    if found.identity:
        raise RedshiftError("cannot rename an identity column here", "0A000")
    body: dict[str, Any] = {
        "sortkey": [new if name == old else name for name in table.body["sortkey"]],
        "constraints": [
            each | {"columns": [new if name == old else name for name in each["columns"]]}
            for each in table.body["constraints"]
        ],
    }
    if table.body["distkey"] == old:
        body["distkey"] = new
    renamed = _exchange(table.changed(**body), old, replace(found, name=new))
    return renamed.changed(**_told_of(table, old, new))


def _told_of(table: Object, old: str, new: str = "") -> dict[str, Any]:
    """A table's comments and its columns' privileges, once a column has another name, or is gone.

    A later column of the old name begins without them.
    """

    def named(names: Iterable[str]) -> list[str]:
        return [new if name == old else name for name in names if new or name != old]

    comments = {
        new if name == old else name: text
        for name, text in table.body.get("comments", {}).items()
        if new or name != old
    }
    given = {
        grantee: {privilege: left for privilege, names in own.items() if (left := named(names))}
        for grantee, own in table.body.get("column_grants", {}).items()
    }
    return {"comments": comments, "column_grants": {n: own for n, own in given.items() if own}}


def _told(view: Object, table: Object, old: str, new: str) -> Meant:
    """What a bound view means by its names, once a column has another one."""
    meant: Meant = view.body.get("meant", {})
    return {
        name: one
        if one["oid"] != table.oid
        else one | {"columns": {k: new if v == old else v for k, v in one["columns"].items()}}
        for name, one in meant.items()
    }


def _readers(connection: Connection, table: Object, column: str) -> list[Object]:
    """The bound views that would have other columns, or none, without a table's column."""
    less = with_columns(table, [each for each in table.columns if each.name != column])
    views = bound_views(connection, table)
    keep(connection, less)
    try:
        return [view for view in views if not _same(connection, view)]
    finally:
        keep(connection, table)


def _same(connection: Connection, view: Object) -> bool:
    try:
        found = Names(connection, depth=-1).compile_view(view).fields
    except RedshiftError:
        return False
    return len(found) == len(view.columns)


@action("ADD", "ADD COLUMN")
def _add(connection: Connection, words: Words, table: Object) -> Object:
    if words.word.upper in ("PRIMARY", "UNIQUE", "FOREIGN", "CONSTRAINT"):
        added = constraint(words)
        check_references(connection, [added], table.name)
        constraints = [*table.body["constraints"], added]
        check_constraints(table.columns, constraints)
        empty = [c for c in table.columns if c.nullable and c.name in added["columns"]]
        if empty and added["kind"] == "PRIMARY KEY":
            raise RedshiftError("can not make a nullable column a primary key", "42P16")
        return table.changed(constraints=constraints)
    new = encodings.chosen(column(words, Declared()))
    check_encoding(new)
    check_type(f"{table.name}.{new.name}", new.type)
    if any(each.name == new.name for each in table.columns):
        raise column_taken(new.name, table.name)
    if new.identity:
        raise RedshiftError("ALTER TABLE ADD COLUMN cannot add an identity column", "0A000")
    if not new.nullable and not new.default:
        raise RedshiftError("ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null "
                            "default expression", "42601")  # fmt: skip
    connection.duck.execute(
        f"ALTER TABLE {table.physical} ADD COLUMN {quoted_name(new.name)} {new.type.duckdb}"
    )
    if new.default:
        value = default_sql(connection, table, new)
        connection.duck.execute(f"UPDATE {table.physical} SET {quoted_name(new.name)} = {value}")
    return with_columns(table, [*table.columns, new])


@action("DROP", "DROP COLUMN")
def _drop(connection: Connection, words: Words, table: Object) -> Object:
    if words.accept("CONSTRAINT"):
        name = words.identifier()
        words.accept_one("CASCADE", "RESTRICT")
        told = [each | {"name": constraint_name(table, each)} for each in table.body["constraints"]]
        kept = [each for each in told if each["name"] != name]
        if len(kept) == len(table.body["constraints"]):
            raise RedshiftError(f'constraint "{name}" does not exist', "42704")
        return table.changed(constraints=kept)
    name = words.identifier()
    find_column(table, name)
    cascade = words.accept_one("CASCADE", "RESTRICT") == "CASCADE"
    if name == table.body["distkey"] or name in table.body["sortkey"]:
        noun = "distribution" if name == table.body["distkey"] else "sort"
        raise RedshiftError(f'cannot drop {noun}key column "{name}"', "0A000")
    check_free(connection, table, name)
    for view in _readers(connection, table, name):
        if not cascade:
            raise depended_on(f"table {table.name} column {name}", f"view {view.name}")
        if view in bound_views(connection, table):
            drop(connection, view, cascade=True)
    connection.duck.execute(f"ALTER TABLE {table.physical} DROP COLUMN {quoted_name(name)}")
    kept = [each for each in table.body["constraints"] if name not in each["columns"]]
    left = [each for each in table.columns if each.name != name]
    return with_columns(table.changed(constraints=kept, **_told_of(table, name)), left)


@action("ALTER", "ALTER COLUMN")
def _alter_column(connection: Connection, words: Words, table: Object) -> Object:
    name = words.identifier()
    found = find_column(table, name)
    if words.accept("ENCODE"):
        new = replace(found, encode=encodings.kept(encoding(words)))
        check_encoding(new)
        return _exchange(table, name, new)
    words.expect("TYPE")
    return _change_type(connection, words, table, found)


def _change_type(connection: Connection, words: Words, table: Object, found: TableColumn) -> Object:
    """Only a varchar's length may change.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
    """
    check_free(connection, table, found.name)
    new = words.type()
    if found.type.base != "varchar" or new.base != "varchar":
        raise RedshiftError(
            f'cannot alter type of column "{found.name}": only a varchar\'s length can change',
            "0A000",
        )
    value = stored(Typed(quoted_name(found.name), found.type), new, found.name).sql
    connection.duck.execute(f"SELECT count({value}) FROM {table.physical}").fetchall()
    return _exchange(table, found.name, replace(found, type=new))


def _exchange(table: Object, name: str, new: TableColumn) -> Object:
    return with_columns(table, [new if c.name == name else c for c in table.columns])
