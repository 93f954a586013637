"""``ALTER TABLE``: columns added, replaced and changed, in the catalog only.

Columns are replaced where Hive replaces them, in tables of native SerDes: Athena's page names
LazySimpleSerDe, Hive's DDLTask knows Parquet's and ORC's too. With ``PARTITION (...)`` the
columns are that partition's own, and the table's stay. Source:
https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-columns.html
https://docs.aws.amazon.com/athena/latest/ug/alter-table-replace-columns.html
"""

from __future__ import annotations

from labkit.cloud.athena.errors import StatementFailed, semantic
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statements.alter_action import Action, update_table
from labkit.cloud.athena.statements.storage import FORMATS, LAZY_SIMPLE, catalog_column
from labkit.cloud.athena.statements.tables import DDL_TASK, declared_column, key_names
from labkit.cloud.athena.words import Words
from labkit.cloud.engine import Column
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.members import given

_REPLACEABLE = {FORMATS[name].serde for name in ("TEXTFILE", "PARQUET", "ORC")}


def add_columns(words: Words) -> Action:
    """``ADD COLUMNS (...)``."""
    said = words.bracketed(lambda: declared_column(words))

    def change(run: Run, table: Definition) -> None:
        update_table(run, with_added(table, table, said))

    return Action("ADD COLUMNS", "ALTER_TABLE_ADD_COLUMN", change, said)


def replace_columns(words: Words) -> Action:
    """``REPLACE COLUMNS (...)``."""
    said = words.bracketed(lambda: declared_column(words))

    def change(run: Run, table: Definition) -> None:
        update_table(run, with_replaced(table, table, said))

    return Action("REPLACE COLUMNS", "ALTER_TABLE_REPLACE_COLUMN", change, said)


def with_added(table: Definition, part: Definition, said: list[Column]) -> Definition:
    """A table, or a partition of it, with more columns.

    Raises:
        StatementFailed: a name comes twice.
    """
    return _with(table, part, part["StorageDescriptor"].get("Columns", []) + _catalogued(said))


def with_replaced(table: Definition, part: Definition, said: list[Column]) -> Definition:
    """A table, or a partition of it, with other columns.

    Raises:
        StatementFailed: a name comes twice, or Hive does not replace columns of this SerDe.
    """
    serde = part["StorageDescriptor"].get("SerdeInfo", {}).get("SerializationLibrary", LAZY_SIMPLE)
    if serde not in _REPLACEABLE:
        raise StatementFailed(
            f"{DDL_TASK} Replace columns is not supported for table {table['Name']}. "
            "SerDe may be incompatible."
        )
    return _with(table, part, _catalogued(said))


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
        update_table(run, _with(table, table, columns))

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


def _with(table: Definition, part: Definition, columns: list[Definition]) -> Definition:
    names = [c["Name"].lower() for c in columns] + key_names(table)
    for at, name in enumerate(names):
        if name in names[:at]:
            raise StatementFailed(f"{DDL_TASK} Duplicate column name: {name}")
    return {**part, "StorageDescriptor": {**part["StorageDescriptor"], "Columns": columns}}


def _catalogued(columns: list[Column]) -> list[Definition]:
    return [catalog_column(c) for c in columns]
