"""What the statements share: names looked up in the catalog, and other table types' statements.

A Hive table's statements are here; another type's (Iceberg) stand with that type and are registered
by the statement's action::

    @handles("ICEBERG", "DELETE")
    def delete(run: Run, definition: Definition, text: str) -> Result: ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.athena.errors import StatementFailed, semantic
from labkit.cloud.athena.hive_types import read_type
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.athena.words import Words
from labkit.cloud.engine import Column
from labkit.cloud.lake import definitions
from labkit.cloud.lake.catalog import reader_of
from labkit.cloud.lake.definitions import parameters_of
from labkit.cloud.lake.folders import escaped
from labkit.cloud.lake.metastore import CATALOG, Definition

Handler = Callable[[Run, Any, Any], Result]
HANDLERS: dict[tuple[str, str], Handler | None] = {}
DDL_TASK = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."


def handles(table_type: str, action: str) -> Callable[[Handler], Handler]:
    """Register how a table type does a statement's action (``DELETE``, ``ADD COLUMNS``)."""

    def register(handler: Handler) -> Handler:
        HANDLERS[table_type, action] = handler
        return handler

    return register


def as_hive(table_type: str, *actions: str) -> None:
    """Register that a table type does these actions as a Hive table does."""
    HANDLERS.update({(table_type, action): None for action in actions})


def table_type_of(definition: Definition) -> str:
    """``ICEBERG`` and the like; empty for a Hive table."""
    return definitions.table_type_of(parameters_of(definition))


def handler_of(table_type: str, action: str) -> Handler | None:
    """Another table type's handler; ``None`` for a Hive table, and where it does as that.

    Raises:
        StatementFailed: the type has no such statement.
    """
    if not table_type:
        return None
    reader_of(table_type)
    if (table_type, action) not in HANDLERS:
        named = table_type.capitalize()
        raise StatementFailed(f"Query type not supported by Athena {named} at this time")
    return HANDLERS[table_type, action]


def place(run: Run, parts: tuple[str, ...]) -> tuple[str, str]:
    """Database and table of a name in a Hive statement.

    Raises:
        StatementFailed: another catalog, or no such database.
    """
    if len(parts) == 3 and parts[0] != CATALOG:
        raise StatementFailed(f"{DDL_TASK} Catalog {parts[0]} does not exist")
    database = parts[-2] if len(parts) > 1 else run.database
    if run.metastore.ready_database(database) is None:
        raise semantic("Database does not exist:", database)
    return database, parts[-1]


def need(run: Run, parts: tuple[str, ...]) -> Definition:
    """The table or view of a name in a Hive statement.

    Raises:
        StatementFailed: there is none.
    """
    database, name = place(run, parts)
    found = run.metastore.definition(database, name)
    if found is None:
        raise semantic("Table not found", f"{database}.{name}")
    return found


def need_shown(run: Run, parts: tuple[str, ...]) -> Definition:
    """The same, without columns that the caller may not select."""
    need(run, parts)
    found = run.metastore.shown(*place(run, parts)) or {}
    found["StorageDescriptor"] = {"Columns": []} | (found.get("StorageDescriptor") or {})
    return found


def partition_folder(keys: list[str], values: list[str] | tuple[str, ...]) -> str:
    """``dt=2024-01-01/region=eu``."""
    return "/".join(f"{key}={escaped(value)}" for key, value in zip(keys, values, strict=True))


def declared_column(words: Words) -> Column:
    """``name type [COMMENT 'text']``."""
    name, kind = words.name(), read_type(words)
    return Column(name, kind, words.string() if words.accept("COMMENT") else None)


def key_names(definition: Definition) -> list[str]:
    """The names of a table's partition keys."""
    return [key["Name"].lower() for key in definition.get("PartitionKeys") or ()]
