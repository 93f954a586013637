"""What geometries tell of themselves. Source: https://trino.io/docs/current/functions/geospatial.html"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud.engine.geometry import measures
from labkit.cloud.engine.geometry.shapes import KINDS, MIXED, NotHere, Point, Shape, point
from labkit.cloud.engine.geometry.validity import is_simple, is_valid
from labkit.cloud.engine.trino.functions.centroids import centroid
from labkit.cloud.engine.trino.functions.entry import fail
from labkit.cloud.engine.trino.functions.shapes import of_kind, write

_LINES = ("LINESTRING", "MULTILINESTRING")
_PLAIN = (
    "POINT", "MULTIPOINT", "LINESTRING", "MULTILINESTRING", "POLYGON", "MULTIPOLYGON",
)  # fmt: skip


def _coordinate(at: int) -> Callable[[Shape], float | None]:
    return lambda shape: shape.positions[at] if shape.positions else None


def _type(shape: Shape) -> str:
    return "ST_GeomCollection" if shape.kind == MIXED else f"ST_{KINDS[shape.kind].name}"


def _is_closed(shape: Shape) -> bool:
    return all(line[0] == line[-1] for line in shape.lines)


def _is_sound(shape: Shape) -> bool:
    """Simple, and of areas valid: ST_IsSimple and ST_IsValid are one test."""
    return is_simple(shape) and is_valid(shape)


def _points_in(shape: Shape) -> int:
    """The point that closes a ring does not count."""
    return len(shape.vertices) - len(shape.rings)


def _centroid(shape: Shape) -> Shape:
    found = centroid(shape)
    return point(*found) if found else Shape("POINT")


def _envelope(shape: Shape) -> Shape:
    """The corners of the box, against the clock from the lower left one."""
    if not shape.vertices:
        return Shape("POLYGON")
    left, low, right, high = shape.box
    corners = (left, low), (right, low), (right, high), (left, high), (left, low)
    return Shape("POLYGON", (corners,))


def _envelope_points(shape: Shape) -> list[Shape] | None:
    if not shape.vertices:
        return None
    return [Shape("POINT", corner) for corner in (shape.box[:2], shape.box[2:])]


def _hull(shape: Shape) -> Shape:
    if not shape.vertices:
        return shape
    found = measures.hull(shape.vertices)
    if shape.kind == MIXED and found.dimension == 1:
        raise NotHere("the hull of a collection in a line")
    return found


def _rings(shape: Shape) -> list[Shape] | None:
    """The holes as lines."""
    if not shape.positions:
        return None
    return [Shape("LINESTRING", ring) for ring in shape.positions[1:]]


def _exterior(shape: Shape) -> Shape | None:
    return Shape("LINESTRING", shape.positions[0]) if shape.positions else None


def _end(at: int) -> Callable[[Shape], Shape | None]:
    return lambda shape: Shape("POINT", shape.positions[at]) if shape.positions else None


def _parts(shape: Shape) -> tuple[Shape, ...] | None:
    return shape.parts if shape.vertices else None


def _points(shape: Shape) -> list[Shape] | None:
    """Those of rings come the other way round."""
    if shape.kind == MIXED:
        return [each for part in shape.parts for each in _points(part) or ()] or None
    turned = shape.turned if shape.polygons else shape
    return [Shape("POINT", each) for each in turned.vertices] or None


def _nth(listed: Callable[[Shape], Sequence[Shape] | None]) -> Callable[[Shape, int], Shape | None]:
    def nth(shape: Shape, number: int) -> Shape | None:
        found = listed(shape)
        return found[number - 1] if found and 1 <= number <= len(found) else None

    return nth


def _steps(shape: Shape, step: float, *, several: bool) -> list[Point]:
    """Points along a line, in the order of Trino's own arithmetic."""
    of_kind("line_interpolate_point", shape, "LINESTRING")
    if not 0 <= step <= 1:
        fail("fraction must be between 0 and 1")
    line = shape.lines[0]
    if step in (0, 1):
        return [line[-int(step)]]
    count = int(1 / step) if several else 1
    total, used, at = measures.length((line,)), 0.0, step
    found: list[Point] = []
    for a, b in shape.segments:
        share = measures.length(((a, b),)) / total
        while at < used + share and len(found) < count:
            part = (at - used) / share
            found.append((a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part))
            at += step
        used += share
    return found if len(found) == count else [*found, line[-1]]


def _located(line: Shape, at: Shape) -> float | None:
    """How much of a line lies before what is nearest to a point."""
    if not line.vertices or not at.vertices:
        return None
    if line.kind not in _LINES:
        words = "must be a LineString or a MultiLineString. Got"
        fail(f"First argument to line_locate_point {words}: {KINDS[line.kind].name}")
    if at.kind != "POINT":
        kind = KINDS[at.kind].name
        fail(f"Second argument to line_locate_point must be a Point. Got: {kind}")
    return measures.located(line.lines, at.positions) / measures.length(line.lines)


def _step(shape: Shape, step: float) -> Shape | None:
    return point(*_steps(shape, step, several=False)[0]) if shape.vertices else None


def _all_steps(shape: Shape, step: float) -> list[Shape] | None:
    if not shape.vertices:
        return None
    return [point(*each) for each in _steps(shape, step, several=True)]


#: Functions of one geometry, and the kinds that they take.
FACTS: tuple[tuple[Any, ...], ...] = (
    ("ST_X(geometry) -> double", _coordinate(0), "POINT"),
    ("ST_Y(geometry) -> double", _coordinate(1), "POINT"),
    ("ST_X(sphericalgeography) -> double", _coordinate(0), "POINT"),
    ("ST_Y(sphericalgeography) -> double", _coordinate(1), "POINT"),
    ("ST_XMin(geometry) -> double", measures.edge(0)),
    ("ST_YMin(geometry) -> double", measures.edge(1)),
    ("ST_XMax(geometry) -> double", measures.edge(2)),
    ("ST_YMax(geometry) -> double", measures.edge(3)),
    ("ST_AsText(geometry) -> varchar", write),
    ("ST_AsText(sphericalgeography) -> varchar", write),
    ("ST_GeometryType(geometry) -> varchar", _type),
    ("ST_Dimension(geometry) -> tinyint", lambda shape: shape.dimension),
    ("ST_CoordDim(geometry) -> tinyint", lambda shape: 2),
    ("ST_IsEmpty(geometry) -> boolean", lambda shape: not shape.vertices),
    ("ST_IsClosed(geometry) -> boolean", _is_closed, *_LINES),
    ("ST_IsRing(geometry) -> boolean",
     lambda shape: bool(shape.lines) and _is_closed(shape) and is_simple(shape), "LINESTRING"),
    ("ST_IsSimple(geometry) -> boolean", _is_sound),
    ("ST_IsValid(geometry) -> boolean", _is_sound),
    ("ST_NumPoints(geometry) -> bigint", _points_in),
    ("ST_NumGeometries(geometry) -> integer", lambda shape: len(_parts(shape) or ())),
    ("ST_NumInteriorRing(geometry) -> bigint",
     lambda shape: len(shape.rings) - 1 if shape.rings else None, "POLYGON"),
    ("ST_Area(geometry) -> double", measures.area),
    ("ST_Length(geometry) -> double", lambda shape: measures.length(shape.lines), *_LINES),
    ("ST_Boundary(geometry) -> geometry", measures.boundary),
    ("ST_Centroid(geometry) -> geometry", _centroid, *_PLAIN),
    ("ST_ConvexHull(geometry) -> geometry", _hull),
    ("ST_Envelope(geometry) -> geometry", _envelope),
    ("ST_EnvelopeAsPts(geometry) -> array(geometry)", _envelope_points),
    ("ST_ExteriorRing(geometry) -> geometry", _exterior, "POLYGON"),
    ("ST_InteriorRings(geometry) -> array(geometry)", _rings, "POLYGON"),
    ("ST_InteriorRingN(geometry, integer) -> geometry", _nth(_rings), "POLYGON"),
    ("ST_StartPoint(geometry) -> geometry", _end(0), "LINESTRING"),
    ("ST_EndPoint(geometry) -> geometry", _end(-1), "LINESTRING"),
    ("ST_Geometries(geometry) -> array(geometry)", _parts),
    ("ST_GeometryN(geometry, integer) -> geometry", _nth(_parts)),
    ("ST_Points(geometry) -> array(geometry)", _points),
    ("ST_PointN(geometry, integer) -> geometry", _nth(_points), "LINESTRING"),
    ("line_interpolate_point(geometry, double) -> geometry", _step),
    ("line_interpolate_points(geometry, double) -> array(geometry)", _all_steps),
    ("line_locate_point(geometry, geometry) -> double", _located),
)  # fmt: skip
