"""The tables of functions, one module a topic as in Trino's documentation."""

from __future__ import annotations

import duckdb

from labkit.cloud.engine.trino.functions import strings
from labkit.cloud.engine.trino.functions.entry import Entry

SCALARS: tuple[Entry, ...] = strings.SCALARS
AGGREGATES: tuple[Entry, ...] = ()
WINDOWS: tuple[Entry, ...] = ()
REFUSED: dict[str, str] = {}


def setup(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what the templates call."""
