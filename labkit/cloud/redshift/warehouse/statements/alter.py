"""``ALTER TABLE`` in its forms.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.errors import RedshiftError, no_column
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants, staleness
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.constraints import following
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.paths import find_relation
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.declaring import sort_key
from labkit.cloud.redshift.warehouse.statements.dropping import referring
from labkit.cloud.redshift.warehouse.statements.grantees import find
from labkit.cloud.redshift.warehouse.statements.inserting import default_sql
from labkit.cloud.redshift.warehouse.statements.protecting import (
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
        change = _find(words)
        keep(connection, table := change(connection, words, table))
        if change is not _ACTIONS["ALTER",] or not words.accept(","):
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


def action(*beginnings: str) -> Callable[[Action], Action]:
    def register(function: Action) -> Action:
        for words in beginnings:
            _ACTIONS[tuple(words.split())] = function
        return function

    return register


def find_column(table: Object, name: str) -> TableColumn:
    for found in table.columns:
        if found.name == name:
            return found
    raise no_column(name, table.name)


@action("RENAME TO")
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


@action("ALTER COMPOUND", "ALTER INTERLEAVED", "ALTER SORTKEY")
def _alter_sort_key(connection: Connection, words: Words, table: Object) -> Object:
    words.at -= 1
    found = sort_key(words)
    for name in found["sortkey"]:
        find_column(table, name)
    return table.changed(**found)


@action("ALTER DISTSTYLE")
def _alter_style(connection: Connection, words: Words, table: Object) -> Object:
    style = words.accept_one("ALL", "EVEN", "AUTO", "KEY")
    if style != "KEY":
        return table.changed(diststyle=style, distkey="")
    words.expect("DISTKEY")
    return _alter_dist_key(connection, words, table)


@action("ALTER DISTKEY")
def _alter_dist_key(connection: Connection, words: Words, table: Object) -> Object:
    name = words.names()[0] if words.peek("(") else words.identifier()
    find_column(table, name)
    return table.changed(diststyle="KEY", distkey=name)


@action("ALTER ENCODE AUTO")
def _alter_encode(connection: Connection, words: Words, table: Object) -> Object:
    return table.changed(encode="AUTO")


@action("OWNER TO")
def _owner(connection: Connection, words: Words, table: Object) -> Object:
    return replace(table, owner=find(connection, "user", words.identifier()).name)


@action("SET SCHEMA")
def _set_schema(connection: Connection, words: Words, table: Object) -> Object:
    check_no_lookup(connection, table, "move")
    name = words.identifier()
    if not connection.objects.find("schema", name, database=table.database):
        raise RedshiftError(f'schema "{name}" does not exist', "3F000")
    return replace(table, schema=name)


@action("APPEND FROM")
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
    connection.check_no_block("ALTER TABLE APPEND")
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
