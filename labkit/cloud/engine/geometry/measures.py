"""Lengths, areas, distances, centroids, boundaries and hulls of geometries in the plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from labkit.cloud.engine.geometry.relations import meet
from labkit.cloud.engine.geometry.shapes import (
    MIXED,
    Line,
    NotHere,
    Point,
    Shape,
    oriented,
    signed_area,
)


def edge(at: int) -> Callable[[Shape], float | None]:
    """One of the numbers of the box."""
    return lambda shape: shape.box[at] if shape.vertices else None


def area(shape: Shape) -> float:
    """Of the shells without the holes."""
    return sum(signed_area(ring) for ring in shape.oriented.rings) / 2


def length(lines: Iterable[Line]) -> float:
    return sum(math.dist(a, b) for line in lines for a, b in pairwise(line))


def centroid(shape: Shape) -> Point | None:
    """By area, else by length, else of the points."""
    if not shape.vertices:
        return None
    if area(shape):
        across, up = _weighed(_triangles(shape.oriented))
        return across / 3, up / 3
    if length((*shape.lines, *shape.rings)):
        return _weighed(
            ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, math.dist(a, b)) for a, b in shape.segments
        )
    return _weighed((x, y, 1.0) for x, y in shape.vertices)


def _triangles(shape: Shape) -> Iterator[tuple[float, float, float]]:
    """Of each edge with the first vertex: three times the middle, and the area with its sign."""
    x, y = shape.rings[0][0]
    for a, b in (edge for ring in shape.rings for edge in pairwise(ring)):
        size = (a[0] - x) * (b[1] - y) - (b[0] - x) * (a[1] - y)
        yield x + a[0] + b[0], y + a[1] + b[1], size


def _weighed(parts: Iterable[tuple[float, float, float]]) -> Point:
    known = list(parts)
    total = math.fsum(weight for _, _, weight in known)
    across, up = (math.fsum(part[axis] * part[2] for part in known) for axis in (0, 1))
    return across / total, up / total


def along(line: Line, part: float) -> Point:
    """The point of a line at a part of its length."""
    left = length((line,)) * part
    for a, b in pairwise(line):
        size = math.dist(a, b)
        if size and left <= size:
            share = left / size
            return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
        left -= size
    return line[-1]


def located(lines: Iterable[Line], at: Point) -> float:
    """How far along lines the first place is that is nearest to a point."""
    before, least, found = 0.0, math.inf, 0.0
    for a, b in (edge for line in lines for edge in pairwise(line)):
        near, size = math.dist(at, _on_segment(at, a, b)), math.dist(a, b)
        if near < least:
            least, found = near, before + size * _share(at, a, b)
        before += size
    return found


def distance(left: Shape, right: Shape) -> float | None:
    """The least between two geometries, 0 where they meet; None of an empty one."""
    if not left.vertices or not right.vertices:
        return None
    if left.kind == right.kind == "POINT":
        return math.dist(left.positions, right.positions)
    return 0.0 if meet(left, right) else math.dist(*nearest(left, right))


def nearest(left: Shape, right: Shape) -> tuple[Point, Point]:
    """A point of each, as near as those of two geometries that do not meet can be."""
    pairs = [(p, _on_segment(p, *s)) for p in left.vertices for s in _pieces(right)]
    pairs += [(_on_segment(p, *s), p) for p in right.vertices for s in _pieces(left)]
    return min(pairs, key=lambda pair: math.dist(*pair))


def _pieces(shape: Shape) -> list[tuple[Point, Point]]:
    return [*shape.segments, *((p, p) for p in shape.points)]


def _on_segment(p: Point, a: Point, b: Point) -> Point:
    """The point of a segment that is nearest."""
    t = _share(p, a, b)
    return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])


def _share(p: Point, a: Point, b: Point) -> float:
    """How much of a segment lies before it."""
    across, up = b[0] - a[0], b[1] - a[1]
    size = across * across + up * up
    along = ((p[0] - a[0]) * across + (p[1] - a[1]) * up) / size if size else 0.0
    return min(1.0, max(0.0, along))


def hull(points: Iterable[Point], srid: int = 0) -> Shape:
    """The convex hull: a polygon, or the line or point that it shrinks to."""
    known = sorted(set(points))
    if len(known) == 1:
        return Shape("POINT", known[0], srid)
    ring = _half(known) + _half(known[::-1])
    if len(ring) == 2:
        return Shape("LINESTRING", tuple(ring), srid)
    return Shape("POLYGON", oriented((tuple(ring),)), srid)


def _half(points: list[Point]) -> list[Point]:
    found: list[Point] = []
    for p in points:
        while len(found) > 1 and _cross(found[-2], found[-1], p) <= 0:
            found.pop()
        found.append(p)
    return found[:-1]


def _cross(o: Point, a: Point, b: Point) -> float:
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def boundary(shape: Shape) -> Shape:
    """An area's rings; of lines the ends that an odd number of them has."""
    if shape.kind == MIXED:
        raise NotHere("the boundary of a collection")
    if shape.dimension == 2:
        return Shape("MULTILINESTRING", shape.rings, shape.srid)
    ends = [end for line in shape.lines for end in (line[0], line[-1])]
    odd = tuple(dict.fromkeys(end for end in ends if ends.count(end) % 2))
    return Shape("MULTIPOINT", odd, shape.srid)
