"""Geometries as well-known binary.

Source: https://trino.io/docs/current/functions/geospatial.html
"""

from __future__ import annotations

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry import binary
from labkit.cloud.engine.geometry.shapes import NotRead
from labkit.cloud.engine.trino.functions.entry import entries, fail
from labkit.cloud.engine.trino.functions.shapes import read, write

SCALARS = entries(
    ("ST_AsBinary(geometry) -> varbinary", "trino_st_asbinary({0})"),
    ("ST_GeomFromBinary(varbinary) -> geometry", "trino_st_geomfrombinary({0})"),
)


def _from_bytes(data: bytes) -> str:
    try:
        found = binary.read(data)
    except NotRead:
        fail("Invalid WKB")
    return write(found.oriented)


UDFS = (
    Udf("trino_st_asbinary", lambda text: binary.write(read(text)), ("VARCHAR",), "BLOB"),
    Udf("trino_st_geomfrombinary", _from_bytes, ("BLOB",), "VARCHAR"),
)
