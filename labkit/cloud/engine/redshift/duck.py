"""DuckDB as the storage of one warehouse: a file of its own, closed off from the machine.

It reads and writes the directories that it is given and nothing else, loads no extension, and SQL
cannot change its settings. See
https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.errors import translated
from labkit.cloud.engine.redshift.functions import UDFS

_SETTINGS = (
    "SET allocator_background_threads = true",
    "SET async_threads = 0",
    "SET GLOBAL default_null_order = 'nulls_last_on_asc_first_on_desc'",
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
)


def open_database(
    file: Path,
    directories: Sequence[Path] = (),
    *,
    memory_limit: str | None = None,
    temp_directory: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a warehouse's file with Redshift's functions in it; make it when it is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(file))
    for statement in _SETTINGS:
        connection.execute(statement)
    _install(connection)
    if memory_limit:
        connection.execute(f"SET memory_limit = {quoted_text(memory_limit)}")
    if temp_directory:
        connection.execute(f"SET temp_directory = {quoted_text(str(temp_directory))}")
    _close_off(connection, [*directories, *([temp_directory] if temp_directory else [])])
    return connection


def _install(connection: duckdb.DuckDBPyConnection) -> None:
    for udf in UDFS:
        connection.create_function(
            udf.name,
            udf.null_safe(),
            list(udf.parameters),
            udf.returns,
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=udf.volatile,
        )
    text = resources.files(__package__ or "").joinpath("macros.sql").read_text("utf-8")
    for part in re.sub(r"^--.*$", "", text, flags=re.M).split(";\n"):
        if part.strip():
            connection.execute(f"CREATE OR REPLACE MACRO {part.strip()}")


def _close_off(connection: duckdb.DuckDBPyConnection, directories: Sequence[Path]) -> None:
    listed = ", ".join(quoted_text(f"{path.resolve()}/") for path in directories)
    connection.execute(f"SET allowed_directories = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def failures() -> Iterator[None]:
    """Turn what DuckDB raises into Redshift's errors."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise translated(str(error)) from error


def first_row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """The first row of a query that has one; all of them are taken, so that it has ended."""
    rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
    return rows[0] if rows else (None,)
