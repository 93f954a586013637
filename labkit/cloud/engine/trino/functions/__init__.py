"""The tables of functions, one module a topic as in Trino's documentation."""

from __future__ import annotations

import duckdb

from labkit.cloud.engine.trino.functions import dates, maths, patterns, strings
from labkit.cloud.engine.trino.functions.entry import Entry

_TOPICS = (strings, maths, dates, patterns)

SCALARS: tuple[Entry, ...] = tuple(e for topic in _TOPICS for e in topic.SCALARS)
AGGREGATES: tuple[Entry, ...] = ()
WINDOWS: tuple[Entry, ...] = ()
REFUSED: dict[str, str] = {}


def setup(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what the templates call: first the Python functions, then the macros over them."""
    for topic in _TOPICS:
        for udf in topic.UDFS:
            connection.create_function(
                udf.name,
                udf.body,
                list(udf.parameters),
                udf.returns,
                null_handling="special" if udf.sees_null else "default",
                side_effects=False,
            )
    for topic in _TOPICS:
        for macro in topic.MACROS:
            connection.execute(f"CREATE OR REPLACE MACRO {macro}")
