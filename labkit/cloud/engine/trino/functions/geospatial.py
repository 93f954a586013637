"""Geospatial functions. Source: https://trino.io/docs/current/functions/geospatial.html

A geometry stands as its well-known text. What makes new shapes of two (unions, buffers and their
kin), and how collections of several kinds lie to others, is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isfinite
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry import measures
from labkit.cloud.engine.geometry.calls import udfs
from labkit.cloud.engine.geometry.relations import fits, holds, is_pattern, meet, relate
from labkit.cloud.engine.geometry.shapes import KINDS, MIXED, NotHere, Point, Shape, point
from labkit.cloud.engine.trino.functions.entry import Entry, entries, fail
from labkit.cloud.engine.trino.functions.shape_facts import FACTS
from labkit.cloud.engine.trino.functions.shapes import of_kind, read, refuse, write
from labkit.cloud.engine.trino.functions.sphere import SPHERE

_TYPES = {
    **dict.fromkeys(("geometry", "sphericalgeography", "varchar"), "VARCHAR"),
    **{kind: kind.upper() for kind in ("double", "boolean", "integer", "bigint", "tinyint")},
    "array(geometry)": "VARCHAR[]", "varbinary": "BLOB",
}  # fmt: skip
_TESTS = (
    "Contains", "Crosses", "Disjoint", "Equals", "Intersects", "Overlaps", "Touches", "Within",
)  # fmt: skip


# Making geometries


def _point(x: float, y: float) -> Shape:
    if not (isfinite(x) and isfinite(y)):
        fail(f"Invalid coordinates: {x} {y}")
    return point(x, y)


def _text(name: str, *kinds: str) -> Callable[[str], Shape]:
    return lambda text: of_kind(name, read(text), *kinds)


def _line(shapes: list[Shape | None]) -> Shape:
    points: list[Point] = []
    for at, shape in enumerate(shapes, 1):
        if shape and shape.kind != "POINT":
            kind = KINDS[shape.kind].name
            fail(f"ST_LineString takes only an array of valid points, {kind} was passed")
        if not shape or not shape.positions:
            kind = "empty" if shape else "null"
            fail(f"Invalid input to ST_LineString: {kind} point at index {at}")
        if points and points[-1] == shape.positions:
            words = "consecutive duplicate points"
            fail(f"Invalid input to ST_LineString: {words} at index {at}")
        points.append(shape.positions)
    return Shape("LINESTRING", tuple(points) if len(points) > 1 else ())


def _multi_point(shapes: list[Shape | None]) -> Shape | None:
    for at, shape in enumerate(shapes, 1):
        if not shape:
            fail(f"Invalid input to ST_MultiPoint: null at index {at}")
        if shape.kind != "POINT":
            words = f"geometry is not a point: {KINDS[shape.kind].name}"
            fail(f"Invalid input to ST_MultiPoint: {words} at index {at}")
        if not shape.positions:
            fail(f"Invalid input to ST_MultiPoint: empty point at index {at}")
    points = tuple(shape.positions for shape in shapes if shape)
    return Shape("MULTIPOINT", points) if points else None


# Two of them


def _nearest(left: Shape, right: Shape) -> list[Shape] | None:
    if not left.vertices or not right.vertices:
        return None
    if not meet(left, right):
        return [point(*each) for each in measures.nearest(left, right)]
    for one, other in ((left, right), (right, left)):
        if one.kind == "POINT" and other.dimension != 1 and other.kind != MIXED:
            return [one, one]
    raise NotHere("a pair of nearest points of geometries that meet")


def _relate(left: Shape, right: Shape, pattern: str) -> bool:
    if not is_pattern(pattern.upper()):
        fail(f"Invalid pattern of ST_Relate: {pattern}")
    return fits(relate(left, right), pattern.upper())


def _hull_of(shapes: list[Shape | None]) -> Shape | None:
    points = [p for shape in shapes if shape for p in shape.vertices]
    return measures.hull(points) if points else None


_FUNCTIONS: tuple[tuple[Any, ...], ...] = (
    *FACTS,
    *SPHERE,
    ("ST_Point(double, double) -> geometry", _point),
    ("ST_GeometryFromText(varchar) -> geometry", read),
    ("ST_LineFromText(varchar) -> geometry", _text("ST_LineFromText", "LINESTRING")),
    ("ST_Polygon(varchar) -> geometry", _text("ST_Polygon", "POLYGON")),
    ("ST_LineString(array(geometry)) -> geometry", _line),
    ("ST_MultiPoint(array(geometry)) -> geometry", _multi_point),
    ("ST_Distance(geometry, geometry) -> double", measures.distance),
    ("ST_Relate(geometry, geometry, varchar) -> boolean", _relate),
    *((f"ST_{name}(geometry, geometry) -> boolean", partial(holds, name.lower()))
      for name in _TESTS),
)  # fmt: skip


def _checked(signature: str, body: Callable[..., Any], *kinds: str) -> tuple[str, Any]:
    """A line of the table with the test of its kinds."""
    name = signature.partition("(")[0]
    if not kinds:
        return signature, body
    return signature, lambda shape, *rest: body(of_kind(name, shape, *kinds), *rest)


def _udfs(*table: tuple[Any, ...]) -> tuple[list[tuple[str, str]], tuple[Udf, ...]]:
    return udfs([_checked(*line) for line in table], "trino", _TYPES, read, write, refuse)


_LINES, _UDFS = _udfs(*_FUNCTIONS)
_, _PARTS = _udfs(
    ("nearest(geometry, geometry) -> array(geometry)", _nearest),
    ("hull_of(array(geometry)) -> geometry", _hull_of),
)
UDFS = (*_UDFS, *_PARTS)
SCALARS = entries(
    *_LINES,
    ("to_geometry(sphericalgeography) -> geometry", "({0})"),
    (
        "geometry_nearest_points(geometry, geometry) -> row(geometry, geometry)",
        "trino_pair(trino_nearest_geometry_geometry({0}, {1}))",
    ),
)
AGGREGATES = (
    Entry(
        "convex_hull_agg(geometry) -> geometry", "list({0})", "trino_hull_of_array_geometry({agg})"
    ),
)
