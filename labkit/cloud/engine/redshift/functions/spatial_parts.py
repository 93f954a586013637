"""Functions that make geometries, take them apart and put them together; see ``shapes``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/geospatial-functions.html
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

from labkit.cloud.engine.geometry import measures
from labkit.cloud.engine.geometry.geohashes import box_of, geohash
from labkit.cloud.engine.geometry.shapes import MIXED, NotHere, NotRead, Shape, point, signed_area
from labkit.cloud.engine.geometry.texts import of_geojson
from labkit.cloud.engine.geometry.validity import is_simple, is_valid
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.functions.entry import entries
from labkit.cloud.engine.redshift.functions.shaped import refuse, tables, the_line, the_place
from labkit.cloud.engine.redshift.shapes import read


def _geometry(text: str, srid: int = 0) -> Shape:
    shape = read(text)
    return replace(shape, srid=srid or shape.srid)


def _from_json(text: str) -> Shape:
    try:
        return replace(of_geojson(json.loads(text), heights=False), srid=4326)
    except NotHere as error:
        fail(f"the geometry {error} is not supported here", "0A000")
    except (NotRead, ValueError):
        refuse("Invalid GeoJSON")


def _hash(shape: Shape, size: int = 20) -> str | None:
    if shape.kind == "POINT" and not shape.positions:
        return None
    if size < 1:
        refuse("the precision of a geohash is not positive")
    return geohash(the_place(shape), size)


def _from_hash(text: str, size: int = -1) -> Shape:
    try:
        return _box(*box_of(text[:size] if size >= 0 else text))
    except NotRead:
        refuse("Invalid geohash")


def _member(shape: Shape, at: int) -> Shape | None:
    if not shape.is_several:
        return shape if at == 1 else None
    if not 1 <= at <= len(shape.parts):
        refuse("the index of the geometry is out of range")
    return shape.parts[at - 1]


def _ring(shape: Shape, at: int) -> Shape | None:
    """A polygon's ring: 0 is the outer one."""
    if shape.kind != "POLYGON" or not 0 <= at < len(shape.positions):
        return None
    return Shape("LINESTRING", shape.positions[at], shape.srid)


def _holes(shape: Shape) -> int | None:
    return max(len(shape.positions) - 1, 0) if shape.kind == "POLYGON" else None


def _closed(shape: Shape) -> bool:
    rings = (*shape.lines, *shape.rings)
    return bool(shape.positions) and all(line and line[0] == line[-1] for line in rings)


def _multi(shape: Shape) -> Shape:
    if shape.is_several:
        return shape
    return Shape(f"MULTI{shape.kind}", (shape.positions,) if shape.positions else (), shape.srid)


def _box(left: float, low: float, right: float, high: float, srid: int = 0) -> Shape:
    """A point or a line where the box is no wider; else its corners, clockwise."""
    if srid < 0:
        refuse("the SRID is negative")
    if (left, low) == (right, high):
        return point(left, low, srid)
    if left == right or low == high:
        return Shape("LINESTRING", ((left, low), (right, high)), srid)
    corners = (left, low), (left, high), (right, high), (right, low), (left, low)
    return Shape("POLYGON", (corners,), srid)


def _envelope(shape: Shape) -> Shape:
    return _box(*shape.box, shape.srid) if shape.vertices else shape


def _hull(shape: Shape) -> Shape:
    """Clockwise from its least point."""
    if not shape.vertices:
        return shape
    found = measures.hull(shape.vertices, shape.srid)
    return found.turned if found.dimension == 2 else found


def _boundary(shape: Shape) -> Shape:
    if not shape.vertices:
        return shape
    if shape.kind in ("POINT", "MULTIPOINT"):
        return Shape(MIXED, (), shape.srid)
    found = measures.boundary(shape)
    return found.parts[0] if shape.kind == "POLYGON" and len(shape.rings) == 1 else found


def _centroid(shape: Shape) -> Shape | None:
    found = measures.centroid(shape)
    return point(*found, shape.srid) if found else None


def _collect(*shapes: Shape) -> Shape:
    """Several points, lines or polygons; else a collection."""
    kinds, srid = {shape.kind for shape in shapes}, shapes[0].srid
    if len(kinds) > 1 or shapes[0].is_several:
        return Shape(MIXED, shapes, srid)
    return Shape(f"MULTI{shapes[0].kind}", tuple(each.positions for each in shapes), srid)


def _collect_all(shapes: list[Shape | None]) -> Shape | None:
    known = [shape for shape in shapes if shape]
    if len({shape.srid for shape in known}) > 1:
        refuse("SRID mismatch between the geometries")
    return _collect(*known) if known else None


def _polygon(line: Shape, holes: Shape | None = None) -> Shape:
    rings = [the_line(line), *((*holes.lines, *holes.rings) if holes else ())]
    if not rings[0]:
        return Shape("POLYGON", (), line.srid)
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings if ring):
        refuse("a ring of the polygon is not closed")
    return Shape("POLYGON", tuple(ring for ring in rings if ring), line.srid)


def _turns(shape: Shape, side: int) -> bool:
    """Whether shells run against the clock (1) or with it (-1), and holes the other way."""
    return all(
        signed_area(ring) * side * (-1 if at else 1) > 0
        for rings in shape.polygons
        for at, ring in enumerate(rings)
    )


SCALARS, UDFS = tables(
    [
        ("st_geomfromtext(varchar) -> geometry", _geometry),
        ("st_geomfromtext(varchar, int4) -> geometry", _geometry),
        ("st_geomfromgeojson(varchar) -> geometry", _from_json),
        ("st_geomfromgeohash(varchar) -> geometry", _from_hash),
        ("st_geomfromgeohash(varchar, int4) -> geometry", _from_hash),
        ("st_geohash(geometry) -> varchar", _hash),
        ("st_geohash(geometry, int4) -> varchar", _hash),
        ("st_point(float8, float8) -> geometry", point),
        ("st_setsrid(geometry, int4) -> geometry", lambda shape, srid: replace(shape, srid=srid)),
        ("st_numgeometries(geometry) -> int4",
         lambda shape: len(shape.positions) if shape.is_several else 1),
        ("st_geometryn(geometry, int4) -> geometry", _member),
        ("st_nrings(geometry) -> int4", lambda shape: len(shape.rings)),
        ("st_exteriorring(geometry) -> geometry", lambda shape: _ring(shape, 0)),
        ("st_interiorringn(geometry, int4) -> geometry",
         lambda shape, at: _ring(shape, at) if at > 0 else None),
        ("st_numinteriorrings(geometry) -> int4", _holes),
        ("st_isclosed(geometry) -> bool", _closed),
        ("st_iscollection(geometry) -> bool", lambda shape: shape.is_several),
        ("st_ispolygonccw(geometry) -> bool", lambda shape: _turns(shape, 1)),
        ("st_ispolygoncw(geometry) -> bool", lambda shape: _turns(shape, -1)),
        ("st_issimple(geometry) -> bool", is_simple),
        ("st_isvalid(geometry) -> bool", partial(is_valid, one_side=True)),
        ("st_reverse(geometry) -> geometry", lambda shape: shape.turned),
        ("st_multi(geometry) -> geometry", _multi),
        ("st_points(geometry) -> geometry",
         lambda shape: Shape("MULTIPOINT", shape.vertices, shape.srid)),
        ("st_envelope(geometry) -> geometry", _envelope),
        ("st_convexhull(geometry) -> geometry", _hull),
        ("st_boundary(geometry) -> geometry", _boundary),
        ("st_centroid(geometry) -> geometry", _centroid),
        ("st_force2d(geometry) -> geometry", lambda shape: shape),
        ("st_ndims(geometry) -> int4", lambda shape: 2),
        ("st_makepolygon(geometry) -> geometry", _polygon),
        ("st_makepolygon(geometry, geometry) -> geometry", _polygon),
        ("st_polygon(geometry, int4) -> geometry",
         lambda line, srid: replace(_polygon(line), srid=srid)),
        ("st_makeenvelope(float8, float8, float8, float8) -> geometry", _box),
        ("st_makeenvelope(float8, float8, float8, float8, int4) -> geometry", _box),
    ]
)  # fmt: skip
_, _COLLECTS = tables(
    [
        ("st_collect(geometry, geometry) -> geometry", _collect),
        ("st_collect(array(geometry)) -> geometry", _collect_all),
    ]
)
UDFS = (*UDFS, *_COLLECTS)
SCALARS = (*SCALARS, *entries(
    ("st_collect(geometry, geometry) -> geometry",
     "coalesce(rs_st_collect_geometry_geometry({all}), {all})"),
    ("st_makepoint(float8, float8) -> geometry", "rs_st_point_float8_float8({0}, {1})"),
    *((f"st_geomfrom{kind}(varchar) -> geometry", "rs_st_geomfromtext_varchar({0})")
      for kind in ("wkb", "ewkb", "ewkt")),
    ("st_geomfromwkb(varchar, int4) -> geometry", "rs_st_geomfromtext_varchar_int4({0}, {1})"),
))  # fmt: skip
