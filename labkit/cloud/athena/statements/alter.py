"""``ALTER TABLE``: partitions, columns, location and properties; the files stay as they are.

Source: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.athena.errors import StatementFailed, semantic
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.alter_action import Action, located, update_table
from labkit.cloud.athena.statements.alter_columns import (
    add_columns,
    change_column,
    drop_column,
    replace_columns,
)
from labkit.cloud.athena.statements.alter_partitions import (
    add_partitions,
    drop_partitions,
    on_partition,
)
from labkit.cloud.athena.statements.tables import handler_of, need, place, table_type_of
from labkit.cloud.athena.words import Words
from labkit.cloud.lake.definitions import is_view
from labkit.cloud.lake.metastore import Definition


@statement("ALTER", "TABLE")
def alter_table(text: str) -> Statement:
    words = Words(text)
    words.expect("ALTER", "TABLE")
    if words.accept("IF"):
        raise words.no_alternative()
    parts = words.qualified()
    action = _action(words)
    words.end()
    return Statement("DDL", action.substatement, lambda run: _alter(run, parts, action))


def _alter(run: Run, parts: tuple[str, ...], action: Action) -> Result:
    with run.cloud.lock("glue"):  # two at once each change what the other has made
        found = need(run, parts)
        run.metastore.check_table("ALTER", *place(run, parts))
        if is_view(found):
            raise semantic("To alter a view you need to use the ALTER VIEW command.")
        handler = handler_of(table_type_of(found), action.name)
        if handler is None:
            action.run(run, found)
            return run.text_result((), ())
    return handler(run, found, action.said)


def _action(words: Words) -> Action:
    for others in _OF_TRINO:
        if words.peek(*others):
            words.accept(*others[:-1])
            raise words.no_alternative()
    for leading, read in _ACTIONS.items():
        if words.accept(*leading):
            return read(words)
    if words.peek("PARTITION"):
        return on_partition(words)
    raise words.mismatch(
        "'ADD'", "'DROP'", "'REPLACE'", "'CHANGE'", "'SET'", "'PARTITION'", "'RENAME'"
    )


def _set_location(words: Words) -> Action:
    location = words.string()

    def change(run: Run, table: Definition) -> None:
        update_table(run, located(table, location))

    return Action("SET LOCATION", "ALTER_TABLE_SET_LOCATION", change, location)


def _rename_table(words: Words) -> Action:
    name = words.qualified()
    return Action("RENAME TABLE", "ALTER_TABLE_RENAME", _refuse_rename, name)


def _refuse_rename(run: Run, table: Definition) -> None:
    raise StatementFailed("FAILED: SemanticException RENAME is only available for Iceberg tables")


def _set_properties(words: Words) -> Action:
    said = words.properties()

    def change(run: Run, table: Definition) -> None:
        update_table(run, {**table, "Parameters": {**(table.get("Parameters") or {}), **said}})

    return Action("SET TBLPROPERTIES", "ALTER_TABLE_PROPERTIES", change, said)


def _unset_properties(words: Words) -> Action:
    said = words.bracketed(words.string)

    def change(run: Run, table: Definition) -> None:
        kept = {k: v for k, v in (table.get("Parameters") or {}).items() if k not in said}
        update_table(run, {**table, "Parameters": kept})

    return Action("UNSET TBLPROPERTIES", "ALTER_TABLE_UNSET_PROPERTIES", change, said)


#: What Trino's ALTER TABLE does, and Athena's does not.
_OF_TRINO = (
    ("ADD", "COLUMN"),
    ("SET", "PROPERTIES"),
    ("SET", "AUTHORIZATION"),
    ("EXECUTE",),
)
_ACTIONS: dict[tuple[str, ...], Callable[[Words], Action]] = {
    ("ADD", "COLUMNS"): add_columns,
    ("ADD",): add_partitions,
    ("REPLACE", "COLUMNS"): replace_columns,
    ("CHANGE",): change_column,
    ("DROP", "COLUMN"): drop_column,
    ("DROP",): drop_partitions,
    ("RENAME", "TO"): _rename_table,
    ("SET", "LOCATION"): _set_location,
    ("SET", "TBLPROPERTIES"): _set_properties,
    ("UNSET", "TBLPROPERTIES"): _unset_properties,
}
