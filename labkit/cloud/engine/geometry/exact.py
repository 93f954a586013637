"""A geometry in fractions, and where points and edges lie in it: no rounding decides.

Floats say which edges can matter; only these are computed with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from labkit.cloud.engine.geometry.shapes import Box, Line, Point, Shape

Place = tuple[Fraction, Fraction]
#: How far a fraction may be from the float next to it, as a part of it.
_ROUNDING = 2.0**-52


class Segment(NamedTuple):
    """A stretch of a line or of a polygon's ring, and the box around it."""

    a: Place
    b: Place
    box: Box
    polygon: int = 0

    def holds(self, at: Place) -> bool:
        a, b = self.a, self.b
        for axis in (0, 1):
            low, high = (a[axis], b[axis]) if a[axis] < b[axis] else (b[axis], a[axis])
            if not low <= at[axis] <= high:
                return False
        return (b[0] - a[0]) * (at[1] - a[1]) == (b[1] - a[1]) * (at[0] - a[0])

    def is_above(self, at: Place) -> bool:
        """Whether the upward ray from a point crosses it."""
        a, b = self.a, self.b
        if (a[0] > at[0]) == (b[0] > at[0]):
            return False
        return a[1] + (at[0] - a[0]) * (b[1] - a[1]) / (b[0] - a[0]) > at[1]

    def meetings(self, other: Segment) -> Iterator[Place]:
        """The ends of what two segments share."""
        if boxes_apart(self.box, other.box):
            return
        (a, b), (c, d) = self[:2], other[:2]
        turn = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
        if not turn:
            yield from (at for at in (c, d) if self.holds(at))
            yield from (at for at in (a, b) if other.holds(at))
            return
        t = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / turn
        u = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / turn
        if 0 <= t <= 1 and 0 <= u <= 1:
            yield a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])


class Exact:
    """A geometry in fractions."""

    def __init__(self, shape: Shape) -> None:
        shape = shape.oriented
        self.is_area = shape.dimension == 2
        self.points = set(map(exact, shape.points))
        self.segments = [s for line in shape.lines for s in segments_of(line)]
        for number, rings in enumerate(shape.polygons):
            self.segments += [s for ring in rings for s in segments_of(ring, number)]
        self.edges = tuple((*a, *b) for a, b in shape.segments)
        ends = Counter(exact(end) for line in shape.lines for end in (line[0], line[-1]))
        self.ends = {end for end, times in ends.items() if times % 2}

    @property
    def nodes(self) -> set[Place]:
        return self.points | {end for segment in self.segments for end in segment[:2]}

    def place_of(self, at: Point) -> str:
        """Where a point lies, as it is written; exact where floats cannot tell."""
        return (self.is_area and _quick_place(self.edges, *at)) or self.place(exact(at))

    def place(self, at: Place) -> str:
        """Where a point lies: in the interior (I), on the boundary (B) or outside (E)."""
        if at in self.points:
            return "I"
        if self.is_area:
            return self._place_in_area(at)
        if at in self.ends:
            return "B"
        return "I" if self.holding(at) else "E"

    def holding(self, at: Place) -> Segment | None:
        """A segment that goes through a point."""
        near = _around(at)
        for segment in self.segments:
            if not boxes_apart(segment.box, near) and segment.holds(at):
                return segment
        return None

    def _place_in_area(self, at: Place) -> str:
        if self.holding(at):
            return "B"
        left, low, right, _ = _around(at)
        odd: set[int] = set()
        for segment in self.segments:
            box = segment.box
            if box[0] <= right and box[2] >= left and box[3] >= low and segment.is_above(at):
                odd ^= {segment.polygon}
        return "I" if odd else "E"

    def sides(self, piece: tuple[Place, Place], middle: Place) -> tuple[str, str]:
        """Where the left and the right of a piece of an edge lie; interiors are on the left."""
        if not self.is_area:
            return "E", "E"
        own = self.holding(middle)
        if not own:
            return (self._place_in_area(middle),) * 2
        return ("I", "E") if _along(own, piece) > 0 else ("E", "I")

    def pieces(self, other: Exact) -> Iterator[tuple[Place, Place]]:
        """The edges, cut where they meet the other's, and where lines end on themselves."""
        for segment in self.segments:
            cuts = {at for crossing in other.segments for at in segment.meetings(crossing)}
            cuts |= {at for at in other.points | self.ends if segment.holds(at)}
            yield from cut(segment, cuts)


@lru_cache(maxsize=256)
def exactly(shape: Shape) -> Exact:
    return Exact(shape)


def exact(at: Point) -> Place:
    return Fraction(at[0]), Fraction(at[1])


def segments_of(line: Line, polygon: int = 0) -> Iterator[Segment]:
    for a, b in pairwise(line):
        if a != b:
            yield Segment(exact(a), exact(b), box_of(a, b), polygon)


def box_of(a: Point, b: Point) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


def boxes_apart(one: Box, other: Box) -> bool:
    return one[0] > other[2] or other[0] > one[2] or one[1] > other[3] or other[1] > one[3]


def cut(segment: Segment, at: Iterable[Place]) -> Iterator[tuple[Place, Place]]:
    """The pieces of a segment, in its own direction."""
    a, b, *_ = segment
    yield from pairwise(sorted({a, b, *at}, reverse=a > b))


def middle_of(piece: tuple[Place, Place]) -> Place:
    a, b = piece
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _around(at: Place) -> Box:
    """A box of floats that a point is in."""
    x, y = float(at[0]), float(at[1])
    across, up = abs(x) * _ROUNDING, abs(y) * _ROUNDING
    return x - across, y - up, x + across, y + up


def _along(one: Segment, other: tuple[Place, Place]) -> Fraction:
    a, b, *_ = one
    c, d = other
    return (b[0] - a[0]) * (d[0] - c[0]) + (b[1] - a[1]) * (d[1] - c[1])


def _quick_place(edges: tuple[tuple[float, ...], ...], x: float, y: float) -> str:
    """I or E by the edges above the point; empty where it may lie on one."""
    inside = False
    for ax, ay, bx, by in edges:
        if (ax > x and bx > x) or (ax < x and bx < x) or (ay < y and by < y):
            continue
        one, other = (bx - ax) * (y - ay), (by - ay) * (x - ax)
        if abs(one - other) <= 1e-12 * (abs(one) + abs(other)):
            return ""
        if (ax > x) != (bx > x) and (one < other) == (bx > ax):
            inside = not inside
    return "I" if inside else "E"
