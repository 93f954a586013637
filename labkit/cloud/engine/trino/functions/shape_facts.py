"""What geometries tell of themselves. Source: https://trino.io/docs/current/functions/geospatial.html"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud.engine.geometry import measures
from labkit.cloud.engine.geometry.shapes import KINDS, Shape, point
from labkit.cloud.engine.trino.functions.shapes import write


def _coordinate(at: int) -> Callable[[Shape], float | None]:
    return lambda shape: shape.positions[at] if shape.positions else None


def _edge(at: int) -> Callable[[Shape], float | None]:
    return lambda shape: shape.box[at] if shape.vertices else None


def _is_closed(shape: Shape) -> bool:
    return all(line[0] == line[-1] for line in shape.lines)


def _points_in(shape: Shape) -> int:
    """The point that closes a ring does not count."""
    return len(shape.vertices) - len(shape.rings)


def _length(shape: Shape) -> float:
    return measures.length(shape.lines)


def _centroid(shape: Shape) -> str:
    found = measures.centroid(shape)
    return write(point(*found) if found else Shape("POINT"))


def _envelope(shape: Shape) -> str:
    """The corners of the box, against the clock from the lower left one."""
    if not shape.vertices:
        return write(Shape("POLYGON"))
    left, low, right, high = shape.box
    corners = (left, low), (right, low), (right, high), (left, high), (left, low)
    return write(Shape("POLYGON", (corners,)))


def _envelope_points(shape: Shape) -> list[str] | None:
    if not shape.vertices:
        return None
    return [write(Shape("POINT", corner)) for corner in (shape.box[:2], shape.box[2:])]


def _hull(shape: Shape) -> str:
    return write(measures.hull(shape.vertices) if shape.vertices else shape)


def _rings(shape: Shape) -> list[str] | None:
    """The holes as lines."""
    if not shape.positions:
        return None
    return [write(Shape("LINESTRING", ring)) for ring in shape.positions[1:]]


def _exterior(shape: Shape) -> str | None:
    return write(Shape("LINESTRING", shape.positions[0])) if shape.positions else None


def _end(at: int) -> Callable[[Shape], str | None]:
    return lambda shape: write(Shape("POINT", shape.positions[at])) if shape.positions else None


def nth(shapes: Sequence[str] | None, number: int) -> str | None:
    return shapes[number - 1] if shapes and 1 <= number <= len(shapes) else None


def _parts(shape: Shape) -> list[str] | None:
    return [write(part) for part in shape.parts] or None


def _points(shape: Shape) -> list[str] | None:
    """Those of rings come the other way round."""
    rings = tuple(p for ring in shape.rings for p in ring[::-1])
    return [write(Shape("POINT", p)) for p in rings or shape.vertices] or None


#: Functions of one geometry: what they give, how, and the kinds that they take.
OF_ONE: dict[str, tuple[str, Callable[[Shape], Any], tuple[str, ...]]] = {
    "ST_X": ("double", _coordinate(0), ("POINT",)),
    "ST_Y": ("double", _coordinate(1), ("POINT",)),
    "ST_XMin": ("double", _edge(0), ()),
    "ST_YMin": ("double", _edge(1), ()),
    "ST_XMax": ("double", _edge(2), ()),
    "ST_YMax": ("double", _edge(3), ()),
    "ST_AsText": ("varchar", write, ()),
    "ST_GeometryType": ("varchar", lambda shape: f"ST_{KINDS[shape.kind].name}", ()),
    "ST_Dimension": ("tinyint", lambda shape: shape.dimension, ()),
    "ST_CoordDim": ("tinyint", lambda shape: 2, ()),
    "ST_IsEmpty": ("boolean", lambda shape: not shape.vertices, ()),
    "ST_IsClosed": ("boolean", _is_closed, ("LINESTRING", "MULTILINESTRING")),
    "ST_NumPoints": ("bigint", _points_in, ()),
    "ST_NumGeometries": ("integer", lambda shape: len(shape.parts), ()),
    "ST_NumInteriorRing": ("bigint", lambda shape: max(0, len(shape.rings) - 1), ("POLYGON",)),
    "ST_Area": ("double", measures.area, ()),
    "ST_Length": (
        "double",
        lambda shape: measures.length(shape.lines),
        ("LINESTRING", "MULTILINESTRING"),
    ),
    "ST_Boundary": ("geometry", lambda shape: write(measures.boundary(shape)), ()),
    "ST_Centroid": ("geometry", _centroid, ()),
    "ST_ConvexHull": ("geometry", _hull, ()),
    "ST_Envelope": ("geometry", _envelope, ()),
    "ST_EnvelopeAsPts": ("array(geometry)", _envelope_points, ()),
    "ST_ExteriorRing": ("geometry", _exterior, ("POLYGON",)),
    "ST_InteriorRings": ("array(geometry)", _rings, ("POLYGON",)),
    "ST_StartPoint": ("geometry", _end(0), ("LINESTRING",)),
    "ST_EndPoint": ("geometry", _end(-1), ("LINESTRING",)),
    "ST_Geometries": ("array(geometry)", _parts, ()),
    "ST_Points": ("array(geometry)", _points, ()),
}
#: Functions of a place in one geometry, and the list that they take it from.
NTH = {
    "ST_GeometryN": (_parts, ()),
    "ST_InteriorRingN": (_rings, ("POLYGON",)),
    "ST_PointN": (_points, ("LINESTRING",)),
}
