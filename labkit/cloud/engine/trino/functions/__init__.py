"""The tables of functions, one module a topic as in Trino's documentation."""

from __future__ import annotations

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions import (
    aggregates,
    arrays,
    binary,
    bing_tiles,
    computed_patterns,
    conversion,
    dates,
    decimal_rounds,
    distributions,
    documents,
    formatter,
    geospatial,
    joda,
    jsonitems,
    jsontable,
    maps,
    maths,
    regexps,
    rowpatterns,
    shape_texts,
    sketches,
    strings,
    urls,
    windows,
)
from labkit.cloud.engine.trino.functions.entry import Entry
from labkit.cloud.engine.trino.functions.refused import REFUSED

__all__ = ["AGGREGATES", "REFUSED", "SCALARS", "UDFS", "WINDOWS"]

SCALARS: tuple[Entry, ...] = (
    *strings.SCALARS,
    *maths.SCALARS,
    *decimal_rounds.SCALARS,
    *distributions.SCALARS,
    *dates.SCALARS,
    *arrays.SCALARS,
    *maps.SCALARS,
    *regexps.SCALARS,
    *documents.SCALARS,
    *binary.SCALARS,
    *urls.SCALARS,
    *geospatial.SCALARS,
    *shape_texts.SCALARS,
    *bing_tiles.SCALARS,
    *conversion.SCALARS,
    *sketches.SCALARS,
)
AGGREGATES: tuple[Entry, ...] = (
    *aggregates.AGGREGATES,
    *distributions.AGGREGATES,
    *sketches.AGGREGATES,
    *geospatial.AGGREGATES,
)
WINDOWS: tuple[Entry, ...] = windows.WINDOWS
UDFS: tuple[Udf, ...] = (
    *strings.UDFS,
    *maths.UDFS,
    *decimal_rounds.UDFS,
    *distributions.UDFS,
    *dates.UDFS,
    *joda.UDFS,
    *formatter.UDFS,
    *computed_patterns.UDFS,
    *arrays.UDFS,
    *aggregates.UDFS,
    *regexps.UDFS,
    *rowpatterns.UDFS,
    *documents.UDFS,
    *jsonitems.UDFS,
    *jsontable.UDFS,
    *binary.UDFS,
    *urls.UDFS,
    *geospatial.UDFS,
    *shape_texts.UDFS,
    *bing_tiles.UDFS,
    *conversion.UDFS,
    *sketches.UDFS,
)
