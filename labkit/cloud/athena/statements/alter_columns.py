"""``ALTER TABLE``: columns added, replaced and changed, in the catalog only."""

from __future__ import annotations

from labkit.cloud.athena.errors import StatementFailed, semantic
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statements.alter_action import Action, update_table
from labkit.cloud.athena.statements.storage import catalog_column
from labkit.cloud.athena.statements.tables import DDL_TASK, declared_column, key_names
from labkit.cloud.athena.words import Words
from labkit.cloud.engine import Column
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.members import given


def add_columns(words: Words) -> Action:
    """``ADD COLUMNS (...)``."""
    said = words.bracketed(lambda: declared_column(words))

    def change(run: Run, table: Definition) -> None:
        _set_columns(run, table, table["StorageDescriptor"]["Columns"] + _catalogued(said))

    return Action("ADD COLUMNS", "ALTER_TABLE_ADD_COLUMN", change, said)


def replace_columns(words: Words) -> Action:
    """``REPLACE COLUMNS (...)``."""
    said = words.bracketed(lambda: declared_column(words))
    return Action(
        "REPLACE COLUMNS",
        "ALTER_TABLE_REPLACE_COLUMN",
        lambda run, table: _set_columns(run, table, _catalogued(said)),
        said,
    )


def change_column(words: Words) -> Action:
    """``CHANGE [COLUMN] old new type [FIRST | AFTER name]``."""
    words.accept("COLUMN")
    old, new = words.name(), declared_column(words)
    after: str | None = None
    if words.accept("FIRST"):
        after = ""
    elif words.accept("AFTER"):
        after = words.name()

    def change(run: Run, table: Definition) -> None:
        columns = list(table["StorageDescriptor"]["Columns"])
        at = next((i for i, c in enumerate(columns) if c["Name"].lower() == old), None)
        if at is None:
            raise semantic("Invalid column reference", old)
        changed = {"Comment": columns[at].get("Comment"), **catalog_column(new)}
        columns.pop(at)
        columns.insert(_position(columns, after, at), given(changed))
        _set_columns(run, table, columns)

    return Action("CHANGE COLUMN", "ALTER_TABLE_CHANGE_COLUMN", change, (old, new, after))


def _position(columns: list[Definition], after: str | None, at: int) -> int:
    if after is None:
        return at
    if after == "":
        return 0
    names = [c["Name"].lower() for c in columns]
    if after not in names:
        raise semantic("Invalid column reference", after)
    return names.index(after) + 1


def drop_column(words: Words) -> Action:
    """``DROP COLUMN name``."""
    name = words.name()
    return Action(
        "DROP COLUMN",
        "ALTER_TABLE_DROP_COLUMN",
        lambda run, table: _refuse(
            "DROP COLUMN is only available for Iceberg tables; use REPLACE COLUMNS"
        ),
        name,
    )


def _refuse(why: str) -> None:
    raise StatementFailed(f"FAILED: SemanticException {why}")


def _set_columns(run: Run, table: Definition, columns: list[Definition]) -> None:
    names = [c["Name"].lower() for c in columns] + key_names(table)
    for at, name in enumerate(names):
        if name in names[:at]:
            raise StatementFailed(f"{DDL_TASK} Duplicate column name: {name}")
    storage = {**table["StorageDescriptor"], "Columns": columns}
    update_table(run, {**table, "StorageDescriptor": storage})


def _catalogued(columns: list[Column]) -> list[Definition]:
    return [catalog_column(c) for c in columns]
