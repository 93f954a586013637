"""A geometry as a Python value: its kind, and positions as GeoJSON nests them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

Point = tuple[float, float]
Line = tuple[Point, ...]
#: A polygon's shell and its holes.
Rings = tuple[Line, ...]
#: The kind whose positions are geometries themselves.
MIXED = "GEOMETRYCOLLECTION"
#: The least and the greatest coordinates: left, low, right, high.
Box = tuple[float, float, float, float]


class Kind(NamedTuple):
    """A kind's number in well-known binary, how deep its positions lie, and its spelling."""

    code: int
    depth: int
    dimension: int
    name: str


KINDS = {
    kind.name.upper(): kind
    for kind in (
        Kind(1, 0, 0, "Point"),
        Kind(2, 1, 1, "LineString"),
        Kind(3, 2, 2, "Polygon"),
        Kind(4, 1, 0, "MultiPoint"),
        Kind(5, 2, 1, "MultiLineString"),
        Kind(6, 3, 2, "MultiPolygon"),
        Kind(7, 0, 0, "GeometryCollection"),
    )
}


class NotRead(ValueError):
    """A text or bytes that no geometry is written as."""


class NotHere(NotRead):
    """What is written is not here: curves, heights; of collections of several kinds relations."""


@dataclass(frozen=True, eq=False)
class Shape:
    """A geometry; one without positions is empty. Each is equal to itself alone."""

    kind: str
    positions: Any = ()
    srid: int = 0

    @property
    def is_several(self) -> bool:
        return self.kind.startswith("MULTI") or self.kind == MIXED

    @property
    def dimension(self) -> int:
        if self.kind == MIXED:
            return max((part.dimension for part in self.positions), default=0)
        return KINDS[self.kind].dimension

    @cached_property
    def parts(self) -> tuple[Shape, ...]:
        """The geometries of a collection; a single one is its own."""
        if self.kind == MIXED:
            return tuple(replace(part, srid=self.srid) for part in self.positions)
        if not self.is_several:
            return (self,) if self.positions else ()
        kind = self.kind.removeprefix("MULTI")
        return tuple(Shape(kind, each, self.srid) for each in self.positions)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        return tuple(self._members("POINT"))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return tuple(self._members("LINESTRING"))

    @cached_property
    def polygons(self) -> tuple[Rings, ...]:
        return tuple(self._members("POLYGON"))

    def _members(self, kind: str) -> Iterator[Any]:
        if self.kind == MIXED:
            for part in self.positions:
                yield from part._members(kind)
        elif self.kind.endswith(kind) and self.positions:
            yield from self.positions if self.is_several else (self.positions,)

    @cached_property
    def rings(self) -> tuple[Line, ...]:
        return tuple(ring for rings in self.polygons for ring in rings)

    @cached_property
    def vertices(self) -> tuple[Point, ...]:
        if self.kind == MIXED:
            return tuple(p for part in self.positions for p in part.vertices)
        return self.points + tuple(p for line in (*self.lines, *self.rings) for p in line)

    @property
    def segments(self) -> Iterator[tuple[Point, Point]]:
        for line in (*self.lines, *self.rings):
            yield from pairwise(line)

    @cached_property
    def box(self) -> Box:
        xs, ys = zip(*self.vertices, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def with_lines(self, change: Callable[[Line], Line]) -> Shape:
        """The same with each line, and each ring, changed."""
        if self.kind == MIXED:
            return self._of_parts(lambda part: part.with_lines(change))
        if not self.dimension:
            return self
        return replace(self, positions=_changed(self.positions, change, KINDS[self.kind].depth))

    @property
    def turned(self) -> Shape:
        """Lines and rings the other way round."""
        return self.with_lines(lambda line: line[::-1])

    @cached_property
    def oriented(self) -> Shape:
        """Rings closed, shells against the clock and holes with it."""
        if self.kind == MIXED:
            return self._of_parts(lambda part: part.oriented)
        found = tuple(map(oriented, self.polygons))
        return replace(self, positions=found if self.is_several else found[0]) if found else self

    def _of_parts(self, change: Callable[[Shape], Shape]) -> Shape:
        return replace(self, positions=tuple(map(change, self.positions)))


def _changed(value: Any, change: Callable[[Line], Line], depth: int) -> Any:
    if depth == 1 or not value:
        return change(value) if value else value
    return tuple(_changed(each, change, depth - 1) for each in value)


def point(x: float, y: float, srid: int = 0) -> Shape:
    return Shape("POINT", (x, y), srid)


def signed_area(ring: Line) -> float:
    """Twice the area, negative where the ring runs clockwise."""
    x, y = ring[0] if ring else (0.0, 0.0)
    return sum((a[0] - x) * (b[1] - y) - (b[0] - x) * (a[1] - y) for a, b in pairwise(ring))


def oriented(rings: Rings) -> Rings:
    closed = (ring if ring[0] == ring[-1] else (*ring, ring[0]) for ring in rings if ring)
    return tuple(
        ring if (signed_area(ring) > 0) != bool(at) else ring[::-1]
        for at, ring in enumerate(closed)
    )
