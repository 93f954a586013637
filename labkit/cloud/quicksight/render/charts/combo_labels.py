"""The values of a combo chart: a bar's stands in the bar where a line runs over its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from labkit.cloud.quicksight.render.axes import placed
from labkit.cloud.quicksight.render.charts.bar_labels import Bar, is_stacked, label_bars
from labkit.cloud.quicksight.render.colors import ink
from labkit.cloud.quicksight.render.labels import short
from labkit.cloud.quicksight.render.scales import Scale
from labkit.cloud.quicksight.render.series import Table
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.render.values import Path, Taken, asked, span_of, style_of

_BARS, _LINES = "BarDataLabels", "LineDataLabels"
_NEAR = 7  # pixels between a line and the middle of words that it does not touch


def label_combo(
    sketch: Sketch, bars: Table, drawn: Sequence[Bar], lines: Table, box: Box,
    scales: tuple[Scale, Scale],
) -> None:  # fmt: skip
    """Write the values that the definition asks for; ``scales`` are the bars' and the lines'."""
    before, taken, size = len(sketch.picture.texts), Taken(), style_of(sketch, _BARS)["size"]
    _label_bars(sketch, bars, drawn, scales[0], box)
    step = box.width / max(len(lines.categories), 1)
    paths = [
        [
            (box.left + (at + 0.5) * step, None if v is None else placed(box, scales[1], v))
            for at, v in enumerate(each.values)
        ]
        for each in lines.series
    ]
    places = list(_places(drawn, scales[0], box, len(bars.categories)))
    for each in sketch.picture.texts[before:]:
        if not is_stacked(sketch):  # another part of the bar has another value
            _make_room(each, size, paths, places)
        taken.free(*each.get_position(), each.get_text(), size)
    if asked(sketch, _LINES):
        _label_lines(sketch, lines, paths, places, taken, box.bottom - 6)


def _label_bars(sketch: Sketch, shown: Table, bars: Sequence[Bar], scale: Scale, box: Box) -> None:
    """Write the values of bars as a bar chart does."""
    labels = sketch.option(_BARS, default={})
    settings = {**(sketch.visual.get("ChartConfiguration") or {}), "DataLabels": labels}
    own = sketch.within(sketch.box, visual={**sketch.visual, "ChartConfiguration": settings})
    label_bars(own, shown, bars, scale, box, lying=False, wanted=bool(asked(own)))


def _places(
    bars: Sequence[Bar], scale: Scale, box: Box, categories: int
) -> Iterator[tuple[Box, str]]:
    """Where the bars are, and their colours."""
    band = box.width / max(categories, 1)
    for bar in bars:
        middle = box.left + (bar.category + bar.offset + 0.5) * band
        half = bar.thickness * band / 2
        top, bottom = sorted(placed(box, scale, each) for each in (bar.start, bar.end))
        yield Box(middle - half, top, middle + half, bottom), bar.series.color


def _make_room(
    words: Any, size: float, paths: Sequence[Path], places: Sequence[tuple[Box, str]]
) -> None:
    """Move the value of a bar into it, below the lines that run over its place."""
    x, y = words.get_position()
    half = width(words.get_text(), size) / 2 + 1
    spans = [span for path in paths if (span := span_of(path, x - half - 4, x + half + 4))]
    own = [each for each in places if each[0].left < x - half and x + half < each[0].right]
    if not own or not _meets(y, spans):
        return
    bar, color = min(own, key=lambda each: abs(each[0].top - y))
    free = (at for at in range(int(bar.top) + 9, int(bar.bottom) - 6) if not _meets(at, spans))
    if (chosen := next(free, None)) is not None:
        words.set_position((x, chosen))
        words.set_color(ink(color))


def _meets(y: float, spans: Sequence[tuple[float, float]]) -> bool:
    return any(low - _NEAR < y < high + _NEAR for low, high in spans)


def _label_lines(
    sketch: Sketch, shown: Table, paths: Sequence[Path], places: Sequence[tuple[Box, str]],
    taken: Taken, low: float,
) -> None:  # fmt: skip
    """Write the values of the lines above their points, or below where others stand."""
    style, over = style_of(sketch, _LINES), sketch.option(_LINES, "Overlap") == "ENABLE_OVERLAP"
    ground = {"facecolor": sketch.theme.background, "edgecolor": "none", "alpha": 0.85, "pad": 0.5}
    for series, path in zip(shown.series, paths, strict=True):
        for value, (x, y) in zip(series.values, path, strict=True):
            if y is None:
                continue
            text, sides = short(value, series.field), [y - 9, *([y + 11] if y + 11 < low else [])]
            free = (each for each in sides if taken.free(x, each, text, style["size"]))
            at = next(free, sides[0] if over else None)
            if at is not None:
                words: Any = sketch.text(x, at, text, ha="center", **style)
                if _is_on_bar(x, at, places):  # where it could be taken for the bar's
                    words.set_bbox(ground)


def _is_on_bar(x: float, y: float, places: Sequence[tuple[Box, str]]) -> bool:
    on = (bar for bar, _ in places if bar.left - 6 < x < bar.right + 6)
    return any(bar.top < y < bar.bottom for bar in on)
