"""Geometries as well-known binary: little-endian as written, either way as read.

Source: https://trino.io/docs/current/functions/geospatial.html and
https://www.ogc.org/standard/sfa/ (8.2)
"""

from __future__ import annotations

import math
import struct

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import entries, fail
from labkit.cloud.engine.trino.functions.shapes import Line, Point, Shape, polygon, read, write

SCALARS = entries(
    ("ST_AsBinary(geometry) -> varbinary", "trino_st_asbinary({0})"),
    ("ST_GeomFromBinary(varbinary) -> geometry", "trino_st_geomfrombinary({0})"),
)
_CODES = {
    "POINT": 1, "LINESTRING": 2, "POLYGON": 3, "MULTIPOINT": 4, "MULTILINESTRING": 5,
    "MULTIPOLYGON": 6,
}  # fmt: skip
_KINDS = {code: kind for kind, code in _CODES.items()}


def _bytes(shape: Shape) -> bytes:
    head = struct.pack("<BI", 1, _CODES[shape.kind])
    if shape.kind.startswith("MULTI"):
        parts = b"".join(map(_bytes, shape.parts))
        return head + struct.pack("<I", len(shape.parts)) + parts
    if shape.kind == "POINT":
        return head + struct.pack("<2d", *(shape.points or ((math.nan, math.nan),))[0])
    if shape.kind == "LINESTRING":
        return head + _line(shape.lines[0] if shape.lines else ())
    rings = shape.rings
    return head + struct.pack("<I", len(rings)) + b"".join(map(_line, rings))


def _line(line: Line) -> bytes:
    return struct.pack("<I", len(line)) + b"".join(struct.pack("<2d", *p) for p in line)


class _Reader:
    """Reads a geometry's bytes from the front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[float, ...]:
        found: tuple[float, ...] = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return found

    def shape(self) -> Shape:
        order = "<" if self.take("B")[0] == 1 else ">"
        kind = _KINDS[int(self.take(f"{order}I")[0])]
        if kind == "POINT":
            x, y = self.take(f"{order}2d")
            return Shape(kind, points=() if x != x else ((x, y),))
        size = int(self.take(f"{order}I")[0])
        if kind == "LINESTRING":
            return Shape(kind, lines=(self.line(order, size),) if size else ())
        if kind == "POLYGON":
            rings = (self.line(order, int(self.take(f"{order}I")[0])) for _ in range(size))
            return Shape(kind, polygons=(polygon(tuple(rings)),) if size else ())
        parts = [self.shape() for _ in range(size)]
        return Shape(
            kind,
            tuple(p for part in parts for p in part.points),
            tuple(line for part in parts for line in part.lines),
            tuple(rings for part in parts for rings in part.polygons),
        )

    def line(self, order: str, size: int) -> Line:
        return tuple(self.point(order) for _ in range(size))

    def point(self, order: str) -> Point:
        x, y = self.take(f"{order}2d")
        return x, y


def _from_bytes(data: bytes) -> str:
    try:
        reader = _Reader(data)
        found = reader.shape()
    except (struct.error, KeyError):
        fail("Invalid WKB")
    return write(found) if reader.at == len(data) else fail("Invalid WKB")


UDFS = (
    Udf("trino_st_asbinary", lambda text: _bytes(read(text)), ("VARCHAR",), "BLOB"),
    Udf("trino_st_geomfrombinary", _from_bytes, ("BLOB",), "VARCHAR"),
)
