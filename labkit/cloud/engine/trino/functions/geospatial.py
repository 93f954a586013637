"""Geospatial functions. Source: https://trino.io/docs/current/functions/geospatial.html

A geometry stands as its well-known text. What makes new shapes of two (unions, buffers and their
kin) and collections of several kinds are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import atan2, cos, isfinite, radians, sin, sqrt
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry import measures
from labkit.cloud.engine.geometry.relations import fits, holds, is_pattern, relate
from labkit.cloud.engine.geometry.shapes import Point, Shape
from labkit.cloud.engine.geometry.shapes import point as one_point
from labkit.cloud.engine.trino.functions.entry import Entry, entries, fail
from labkit.cloud.engine.trino.functions.shape_facts import NTH, OF_ONE, nth
from labkit.cloud.engine.trino.functions.shapes import of_kind, read, write

_EARTH_KM = 6371.01
_DOUBLES = ("DOUBLE",) * 4
_TEXTS = ("VARCHAR", "VARCHAR")
_TESTS = (
    "ST_Contains", "ST_Crosses", "ST_Disjoint", "ST_Equals", "ST_Intersects", "ST_Overlaps",
    "ST_Touches", "ST_Within",
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


def _point(x: float, y: float) -> str:
    if not (isfinite(x) and isfinite(y)):
        fail(f"Invalid coordinates: {x} {y}")
    return write(one_point(x, y))


def _text(name: str, *kinds: str) -> Callable[[str], str]:
    def made(text: str) -> str:
        return write(of_kind(name, read(text), *kinds))

    return made


def _points_of(name: str, texts: Sequence[str | None]) -> tuple[Point, ...]:
    if None in texts:
        fail(f"Invalid input to {name}: null at index {texts.index(None) + 1}")
    shapes = [of_kind(name, read(str(text)), "POINT") for text in texts]
    if not all(shape.points for shape in shapes):
        fail(f"Invalid input to {name}: empty point")
    return tuple(p for shape in shapes for p in shape.points)


def _line(texts: list[str | None]) -> str:
    points = _points_of("ST_LineString", texts)
    if any(a == b for a, b in pairwise(points)):
        fail("Invalid input to ST_LineString: consecutive duplicate points")
    return write(Shape("LINESTRING", points if len(points) > 1 else ()))


def _multi_point(texts: list[str | None]) -> str | None:
    points = _points_of("ST_MultiPoint", texts)
    return write(Shape("MULTIPOINT", points)) if points else None


def _spherical(text: str) -> str:
    for x, y in read(text).vertices:
        _check("Longitude", 180, x)
        _check("Latitude", 90, y)
    return text


# Two of them


def _distance(left: str, right: str) -> float | None:
    return measures.distance(read(left), read(right))


def _nearest(left: str, right: str) -> list[str] | None:
    a, b = read(left), read(right)
    if not a.vertices or not b.vertices:
        return None
    if holds("intersects", a, b):
        fail("The nearest points of geometries that meet are not supported here", "NOT_SUPPORTED")
    return [write(one_point(*p)) for p in measures.nearest(a, b)]


def _metres(left: str, right: str) -> float | None:
    a, b = (of_kind("ST_Distance", read(text), "POINT") for text in (left, right))
    if not a.points or not b.points:
        return None
    (lon1, lat1), (lon2, lat2) = a.points[0], b.points[0]
    return _great_circle(lat1, lon1, lat2, lon2) * 1000


def _metres_along(text: str) -> float:
    shape = of_kind("ST_Length", read(text), "LINESTRING", "MULTILINESTRING")
    return sum(_great_circle(a[1], a[0], b[1], b[0]) * 1000 for a, b in shape.segments)


def _relate(left: str, right: str, pattern: str) -> bool:
    if not is_pattern(pattern.upper()):
        fail(f"Invalid pattern of ST_Relate: {pattern}")
    return fits(relate(read(left), read(right)), pattern.upper())


def _hull_of(texts: list[str | None]) -> str | None:
    points = [p for text in texts if text is not None for p in read(text).vertices]
    return write(measures.hull(points)) if points else None


SCALARS = entries(
    (
        "great_circle_distance(double, double, double, double) -> double",
        "trino_great_circle({0}, {1}, {2}, {3})",
    ),
    ("ST_Point(double, double) -> geometry", "trino_st_point({0}, {1})"),
    ("ST_GeometryFromText(varchar) -> geometry", "trino_st_geometryfromtext({0})"),
    ("ST_LineFromText(varchar) -> geometry", "trino_st_linefromtext({0})"),
    ("ST_Polygon(varchar) -> geometry", "trino_st_polygon({0})"),
    ("ST_LineString(array(geometry)) -> geometry", "trino_st_linestring({0})"),
    ("ST_MultiPoint(array(geometry)) -> geometry", "trino_st_multipoint({0})"),
    ("to_spherical_geography(geometry) -> sphericalgeography", "trino_spherical({0})"),
    ("to_geometry(sphericalgeography) -> geometry", "({0})"),
    *(
        (f"{name}(geometry) -> {returns}", f"trino_{name.lower()}({{0}})")
        for name, (returns, _, _) in OF_ONE.items()
    ),
    ("ST_X(sphericalgeography) -> double", "trino_st_x({0})"),
    ("ST_Y(sphericalgeography) -> double", "trino_st_y({0})"),
    ("ST_AsText(sphericalgeography) -> varchar", "trino_st_astext({0})"),
    ("ST_Length(sphericalgeography) -> double", "trino_metres_along({0})"),
    (
        "ST_Distance(sphericalgeography, sphericalgeography) -> double",
        "trino_metres({0}, {1})",
    ),
    *(
        (f"{name}(geometry, integer) -> geometry", f"trino_{name.lower()}({{0}}, {{1}})")
        for name in NTH
    ),
    *(
        (f"{name}(geometry, geometry) -> boolean", f"trino_{name.lower()}({{0}}, {{1}})")
        for name in _TESTS
    ),
    ("ST_Relate(geometry, geometry, varchar) -> boolean", "trino_st_relate({0}, {1}, {2})"),
    (
        "geometry_nearest_points(geometry, geometry) -> row(geometry, geometry)",
        "trino_pair(trino_nearest({0}, {1}))",
    ),
    ("ST_Distance(geometry, geometry) -> double", "trino_st_distance({0}, {1})"),
)
AGGREGATES = (Entry("convex_hull_agg(geometry) -> geometry", "list({0})", "trino_hull_of({agg})"),)

_DUCKDB = {"geometry": "VARCHAR", "array(geometry)": "VARCHAR[]"}


def _udf_of_one(name: str) -> Udf:
    returns, compute, kinds = OF_ONE[name]

    def call(text: str) -> Any:
        return compute(of_kind(name, read(text), *kinds))

    return Udf(f"trino_{name.lower()}", call, ("VARCHAR",), _DUCKDB.get(returns, returns.upper()))


def _udf_of_place(name: str) -> Udf:
    listed, kinds = NTH[name]

    def call(text: str, place: int) -> str | None:
        return nth(listed(of_kind(name, read(text), *kinds)), place)

    return Udf(f"trino_{name.lower()}", call, ("VARCHAR", "INTEGER"), "VARCHAR")


def _udf_of_two(name: str) -> Udf:
    def call(left: str, right: str) -> bool:
        return holds(name.removeprefix("ST_").lower(), read(left), read(right))

    return Udf(f"trino_{name.lower()}", call, _TEXTS, "BOOLEAN")


UDFS = (
    Udf("trino_great_circle", _great_circle, _DOUBLES, "DOUBLE"),
    Udf("trino_st_point", _point, ("DOUBLE", "DOUBLE"), "VARCHAR"),
    Udf("trino_st_geometryfromtext", _text("ST_GeometryFromText"), ("VARCHAR",), "VARCHAR"),
    Udf("trino_st_linefromtext", _text("ST_LineFromText", "LINESTRING"), ("VARCHAR",), "VARCHAR"),
    Udf("trino_st_polygon", _text("ST_Polygon", "POLYGON"), ("VARCHAR",), "VARCHAR"),
    Udf("trino_st_linestring", _line, ("VARCHAR[]",), "VARCHAR"),
    Udf("trino_st_multipoint", _multi_point, ("VARCHAR[]",), "VARCHAR"),
    Udf("trino_spherical", _spherical, ("VARCHAR",), "VARCHAR"),
    Udf("trino_metres", _metres, _TEXTS, "DOUBLE"),
    Udf("trino_metres_along", _metres_along, ("VARCHAR",), "DOUBLE"),
    Udf("trino_st_distance", _distance, _TEXTS, "DOUBLE"),
    Udf("trino_nearest", _nearest, _TEXTS, "VARCHAR[]"),
    Udf("trino_st_relate", _relate, (*_TEXTS, "VARCHAR"), "BOOLEAN"),
    Udf("trino_hull_of", _hull_of, ("VARCHAR[]",), "VARCHAR"),
    *map(_udf_of_one, OF_ONE),
    *map(_udf_of_place, NTH),
    *map(_udf_of_two, _TESTS),
)
