"""Whether geometries are simple and valid, as the Simple Features standard has it.

Source: https://www.ogc.org/standard/sfa/ (6.1) and
https://docs.aws.amazon.com/redshift/latest/dg/spatial-terminology.html
"""

from __future__ import annotations

import math
from itertools import combinations, pairwise

from labkit.cloud.engine.geometry.exact import Place, Segment, exact, segments_of
from labkit.cloud.engine.geometry.relations import relate
from labkit.cloud.engine.geometry.shapes import MIXED, Line, Rings, Shape, signed_area


def is_simple(shape: Shape) -> bool:
    """No point twice, no line through itself or, but at ends of both, through another."""
    if shape.kind == MIXED:
        return all(map(is_simple, shape.parts))
    if shape.dimension == 0:
        return len(set(shape.points)) == len(shape.points)
    if any(a == b for line in (*shape.lines, *shape.rings) for a, b in pairwise(line)):
        return False
    lines = [line for line in shape.lines if line]
    return all(map(_is_simple_line, lines)) and all(
        _meetings(one, two) <= _ends(one) & _ends(two) for one, two in combinations(lines, 2)
    )


def is_valid(shape: Shape, *, one_side: bool = False) -> bool:
    """Whether a geometry bounds what it says.

    Args:
        shape: the geometry.
        one_side: whether a polygon must be on the same side of all its rings.
    """
    if shape.kind == MIXED:
        return all(is_valid(part, one_side=one_side) for part in shape.parts)
    if not all(map(math.isfinite, (each for place in shape.vertices for each in place))):
        return False
    if any(line and len(set(line)) < 2 for line in shape.lines):
        return False
    polygons = [rings for rings in shape.polygons if rings]
    return all(_is_valid_polygon(rings, one_side) for rings in polygons) and all(
        _are_apart(*(Shape("POLYGON", rings) for rings in pair))
        for pair in combinations(polygons, 2)
    )


def _is_valid_polygon(rings: Rings, one_side: bool) -> bool:
    if not all(map(_is_valid_ring, rings)):
        return False
    if one_side and any(_is_left(rings[0]) == _is_left(hole) for hole in rings[1:]):
        return False
    shell, *holes = (Shape("POLYGON", (ring,)) for ring in rings)
    return (
        all(_is_in(hole, shell) for hole in holes)
        and all(_are_apart(*pair) for pair in combinations(holes, 2))
        and not _parts(rings)
    )


def _is_left(ring: Line) -> bool:
    return signed_area(ring) > 0


def _is_valid_ring(ring: Line) -> bool:
    once = tuple(at for i, at in enumerate(ring) if not i or at != ring[i - 1])
    return len(once) > 3 and once[0] == once[-1] and _is_simple_line(once)


def _is_in(hole: Shape, shell: Shape) -> bool:
    matrix = relate(hole, shell)
    return matrix[2] == "F" and matrix[4] in "F0"


def _are_apart(one: Shape, two: Shape) -> bool:
    """Nothing in common but points."""
    matrix = relate(one, two)
    return matrix[0] == "F" and matrix[4] in "F0"


def _parts(rings: Rings) -> bool:
    """Whether rings that touch each other cut the polygon: a way around from ring to ring."""
    roots: dict[object, object] = {}

    def root(of: object) -> object:
        while of in roots:
            of = roots[of]
        return of

    touched: dict[Place, set[int]] = {}
    for (i, one), (j, two) in combinations(enumerate(rings), 2):
        for at in _meetings(one, two):
            touched.setdefault(at, set()).update((i, j))
    for at, numbers in touched.items():
        for number in numbers:
            if root(at) == root(number):
                return True
            roots[root(at)] = root(number)
    return False


def _is_simple_line(line: Line) -> bool:
    segments = list(segments_of(line))
    last = len(segments) - 1 if line[0] == line[-1] else -1
    if last == 1:  # there and back
        return False
    for (i, one), (j, two) in combinations(enumerate(segments), 2):
        shared = {one.b} if j == i + 1 else set()
        if (i, j) == (0, last):
            shared.add(one.a)
        if not set(one.meetings(two)) <= shared:
            return False
    return True


def _meetings(one: Line, two: Line) -> set[Place]:
    other: list[Segment] = list(segments_of(two))
    return {at for segment in segments_of(one) for each in other for at in segment.meetings(each)}


def _ends(line: Line) -> set[Place]:
    return set() if line[0] == line[-1] else {exact(line[0]), exact(line[-1])}
