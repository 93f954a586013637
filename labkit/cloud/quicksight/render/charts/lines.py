"""Line and area charts, with forecasts.

Source: https://docs.aws.amazon.com/quicksight/latest/user/line-charts.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labkit.cloud.quicksight.render.axes import Numeric, placed, scale_of, upright
from labkit.cloud.quicksight.render.charts.line_labels import label_points
from labkit.cloud.quicksight.render.charts.line_marks import add_line, settings
from labkit.cloud.quicksight.render.headings import axis_title
from labkit.cloud.quicksight.render.legend import legend
from labkit.cloud.quicksight.render.multiples import multiples
from labkit.cloud.quicksight.render.reference import reference_lines, reference_values
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import Scale, moment, numbers
from labkit.cloud.quicksight.render.series import Series, Table, table
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import cut, widest
from labkit.cloud.quicksight.render.values import spaced

DIRECT, NAME = 8, 10.5


@chart("LineChartVisual")
def line_chart(sketch: Sketch) -> None:
    shown = table(sketch, "Category", ["Values"], "Colors")
    if (shown.color or len(shown.series) > 1) and not _direct(sketch, shown):
        title = shown.color.label if shown.color else ""
        sketch = legend(sketch, [(each.label, each.color) for each in shown.series], title)
    multiples(sketch, _lines, ["Values"], stacked=_kind(sketch) == "STACKED_AREA")


def places(shown: Table) -> tuple[list[float], tuple[float, float]]:
    """Where categories stand: dates by their distance, NULL after them; others in a row.

    Dates that are sorted from the latest on stand so; in another order they have no distance.
    """
    days = [moment(each) for each in shown.categories]
    known = [each for each in days if each is not None]
    if len(known) > 1 and known[0] > known[-1]:
        days = [None if each is None else -each for each in days]
        known = [-each for each in known]
    in_order = all(before < after for before, after in pairwise(known))
    if len(known) > 1 and in_order and len(days) - len(known) <= 1:
        beyond = known[-1] + (known[-1] - known[0]) / (len(known) - 1)
        found = [beyond if each is None else each for each in days]
        return found, (found[0], found[-1])
    count = len(shown.categories)
    return [float(at) for at in range(count)], (-0.5, count - 0.5) if count < 2 else (0, count - 1)


def _lines(sketch: Sketch) -> None:
    shown = _filled_in(sketch, table(sketch, "Category", ["Values"], "Colors"))
    styles = [
        settings(sketch, each, "FieldSeriesItem", "DataFieldSeriesItem") for each in shown.series
    ]
    single = sketch.option("SingleAxisOptions", "YAxisOptions") is not None
    is_right = [each.get("AxisBinding") == "SECONDARY_YAXIS" and not single for each in styles]
    left = _axis(sketch, shown, is_right, right=False)
    right = _axis(sketch, shown, is_right, right=True) if any(is_right) else None
    room = _names_room(sketch, shown) if _direct(sketch, shown) else 0
    xs, ends = places(shown)
    axes, box = upright(
        sketch.within(sketch.box.inset(right=room)),
        shown.labels,
        left,
        right=right,
        places=xs,
        ends=ends,
        options=sketch.option("XAxisDisplayOptions"),
        title=axis_title(
            sketch, "XAxisLabelOptions", shown.category.label if shown.category else ""
        ),
    )
    second = sketch.axes(box, ends, right.scale.ends) if right else axes
    sides = [
        (second, right.scale) if right and at_right else (axes, left.scale) for at_right in is_right
    ]
    _areas(sketch, sides, shown, xs)
    for series, style, (on, scale) in zip(shown.series, styles, sides, strict=True):
        stacked = _kind(sketch) == "STACKED_AREA"
        add_line(sketch, on, shown, _lifted(shown, series) if stacked else series, xs, scale, style)
    _forecast(sketch, axes, shown, xs, left.scale)
    label_points(sketch, shown, box, left.scale, xs, ends)
    if room:
        _end_names(
            sketch, shown, box, [right.scale if at and right else left.scale for at in is_right]
        )
    reference_lines(sketch, box, left.scale)
    if right:
        reference_lines(sketch, box, right.scale, axis="SECONDARY_YAXIS")


def _kind(sketch: Sketch) -> str:
    return str(sketch.option("Type", default="LINE"))


def _axis(sketch: Sketch, shown: Table, is_right: Sequence[bool], *, right: bool) -> Numeric:
    side = "Secondary" if right else "Primary"
    own = [each for each, at in zip(shown.series, is_right, strict=True) if at == right]
    values = [value for each in own for value in each.known]
    if _kind(sketch) == "STACKED_AREA":
        values = [value for each in shown.series for value in _lifted(shown, each).known]
    if not right:
        for each in sketch.data.well("Forecast", "ForecastLower", "ForecastUpper"):
            values += numbers(sketch.data.values(each))
    values += reference_values(sketch, f"{side.upper()}_YAXIS")
    values += sketch.range or ()
    options = sketch.option(f"{side}YAxisDisplayOptions", "AxisOptions")
    field = own[0].field if own else None
    label = field.label if field and (shown.color or len(own) == 1) else ""
    return Numeric(
        scale_of(values, options, sketch.box.height),
        field,
        options,
        axis_title(sketch, f"{side}YAxisLabelOptions", label),
    )


def _filled_in(sketch: Sketch, shown: Table) -> Table:
    """Missing values as zero, where the definition treats them so."""
    treatments = sketch.option(
        "PrimaryYAxisDisplayOptions", "MissingDataConfigurations", default=[]
    )
    how = next((each.get("TreatmentOption") for each in treatments), "SHOW_AS_BLANK")
    fill = {"SHOW_AS_ZERO": _with_zeros, "INTERPOLATE": _bridged}.get(how)
    if fill is None:
        return shown
    known = len(shown.categories) - len(_ahead(sketch))
    return Table(
        shown.category,
        shown.color,
        shown.categories,
        tuple(
            Series(each.label, each.field, each.key, each.color, _until(each, known, fill))
            for each in shown.series
        ),
    )


def _ahead(sketch: Sketch) -> set[Any]:
    """The categories that lie ahead: those that have a forecast and no value."""
    category, forecast = sketch.data.well("Category"), sketch.data.well("Forecast")
    values = sketch.data.well("Values")
    return {
        row[category[0].id]
        for row in sketch.data.records()
        if any(row[each.id] is not None for each in forecast)
        and all(row[each.id] is None for each in values)
    }


def _until(
    series: Series, known: int, fill: Callable[[Sequence[float | None]], tuple[float | None, ...]]
) -> tuple[float | None, ...]:
    return (*fill(series.values[:known]), *series.values[known:])


def _with_zeros(values: Sequence[float | None]) -> tuple[float | None, ...]:
    return tuple(each if each is not None else 0.0 for each in values)


def _bridged(values: Sequence[float | None]) -> tuple[float | None, ...]:
    known = [(at, each) for at, each in enumerate(values) if each is not None]
    filled = list(values)
    for (first, start), (last, end) in pairwise(known):
        for at in range(first + 1, last):
            filled[at] = start + (end - start) * (at - first) / (last - first)
    return tuple(filled)


def _areas(
    sketch: Sketch, sides: Sequence[tuple[Axes, Scale]], shown: Table, xs: Sequence[float]
) -> None:
    kind = _kind(sketch)
    if kind == "LINE":
        return
    for at, (each, (axes, scale)) in enumerate(zip(shown.series, sides, strict=True)):
        top = [value or 0.0 for value in _lifted(shown, each).values]
        bottom = [0.0] * len(xs)
        if kind == "STACKED_AREA":
            bottom = [value - (own or 0.0) for value, own in zip(top, each.values, strict=True)]
        else:
            top = [value or 0.0 for value in each.values]
        bottom, top = ([*map(scale.place, edge)] for edge in (bottom, top))
        alpha = 0.85 if kind == "STACKED_AREA" else 0.22
        axes.fill_between(
            xs, bottom, top, color=each.color, alpha=alpha, linewidth=0, zorder=at / 9
        )


def _lifted(shown: Table, series: Series) -> Series:
    """A series on top of those before it."""
    below = shown.series[: shown.series.index(series) + 1]
    values = tuple(
        sum(each.values[at] or 0.0 for each in below) for at in range(len(series.values))
    )
    return Series(series.label, series.field, series.key, series.color, values)


def _forecast(sketch: Sketch, axes: Axes, shown: Table, xs: Sequence[float], scale: Scale) -> None:
    wells = [sketch.data.well(each) for each in ("Forecast", "ForecastLower", "ForecastUpper")]
    triples = list(zip(*wells, strict=False))
    at = dict(zip(shown.categories, xs, strict=True))
    for place_of, series in enumerate(shown.series if triples else ()):
        fields = triples[0 if shown.color else min(place_of, len(triples) - 1)]
        color = series.color
        known = [
            (at[row[shown.category.id]], *(row[each.id] for each in fields))
            for row in sketch.data.records()
            if shown.category
            and (shown.color is None or row[shown.color.id] == series.key)
            and None not in [row[each.id] for each in fields]
        ]
        if not known:
            continue
        x, middle, lower, upper = (list(each) for each in zip(*known, strict=True))
        below, above = ([*map(scale.place, edge)] for edge in (lower, upper))
        axes.fill_between(x, below, above, color=color, alpha=0.16, linewidth=0)
        last = [
            (place, value)
            for place, value in zip(xs, series.values, strict=True)
            if value is not None and place < x[0]
        ][-1:]
        line = Line2D(
            [*(each[0] for each in last), *x],
            [*map(scale.place, (*(each[1] for each in last), *middle))],
            color=color,
            linewidth=2,
            linestyle=(0, (4, 2.5)),
        )
        axes.add_line(line)
        sketch.mark(line, "Forecast", ", ".join(f"{value:,.0f}" for value in middle))


def _direct(sketch: Sketch, shown: Table) -> bool:
    """Whether the lines bear their names at their ends instead of in a legend."""
    position = sketch.option("Legend", "Position", default="AUTO")
    open_ = position == "AUTO" and sketch.shows("Legend")
    has_panels = bool(sketch.data.well("SmallMultiples")) or sketch.is_panel
    few = 1 < len(shown.series) <= DIRECT and sketch.box.height / len(shown.series) > 22
    return open_ and few and not has_panels and _kind(sketch) == "LINE"


def _names_room(sketch: Sketch, shown: Table) -> float:
    return (
        min(widest((each.label for each in shown.series), NAME, bold=True), sketch.box.width * 0.28)
        + 10
    )


def _end_names(sketch: Sketch, shown: Table, box: Box, scales: Sequence[Scale]) -> None:
    known = [(each, scale) for each, scale in zip(shown.series, scales, strict=True) if each.known]
    heights = [placed(box, scale, each.known[-1]) for each, scale in known]
    for y, (each, _) in zip(spaced(heights, 14, box.top, box.bottom), known, strict=True):
        x = sketch.box.right - _names_room(sketch, shown) + 6
        name = cut(each.label, sketch.box.right - x, NAME, bold=True)
        sketch.text(x, y, name, size=NAME, color=each.color, bold=len(name) < 22)
