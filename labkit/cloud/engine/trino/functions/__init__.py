"""The tables of functions, one module a topic as in Trino's documentation."""

from __future__ import annotations

import duckdb

from labkit.cloud.engine.trino import text
from labkit.cloud.engine.trino.functions import (
    aggregates,
    arrays,
    binary,
    conversion,
    dates,
    documents,
    maps,
    maths,
    patterns,
    regexps,
    strings,
    urls,
    windows,
)
from labkit.cloud.engine.trino.functions.entry import Entry, Udf
from labkit.cloud.engine.trino.functions.refused import REFUSED

__all__ = ["AGGREGATES", "REFUSED", "SCALARS", "WINDOWS", "setup"]

SCALARS: tuple[Entry, ...] = (
    *strings.SCALARS,
    *maths.SCALARS,
    *dates.SCALARS,
    *arrays.SCALARS,
    *maps.SCALARS,
    *regexps.SCALARS,
    *documents.SCALARS,
    *binary.SCALARS,
    *urls.SCALARS,
    *conversion.SCALARS,
)
AGGREGATES: tuple[Entry, ...] = aggregates.AGGREGATES
WINDOWS: tuple[Entry, ...] = windows.WINDOWS
_UDFS: tuple[Udf, ...] = (
    *strings.UDFS,
    *maths.UDFS,
    *dates.UDFS,
    *arrays.UDFS,
    *aggregates.UDFS,
    *regexps.UDFS,
    *documents.UDFS,
    *binary.UDFS,
    *urls.UDFS,
    *conversion.UDFS,
)
# In the order in which they call each other.
_MACROS: tuple[str, ...] = (
    *strings.MACROS,
    *maths.MACROS,
    *dates.MACROS,
    *patterns.MACROS,
    *arrays.MACROS,
    *maps.MACROS,
    *aggregates.MACROS,
    *documents.MACROS,
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
