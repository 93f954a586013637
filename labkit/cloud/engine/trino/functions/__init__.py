"""The tables of functions, one module a topic as in Trino's documentation."""

from __future__ import annotations

import duckdb

from labkit.cloud.engine.trino import text
from labkit.cloud.engine.trino.functions import (
    aggregates,
    arrays,
    dates,
    maps,
    maths,
    patterns,
    strings,
    windows,
)
from labkit.cloud.engine.trino.functions.entry import Entry, Udf

SCALARS: tuple[Entry, ...] = (
    *strings.SCALARS,
    *maths.SCALARS,
    *dates.SCALARS,
    *arrays.SCALARS,
    *maps.SCALARS,
)
AGGREGATES: tuple[Entry, ...] = aggregates.AGGREGATES
WINDOWS: tuple[Entry, ...] = windows.WINDOWS
REFUSED: dict[str, str] = {}

_UDFS: tuple[Udf, ...] = (*strings.UDFS, *maths.UDFS, *dates.UDFS, *arrays.UDFS, *aggregates.UDFS)
# In the order in which they call each other.
_MACROS: tuple[str, ...] = (
    *strings.MACROS,
    *maths.MACROS,
    *dates.MACROS,
    *patterns.MACROS,
    *arrays.MACROS,
    *maps.MACROS,
    *aggregates.MACROS,
    *text.MACROS,
)


def setup(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what the templates call: first the Python functions, then the macros over them."""
    for udf in _UDFS:
        nulls = "special" if udf.sees_null else "default"
        connection.create_function(
            udf.name,
            udf.body,
            list(udf.parameters),  # type: ignore[arg-type]
            udf.returns,  # type: ignore[arg-type]
            null_handling=nulls,  # type: ignore[arg-type]
        )
    for macro in _MACROS:
        connection.execute(f"CREATE OR REPLACE MACRO {macro}")
