"""``ALTER TABLE`` in its forms.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.reading import Words
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.redshift.warehouse import encodings, grants, staleness
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.constraints import constraint_name, following
from labkit.cloud.redshift.warehouse.names import Meant, Names, find_relation
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn, with_columns
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.checking import (
    check_constraints,
    check_encoding,
    check_references,
)
from labkit.cloud.redshift.warehouse.statements.declaring import (
    Declared,
    column,
    constraint,
    encoding,
    sort_key,
)
from labkit.cloud.redshift.warehouse.statements.dropping import bound_views, drop, referring
from labkit.cloud.redshift.warehouse.statements.grantees import find
from labkit.cloud.redshift.warehouse.statements.inserting import default_sql
from labkit.cloud.redshift.warehouse.statements.protecting import (
    check_free,
    check_movable,
    check_no_lookup,
    protection_clause,
)

Action = Callable[[Connection, Words, Object], Object]
_ACTIONS: dict[tuple[str, ...], Action] = {}
#: Who else alters tables: (connection, name, the words after it) → a result, or None.
ALTERERS: list[Callable[[Connection, tuple[str, ...], Words], Result | None]] = []


@statement("ALTER TABLE", "ALTER VIEW")
def alter_table(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER")
    tag = f"ALTER {words.accept_one('TABLE', 'VIEW')}"
    name = words.name()
    for alterer in ALTERERS:
        if done := alterer(connection, name, words):
            return done
    table = find_relation(connection, name)
    if changed := protection_clause(connection, words, table):
        words.end()
        keep(connection, changed)
        return Result(tag)
    grants.check_owner(connection, table, "ALTER TABLE")
    while True:
        action = _find(words)
        keep(connection, table := action(connection, words, table))
        if action is not _alter_column or not words.accept(","):
            break
    words.end()
    return Result(tag)


def keep(connection: Connection, table: Object) -> None:
    """Put a changed relation in place of what it was."""
    connection.warehouse.blanks.change(connection, table.oid)
    if not table.temporary:
        connection.objects.replace(table)
        return
    for name, known in list(connection.temporary.items()):
        if known.oid == table.oid:
            del connection.temporary[name]
    connection.temporary[table.name] = table


def _find(words: Words) -> Action:
    for length in (3, 2, 1):
        key = tuple(word.upper for word in words.words[words.at : words.at + length])
        if key in _ACTIONS:
            words.at += length
            return _ACTIONS[key]
    raise words.refuse()


def _action(*beginnings: str) -> Callable[[Action], Action]:
    def register(function: Action) -> Action:
        for words in beginnings:
            _ACTIONS[tuple(words.split())] = function
        return function

    return register


def _column(table: Object, name: str) -> TableColumn:
    for found in table.columns:
        if found.name == name:
            return found
    raise RedshiftError(f'column "{name}" of relation "{table.name}" does not exist', "42703")


def _exchange(table: Object, name: str, new: TableColumn) -> Object:
    return with_columns(table, [new if c.name == name else c for c in table.columns])


@_action("RENAME TO")
def _rename(connection: Connection, words: Words, table: Object) -> Object:
    name = words.identifier()
    where = {"database": table.database, "schema": table.schema}
    taken = connection.objects.find("relation", name, **where)
    if taken or (table.temporary and name in connection.temporary):
        raise RedshiftError(f'relation "{name}" already exists', "42P07")
    check_no_lookup(connection, table, "rename")
    for each in referring(connection, table):
        connection.objects.replace(following(each, table, name))
    return replace(following(table, table, name), name=name)


@_action("RENAME", "RENAME COLUMN")
def _rename_column(connection: Connection, words: Words, table: Object) -> Object:
    old = words.identifier()
    words.expect("TO")
    new = words.identifier()
    found = _column(table, old)
    if any(each.name == new for each in table.columns):
        raise RedshiftError(f'column "{new}" of relation "{table.name}" already exists', "42701")
    check_free(connection, table, old)
    for view in bound_views(connection, table):
        connection.objects.replace(view.changed(meant=_told(view, table, old, new)))
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
    return _exchange(table.changed(**body), old, replace(found, name=new))


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
    connection.objects.replace(less)
    try:
        return [view for view in views if not _same(connection, view)]
    finally:
        connection.objects.replace(table)


def _same(connection: Connection, view: Object) -> bool:
    try:
        found = Names(connection, depth=-1).compile_view(view).fields
    except RedshiftError:
        return False
    return len(found) == len(view.columns)


@_action("ADD", "ADD COLUMN")
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
    if any(each.name == new.name for each in table.columns):
        raise RedshiftError(
            f'column "{new.name}" of relation "{table.name}" already exists', "42701"
        )
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


@_action("DROP", "DROP COLUMN")
def _drop(connection: Connection, words: Words, table: Object) -> Object:
    if words.accept("CONSTRAINT"):
        name = words.identifier()
        words.accept_one("CASCADE", "RESTRICT")
        told = table.body["constraints"]
        kept = [each for each in told if constraint_name(table, each) != name]
        if len(kept) == len(table.body["constraints"]):
            raise RedshiftError(f'constraint "{name}" does not exist', "42704")
        return table.changed(constraints=kept)
    name = words.identifier()
    _column(table, name)
    cascade = words.accept_one("CASCADE", "RESTRICT") == "CASCADE"
    if name == table.body["distkey"] or name in table.body["sortkey"]:
        noun = "distribution" if name == table.body["distkey"] else "sort"
        raise RedshiftError(f'cannot drop {noun}key column "{name}"', "0A000")
    check_free(connection, table, name)
    for view in _readers(connection, table, name):
        if not cascade:
            raise RedshiftError(
                f"cannot drop table {table.name} column {name} because other objects depend on it",
                "2BP01",
                detail=f"view {view.name} depends on table {table.name} column {name}",
                hint="Use DROP ... CASCADE to drop the dependent objects too.",
            )
        if view in connection.objects.of("relation"):
            drop(connection, view, cascade=True)
    connection.duck.execute(f"ALTER TABLE {table.physical} DROP COLUMN {quoted_name(name)}")
    kept = [each for each in table.body["constraints"] if name not in each["columns"]]
    left = [each for each in table.columns if each.name != name]
    return with_columns(table.changed(constraints=kept), left)


@_action("ALTER", "ALTER COLUMN")
def _alter_column(connection: Connection, words: Words, table: Object) -> Object:
    name = words.identifier()
    found = _column(table, name)
    if words.accept("ENCODE"):
        new = replace(found, encode=encoding(words))
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


@_action("ALTER COMPOUND", "ALTER INTERLEAVED", "ALTER SORTKEY")
def _alter_sort_key(connection: Connection, words: Words, table: Object) -> Object:
    words.at -= 1
    found = sort_key(words)
    for name in found["sortkey"]:
        _column(table, name)
    return table.changed(**found)


@_action("ALTER DISTSTYLE")
def _alter_style(connection: Connection, words: Words, table: Object) -> Object:
    style = words.accept_one("ALL", "EVEN", "AUTO", "KEY")
    if style != "KEY":
        return table.changed(diststyle=style, distkey="")
    words.expect("DISTKEY")
    return _alter_dist_key(connection, words, table)


@_action("ALTER DISTKEY")
def _alter_dist_key(connection: Connection, words: Words, table: Object) -> Object:
    name = words.names()[0] if words.peek("(") else words.identifier()
    _column(table, name)
    return table.changed(diststyle="KEY", distkey=name)


@_action("ALTER ENCODE AUTO")
def _alter_encode(connection: Connection, words: Words, table: Object) -> Object:
    return table.changed(encode="AUTO")


@_action("OWNER TO")
def _owner(connection: Connection, words: Words, table: Object) -> Object:
    return replace(table, owner=find(connection, "user", words.identifier()).name)


@_action("SET SCHEMA")
def _set_schema(connection: Connection, words: Words, table: Object) -> Object:
    check_no_lookup(connection, table, "move")
    name = words.identifier()
    if not connection.objects.find("schema", name, database=table.database):
        raise RedshiftError(f'schema "{name}" does not exist', "3F000")
    return replace(table, schema=name)


@_action("APPEND FROM")
def _append(connection: Connection, words: Words, table: Object) -> Object:
    """Moves the rows: the source is empty after.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE_APPEND.html
    """
    source = find_relation(connection, words.name())
    grants.check_owner(connection, source)
    check_movable(connection, source)
    option = words.accept_one("IGNOREEXTRA", "FILLTARGET")
    if source.physical == table.physical:
        raise RedshiftError("ALTER TABLE APPEND needs two different tables")
    if connection.transaction != "idle":
        raise RedshiftError("ALTER TABLE APPEND cannot run inside a transaction block", "25001")
    theirs = {each.name: each for each in source.columns}
    own = {each.name: each for each in table.columns}
    if set(theirs) - set(own) and option != "IGNOREEXTRA":
        raise RedshiftError("the source has columns that the target has not; see IGNOREEXTRA")
    if set(own) - set(theirs) and option != "FILLTARGET":
        raise RedshiftError("the target has columns that the source has not; see FILLTARGET")
    if table.temporary or source.temporary:
        raise RedshiftError("ALTER TABLE APPEND needs permanent tables", "0A000")
    for name in set(own) & set(theirs):
        one, two = own[name], theirs[name]
        if (one.type, one.nullable) != (two.type, two.nullable):
            raise RedshiftError(f'column "{name}" has different attributes in source and target')
    if any(table.body.get(key) != source.body.get(key) for key in ("distkey", "sortkey")):
        raise RedshiftError("the source and the target have different keys", "0A000")
    values = [
        quoted_name(each.name) if each.name in theirs else default_sql(connection, table, each)
        for each in table.columns
    ]
    connection.duck.execute(
        f"INSERT INTO {table.physical} SELECT {', '.join(values)} FROM {source.physical}"
    )
    connection.duck.execute(f"DELETE FROM {source.physical}")
    staleness.note(connection, source)
    staleness.note(connection, table)
    return table
