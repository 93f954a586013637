"""How two geometries lie to each other: the matrix of nine intersections (DE-9IM), exactly.

The edges of both are cut where they meet. Each vertex, each piece of an edge and each of its two
sides lies in the interior (I), on the boundary (B) or outside (E) of either geometry; the largest
dimension found for a pair of places is its cell of the matrix.
Source: https://trino.io/docs/current/functions/geospatial.html#relationship-tests and
https://www.ogc.org/standard/sfa/ (6.1.15)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product

from labkit.cloud.engine.trino.functions.entry import fail
from labkit.cloud.engine.trino.functions.shapes import Shape

_Place = tuple[Fraction, Fraction]
_Segment = tuple[_Place, _Place]
_CELLS = ["".join(pair) for pair in product("IBE", repeat=2)]


class _Exact:
    """A geometry in fractions."""

    def __init__(self, shape: Shape) -> None:
        self.is_area = shape.dimension == 2
        self.points = {_exact(p) for p in shape.points}
        self.polygons = [
            [_segments(tuple(map(_exact, ring))) for ring in rings] for rings in shape.polygons
        ]
        lines = [tuple(map(_exact, line)) for line in shape.lines]
        self.segments = [s for line in lines for s in _segments(line)]
        self.segments += [s for rings in self.polygons for ring in rings for s in ring]
        self.edges = tuple((*a, *b) for a, b in shape.segments)
        ends = Counter(end for line in lines for end in (line[0], line[-1]))
        self.ends = {end for end, times in ends.items() if times % 2}

    @property
    def nodes(self) -> set[_Place]:
        return self.points | {end for segment in self.segments for end in segment}

    def place_of(self, at: tuple[float, float]) -> str:
        """The same of a point as it is written; exact where floats cannot tell."""
        return (self.is_area and _quick_place(self.edges, *at)) or self.place(_exact(at))

    def place(self, at: _Place) -> str:
        """Where a point lies: I, B or E."""
        if at in self.points:
            return "I"
        if self.is_area:
            return self._place_in_area(at)
        if at in self.ends:
            return "B"
        return "I" if any(_holds(segment, at) for segment in self.segments) else "E"

    def _place_in_area(self, at: _Place) -> str:
        if any(_holds(segment, at) for segment in self.segments):
            return "B"
        for rings in self.polygons:
            crossed = sum(_crosses_above(segment, at) for ring in rings for segment in ring)
            if crossed % 2:
                return "I"
        return "E"

    def sides(self, piece: _Segment, middle: _Place) -> tuple[str, str]:
        """Where the left and the right of a piece of an edge lie; interiors are on the left."""
        if not self.is_area:
            return "E", "E"
        place = self.place(middle)
        if place != "B":
            return place, place
        own = next(segment for segment in self.segments if _holds(segment, middle))
        return ("I", "E") if _along(own, piece) > 0 else ("E", "I")


def _crosses(left: Shape, right: Shape) -> str:
    """The pattern depends on which of the two has more dimensions."""
    if left.dimension == right.dimension:
        return "0********" if left.dimension == 1 else "FFFFFFFFT"
    return "T*T******" if left.dimension < right.dimension else "T*****T**"


def _overlaps(left: Shape, right: Shape) -> str:
    if left.dimension != right.dimension:
        return "FFFFFFFFT"
    return "1*T***T**" if left.dimension == 1 else "T*T***T**"


#: The tests, and the patterns of the matrix of which one must fit.
TESTS: dict[str, Callable[[Shape, Shape], tuple[str, ...]]] = {
    "ST_Contains": lambda a, b: ("T*****FF*",),
    "ST_Crosses": lambda a, b: (_crosses(a, b),),
    "ST_Disjoint": lambda a, b: ("FF*FF****",),
    "ST_Equals": lambda a, b: ("T*F**FFF*",),
    "ST_Intersects": lambda a, b: ("T********", "*T*******", "***T*****", "****T****"),
    "ST_Overlaps": lambda a, b: (_overlaps(a, b),),
    "ST_Touches": lambda a, b: ("FT*******", "F**T*****", "F***T****"),
    "ST_Within": lambda a, b: ("T*F**F***",),
}


def related(name: str, left: Shape, right: Shape) -> bool:
    """Whether two geometries are as a test says; those of points need no matrix."""
    if not left.vertices or not right.vertices:
        return name == "ST_Disjoint" or (name == "ST_Equals" and left.vertices == right.vertices)
    if name in _OF_POINTS:
        if name == "ST_Within":
            left, right = right, left
        if left.dimension == 0 and name not in ("ST_Contains", "ST_Within"):
            left, right = right, left
        if right.dimension == 0:
            places = {_exactly(left).place_of(p) for p in right.points if _in_box(left, p)}
            outside = not all(_in_box(left, p) for p in right.points)
            return _OF_POINTS[name](places | ({"E"} if outside else set()))
        if name == "ST_Within":
            left, right = right, left
    matrix = relate(left, right)
    return any(_fits(matrix, pattern) for pattern in TESTS[name](left, right))


#: The tests against points by the places that these have in the other geometry.
_OF_POINTS: dict[str, Callable[[set[str]], bool]] = {
    "ST_Contains": lambda places: "I" in places and "E" not in places,
    "ST_Within": lambda places: "I" in places and "E" not in places,
    "ST_Intersects": lambda places: bool(places & {"I", "B"}),
    "ST_Disjoint": lambda places: places == {"E"},
}


def _in_box(shape: Shape, at: tuple[float, float]) -> bool:
    left, low, right, high = shape.box
    return left <= at[0] <= right and low <= at[1] <= high


@lru_cache(maxsize=256)
def _exactly(shape: Shape) -> _Exact:
    return _Exact(shape)


def relate(left: Shape, right: Shape) -> str:
    """The matrix as text, such as ``212101212``."""
    a, b = _exactly(left), _exactly(right)
    found = dict.fromkeys(_CELLS, -1)

    def note(places: str, dimension: int) -> None:
        found[places] = max(found[places], dimension)

    note("EE", 2)
    for node in a.nodes | b.nodes:
        note(a.place(node) + b.place(node), 0)
    for piece in (*_pieces(a, b), *_pieces(b, a)):
        middle = _middle(piece)
        note(a.place(middle) + b.place(middle), 1)
        for one, other in zip(a.sides(piece, middle), b.sides(piece, middle), strict=True):
            note(one + other, 2)
        for node in piece:
            note(a.place(node) + b.place(node), 0)
    return "".join("F" if found[cell] < 0 else str(found[cell]) for cell in _CELLS)


def matches(left: Shape, right: Shape, pattern: str) -> bool:
    """Whether the matrix is as a pattern of ``T``, ``F``, ``*`` and digits says."""
    if not re.fullmatch("[012TF*]{9}", pattern.upper()):
        fail(f"Invalid pattern of ST_Relate: {pattern}")
    return _fits(relate(left, right), pattern.upper())


def _fits(matrix: str, pattern: str) -> bool:
    parts = {"T": "[012]", "*": "."}
    return bool(re.fullmatch("".join(parts.get(mark, mark) for mark in pattern), matrix))


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


def _pieces(shape: _Exact, other: _Exact) -> Iterator[_Segment]:
    """The edges, cut where they meet the other's."""
    for segment in shape.segments:
        cuts = {at for crossing in other.segments for at in _meetings(segment, crossing)}
        cuts |= {at for at in other.points if _holds(segment, at)}
        yield from pairwise(sorted({*segment, *cuts}, reverse=segment[0] > segment[1]))


def _meetings(one: _Segment, other: _Segment) -> Iterator[_Place]:
    """The ends of what two segments share."""
    if _apart(one, other):
        return
    yield from (at for at in other if _holds(one, at))
    yield from (at for at in one if _holds(other, at))
    (a, b), (c, d) = one, other
    turn = _turn(b, a, c, d)
    if turn:
        t = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / turn
        u = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / turn
        if 0 <= t <= 1 and 0 <= u <= 1:
            yield a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])


def _apart(one: _Segment, other: _Segment) -> bool:
    return any(
        max(p[axis] for p in one) < min(p[axis] for p in other)
        or min(p[axis] for p in one) > max(p[axis] for p in other)
        for axis in (0, 1)
    )


def _turn(b: _Place, a: _Place, c: _Place, d: _Place) -> Fraction:
    return (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])


def _along(one: _Segment, other: _Segment) -> Fraction:
    (a, b), (c, d) = one, other
    return (b[0] - a[0]) * (d[0] - c[0]) + (b[1] - a[1]) * (d[1] - c[1])


def _holds(segment: _Segment, at: _Place) -> bool:
    (a, b) = segment
    within = all(min(a[axis], b[axis]) <= at[axis] <= max(a[axis], b[axis]) for axis in (0, 1))
    return within and (b[0] - a[0]) * (at[1] - a[1]) == (b[1] - a[1]) * (at[0] - a[0])


def _crosses_above(segment: _Segment, at: _Place) -> bool:
    (a, b) = segment
    if (a[0] > at[0]) == (b[0] > at[0]):
        return False
    return a[1] + (at[0] - a[0]) * (b[1] - a[1]) / (b[0] - a[0]) > at[1]


def _middle(segment: _Segment) -> _Place:
    (a, b) = segment
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _segments(line: tuple[_Place, ...]) -> list[_Segment]:
    return [(a, b) for a, b in pairwise(line) if a != b]


def _exact(at: tuple[float, float]) -> _Place:
    return Fraction(at[0]), Fraction(at[1])
