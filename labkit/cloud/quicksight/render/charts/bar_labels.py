"""The values beside, in and above bars.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataLabelOptions.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.render.axes import placed
from labkit.cloud.quicksight.render.colors import ink
from labkit.cloud.quicksight.render.labels import short
from labkit.cloud.quicksight.render.scales import Scale
from labkit.cloud.quicksight.render.series import Series, Table
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.render.values import Taken, asked, style_of

# Where in a bar a value stands, as a share of its length; beyond its end otherwise
INSIDE = {"INSIDE": 0.5, "TOP": 1.0, "BOTTOM": 0.0, "RIGHT": 1.0, "LEFT": 0.0}
LYING, STANDING = ("INSIDE", "OUTSIDE", "LEFT", "RIGHT"), ("INSIDE", "OUTSIDE", "TOP", "BOTTOM")
MARGIN = 8


@dataclass(frozen=True)
class Bar:
    """A bar from one value to another, in a part of its category's band."""

    series: Series
    category: int
    start: float
    end: float
    value: float
    offset: float
    thickness: float


def arrangement(sketch: Sketch) -> str:
    """CLUSTERED, STACKED or STACKED_PERCENT."""
    return str(sketch.option("BarsArrangement", default="CLUSTERED"))


def is_stacked(sketch: Sketch) -> bool:
    return arrangement(sketch) != "CLUSTERED"


def label_bars(
    sketch: Sketch,
    shown: Table,
    bars: Sequence[Bar],
    scale: Scale,
    box: Box,
    *,
    lying: bool,
    wanted: bool,
) -> None:
    """Write each bar's value, if it is wanted, and the totals of stacks."""
    band = (box.height if lying else box.width) / max(len(shown.categories), 1)
    if wanted and bars:
        place = _place(sketch, lying)
        all_fit, taken = _fit(sketch, bars, band, lying), Taken()
        around = _around(bars) if place == "OUTSIDE" else {}
        for bar in bars:
            others = around.get(bar.category, ())
            if all_fit or (
                asked(sketch) and _free(sketch, taken, bar, scale, box, band, lying, others)
            ):
                _label(sketch, bar, scale, box, band, lying, place)
    if sketch.option("DataLabels", "TotalsVisibility") == "VISIBLE":
        _totals(sketch, bars, scale, box, band, lying)


def _place(sketch: Sketch, lying: bool) -> str:
    """Where values stand: stacked ones in their bars, others beyond the ends."""
    asked = str(sketch.option("DataLabels", "Position", default=""))
    can = [each for each in (LYING if lying else STANDING) if each != "OUTSIDE"]
    usual = "INSIDE" if is_stacked(sketch) else "OUTSIDE"
    if asked and asked not in (usual, *can):
        sketch.note(f"Not drawn: values {asked.lower()} of such bars.")
    return asked if asked in can else usual


def _fit(sketch: Sketch, bars: Sequence[Bar], band: float, lying: bool) -> bool:
    """Whether the values do not run into each other, or may."""
    if sketch.option("DataLabels", "Overlap") == "ENABLE_OVERLAP":
        return True
    size = style_of(sketch)["size"]
    if lying:
        return bool(band * bars[0].thickness >= size)
    return is_stacked(sketch) or all(
        width(short(bar.value, bar.series.field), size) <= band * bar.thickness + 10 for bar in bars
    )


def _around(bars: Sequence[Bar]) -> dict[int, list[Bar]]:
    """The bars of each category and of those beside it."""
    found: dict[int, list[Bar]] = defaultdict(list)
    for bar in bars:
        for category in (bar.category - 1, bar.category, bar.category + 1):
            found[category].append(bar)
    return found


def _free(
    sketch: Sketch, taken: Taken, bar: Bar, scale: Scale, box: Box, band: float, lying: bool,
    others: Sequence[Bar],
) -> bool:  # fmt: skip
    """Whether a value beyond a bar's end runs into no value that is written, and no other bar."""
    text, size = short(bar.value, bar.series.field), style_of(sketch)["size"]
    first, is_up, long = box.top if lying else box.left, bar.value >= 0, width(text, size) + 4
    across = first + (bar.category + bar.offset + 0.5) * band
    end = placed(box, scale, bar.end, upwards=not lying)
    half = size * 0.4 if lying else long / 2
    low, high = sorted((end, end + (long if is_up else -long))) if lying else (end - 1, end - 1)
    for other in others:
        at = first + (other.category + other.offset + 0.5) * band
        near = abs(at - across) < half + other.thickness * band / 2
        start, stop = sorted(
            placed(box, scale, each, upwards=not lying) for each in (other.start, other.end)
        )
        if other is not bar and near and start < high and low < stop:
            return False
    if lying:
        return taken.free(end, across, text, size, "left" if is_up else "right")
    return taken.free(across, end, text, size)


def _label(
    sketch: Sketch, bar: Bar, scale: Scale, box: Box, band: float, lying: bool, place: str
) -> None:
    text, style = short(bar.value, bar.series.field), style_of(sketch)
    across = (box.top if lying else box.left) + (bar.category + bar.offset + 0.5) * band
    start, end = (placed(box, scale, each, upwards=not lying) for each in (bar.start, bar.end))
    long, wide = width(text, style["size"]), style["size"]
    if not lying:
        long, wide = wide, long
    if place == "OUTSIDE":
        left = end - box.left if lying else box.bottom - end
        inside = bar.value < 0 and left < long + 5  # beyond the plot stand the categories
        if not inside or (lying and abs(start - end) <= long + 8):
            _beyond(sketch, text, across, end, lying, is_up=bar.value >= 0, style=style)
        elif lying or (abs(start - end) > long + 8 and wide < band * bar.thickness):
            x, y = (end + 5, across) if lying else (across, end - MARGIN)
            style = {"color": ink(bar.series.color), **style}
            sketch.text(x, y, text, ha="left" if lying else "center", **style)
        return
    room = abs(end - start) > long + 4 and wide < band * bar.thickness - (0 if lying else 4)
    if not room and sketch.option("DataLabels", "Overlap") != "ENABLE_OVERLAP":
        return
    inner = max(abs(end - start) / 2 - long / 2 - 4, 0)
    middle = (start + end) / 2 + (INSIDE[place] - 0.5) * 2 * (inner if end > start else -inner)
    x, y = (middle, across) if lying else (across, middle)
    sketch.text(x, y, text, ha="center", **{"color": ink(bar.series.color), **style})


def _beyond(
    sketch: Sketch, text: str, across: float, end: float, lying: bool, *, is_up: bool, style: Any
) -> None:
    """A value beyond the end of a bar."""
    if lying:
        ha = "left" if is_up else "right"
        sketch.text(end + (5 if is_up else -5), across, text, ha=ha, **style)
    else:
        sketch.text(across, end + (-MARGIN if is_up else MARGIN + 1), text, ha="center", **style)


def _totals(
    sketch: Sketch, bars: Sequence[Bar], scale: Scale, box: Box, band: float, lying: bool
) -> None:
    """What stands on each other, beyond the end of each stack of absolute values."""
    if arrangement(sketch) != "STACKED":
        sketch.note("Not drawn: totals of bars that are no stacks of values.")
        return
    for category in dict.fromkeys(bar.category for bar in bars):
        own = [bar for bar in bars if bar.category == category]
        whole = sum(bar.value for bar in own)
        text = short(int(whole) if float(whole).is_integer() else whole, own[0].series.field)
        across = (box.top if lying else box.left) + (category + 0.5) * band
        ends = [bar.end for bar in own]
        is_up = max(ends) > 0
        end = placed(box, scale, max(ends) if is_up else min(ends), upwards=not lying)
        style = {**style_of(sketch), "bold": True}
        _beyond(sketch, text, across, end, lying, is_up=is_up, style=style)
