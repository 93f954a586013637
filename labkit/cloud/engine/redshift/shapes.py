"""Geometries in the plane: points, lines, polygons and several of each, as well-known text.

A geometry is kept as extended well-known text, ``SRID=4326;POINT(1 2)``, its numbers whole.
Source: https://docs.aws.amazon.com/redshift/latest/dg/geospatial-overview.html
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from labkit.cloud.engine.redshift.errors import fail

Position = list[float]
#: Each kind: its number in well-known binary, and how deep its positions lie.
KINDS = {
    "POINT": (1, 0), "LINESTRING": (2, 1), "POLYGON": (3, 2),
    "MULTIPOINT": (4, 1), "MULTILINESTRING": (5, 2), "MULTIPOLYGON": (6, 3),
}  # fmt: skip
SPELLED = {
    "POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon", "MULTIPOINT": "MultiPoint",
    "MULTILINESTRING": "MultiLineString", "MULTIPOLYGON": "MultiPolygon",
}  # fmt: skip
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TEXT = re.compile(r"\s*(?:SRID\s*=\s*(\d+)\s*;)?\s*([A-Z]+)\s*(EMPTY|\(.*\))\s*", re.I | re.S)
_HEX = re.compile(r"\s*0[01](?:[0-9A-Fa-f]{2}){8,}\s*")
_PAIR = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})\s*")


class Shape(NamedTuple):
    """Positions as GeoJSON nests them."""

    kind: str
    positions: Any
    srid: int = 0

    def text(self, digits: int = 15) -> str:
        """The well-known text, numbers with so many digits."""
        if not self.positions:
            return f"{self.kind} EMPTY"
        told = [[each] for each in self.positions] if self.kind == "MULTIPOINT" else self.positions
        body = _body(told, digits)
        return f"{self.kind}({body})" if self.kind == "POINT" else f"{self.kind}{body}"

    @property
    def kept(self) -> str:
        prefix = f"SRID={self.srid};" if self.srid else ""
        return prefix + self.text(17)


def read(text: str) -> Shape:
    """The shape of a well-known text, extended or not, or of extended binary in hexadecimal."""
    if _HEX.fullmatch(text):
        return from_binary(text)
    found = _TEXT.fullmatch(text)
    kind = found[2].upper() if found else ""
    if not found or kind not in KINDS:
        fail(f"the geometry {text[:60]} is not supported here", "0A000")
    if found[3].upper() == "EMPTY":
        return Shape(kind, [], int(found[1] or 0))
    return Shape(kind, _nested(kind, found[3], text), int(found[1] or 0))


def _nested(kind: str, body: str, text: str) -> Any:
    listed = _PAIR.sub(lambda m: f"[{float(m[1])!r},{float(m[2])!r}]", body)
    try:
        found = json.loads(listed.replace("(", "[").replace(")", "]"))
    except ValueError:
        fail(f"Parsing error: invalid geometry: {text[:60]}")
    if kind == "MULTIPOINT" and found and isinstance(found[0][0], list):
        found = [one[0] for one in found]
    return found[0] if kind == "POINT" else found


def _body(value: Any, digits: int) -> str:
    if isinstance(value[0], float):
        return " ".join(number(each, digits) for each in value)
    return f"({','.join(_body(each, digits) for each in value)})"


def number(value: float, digits: int = 15) -> str:
    """A coordinate with so many digits."""
    return repr(value).removesuffix(".0") if digits >= 17 else f"{value:.{digits}g}"


def places(value: Any) -> Iterator[Position]:
    """All positions of a shape, one after the other."""
    if value and isinstance(value[0], float):
        yield value
    else:
        for each in value:
            yield from places(each)


def lines(shape: Shape) -> list[list[Position]]:
    """The lines of a shape, and the rings of its polygons."""
    depth = KINDS[shape.kind][1]
    if shape.kind in ("POINT", "MULTIPOINT"):
        return [[one] for one in places(shape.positions)]
    found = [shape.positions] if depth == 1 else shape.positions
    return [ring for polygon in found for ring in polygon] if depth == 3 else list(found)


def polygons(shape: Shape) -> list[list[list[Position]]]:
    """The polygons of a shape, each a ring and its holes."""
    listed = {"POLYGON": [shape.positions], "MULTIPOLYGON": shape.positions}
    return list(listed.get(shape.kind, []))


def length(line: list[Position]) -> float:
    return sum(math.dist(one, two) for one, two in pairwise(line))


def area(shape: Shape) -> float:
    def of(ring: list[Position]) -> float:
        return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2

    return sum(of(ring) - sum(map(of, holes)) for ring, *holes in polygons(shape))


def located(point: Position, shape: Shape) -> int:
    """Where a point is: 1 inside of a polygon, 0 on its edge, -1 outside of all."""
    found = -1
    for rings in polygons(shape):
        if any(_apart(point, edge) == 0 for ring in rings for edge in pairwise(ring)):
            return 0
        if sum(_rounds(point, ring) for ring in rings) % 2:
            found = 1
    return found


def _rounds(point: Position, ring: list[Position]) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > point[1]) != (y2 > point[1]):
            inside ^= point[0] < (x2 - x1) * (point[1] - y1) / (y2 - y1) + x1
    return inside


def distance(one: Shape, two: Shape) -> float:
    """The least distance of two shapes, 0 where they meet."""
    if any(located(place, b) >= 0 for a, b in ((one, two), (two, one))
           for place in places(a.positions)):  # fmt: skip
        return 0.0
    edges = [_edges(one), _edges(two)]
    if any(_cross(a, b) for a in edges[0] for b in edges[1]):
        return 0.0
    return min(
        _apart(place, edge)
        for shape, others in ((one, edges[1]), (two, edges[0]))
        for place in places(shape.positions)
        for edge in others
    )


def _edges(shape: Shape) -> list[tuple[Position, Position]]:
    """The stretches between two positions; a point is one that begins where it ends."""
    return [edge for line in lines(shape) for edge in pairwise(line if line[1:] else line * 2)]


def _apart(point: Position, edge: tuple[Position, Position]) -> float:
    (x1, y1), (x2, y2) = edge
    square = (x2 - x1) ** 2 + (y2 - y1) ** 2
    along = ((point[0] - x1) * (x2 - x1) + (point[1] - y1) * (y2 - y1)) / square if square else 0
    share = min(1, max(0, along))
    return math.dist(point, (x1 + share * (x2 - x1), y1 + share * (y2 - y1)))


def _cross(one: tuple[Position, Position], two: tuple[Position, Position]) -> bool:
    def side(a: Position, b: Position, c: Position) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    (a, b), (c, d) = one, two
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def binary(shape: Shape) -> str:
    """Extended well-known binary in hexadecimal, as a client sees a geometry."""
    code = KINDS[shape.kind][0]
    head = struct.pack("<BI", 1, code | (0x20000000 if shape.srid else 0))
    head += struct.pack("<I", shape.srid) if shape.srid else b""
    return (head + _packed(shape)).hex().upper()


def _packed(shape: Shape) -> bytes:
    if shape.kind == "POINT":
        return struct.pack("<2d", *(shape.positions or [math.nan] * 2))
    count = struct.pack("<I", len(shape.positions))
    if shape.kind.startswith("MULTI"):
        inner = shape.kind.removeprefix("MULTI")
        return count + b"".join(
            bytes.fromhex(binary(Shape(inner, each))) for each in shape.positions
        )
    if shape.kind == "LINESTRING":
        return count + b"".join(struct.pack("<2d", *each) for each in shape.positions)
    return count + b"".join(_packed(Shape("LINESTRING", ring)) for ring in shape.positions)


def from_binary(text: str) -> Shape:
    """The shape of well-known binary in hexadecimal, extended or not."""
    data = bytes.fromhex(text)
    try:
        shape, end = _unpacked(data, 0)
    except struct.error:
        end = -1
    if end != len(data):
        fail("Invalid hexadecimal representation of a geometry", "22023")
    return shape


_BY_CODE = {code: kind for kind, (code, _) in KINDS.items()}


def _unpacked(data: bytes, at: int) -> tuple[Shape, int]:
    order = "<" if data[at : at + 1] == b"\1" else ">"
    (code,), at, srid = struct.unpack_from(f"{order}I", data, at + 1), at + 5, 0
    if code & 0x20000000:
        (srid,), at = struct.unpack_from(f"{order}I", data, at), at + 4
    kind = _BY_CODE.get(code & ~0x20000000)
    if kind is None:
        fail(f"geometries of type {code & 0xFFFFFFF} are not supported here", "0A000")
    positions, at = _positions(kind, data, at, order)
    return Shape(kind, positions, srid), at


def _positions(kind: str, data: bytes, at: int, order: str) -> tuple[Any, int]:
    if kind == "POINT":
        x, y = struct.unpack_from(f"{order}2d", data, at)
        return ([] if math.isnan(x) else [x, y]), at + 16
    (count,), at = struct.unpack_from(f"{order}I", data, at), at + 4
    found = []
    for _ in range(count):
        if kind.startswith("MULTI"):
            part, at = _unpacked(data, at)
            found.append(part.positions)
        else:
            part_kind = "POINT" if kind == "LINESTRING" else "LINESTRING"
            place, at = _positions(part_kind, data, at, order)
            found.append(place)
    return found, at
