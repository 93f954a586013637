"""What geometries tell, and how they lie to each other; see ``shapes``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/geospatial-functions.html
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise

from labkit.cloud.engine.geometry import measures
from labkit.cloud.engine.geometry.relations import holds
from labkit.cloud.engine.geometry.shapes import KINDS, Point, Shape
from labkit.cloud.engine.geometry.texts import geojson
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.functions.entry import entries
from labkit.cloud.engine.redshift.functions.shaped import of_one_kind, tables
from labkit.cloud.engine.redshift.shapes import extended, hexadecimal, number, text

#: The mean radius of WGS 84's ellipsoid.
_EARTH_M = (2 * 6378137 + 6356752.314245179) / 3


def _great_circle(one: Point, two: Point, radius: float = _EARTH_M) -> float:
    (x1, y1), (x2, y2) = (tuple(map(math.radians, each)) for each in (one, two))
    across = math.sin((y2 - y1) / 2) ** 2
    across += math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * radius * math.asin(math.sqrt(across))


def _sphere(one: Shape, two: Shape, radius: float = _EARTH_M) -> float | None:
    if (one.kind, two.kind) != ("POINT", "POINT"):
        fail("ST_DistanceSphere takes points", "22023")
    if radius < 0:
        fail("the radius is negative", "22023")
    if not one.positions or not two.positions:
        return None
    return _great_circle(one.positions, two.positions, radius)


def _sphere_along(shape: Shape) -> float:
    edges = (edge for line in shape.lines for edge in pairwise(line))
    return sum(_great_circle(*edge) for edge in edges)


def _coordinate(at: int) -> Callable[[Shape], float | None]:
    def one(shape: Shape) -> float | None:
        if shape.kind != "POINT":
            fail("the geometry is no point", "22023")
        return float(shape.positions[at]) if shape.positions else None

    return one


def _json(shape: Shape, digits: int = 15) -> str:
    return geojson(shape, partial(number, digits=digits))


def _equal(one: Shape, two: Shape) -> bool:
    """Two empty ones have no point in common."""
    return bool(one.vertices) and holds("equals", one, two)


def _near(one: Shape, two: Shape, most: float) -> bool | None:
    if most < 0:
        fail("the threshold is negative", "22023")
    found = measures.distance(one, two)
    return None if found is None else found <= most


_RELATIONS = (
    "contains", "containsproperly", "coveredby", "covers", "crosses", "disjoint", "intersects",
    "touches", "within",
)  # fmt: skip
SCALARS, UDFS = tables(
    [
        ("st_x(geometry) -> float8", _coordinate(0)),
        ("st_y(geometry) -> float8", _coordinate(1)),
        ("st_xmin(geometry) -> float8", measures.edge(0)),
        ("st_xmax(geometry) -> float8", measures.edge(2)),
        ("st_ymin(geometry) -> float8", measures.edge(1)),
        ("st_ymax(geometry) -> float8", measures.edge(3)),
        ("st_area(geometry) -> float8", measures.area),
        ("st_length(geometry) -> float8", lambda shape: measures.length(shape.lines)),
        ("st_lengthsphere(geometry) -> float8", _sphere_along),
        ("st_perimeter(geometry) -> float8", lambda shape: measures.length(shape.rings)),
        ("st_npoints(geometry) -> int4", lambda shape: len(shape.vertices)),
        ("st_numpoints(geometry) -> int4",
         lambda shape: len(shape.positions) if shape.kind == "LINESTRING" else None),
        ("st_srid(geometry) -> int4", lambda shape: shape.srid),
        ("st_dimension(geometry) -> int4", lambda shape: shape.dimension),
        ("st_isempty(geometry) -> bool", lambda shape: not shape.vertices),
        ("geometrytype(geometry) -> varchar", lambda shape: shape.kind),
        ("st_geometrytype(geometry) -> varchar", lambda shape: f"ST_{KINDS[shape.kind].name}"),
        ("st_asewkb(geometry) -> varchar", hexadecimal),
        ("st_ashexewkb(geometry) -> varchar", hexadecimal),
        ("st_asbinary(geometry) -> varchar", lambda shape: hexadecimal(replace(shape, srid=0))),
        ("st_ashexwkb(geometry) -> varchar", lambda shape: hexadecimal(replace(shape, srid=0))),
        *((f"{name}({given}) -> varchar", body)
          for name, body in (("st_astext", text), ("st_asewkt", extended), ("st_asgeojson", _json))
          for given in ("geometry", "geometry, int4")),
        ("st_distance(geometry, geometry) -> float8", of_one_kind(measures.distance)),
        ("st_dwithin(geometry, geometry, float8) -> bool", of_one_kind(_near)),
        ("st_distancesphere(geometry, geometry) -> float8", _sphere),
        ("st_distancesphere(geometry, geometry, float8) -> float8", _sphere),
        ("st_equals(geometry, geometry) -> bool", _equal),
        *((f"st_{name}(geometry, geometry) -> bool", partial(holds, name)) for name in _RELATIONS),
    ]
)  # fmt: skip
SCALARS = (*SCALARS, *entries(
    ("st_length2d(geometry) -> float8", "rs_st_length_geometry({0})"),
    ("st_perimeter2d(geometry) -> float8", "rs_st_perimeter_geometry({0})"),
))  # fmt: skip
