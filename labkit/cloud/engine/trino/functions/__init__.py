"""The tables of functions, one module a topic as in Trino's documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

import duckdb
from duckdb.func import FunctionNullHandling

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
    for udf in _UDFS:
        connection.create_function(
            udf.name,
            udf.null_safe(),
            list(udf.parameters),
            udf.returns,
            null_handling=FunctionNullHandling.SPECIAL,
        )
    for macro in _macros():
        connection.execute(f"CREATE OR REPLACE MACRO {macro}")


def _macros() -> Iterator[str]:
    text = resources.files(__name__).joinpath("macros.sql").read_text("utf-8")
    for part in re.sub(r"^--.*$", "", text, flags=re.M).split(";\n"):
        if part.strip():
            yield part.strip()
