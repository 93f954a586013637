"""Geometries as Python values, read from and written as well-known text.

Shells run against the clock and holes with it, as Trino prints them; an open ring is closed.
Source: https://trino.io/docs/current/functions/geospatial.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from labkit.cloud.engine.trino.functions.entry import fail

Point = tuple[float, float]
Line = tuple[Point, ...]
#: A polygon's shell and its holes.
Rings = tuple[Line, ...]

#: The names of the kinds: in text, in ST_GeometryType, in messages.
NAMES = {
    "POINT": ("ST_Point", "POINT"),
    "LINESTRING": ("ST_LineString", "LINE_STRING"),
    "POLYGON": ("ST_Polygon", "POLYGON"),
    "MULTIPOINT": ("ST_MultiPoint", "MULTI_POINT"),
    "MULTILINESTRING": ("ST_MultiLineString", "MULTI_LINE_STRING"),
    "MULTIPOLYGON": ("ST_MultiPolygon", "MULTI_POLYGON"),
}


@dataclass(frozen=True)
class Shape:
    """A geometry: its kind, and the points, lines or polygons that it has."""

    kind: str
    points: tuple[Point, ...] = ()
    lines: tuple[Line, ...] = ()
    polygons: tuple[Rings, ...] = ()

    @property
    def parts(self) -> tuple[Shape, ...]:
        """The geometries of a collection; a single one is its own."""
        if not self.kind.startswith("MULTI"):
            return (self,) if self.vertices else ()
        kind = self.kind.removeprefix("MULTI")
        return (
            *(Shape(kind, points=(each,)) for each in self.points),
            *(Shape(kind, lines=(each,)) for each in self.lines),
            *(Shape(kind, polygons=(each,)) for each in self.polygons),
        )

    @property
    def dimension(self) -> int:
        return 2 if "POLYGON" in self.kind else 1 if "LINE" in self.kind else 0

    @property
    def rings(self) -> tuple[Line, ...]:
        return tuple(ring for rings in self.polygons for ring in rings)

    @property
    def vertices(self) -> tuple[Point, ...]:
        return self.points + tuple(p for line in (*self.lines, *self.rings) for p in line)

    @property
    def segments(self) -> Iterator[tuple[Point, Point]]:
        for line in (*self.lines, *self.rings):
            yield from pairwise(line)

    @property
    def box(self) -> tuple[float, float, float, float]:
        xs, ys = zip(*self.vertices, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


def signed_area(ring: Line) -> float:
    """Twice the area, negative where the ring runs clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def polygon(rings: Rings) -> Rings:
    """Rings that are closed and run their way."""
    closed = (ring if ring[0] == ring[-1] else (*ring, ring[0]) for ring in rings if ring)
    return tuple(
        ring if (signed_area(ring) > 0) != bool(at) else ring[::-1]
        for at, ring in enumerate(closed)
    )


def point(x: float, y: float) -> Shape:
    return Shape("POINT", points=((x, y),))


_HEAD = re.compile(r"\s*(MULTI)?(POINT|LINESTRING|POLYGON)\s*(EMPTY)?", re.I)
_PAIR = re.compile(r"\s*([-+.\deE]+)\s+([-+.\deE]+)\s*")


@lru_cache(maxsize=1024)
def read(text: str) -> Shape:
    """A geometry of well-known text."""
    head = _HEAD.match(text)
    if not head or "COLLECTION" in text.upper():
        if re.match(r"\s*GEOMETRYCOLLECTION", text, re.I):
            fail(
                "A collection of geometries of several kinds is not supported here", "NOT_SUPPORTED"
            )
        fail(f"Invalid WKT: {text}")
    kind = f"{head[1] or ''}{head[2]}".upper()
    body = text[head.end() :].strip()
    if head[3]:
        return Shape(kind) if not body else fail(f"Invalid WKT: {text}")
    try:
        return _made(kind, _nested(body))
    except (ValueError, TypeError, IndexError):
        fail(f"Invalid WKT: {text}")


def _nested(text: str) -> list[object]:
    """Brackets as lists, pairs of numbers as points."""
    stack: list[list[object]] = [[]]
    for mark in re.findall(r"[()]|[^(),]+", text):
        if mark == "(":
            stack.append([])
        elif mark == ")":
            inner = stack.pop()
            stack[-1].append(inner)
        elif mark.strip():
            pair = _PAIR.fullmatch(mark)
            if not pair:
                raise ValueError(mark)
            stack[-1].append((float(pair[1]), float(pair[2])))
    (found,) = stack[0]
    if len(stack) != 1 or not isinstance(found, list):
        raise ValueError(text)
    return found


def _made(kind: str, body: list[object]) -> Shape:
    if "POINT" in kind:
        points = tuple(_point(p[0] if isinstance(p, list) else p) for p in body)
        if kind == "POINT" and len(points) != 1:
            raise ValueError(kind)
        return Shape(kind, points=points)
    if kind == "LINESTRING":
        return Shape(kind, lines=(_line(body, 2),))
    if kind == "MULTILINESTRING":
        return Shape(kind, lines=tuple(_line(each, 2) for each in body))
    polygons = [body] if kind == "POLYGON" else body
    return Shape(
        kind, polygons=tuple(polygon(tuple(_line(r, 3) for r in _list(each))) for each in polygons)
    )


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(value)
    return value


def _point(value: object) -> Point:
    if not isinstance(value, tuple):
        raise ValueError(value)
    return value


def _line(value: object, least: int) -> Line:
    found = tuple(map(_point, _list(value)))
    if len(found) < least:
        raise ValueError(value)
    return found


def write(shape: Shape) -> str:
    """A geometry as well-known text."""
    if not shape.vertices:
        return f"{shape.kind} EMPTY"
    if "POINT" in shape.kind:
        bodies = [f"({_pair(p)})" for p in shape.points]
    elif "LINE" in shape.kind:
        bodies = [_ring(line) for line in shape.lines]
    else:
        bodies = [f"({', '.join(map(_ring, rings))})" for rings in shape.polygons]
    text = ", ".join(bodies)
    return f"{shape.kind} ({text})" if shape.kind.startswith("MULTI") else f"{shape.kind} {text}"


def _ring(line: Line) -> str:
    return f"({', '.join(map(_pair, line))})"


def _pair(at: Point) -> str:
    return f"{number(at[0])} {number(at[1])}"


def number(value: float) -> str:
    """The shortest digits of a coordinate, without an exponent.

    >>> number(1.0), number(2.5), number(1e-7)
    ('1', '2.5', '0.0000001')
    """
    text = format(Decimal(repr(value + 0.0)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def of_kind(name: str, shape: Shape, *kinds: str) -> Shape:
    """A geometry that is of one of these kinds."""
    if shape.kind not in kinds:
        wanted = " or ".join(NAMES[kind][1] for kind in kinds)
        fail(f"{name} only applies to {wanted}. Input type is: {NAMES[shape.kind][1]}")
    return shape
