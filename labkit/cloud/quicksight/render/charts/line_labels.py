"""The values at the points of lines: of all points, or of those that a definition picks.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataLabelType.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.render.axes import placed
from labkit.cloud.quicksight.render.labels import full, short
from labkit.cloud.quicksight.render.scales import Scale
from labkit.cloud.quicksight.render.series import Series, Table
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.render.values import Path, Taken, asked, span_of, style_of

AROUND = {"TOP": (0, -9), "BOTTOM": (0, 11), "LEFT": (-1, 0), "RIGHT": (1, 0)}


def label_points(
    sketch: Sketch,
    shown: Table,
    box: Box,
    scale: Scale,
    xs: Sequence[float],
    ends: tuple[float, float],
) -> None:
    """Write the values, if they are wanted, where there is room.

    Args:
        xs: where the categories stand.
        ends: of the axis that they stand on.
    """
    if not asked(sketch):
        return
    taken, style = Taken(), style_of(sketch)
    over = sketch.option("DataLabels", "Overlap") == "ENABLE_OVERLAP"
    aside, down = _beside(sketch)
    is_free = not sketch.option("DataLabels", "Position")
    span = (ends[1] - ends[0]) or 1
    points = [box.left + (each - ends[0]) / span * box.width for each in xs]
    for series in shown.series:
        heights = [None if v is None else placed(box, scale, v) for v in series.values]
        path = [*zip(points, heights, strict=False)]
        for at, value in _picked(sketch, shown, series):
            text, x = short(value, series.field), points[at]
            half = width(text, style["size"]) / 2
            x += aside * (half + 7)
            x = min(max(x, box.left + half + 2), max(sketch.box.right - half, box.left))
            point = placed(box, scale, value)
            y = point + down
            if is_free and _is_dip(series.values, at) and y + 26 < box.bottom:
                y += AROUND["BOTTOM"][1] - down  # the line is above
            here = [(x, y)]
            if is_free:
                low, high = box.left + half, max(sketch.box.right - half, box.left)
                other = y + sum(AROUND[side][1] for side in ("TOP", "BOTTOM")) - 2 * (y - point)
                here = [*_clear(path, x, (y, other), half, (low, high, box.bottom)), (x, y)]
            free = (each for each in here if taken.free(*each, text, style["size"]))
            if (place := next(free, here[0] if over else None)) is not None:
                sketch.text(*place, text, ha="center", **style)


def _clear(
    path: Path, x: float, ys: tuple[float, float], half: float, ends: tuple[float, float, float]
) -> Iterator[tuple[float, float]]:
    """Where words have no part of their own line in them: above their point or below, or aside.

    Args:
        ys: the heights to try.
        ends: the least and the greatest middle of the words, and the end of the plot.
    """
    low, high, bottom = ends
    for down in ys:
        for aside in (0.0, -half - 3, half + 3):
            at = x + aside
            span = span_of(path, at - half, at + half)
            is_crossed = span is not None and span[0] - 5 < down < span[1] + 5
            if low <= at <= high and down + 6 < bottom and not is_crossed:
                yield at, down


def _is_dip(values: Sequence[float | None], at: int) -> bool:
    """Whether both of a point's neighbours are higher."""
    if not 0 < at < len(values) - 1:
        return False
    before, value, after = values[at - 1 : at + 2]
    return None not in (before, value, after) and before > value < after  # type: ignore[operator]


def _beside(sketch: Sketch) -> tuple[int, int]:
    """Where values stand about their points: to which side, and how many pixels below."""
    asked = sketch.option("DataLabels", "Position", default="TOP")
    if asked not in AROUND:
        sketch.note(f"Not drawn: labels {asked.lower()} of a line; they stand above it.")
    return AROUND.get(asked, AROUND["TOP"])


def _picked(sketch: Sketch, shown: Table, series: Series) -> Iterator[tuple[int, float]]:
    """The points of a line that bear their values: all, where the definition picks none."""
    known = [(at, each) for at, each in enumerate(series.values) if each is not None]
    types = [next(iter(each.items())) for each in sketch.option("DataLabels", "DataLabelTypes",
                                                                default=[]) if each]  # fmt: skip
    seen = [(kind, said) for kind, said in types if said.get("Visibility") != "HIDDEN"]
    for at, value in known:
        point = (at, value, known)
        if not types or any(_PICKS[kind](shown, series, said, point) for kind, said in seen):
            yield at, value


Said = Mapping[str, Any]
Point = tuple[int, float, list[tuple[int, float]]]


def _of_path(shown: Table, series: Series, said: Said, _: Point) -> bool:
    """Whether a line is that of a value of the colour's field; of any where none is said."""
    if not said.get("FieldValue"):
        return said.get("FieldId") in (None, series.field.id, getattr(shown.color, "id", None))
    key = "" if shown.color is None else full(series.key, shown.color)
    return said["FieldValue"] in (key, str(series.key), series.field.column)


_PICKS: dict[str, Callable[[Table, Series, Said, Point], bool]] = {
    "FieldLabelType": lambda _, series, said, __: said.get("FieldId") in (None, series.field.id),
    "DataPathLabelType": _of_path,
    "MinimumLabelType": lambda _, __, ___, point: point[1] == min(each for _, each in point[2]),
    "MaximumLabelType": lambda _, __, ___, point: point[1] == max(each for _, each in point[2]),
    "RangeEndsLabelType": lambda _, __, ___, point: point[0] in (point[2][0][0], point[2][-1][0]),
}
