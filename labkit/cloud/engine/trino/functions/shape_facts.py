"""What geometries tell of themselves. Source: https://trino.io/docs/current/functions/geospatial.html"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud.engine.trino.functions import measures
from labkit.cloud.engine.trino.functions.shapes import NAMES, Shape, write
from labkit.cloud.engine.trino.functions.shapes import point as one_point


def _x(shape: Shape) -> float | None:
    return shape.points[0][0] if shape.points else None


def _y(shape: Shape) -> float | None:
    return shape.points[0][1] if shape.points else None


def _edge(at: int) -> Callable[[Shape], float | None]:
    return lambda shape: shape.box[at] if shape.vertices else None


def _is_closed(shape: Shape) -> bool:
    return all(line[0] == line[-1] for line in shape.lines)


def _points_in(shape: Shape) -> int:
    """The point that closes a ring does not count."""
    return len(shape.vertices) - len(shape.rings)


def _centroid(shape: Shape) -> str:
    found = measures.centroid(shape)
    return write(one_point(*found) if found else Shape("POINT"))


def _envelope(shape: Shape) -> str:
    ring = (measures.envelope(shape),) if shape.vertices else ()
    return write(Shape("POLYGON", polygons=(ring,) if ring else ()))


def _envelope_points(shape: Shape) -> list[str] | None:
    if not shape.vertices:
        return None
    left, low, right, high = shape.box
    return [write(one_point(left, low)), write(one_point(right, high))]


def _hull(shape: Shape) -> str:
    return write(measures.hull(shape.vertices) if shape.vertices else shape)


def _rings(shape: Shape) -> list[str] | None:
    """The holes as lines."""
    if not shape.polygons:
        return None
    return [write(Shape("LINESTRING", lines=(ring,))) for ring in shape.polygons[0][1:]]


def _exterior(shape: Shape) -> str | None:
    return write(Shape("LINESTRING", lines=shape.rings[:1])) if shape.rings else None


def _end(at: int) -> Callable[[Shape], str | None]:
    return lambda shape: write(one_point(*shape.lines[0][at])) if shape.lines else None


def nth(shapes: Sequence[str] | None, number: int) -> str | None:
    return shapes[number - 1] if shapes and 1 <= number <= len(shapes) else None


def _parts(shape: Shape) -> list[str] | None:
    return [write(part) for part in shape.parts] or None


def _points(shape: Shape) -> list[str] | None:
    """Those of rings come the other way round."""
    rings = tuple(p for ring in shape.rings for p in ring[::-1])
    return [write(one_point(*p)) for p in rings or shape.vertices] or None


def _boundary(shape: Shape) -> str:
    """A polygon's rings; of lines the ends that an odd number of them has."""
    if shape.dimension == 2:
        return write(Shape("MULTILINESTRING", lines=shape.rings))
    ends = [end for line in shape.lines for end in (line[0], line[-1])]
    return write(Shape("MULTIPOINT", points=tuple(e for e in ends if ends.count(e) % 2)))


#: Functions of one geometry: what they give, how, and the kinds that they take.
OF_ONE: dict[str, tuple[str, Callable[[Shape], Any], tuple[str, ...]]] = {
    "ST_X": ("double", _x, ("POINT",)),
    "ST_Y": ("double", _y, ("POINT",)),
    "ST_XMin": ("double", _edge(0), ()),
    "ST_YMin": ("double", _edge(1), ()),
    "ST_XMax": ("double", _edge(2), ()),
    "ST_YMax": ("double", _edge(3), ()),
    "ST_AsText": ("varchar", write, ()),
    "ST_GeometryType": ("varchar", lambda shape: NAMES[shape.kind][0], ()),
    "ST_Dimension": ("tinyint", lambda shape: shape.dimension, ()),
    "ST_CoordDim": ("tinyint", lambda shape: 2, ()),
    "ST_IsEmpty": ("boolean", lambda shape: not shape.vertices, ()),
    "ST_IsClosed": ("boolean", _is_closed, ("LINESTRING", "MULTILINESTRING")),
    "ST_NumPoints": ("bigint", _points_in, ()),
    "ST_NumGeometries": ("integer", lambda shape: len(shape.parts), ()),
    "ST_NumInteriorRing": ("bigint", lambda shape: max(0, len(shape.rings) - 1), ("POLYGON",)),
    "ST_Area": ("double", measures.area, ()),
    "ST_Length": ("double", measures.length, ("LINESTRING", "MULTILINESTRING")),
    "ST_Boundary": ("geometry", _boundary, ()),
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
