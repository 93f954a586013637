"""The matrix of two geometries: laws that hold for any two, on random polygons."""

from __future__ import annotations

import random

import pytest

from labkit.cloud.engine.geometry.measures import hull
from labkit.cloud.engine.geometry.relations import holds, relate
from labkit.cloud.engine.geometry.shapes import Shape, point

_TRANSPOSED = (0, 3, 6, 1, 4, 7, 2, 5, 8)


def _polygon(chance: random.Random) -> Shape:
    while True:
        points = [(float(chance.randint(0, 7)), float(chance.randint(0, 7))) for _ in range(6)]
        found = hull(points)
        if found.polygons:
            return found


@pytest.mark.parametrize("seed", range(25))
def test_the_laws_of_two_polygons(seed: int) -> None:
    chance = random.Random(seed)
    a, b = _polygon(chance), _polygon(chance)
    matrix = relate(a, b)
    assert "".join(matrix[at] for at in _TRANSPOSED) == relate(b, a)
    assert relate(a, a) == "2FFF1FFF2"
    assert holds("contains", a, b) == holds("within", b, a)
    assert holds("disjoint", a, b) != holds("intersects", a, b)


@pytest.mark.parametrize("seed", range(5))
def test_points_need_no_matrix(seed: int) -> None:
    chance = random.Random(seed)
    area = _polygon(chance)
    for x in range(8):
        at = point(float(x), float(chance.randint(0, 7)))
        matrix = relate(area, at)
        assert holds("contains", area, at) == (matrix[0] == "0")
        assert holds("intersects", at, area) == (matrix[0] == "0" or matrix[3] == "0")
