"""Geospatial functions. Source: https://trino.io/docs/current/functions/geospatial.html

A geometry stands as its well-known text. What makes new shapes of two (unions, buffers and their
kin), and how collections of several kinds lie to others, is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import atan2, cos, isfinite, radians, sin, sqrt
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry import measures
from labkit.cloud.engine.geometry.calls import udfs
from labkit.cloud.engine.geometry.relations import fits, holds, is_pattern, meet, relate
from labkit.cloud.engine.geometry.shapes import KINDS, MIXED, NotHere, Point, Shape, point
from labkit.cloud.engine.trino.functions.entry import Entry, entries, fail
from labkit.cloud.engine.trino.functions.shape_facts import FACTS
from labkit.cloud.engine.trino.functions.shapes import of_kind, read, refuse, spelled, write

_EARTH_KM = 6371.01
_TYPES = {
    **dict.fromkeys(("geometry", "sphericalgeography", "varchar"), "VARCHAR"),
    **{kind: kind.upper() for kind in ("double", "boolean", "integer", "bigint", "tinyint")},
    "array(geometry)": "VARCHAR[]", "varbinary": "BLOB",
}  # fmt: skip
_TESTS = (
    "Contains", "Crosses", "Disjoint", "Equals", "Intersects", "Overlaps", "Touches", "Within",
)  # fmt: skip


def _great_circle(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Kilometres between two points, in the order of Trino's own arithmetic."""
    _check("Latitude", 90, lat1, lat2)
    _check("Longitude", 180, lon1, lon2)
    a, b, turn = radians(lat1), radians(lat2), radians(lon1) - radians(lon2)
    across = cos(b) * sin(turn)
    along = cos(a) * sin(b) - sin(a) * cos(b) * cos(turn)
    ahead = sin(a) * sin(b) + cos(a) * cos(b) * cos(turn)
    return atan2(sqrt(across * across + along * along), ahead) * _EARTH_KM


def _check(name: str, most: int, *degrees: float) -> None:
    if not all(-most <= each <= most for each in degrees):
        fail(f"{name} must be between -{most} and {most}")


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


# On the sphere


def _spherical(shape: Shape) -> Shape:
    for x, y in shape.vertices:
        _check("Longitude", 180, x)
        _check("Latitude", 90, y)
    return shape


def _of_sphere(name: str, shape: Shape, *kinds: str) -> Shape:
    if shape.kind not in kinds:
        wanted = " or ".join(map(spelled, kinds))
        words = f"{name} only supports {wanted}. Input type is: {spelled(shape.kind)}"
        fail(f"When applied to SphericalGeography inputs, {words}")
    return shape


def _metres(left: Shape, right: Shape) -> float | None:
    if not left.vertices or not right.vertices:
        return None
    (lon1, lat1), (lon2, lat2) = (
        _of_sphere("ST_Distance", each, "POINT").positions for each in (left, right)
    )
    return _great_circle(lat1, lon1, lat2, lon2) * 1000


def _metres_along(shape: Shape) -> float | None:
    if not shape.vertices:
        return None
    edges = _of_sphere("ST_Length", shape, "LINESTRING", "MULTILINESTRING").segments
    return sum(_great_circle(a[1], a[0], b[1], b[0]) for a, b in edges) * 1000


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
    ("great_circle_distance(double, double, double, double) -> double", _great_circle),
    ("ST_Point(double, double) -> geometry", _point),
    ("ST_GeometryFromText(varchar) -> geometry", read),
    ("ST_LineFromText(varchar) -> geometry", _text("ST_LineFromText", "LINESTRING")),
    ("ST_Polygon(varchar) -> geometry", _text("ST_Polygon", "POLYGON")),
    ("ST_LineString(array(geometry)) -> geometry", _line),
    ("ST_MultiPoint(array(geometry)) -> geometry", _multi_point),
    ("to_spherical_geography(geometry) -> sphericalgeography", _spherical),
    ("ST_Length(sphericalgeography) -> double", _metres_along),
    ("ST_Distance(sphericalgeography, sphericalgeography) -> double", _metres),
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
        "convex_hull_agg(geometry) -> geometry",
        "list({0})",
        "trino_hull_of_array_geometry({agg})",
    ),
)
