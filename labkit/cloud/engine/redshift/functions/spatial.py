"""Functions of geometries, see ``shapes``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/geospatial-functions.html
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.functions.entry import entries
from labkit.cloud.engine.redshift.functions.shaped import both, shaped
from labkit.cloud.engine.redshift.shapes import (
    KINDS,
    SPELLED,
    Shape,
    area,
    binary,
    distance,
    length,
    lines,
    located,
    number,
    places,
    polygons,
)

_EARTH_M = 6371008.7714


def _points(shape: Shape) -> list[list[float]]:
    if shape.kind not in ("POINT", "MULTIPOINT"):
        fail("whether a geometry contains anything but points is not supported here", "0A000")
    return list(places(shape.positions))


def _contains(one: Shape, two: Shape) -> bool:
    found = [_where(place, one) for place in _points(two)]
    return min(found) >= 0 and max(found) > 0


def _covers(one: Shape, two: Shape) -> bool:
    return all(_where(place, one) >= 0 for place in _points(two))


def _where(place: list[float], shape: Shape) -> int:
    if polygons(shape):
        return located(place, shape)
    return 1 if distance(Shape("POINT", place), shape) == 0 else -1


def _equal(one: Shape, two: Shape) -> bool:
    if (one.kind, two.kind) != ("POINT", "POINT"):
        fail("ST_Equals of anything but points is not supported here", "0A000")
    return bool(one.positions == two.positions)


def _sphere(one: Shape, two: Shape, radius: float) -> float | None:
    if (one.kind, two.kind) != ("POINT", "POINT"):
        fail("ST_DistanceSphere takes points", "22023")
    (x1, y1), (x2, y2) = (map(math.radians, each.positions) for each in (one, two))
    across = math.sin((y2 - y1) / 2) ** 2
    across += math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * radius * math.asin(math.sqrt(across))


def _coordinate(at: int) -> Callable[[Shape], float | None]:
    def one(shape: Shape) -> float | None:
        if shape.kind != "POINT":
            fail("the geometry is no point", "22023")
        return float(shape.positions[at]) if shape.positions else None

    return one


def _bound(at: int, pick: Callable[[list[float]], float]) -> Callable[[Shape], float | None]:
    def one(shape: Shape) -> float | None:
        found = [place[at] for place in places(shape.positions)]
        return pick(found) if found else None

    return one


def _line(one: Shape, two: Shape) -> Shape:
    return Shape("LINESTRING", [*places(one.positions), *places(two.positions)], one.srid)


def _nth(shape: Shape, at: int) -> Shape | None:
    """From 1; -1 is the last one."""
    count = len(shape.positions)
    if shape.kind != "LINESTRING" or not (1 <= at <= count or -count <= at <= -1):
        return None
    return Shape("POINT", shape.positions[at - (at > 0)], shape.srid)


def _json(shape: Shape, digits: int) -> str:
    listed = _listed(shape.positions, digits)
    return f'{{"type":"{SPELLED[shape.kind]}","coordinates":{listed}}}'


def _listed(value: Any, digits: int) -> str:
    if isinstance(value, float):
        return number(value, digits)
    return f"[{','.join(_listed(each, digits) for each in value)}]"


def _ewkt(shape: Shape, digits: int) -> str:
    return (f"SRID={shape.srid};" if shape.srid else "") + shape.text(digits)


def _length(kinds: str) -> Callable[[Shape], float]:
    return lambda shape: sum(map(length, lines(shape))) if shape.kind.endswith(kinds) else 0.0


_V, _I, _F, _B = "VARCHAR", "INTEGER", "DOUBLE", "BOOLEAN"
_ONE: dict[str, tuple[Callable[[Shape], Any], str]] = {
    "st_x": (_coordinate(0), _F),
    "st_y": (_coordinate(1), _F),
    "st_xmin": (_bound(0, min), _F),
    "st_xmax": (_bound(0, max), _F),
    "st_ymin": (_bound(1, min), _F),
    "st_ymax": (_bound(1, max), _F),
    "st_area": (area, _F),
    "st_length": (_length("LINESTRING"), _F),
    "st_perimeter": (_length("POLYGON"), _F),
    "st_npoints": (lambda shape: len(list(places(shape.positions))), _I),
    "st_numpoints": (lambda shape: len(shape.positions) if shape.kind == "LINESTRING" else None,
                     _I),
    "st_srid": (lambda shape: shape.srid, _I),
    "st_dimension": (lambda shape: {1: 0, 2: 1, 3: 2}[(KINDS[shape.kind][0] - 1) % 3 + 1], _I),
    "st_isempty": (lambda shape: not shape.positions, _B),
    "geometrytype": (lambda shape: shape.kind, _V),
    "st_geometrytype": (lambda shape: f"ST_{SPELLED[shape.kind]}", _V),
    "st_asewkb": (binary, _V),
    "st_ashexewkb": (binary, _V),
    "st_startpoint": (lambda shape: _nth(shape, 1), _V),
    "st_endpoint": (lambda shape: _nth(shape, len(shape.positions)), _V),
}  # fmt: skip
_TWO: dict[str, tuple[Callable[[Shape, Shape], Any], str]] = {
    "st_distance": (distance, _F),
    "st_contains": (_contains, _B),
    "st_covers": (_covers, _B),
    "st_within": (lambda one, two: _contains(two, one), _B),
    "st_coveredby": (lambda one, two: _covers(two, one), _B),
    "st_intersects": (lambda one, two: distance(one, two) == 0, _B),
    "st_disjoint": (lambda one, two: distance(one, two) != 0, _B),
    "st_equals": (_equal, _B),
    "st_makeline": (_line, _V),
}
_REDSHIFT = {_V: "varchar", _I: "int4", _F: "float8", _B: "bool"}
_GEOMETRIES = ("st_startpoint", "st_endpoint", "st_makeline")


def _udf(name: str, body: Callable[..., Any], given: tuple[str, ...], returns: str) -> Udf:
    return Udf(f"rs_{name}", shaped(body), given, returns)


UDFS = (
    *(_udf(name, body, (_V,), kind) for name, (body, kind) in _ONE.items()),
    *(_udf(name, both(body), (_V, _V), kind) for name, (body, kind) in _TWO.items()),
    _udf("geometry", lambda shape, srid: shape._replace(srid=srid or shape.srid), (_V, _I), _V),
    _udf("st_setsrid", lambda shape, srid: shape._replace(srid=srid), (_V, _I), _V),
    _udf("st_pointn", _nth, (_V, _I), _V),
    _udf("st_astext", lambda shape, digits: shape.text(digits), (_V, _I), _V),
    _udf("st_asewkt", _ewkt, (_V, _I), _V),
    _udf("st_asgeojson", _json, (_V, _I), _V),
    _udf("st_sphere", _sphere, (_V, _V, _F), _F),
    _udf("st_point", lambda x, y: Shape("POINT", [x, y]), (_F, _F), _V),
)


def _kind(name: str, duck: str) -> str:
    return "geometry" if name in _GEOMETRIES else _REDSHIFT[duck]


SCALARS = entries(
    *((f"{name}(geometry) -> {_kind(name, kind)}", f"rs_{name}({{0}})")
      for name, (_, kind) in _ONE.items()),
    *((f"{name}(geometry, geometry) -> {_kind(name, kind)}", f"rs_{name}({{0}}, {{1}})")
      for name, (_, kind) in _TWO.items()),
    *((f"{name}(geometry) -> varchar", f"rs_{name}({{0}}, 15)")
      for name in ("st_astext", "st_asewkt", "st_asgeojson")),
    *((f"{name}(geometry, int4) -> varchar", f"rs_{name}({{0}}, {{1}})")
      for name in ("st_astext", "st_asewkt", "st_asgeojson")),
    *((f"{name}(float8, float8) -> geometry", "rs_st_point({0}, {1})")
      for name in ("st_point", "st_makepoint")),
    ("st_geomfromtext(varchar) -> geometry", "rs_geometry({0}, 0)"),
    ("st_geomfromtext(varchar, int4) -> geometry", "rs_geometry({0}, {1})"),
    ("st_geomfromewkt(varchar) -> geometry", "rs_geometry({0}, 0)"),
    ("st_setsrid(geometry, int4) -> geometry", "rs_st_setsrid({0}, {1})"),
    ("st_pointn(geometry, int4) -> geometry", "rs_st_pointn({0}, {1})"),
    ("st_dwithin(geometry, geometry, float8) -> bool", "(rs_st_distance({0}, {1}) <= {2})"),
    ("st_distancesphere(geometry, geometry) -> float8", f"rs_st_sphere({{0}}, {{1}}, {_EARTH_M})"),
    ("st_distancesphere(geometry, geometry, float8) -> float8", "rs_st_sphere({0}, {1}, {2})"),
)  # fmt: skip
