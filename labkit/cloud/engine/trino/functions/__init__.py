"""The tables of functions, one module a topic as in Trino's documentation."""

from __future__ import annotations

import duckdb

from labkit.cloud.engine.closed import Udf, create_functions, create_macros
from labkit.cloud.engine.trino.functions import (
    aggregates,
    arrays,
    binary,
    conversion,
    dates,
    documents,
    geospatial,
    jsonpath,
    maps,
    maths,
    regexps,
    strings,
    urls,
    windows,
)
from labkit.cloud.engine.trino.functions.entry import Entry
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
    *geospatial.SCALARS,
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
    *jsonpath.UDFS,
    *binary.UDFS,
    *urls.UDFS,
    *geospatial.UDFS,
    *conversion.UDFS,
)


def setup(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what the templates call: first the Python functions, then the macros over them."""
    create_functions(connection, _UDFS)
    create_macros(connection, __name__)
