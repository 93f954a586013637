"""Functions of points along lines and of the angles between them; see ``shapes``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/geospatial-functions.html
"""

from __future__ import annotations

import math
from dataclasses import replace

from labkit.cloud.engine.geometry import measures
from labkit.cloud.engine.geometry.shapes import Point, Shape
from labkit.cloud.engine.geometry.validity import is_simple
from labkit.cloud.engine.redshift.functions.shaped import refuse, tables, the_line, the_place


def _nth(shape: Shape, at: int) -> Shape | None:
    """From 1; -1 is the last one."""
    count = len(shape.positions)
    if shape.kind != "LINESTRING" or not (1 <= at <= count or -count <= at <= -1):
        return None
    return Shape("POINT", shape.positions[at - (at > 0)], shape.srid)


def _azimuth(one: Shape, two: Shape) -> float | None:
    return _direction(the_place(one), the_place(two))


def _direction(a: Point, b: Point) -> float | None:
    """From the north, clockwise."""
    return None if a == b else math.atan2(b[0] - a[0], b[1] - a[1]) % math.tau


def _angle(*points: Shape) -> float | None:
    """Clockwise between two lines; of three points, between those from the middle one."""
    places = [the_place(each) for each in points]
    ends = places if len(places) == 4 else [places[1], places[0], places[1], places[2]]
    from_, to = _direction(*ends[:2]), _direction(*ends[2:])
    return None if from_ is None or to is None else (to - from_) % math.tau


def _add(line: Shape, added: Shape, at: int = -1) -> Shape:
    found, place = the_line(line), the_place(added)
    if not -1 <= at <= len(found):
        refuse("the index of the point is out of range")
    at = len(found) if at == -1 else at
    return replace(line, positions=(*found[:at], place, *found[at:]))


def _remove(line: Shape, at: int) -> Shape:
    found = the_line(line)
    if not 0 <= at < len(found):
        refuse("the index of the point is out of range")
    return replace(line, positions=found[:at] + found[at + 1 :])


def _set(line: Shape, at: int, changed: Shape) -> Shape:
    found = the_line(line)
    if not -len(found) <= at < len(found):
        refuse("the index of the point is out of range")
    if changed.kind == "POINT" and not changed.positions:
        return line
    at %= len(found)
    return replace(line, positions=(*found[:at], the_place(changed), *found[at + 1 :]))


def _between(line: Shape, part: float) -> Shape:
    """The point so far along a line."""
    found = the_line(line)
    if not 0 <= part <= 1:
        refuse("the fraction is out of range")
    return Shape("POINT", measures.along(found, part) if found else (), line.srid)


def _line_of(points: Shape) -> Shape:
    if points.kind != "MULTIPOINT":
        refuse("the geometry is no multipoint")
    return Shape("LINESTRING", points.points, points.srid)


def _join(one: Shape, two: Shape) -> Shape:
    if any(each.kind not in ("POINT", "LINESTRING", "MULTIPOINT") for each in (one, two)):
        refuse("a linestring is made of points, multipoints and linestrings")
    return Shape("LINESTRING", one.vertices + two.vertices, one.srid)


def _is_ring(shape: Shape) -> bool:
    line = the_line(shape)
    return bool(line) and line[0] == line[-1] and is_simple(shape)


SCALARS, UDFS = tables(
    [
        ("st_startpoint(geometry) -> geometry", lambda shape: _nth(shape, 1)),
        ("st_endpoint(geometry) -> geometry", lambda shape: _nth(shape, -1)),
        ("st_pointn(geometry, int4) -> geometry", _nth),
        ("st_makeline(geometry, geometry) -> geometry", _join),
        ("st_isring(geometry) -> bool", _is_ring),
        ("st_azimuth(geometry, geometry) -> float8", _azimuth),
        ("st_angle(geometry, geometry, geometry) -> float8", _angle),
        ("st_angle(geometry, geometry, geometry, geometry) -> float8", _angle),
        ("st_addpoint(geometry, geometry) -> geometry", _add),
        ("st_addpoint(geometry, geometry, int4) -> geometry", _add),
        ("st_setpoint(geometry, int4, geometry) -> geometry", _set),
        ("st_removepoint(geometry, int4) -> geometry", _remove),
        ("st_lineinterpolatepoint(geometry, float8) -> geometry", _between),
        ("st_linefrommultipoint(geometry) -> geometry", _line_of),
    ]
)  # fmt: skip
