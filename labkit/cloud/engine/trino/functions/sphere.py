"""Lengths and areas on the sphere, in the order of Trino's own arithmetic.

Sources: https://trino.io/docs/current/functions/geospatial.html, GeoFunctions of trinodb/trino and
https://www.movable-type.co.uk/scripts/latlong.html
"""

from __future__ import annotations

from itertools import pairwise
from math import asin, atan2, cos, degrees, pi, radians, sin, sqrt, tan, tau
from typing import Any

from labkit.cloud.engine.geometry.shapes import Line, Shape
from labkit.cloud.engine.trino.functions.entry import fail
from labkit.cloud.engine.trino.functions.shapes import spelled

_EARTH_KM = 6371.01


def great_circle(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Kilometres between two points, in the order of Trino's own arithmetic."""
    _check("Latitude", 90, lat1, lat2)
    _check("Longitude", 180, lon1, lon2)
    a, b, turn = radians(lat1), radians(lat2), radians(lon1) - radians(lon2)
    across = cos(b) * sin(turn)
    along = cos(a) * sin(b) - sin(a) * cos(b) * cos(turn)
    ahead = sin(a) * sin(b) + cos(a) * cos(b) * cos(turn)
    return atan2(sqrt(across * across + along * along), ahead) * _EARTH_KM


def beside(
    latitude: float, longitude: float, distance: float, bearing: float, most: float
) -> float:
    """The longitude so many kilometres away, round the world."""
    a, ratio = radians(latitude), distance / _EARTH_KM
    across = sin(radians(bearing)) * sin(ratio) * cos(a)
    found = degrees(radians(longitude) + atan2(across, cos(ratio) - sin(a) * sin(a)))
    if found > most:
        return -most + (found - most)
    return most + (found + most) if found < -most else found


def above(latitude: float, distance: float, bearing: float, most: float) -> float:
    """The latitude so many kilometres away, of the map."""
    a, ratio = radians(latitude), distance / _EARTH_KM
    found = degrees(asin(sin(a) * cos(ratio) + cos(a) * sin(ratio) * cos(radians(bearing))))
    return min(max(found, -most), most)


def _check(name: str, most: int, *degrees: float) -> None:
    if not all(-most <= each <= most for each in degrees):
        fail(f"{name} must be between -{most} and {most}")


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
    return great_circle(lat1, lon1, lat2, lon2) * 1000


def _metres_along(shape: Shape) -> float | None:
    if not shape.vertices:
        return None
    edges = _of_sphere("ST_Length", shape, "LINESTRING", "MULTILINESTRING").segments
    return sum(great_circle(a[1], a[0], b[1], b[0]) for a, b in edges) * 1000


def _square_metres(shape: Shape) -> float | None:
    if not shape.vertices:
        return None
    polygons = _of_sphere("ST_Area", shape, "POLYGON", "MULTIPOLYGON").turned.polygons
    excess = sum(
        abs(_excess(ring)) * (-1 if at else 1)
        for rings in polygons
        for at, ring in enumerate(rings)
    )
    return abs(excess * (_EARTH_KM * 1000) * (_EARTH_KM * 1000))


def _excess(ring: Line) -> float:
    """What the angles of a ring are more than in the plane."""
    if len(ring) < 4:
        fail("Polygon is not valid: a loop contains less then 3 vertices.")
    excess = turned = 0.0
    bearings: list[tuple[float, float]] = []
    for (x1, y1), (x2, y2) in pairwise((*ring[-2:-1], *ring[:-1])):
        if (x1, y1) == (x2, y2):
            fail("Polygon is not valid: it has two identical consecutive vertices")
        across, low, high = radians(x2) - radians(x1), radians(y1), radians(y2)
        halves = tan(low / 2), tan(high / 2)
        excess += 2 * atan2(tan(across / 2) * sum(halves), 1 + halves[0] * halves[1])
        start = _bearing(sin(across) * cos(high), low, high, across) % tau
        end = (_bearing(-sin(across) * cos(low), high, low, across) + pi) % tau
        bearings.append((start, end))
    last = bearings[-1][1]
    for start, end in bearings:
        turned += _turn(start - last) + _turn(end - start)
        last = end
    # around a pole the courses add up to none
    return abs(excess) - tau if abs(turned) < pi / 4 else excess


def _bearing(across: float, low: float, high: float, turn: float) -> float:
    return atan2(across, cos(low) * sin(high) - sin(low) * cos(high) * cos(turn))


def _turn(angle: float) -> float:
    return (angle + 3 * pi) % tau - pi


SPHERE: tuple[tuple[Any, ...], ...] = (
    ("great_circle_distance(double, double, double, double) -> double", great_circle),
    ("to_spherical_geography(geometry) -> sphericalgeography", _spherical),
    ("ST_Length(sphericalgeography) -> double", _metres_along),
    ("ST_Distance(sphericalgeography, sphericalgeography) -> double", _metres),
    ("ST_Area(sphericalgeography) -> double", _square_metres),
)
