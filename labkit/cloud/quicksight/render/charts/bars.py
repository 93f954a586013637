"""Bar charts: lying or standing; side by side, stacked or as shares of 100 %.

Source: https://docs.aws.amazon.com/quicksight/latest/user/bar-charts.html
"""

from __future__ import annotations

from dataclasses import replace
from math import floor
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from labkit.cloud.quicksight.render.axes import Numeric, scale_of, sideways, upright
from labkit.cloud.quicksight.render.charts.bar_labels import (
    Bar,
    arrangement,
    is_stacked,
    label_bars,
)
from labkit.cloud.quicksight.render.headings import Heading, axis_title, named
from labkit.cloud.quicksight.render.labels import full, short
from labkit.cloud.quicksight.render.legend import legend
from labkit.cloud.quicksight.render.multiples import multiples
from labkit.cloud.quicksight.render.reference import reference_lines, reference_values
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import Scale
from labkit.cloud.quicksight.render.series import Series, Table, table
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import widest
from labkit.cloud.quicksight.render.values import asked

NARROWEST = 3


@chart("BarChartVisual")
def bar_chart(sketch: Sketch) -> None:
    shown = table(sketch, "Category", ["Values"], "Colors")
    if shown.color or len(shown.series) > 1:
        title = named(sketch, "ColorLabelOptions", shown.color.label if shown.color else "")
        sketch = legend(sketch, [(each.label, each.color) for each in shown.series], title)
    multiples(sketch, _bars, ["Values"], stacked=arrangement(sketch) != "CLUSTERED")


def bars_of(shown: Table, how: str) -> list[Bar]:
    """The bars of a table, stacked upwards from zero and, the negative ones, downwards."""
    if how == "CLUSTERED":
        return _clustered(shown)
    return [bar for at in range(len(shown.categories)) for bar in _stacked(shown.series, at, how)]


def fitting(sketch: Sketch, shown: Table, room: float) -> Table:
    """The first categories of a table, as many as there is room for."""
    most = max(1, int(room / NARROWEST))
    if len(shown.categories) <= most:
        return shown
    sketch.note(f"Shows the first {most} of {len(shown.categories)} categories.")
    series = tuple(replace(each, values=each.values[:most]) for each in shown.series)
    return replace(shown, categories=shown.categories[:most], series=series)


def add_bars(
    sketch: Sketch, axes: Axes, shown: Table, bars: list[Bar], scale: Scale, *, lying: bool
) -> None:
    """Draw bars and keep what each shows."""
    names = shown.names
    for bar in bars:
        at = bar.category + bar.offset - bar.thickness / 2
        low, high = sorted(map(scale.place, (bar.start, bar.end)))
        length = high - low
        place, size = (
            ((low, at), (length, bar.thickness)) if lying else ((at, low), (bar.thickness, length))
        )
        edge: Any = {
            "edgecolor": sketch.theme.background,
            "linewidth": 0.8 if len(bars) <= 150 else 0,
        }
        patch = Rectangle(place, *size, facecolor=bar.series.color, **edge)
        axes.add_artist(patch)
        label = f"{names[bar.category]} · {bar.series.label}".strip(" ·")
        keys = [(shown.category, shown.categories[bar.category]), (shown.color, bar.series.key)]
        sketch.mark(patch, label, full(bar.value, bar.series.field), keys)


def _bars(sketch: Sketch) -> None:
    lying = sketch.option("Orientation", default="VERTICAL") == "HORIZONTAL"
    how = arrangement(sketch)
    shown = table(sketch, "Category", ["Values"], "Colors")
    shown = fitting(sketch, shown, (sketch.box.height if lying else sketch.box.width) - 60)
    bars = bars_of(shown, how)
    (_lying if lying else _standing)(sketch, shown, bars, _axis(sketch, shown, bars, how, lying))


def _axis(sketch: Sketch, shown: Table, bars: list[Bar], how: str, lying: bool) -> Numeric:
    options = sketch.option("ValueAxis")
    field = shown.series[0].field
    label = field.label if shown.color or len(shown.series) == 1 else ""
    title = axis_title(sketch, "ValueLabelOptions", label)
    if how == "STACKED_PERCENT":
        return Numeric(_shares(sketch, bars), None, options, title, "%")
    ends = [*(bar.end for bar in bars), *reference_values(sketch), *(sketch.range or ())]
    room = sketch.box.width * 0.6 if lying else sketch.box.height
    return Numeric(scale_of(ends, options, room, bars=True), field, options, title)


def _shares(sketch: Sketch, bars: list[Bar]) -> Scale:
    """A scale of percent in quarters, on each side of zero where bars are; panels share one."""
    least = min((bar.end for bar in bars), default=0.0)
    low = 25 * floor((-100 if sketch.is_panel and least < 0 else min(least, 0)) / 25 + 1e-9)
    high = 100 if sketch.is_panel or any(bar.end > 0 for bar in bars) or not low else 0
    return Scale(float(low), high, tuple(float(each) for each in range(low, high + 1, 25)))


def _standing(sketch: Sketch, shown: Table, bars: list[Bar], axis: Numeric) -> None:
    axes, box = upright(
        sketch,
        shown.labels,
        axis,
        options=sketch.option("CategoryAxis"),
        title=_category_title(sketch, shown),
        room_above=18 if _wants(sketch, shown) or _has_totals(sketch) else 10,
    )
    add_bars(sketch, axes, shown, bars, axis.scale, lying=False)
    label_bars(sketch, shown, bars, axis.scale, box, lying=False, wanted=_wants(sketch, shown))
    reference_lines(sketch, box, axis.scale)


def _lying(sketch: Sketch, shown: Table, bars: list[Bar], axis: Numeric) -> None:
    beside = _wants(sketch, shown) and not is_stacked(sketch)
    texts = [short(bar.value, bar.series.field) for bar in bars] if beside else []
    texts += [short(axis.scale.high, shown.series[0].field)] if _has_totals(sketch) else []
    axes, box = sideways(
        sketch,
        shown.labels,
        axis,
        options=sketch.option("CategoryAxis"),
        title=_category_title(sketch, shown),
        room_right=max(8.0, widest(texts, 10.5) * 0.7 if texts else 0),
    )
    add_bars(sketch, axes, shown, bars, axis.scale, lying=True)
    label_bars(sketch, shown, bars, axis.scale, box, lying=True, wanted=_wants(sketch, shown))
    reference_lines(sketch, box, axis.scale, upwards=False)


def _has_totals(sketch: Sketch) -> bool:
    return bool(sketch.option("DataLabels", "TotalsVisibility") == "VISIBLE")


def _wants(sketch: Sketch, shown: Table) -> bool:
    """Labels go without saying where few bars of one colour stand."""
    wish = asked(sketch)
    few = len(shown.series) == 1 and len(shown.categories) <= 16 and not sketch.is_panel
    return few if wish is None else wish


def _category_title(sketch: Sketch, shown: Table) -> Heading:
    label = shown.category.label if shown.category else ""
    return axis_title(sketch, "CategoryLabelOptions", label)


def _clustered(shown: Table) -> list[Bar]:
    count = len(shown.series)
    whole = 0.68 if count == 1 else 0.8
    each = whole / max(count, 1)
    return [
        Bar(series, at, 0, value, value, -whole / 2 + each * (index + 0.5), each)
        for index, series in enumerate(shown.series)
        for at, value in enumerate(series.values)
        if value is not None
    ]


def _stacked(series: tuple[Series, ...], at: int, how: str) -> list[Bar]:
    whole = sum(abs(each.values[at] or 0) for each in series) or 1
    up, down, bars = 0.0, 0.0, []
    for each in series:
        value = each.values[at]
        if value is None:
            continue
        length = value * 100 / whole if how == "STACKED_PERCENT" else value
        start = up if length >= 0 else down
        bars.append(Bar(each, at, start, start + length, value, 0, 0.68))
        up, down = (up + length, down) if length >= 0 else (up, down + length)
    return bars
