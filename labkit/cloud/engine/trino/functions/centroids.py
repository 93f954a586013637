"""Centroids in the order of Trino's own arithmetic: of a line only its ends count.

Source: computeLineCentroid and computePolygonCentroid of GeoFunctions in trinodb/trino
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

from labkit.cloud.engine.geometry.shapes import Line, Point, Shape, signed_area

Weighed = tuple[float, float, float]


def centroid(shape: Shape) -> Point | None:
    """By area, else by length, else of the points; None of an empty one or one without a size."""
    polygons = [_polygon(rings) for rings in shape.oriented.polygons]
    if polygons:
        x, y, weight = polygons[0]
        plain = not shape.is_several and weight
        return (x, y) if plain else _place(polygons)
    if shape.lines:
        return _place((*_middle(line), math.dist(line[0], line[-1])) for line in shape.lines)
    return _place((x, y, 1.0) for x, y in shape.points)


def _place(parts: Iterable[Weighed]) -> Point | None:
    across = up = total = 0.0
    for x, y, weight in parts:
        across += x * weight
        up += y * weight
        total += weight
    return (across / total, up / total) if total else None


def _middle(line: Line) -> Point:
    (ax, ay), (bx, by) = line[0], line[-1]
    return (ax + bx) / 2, (ay + by) / 2


def _polygon(rings: Iterable[Line]) -> Weighed:
    known = [_ring(ring[::-1]) for ring in rings]
    found = known[0][:2] if len(known) == 1 else _place(known)
    return (*(found or (0.0, 0.0)), sum(weight for _, _, weight in known))


def _ring(ring: Line) -> Weighed:
    """A ring's centroid, and its area, which is negative of a hole."""
    across = up = size = 0.0
    for (ax, ay), (bx, by) in pairwise(ring):
        step = ax * by - bx * ay
        across += (ax + bx) * step
        up += (ay + by) * step
        size += step / 2
    if not size:
        return 0.0, 0.0, 0.0
    return across / (size * 6), up / (size * 6), -signed_area(ring) / 2
