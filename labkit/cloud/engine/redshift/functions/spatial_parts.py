"""Functions that take geometries apart and put them together, see ``shapes``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/geospatial-functions.html
"""

from __future__ import annotations

import math
from typing import Any, NoReturn

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.functions.entry import entries
from labkit.cloud.engine.redshift.functions.shaped import both, shaped
from labkit.cloud.engine.redshift.shapes import KINDS, Position, Shape, lines, places, polygons


def _refuse(message: str) -> NoReturn:
    fail(message, "22023")


def _line(shape: Shape) -> list[Position]:
    if shape.kind != "LINESTRING":
        _refuse("the geometry is no linestring")
    return list(shape.positions)


def _place(shape: Shape) -> Position:
    if shape.kind != "POINT" or not shape.positions:
        _refuse("the geometry is no point")
    place: Position = shape.positions
    return place


def _several(shape: Shape) -> bool:
    return shape.kind.startswith("MULTI")


def _count(shape: Shape) -> int:
    return len(shape.positions) if _several(shape) else 1


def _geometry(shape: Shape, at: int) -> Shape | None:
    if not _several(shape):
        return shape if at == 1 else None
    if not 1 <= at <= len(shape.positions):
        _refuse("the index of the geometry is out of range")
    return Shape(shape.kind.removeprefix("MULTI"), shape.positions[at - 1], shape.srid)


def _rings(shape: Shape) -> int:
    return sum(map(len, polygons(shape)))


def _ring(shape: Shape, at: int) -> Shape | None:
    """A polygon's ring: 0 is the outer one."""
    if shape.kind != "POLYGON" or not 0 <= at < len(shape.positions):
        return None
    return Shape("LINESTRING", shape.positions[at], shape.srid)


def _inner(shape: Shape, at: int) -> Shape | None:
    return _ring(shape, at) if at > 0 else None


def _holes(shape: Shape) -> int | None:
    return max(len(shape.positions) - 1, 0) if shape.kind == "POLYGON" else None


def _closed(shape: Shape) -> bool:
    if shape.kind in ("POINT", "MULTIPOINT"):
        return bool(shape.positions)
    return bool(shape.positions) and all(line and line[0] == line[-1] for line in lines(shape))


def _reverse(shape: Shape) -> Shape:
    def turned(value: Any, depth: int) -> Any:
        if depth == 1:
            return value[::-1]
        return [turned(each, depth - 1) for each in value]

    depth = KINDS[shape.kind][1]
    if shape.kind in ("POINT", "MULTIPOINT"):
        return shape
    return shape._replace(positions=turned(shape.positions, depth))


def _multi(shape: Shape) -> Shape:
    if _several(shape):
        return shape
    return Shape(f"MULTI{shape.kind}", [shape.positions] if shape.positions else [], shape.srid)


def _points(shape: Shape) -> Shape:
    return Shape("MULTIPOINT", list(places(shape.positions)), shape.srid)


def _box(left: float, low: float, right: float, high: float, srid: int) -> Shape:
    """A point or a line where the box is no wider; else its corners, clockwise."""
    if srid < 0:
        _refuse("the SRID is negative")
    if (left, low) == (right, high):
        return Shape("POINT", [left, low], srid)
    if left == right or low == high:
        return Shape("LINESTRING", [[left, low], [right, high]], srid)
    corners = [[left, low], [left, high], [right, high], [right, low], [left, low]]
    return Shape("POLYGON", [corners], srid)


def _envelope(shape: Shape) -> Shape:
    found = list(places(shape.positions))
    if not found:
        return shape
    xs, ys = zip(*found, strict=True)
    return _box(min(xs), min(ys), max(xs), max(ys), shape.srid)


def _azimuth(one: Shape, two: Shape) -> float | None:
    (x1, y1), (x2, y2) = _place(one), _place(two)
    return None if (x1, y1) == (x2, y2) else math.atan2(x2 - x1, y2 - y1) % math.tau


def _add(line: Shape, point: Shape, at: int) -> Shape:
    found, place = _line(line), _place(point)
    if not -1 <= at <= len(found):
        _refuse("the index of the point is out of range")
    found.insert(len(found) if at == -1 else at, place)
    return line._replace(positions=found)


def _remove(line: Shape, at: int) -> Shape:
    found = _line(line)
    if not 0 <= at < len(found):
        _refuse("the index of the point is out of range")
    return line._replace(positions=found[:at] + found[at + 1 :])


def _collect(one: Shape, two: Shape) -> Shape:
    if one.kind != two.kind or _several(one):
        fail("collections of unlike geometries are not supported here", "0A000")
    return Shape(f"MULTI{one.kind}", [one.positions, two.positions], one.srid)


def _polygon(line: Shape, holes: Shape | None = None) -> Shape:
    rings = [_line(line), *(lines(holes) if holes else [])]
    if not rings[0]:
        return Shape("POLYGON", [], line.srid)
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings if ring):
        _refuse("a ring of the polygon is not closed")
    return Shape("POLYGON", [ring for ring in rings if ring], line.srid)


_V, _I, _F, _B = "VARCHAR", "INTEGER", "DOUBLE", "BOOLEAN"
_TYPES = {"geometry": _V, "varchar": _V, "int4": _I, "float8": _F, "bool": _B}
#: A signature and the function of it; a geometry is a shape.
_FUNCTIONS: tuple[tuple[str, Any], ...] = (
    ("st_numgeometries(geometry) -> int4", _count),
    ("st_geometryn(geometry, int4) -> geometry", _geometry),
    ("st_nrings(geometry) -> int4", _rings),
    ("st_exteriorring(geometry) -> geometry", lambda shape: _ring(shape, 0)),
    ("st_interiorringn(geometry, int4) -> geometry", _inner),
    ("st_numinteriorrings(geometry) -> int4", _holes),
    ("st_isclosed(geometry) -> bool", _closed),
    ("st_iscollection(geometry) -> bool", _several),
    ("st_reverse(geometry) -> geometry", _reverse),
    ("st_multi(geometry) -> geometry", _multi),
    ("st_points(geometry) -> geometry", _points),
    ("st_envelope(geometry) -> geometry", _envelope),
    ("st_force2d(geometry) -> geometry", lambda shape: shape),
    ("st_ndims(geometry) -> int4", lambda shape: 2),
    ("st_azimuth(geometry, geometry) -> float8", both(_azimuth)),
    ("st_addpoint(geometry, geometry, int4) -> geometry", _add),
    ("st_removepoint(geometry, int4) -> geometry", _remove),
    ("st_collect(geometry, geometry) -> geometry", both(_collect)),
    ("st_makepolygon(geometry) -> geometry", lambda line: _polygon(line)),
    ("st_makepolygon(geometry, geometry) -> geometry", _polygon),
    ("st_polygon(geometry, int4) -> geometry",
     lambda line, srid: _polygon(line)._replace(srid=srid)),
    ("st_makeenvelope(float8, float8, float8, float8, int4) -> geometry", _box),
)  # fmt: skip


def _parts(signature: str) -> tuple[str, list[str], str]:
    head, _, result = signature.partition(") -> ")
    name, _, inner = head.partition("(")
    return name, inner.split(", "), result


def _udf(signature: str, body: Any) -> Udf:
    name, given, result = _parts(signature)
    kinds = tuple(_TYPES[each] for each in given)
    return Udf(f"rs_{name}{len(given)}", shaped(body), kinds, _TYPES[result])


def _call(signature: str) -> tuple[str, str]:
    name, given, _ = _parts(signature)
    return signature, f"rs_{name}{len(given)}({{all}})"


UDFS = tuple(_udf(*each) for each in _FUNCTIONS)
SCALARS = entries(
    *(_call(signature) for signature, _ in _FUNCTIONS),
    ("st_addpoint(geometry, geometry) -> geometry", "rs_st_addpoint3({0}, {1}, -1)"),
    ("st_makeenvelope(float8, float8, float8, float8) -> geometry",
     "rs_st_makeenvelope5({all}, 0)"),
    ("st_length2d(geometry) -> float8", "rs_st_length({0})"),
    ("st_perimeter2d(geometry) -> float8", "rs_st_perimeter({0})"),
    ("st_geomfromewkb(varchar) -> geometry", "rs_geometry({0}, 0)"),
    ("st_geomfromwkb(varchar) -> geometry", "rs_geometry({0}, 0)"),
    ("st_geomfromwkb(varchar, int4) -> geometry", "rs_geometry({0}, {1})"),
)  # fmt: skip
