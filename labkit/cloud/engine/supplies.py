"""Functions and macros that a DuckDB is given when a statement first names them.

There are more than two hundred, of which a statement calls a few; to make them all takes longer
than most statements do.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from labkit.cloud.engine.closed import Udf, create_functions

_NAME = re.compile(r"\btrino_\w+")


class Supplies:
    """What one DuckDB has been given, and how the rest is made.

    Args:
        connection: makes them; nothing else uses it.
        udfs: functions in Python.
        macros: what follows ``CREATE MACRO``, by name.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, udfs: Iterable[Udf], macros: Mapping[str, str]
    ) -> None:
        self._connection, self._lock = connection, threading.Lock()
        self._known: dict[str, Udf | str] = {**macros, **{udf.name: udf for udf in udfs}}
        self._given: set[str] = set()

    def give(self, sql: str) -> None:
        """Have all there that a statement may call, with what that calls in turn."""
        wanted = self._known.keys() & set(_NAME.findall(sql)) - self._given
        if wanted:
            with self._lock:
                for name in sorted(wanted):
                    self._make(name)

    def _make(self, name: str) -> None:
        if name in self._given or name not in self._known:
            return
        known = self._known[name]
        if isinstance(known, Udf):
            create_functions(self._connection, [known])
        else:
            for other in _NAME.findall(known.removeprefix(name)):
                self._make(other)
            self._connection.execute(f"CREATE MACRO {known}")
        self._given.add(name)


class Supplied:
    """A connection whose statements find what they call.

    Args:
        connection: runs them.
        supplies: of the DuckDB that it is connected to.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, supplies: Supplies) -> None:
        self._connection, self._supplies = connection, supplies

    def execute(self, query: str, *parameters: Any) -> duckdb.DuckDBPyConnection:
        """Run a statement; see DuckDB's own."""
        self._supplies.give(query)
        return self._connection.execute(query, *parameters)

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """A query's relation; see DuckDB's own."""
        self._supplies.give(query)
        return self._connection.sql(query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
