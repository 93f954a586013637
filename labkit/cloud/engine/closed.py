"""A DuckDB that is closed off from the machine, with Python functions and macros in it.

It reads and writes the directories that it is given and nothing else, loads no extension, and SQL
cannot change its settings. See
https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
from duckdb.func import FunctionNullHandling
from fsspec import AbstractFileSystem

from labkit.cloud.engine.quoting import quoted_text

_SETTINGS = (
    "SET allocator_background_threads = true",  # gives memory back when idle: 370 for 510 MB
    "SET async_threads = 0",  # eight more, which are for disks far away
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL python_enable_replacements = false",  # SQL sees no Python variables
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    # DuckDB 2.0 takes one join for another that has a filter more: rows without a match go missing.
    "SET GLOBAL disabled_optimizers = 'common_subplan'",
)


@dataclass(frozen=True)
class Udf:
    """A function in Python, for what DuckDB has not.

    Args:
        name: how templates call it, ``trino_…`` or ``rs_…``.
        body: takes and gives Python values, never NULL arguments.
        parameters: DuckDB types.
        returns: a DuckDB type.
        volatile: whether equal arguments may give other results.
    """

    name: str
    body: Callable[..., Any]
    parameters: tuple[str, ...]
    returns: str
    volatile: bool = False

    def null_safe(self) -> Callable[..., Any]:
        """The body, NULL for a NULL argument; DuckDB's own way lets no function return NULL."""
        body = self.body

        @wraps(body)
        def call(*args: Any) -> Any:
            try:
                return None if None in args else body(*args)
            except Untried as error:
                return _Told("Told", (), {"words": str(error)})()

        return call


class Untried(Exception):
    """An error of a function that TRY does not make NULL of, as it does of all others."""


class _Told(type):
    """The type of a value that DuckDB cannot take, of which it tells the type, even under TRY."""

    words: str

    def __str__(cls) -> str:
        return cls.words


def open_closed(
    database: str,
    install: Callable[[duckdb.DuckDBPyConnection], object],
    *,
    settings: Sequence[str],
    directories: Sequence[Path],
    filesystems: Sequence[AbstractFileSystem] = (),
    temp_directory: Path | None,
    memory_limit: str | None,
    threads: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB, and close it off once its functions are in it.

    Args:
        database: a file's path, or ``:memory:``.
        install: puts functions and macros into it.
        settings: statements of the dialect's own.
        directories: what SQL may read and write, and all below.
        filesystems: by which SQL may read them, too.
        temp_directory: where what does not fit in memory goes.
        memory_limit: such as ``"2GB"``.
        threads: how many cores queries take together.
    """
    connection = duckdb.connect(database)
    for statement in (*_SETTINGS, *settings):
        connection.execute(statement)
    install(connection)
    limits = {"memory_limit": memory_limit, "threads": threads, "temp_directory": temp_directory}
    for name, value in limits.items():
        if value is not None:
            connection.execute(f"SET {name} = {quoted_text(str(value))}")
    for filesystem in filesystems:
        connection.register_filesystem(filesystem)
    schemes = [f"{filesystem.protocol}://" for filesystem in filesystems]
    _close_off(connection, [*directories, *([temp_directory] if temp_directory else [])], schemes)
    return connection


def create_functions(connection: duckdb.DuckDBPyConnection, udfs: Iterable[Udf]) -> None:
    """Put Python functions into a DuckDB."""
    for udf in udfs:
        connection.create_function(
            udf.name,
            udf.null_safe(),
            list(udf.parameters),
            udf.returns,
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=udf.volatile,
        )


def create_macros(connection: duckdb.DuckDBPyConnection, package: str) -> None:
    """Put the macros of a package's ``macros.sql`` into a DuckDB, if they are not in it yet."""
    known = macros(package)
    edition = sha256("".join(known.values()).encode()).hexdigest()
    try:
        if connection.execute("SELECT labkit_macros()").fetchall() == [(edition,)]:
            return
    except duckdb.CatalogException:
        pass
    for macro in (*known.values(), f"labkit_macros() AS {quoted_text(edition)}"):
        connection.execute(f"CREATE OR REPLACE MACRO {macro}")


@cache
def macros(package: str) -> dict[str, str]:
    """The macros of a package's ``macros.sql`` by name: what follows ``CREATE MACRO``."""
    text = resources.files(package).joinpath("macros.sql").read_text("utf-8")
    parts = map(str.strip, re.sub(r"^--.*$", "", text, flags=re.M).split(";\n"))
    found = [(part.partition("(")[0], part) for part in parts if part]
    if len(named := dict(found)) < len(found):
        raise ValueError(f"two macros of {package} have the same name")
    return named


def _close_off(
    connection: duckdb.DuckDBPyConnection, directories: Sequence[Path], schemes: Sequence[str]
) -> None:
    paths = [f"{scheme}{path.resolve()}/" for path in directories for scheme in ("", *schemes)]
    listed = ", ".join(map(quoted_text, paths))
    connection.execute(f"SET allowed_directories = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
