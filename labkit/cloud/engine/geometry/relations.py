"""How two geometries lie to each other: the matrix of nine intersections (DE-9IM), exactly.

The edges of both are cut where they meet. Each vertex, each piece of an edge and each of its two
sides lies in the interior (I), on the boundary (B) or outside (E) of either geometry; the largest
dimension found for a pair of places is its cell of the matrix.
Source: https://www.ogc.org/standard/sfa/ (6.1.15)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

from labkit.cloud.engine.geometry.exact import Place, boxes_apart, exactly, middle_of
from labkit.cloud.engine.geometry.shapes import MIXED, NotHere, Point, Shape

_CELLS = ["".join(pair) for pair in product("IBE", repeat=2)]


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
    "contains": lambda a, b: ("T*****FF*",),
    "containsproperly": lambda a, b: ("T**FF*FF*",),
    "covers": lambda a, b: ("T*****FF*", "*T****FF*", "***T**FF*", "****T*FF*"),
    "crosses": lambda a, b: (_crosses(a, b),),
    "disjoint": lambda a, b: ("FF*FF****",),
    "equals": lambda a, b: ("T*F**FFF*",),
    "intersects": lambda a, b: ("T********", "*T*******", "***T*****", "****T****"),
    "overlaps": lambda a, b: (_overlaps(a, b),),
    "touches": lambda a, b: ("FT*******", "F**T*****", "F***T****"),
}
#: Tests that are others the other way round.
MIRRORED = {"within": "contains", "coveredby": "covers"}
_SYMMETRIC = ("intersects", "disjoint", "touches")
#: The tests against points by the places that these have in the other geometry.
_OF_POINTS: dict[str, Callable[[set[str]], bool]] = {
    "contains": lambda places: "I" in places and "E" not in places,
    "containsproperly": lambda places: places == {"I"},
    "covers": lambda places: "E" not in places,
    "intersects": lambda places: places != {"E"},
    "disjoint": lambda places: places == {"E"},
    "touches": lambda places: "B" in places and "I" not in places,
}


def holds(test: str, left: Shape, right: Shape) -> bool:
    """Whether two geometries are as a test says; those of points need no matrix.

    Raises:
        NotHere: one is a collection of several kinds.
    """
    if MIXED in (left.kind, right.kind):
        raise NotHere("a relation of a collection")
    if not left.vertices or not right.vertices:
        return test == "disjoint" or (test == "equals" and left.vertices == right.vertices)
    if test in MIRRORED:
        return holds(MIRRORED[test], right, left)
    if left.dimension == 0 and test in _SYMMETRIC:
        left, right = right, left
    if right.dimension == 0 and test in _OF_POINTS:
        return _OF_POINTS[test]({_place(left, p) for p in right.points})
    if boxes_apart(left.box, right.box):
        return test == "disjoint"
    matrix = relate(left, right)
    return any(fits(matrix, pattern) for pattern in TESTS[test](left, right))


def meet(left: Shape, right: Shape) -> bool:
    """Whether two geometries intersect; of collections, any of their parts."""
    if MIXED not in (left.kind, right.kind):
        return holds("intersects", left, right)
    return any(meet(a, b) for a, b in product(left.parts, right.parts))


def _place(shape: Shape, at: Point) -> str:
    left, low, right, high = shape.box
    if not (left <= at[0] <= right and low <= at[1] <= high):
        return "E"
    return exactly(shape).place_of(at)


def relate(left: Shape, right: Shape) -> str:
    """The matrix as text, such as ``212101212``; not of collections of several kinds."""
    if MIXED in (left.kind, right.kind):
        raise NotHere("a relation of a collection")
    a, b = exactly(left), exactly(right)
    found = dict.fromkeys(_CELLS, -1)
    known: dict[Place, str] = {}

    def note(places: str, dimension: int) -> None:
        found[places] = max(found[places], dimension)

    def note_node(at: Place) -> None:
        if at not in known:
            known[at] = a.place(at) + b.place(at)
            note(known[at], 0)

    note("EE", 2)
    for node in a.nodes | b.nodes:
        note_node(node)
    for piece in (*a.pieces(b), *b.pieces(a)):
        middle = middle_of(piece)
        note(a.place(middle) + b.place(middle), 1)
        for one, other in zip(a.sides(piece, middle), b.sides(piece, middle), strict=True):
            note(one + other, 2)
        for node in piece:
            note_node(node)
    return "".join("F" if found[cell] < 0 else str(found[cell]) for cell in _CELLS)


def is_pattern(text: str) -> bool:
    """Whether a text is a matrix's pattern: of ``T``, ``F``, ``*`` and digits."""
    return bool(re.fullmatch("[012TF*]{9}", text))


def fits(matrix: str, pattern: str) -> bool:
    """Whether a matrix is as a pattern says."""
    parts = {"T": "[012]", "*": "."}
    return bool(re.fullmatch("".join(parts.get(mark, mark) for mark in pattern), matrix))
