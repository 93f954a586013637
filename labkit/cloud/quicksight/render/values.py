"""The words beside marks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from labkit.cloud.quicksight.render.labels import font_of
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import width

#: A line's points in pixels; one without a height has no value.
Path = Sequence[tuple[float, float | None]]


def style_of(sketch: Sketch, member: str = "DataLabels", size: float = 10.5) -> dict[str, Any]:
    """How the definition wants the labels set."""
    style = font_of(sketch.option(member, "LabelFontConfiguration"), size)
    color = sketch.option(member, "LabelColor")
    return style | ({"color": color} if color else {})


def asked(sketch: Sketch, member: str = "DataLabels") -> bool | None:
    """Whether the definition wants labels: yes, no, or says nothing."""
    value = sketch.option(member, "Visibility")
    if sketch.option(member, "MeasureLabelVisibility") == "HIDDEN":
        return False
    return None if value is None else value != "HIDDEN"


class Taken:
    """The rectangles that words stand in already."""

    def __init__(self) -> None:
        self.boxes: list[tuple[float, float, float, float]] = []

    def free(
        self, x: float, y: float, text: str, size: float, ha: str = "center", *, high: float = 0
    ) -> bool:
        """Take the place of a text if nothing stands there; of lines, with how high they are."""
        wide = width(text, size) + 4
        half = max(size * 0.7, high / 2)
        left = x - {"left": 2, "center": wide / 2, "right": wide - 2}[ha]
        box = (left, y - half, left + wide, y + half)
        if any(_meet(box, other) for other in self.boxes):
            return False
        self.boxes.append(box)
        return True


def span_of(path: Path, left: float, right: float) -> tuple[float, float] | None:
    """The heights between which a line runs from one place to another."""
    found = [y for x, y in path if left <= x <= right and y is not None]
    for (x, y), (other_x, other_y) in pairwise(path):
        if y is not None and other_y is not None:
            for at in (left, right):
                if x <= at <= other_x:
                    found.append(y + (other_y - y) * (at - x) / (other_x - x))
    return (min(found), max(found)) if found else None


def spaced(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The places moved apart until each two are a gap from each other, within two ends.

    >>> spaced([10, 12, 50], 10, 0, 100), spaced([1, 2, 19], 10, 0, 100)
    ([6.0, 16.0, 50.0], [0, 10, 20])
    """

    def first(group: Sequence[float]) -> float:
        reach = gap * (len(group) - 1)
        return max(min(sum(group) / len(group) - reach / 2, high - reach), low)

    groups: list[list[float]] = []
    for at in sorted(range(len(places)), key=places.__getitem__):
        groups.append([places[at]])
        while len(groups) > 1 and first(groups[-2]) + gap * len(groups[-2]) > first(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = [first(group) + gap * at for group in groups for at in range(len(group))]
    order = sorted(range(len(places)), key=places.__getitem__)
    return [place for _, place in sorted(zip(order, moved, strict=True))]


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
