"""Box plots: the quartiles of a measure, its whiskers and what lies beyond.

Source: https://docs.aws.amazon.com/quicksight/latest/user/box-plots.html
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from labkit.cloud.quicksight.render.axes import Numeric, scale_of, upright
from labkit.cloud.quicksight.render.colors import mix, series_color
from labkit.cloud.quicksight.render.headings import axis_title
from labkit.cloud.quicksight.render.labels import full
from labkit.cloud.quicksight.render.reference import reference_lines, reference_values
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import compact, numbers
from labkit.cloud.quicksight.render.sketch import Sketch

FIVE = ("Minimum", "Quartile1", "Median", "Quartile3", "Maximum")


@dataclass(frozen=True)
class Five:
    """A box: its name, its five numbers and its outliers."""

    label: str
    numbers: tuple[float, ...]
    outliers: tuple[float, ...]
    at: int


@chart("BoxPlotVisual")
def box_plot(sketch: Sketch) -> None:
    boxes = _boxes(sketch)
    outliers = sketch.option("BoxPlotOptions", "OutlierVisibility") != "HIDDEN"
    values = [value for each in boxes for value in each.numbers]
    values += [value for each in boxes for value in each.outliers if outliers]
    options = sketch.option("PrimaryYAxisDisplayOptions")
    label = next((each.label for each in sketch.data.fields if each.is_measure), "")
    scale = scale_of([*values, *reference_values(sketch)], options, sketch.box.height, zero=False)
    category = next(iter(sketch.data.well("GroupBy")), None)
    axes, box = upright(
        sketch,
        [each.label for each in boxes],
        Numeric(scale, None, options, axis_title(sketch, "PrimaryYAxisLabelOptions", label)),
        options=sketch.option("CategoryAxis"),
        title=axis_title(sketch, "CategoryLabelOptions", category.label if category else ""),
    )
    for place, each in enumerate(boxes):
        field = next(one for one in sketch.data.fields if one.is_measure)
        color = series_color(sketch, field, None, str(each.at), each.at)
        body = _draw_box(sketch, axes, place, [scale.place(one) for one in each.numbers], color)
        sketch.mark(body, each.label or label, ", ".join(map(compact, each.numbers)))
        if outliers and each.outliers:
            dots = _draw_dots(axes, place, [scale.place(one) for one in each.outliers], color)
            sketch.mark(dots, f"{each.label} outliers", ", ".join(map(compact, each.outliers)))
    reference_lines(sketch, box, scale)


def _draw_box(sketch: Sketch, axes: Axes, place: int, five: list[float], color: str) -> Rectangle:
    """A box with its whiskers and its median."""
    low, first, middle, third, high = five
    solid = sketch.option("BoxPlotOptions", "StyleOptions", "FillStyle") == "SOLID"
    body = Rectangle(
        (place - 0.28, first),
        0.56,
        third - first,
        facecolor=color if solid else mix(color, sketch.theme.background, 0.72),
        edgecolor=color,
        linewidth=1.4,
    )
    axes.add_artist(body)
    for xs, ys, wide in (
        ((place, place), (third, high), 1.4),
        ((place, place), (low, first), 1.4),
        ((place - 0.14, place + 0.14), (high, high), 1.4),
        ((place - 0.14, place + 0.14), (low, low), 1.4),
        ((place - 0.28, place + 0.28), (middle, middle), 2.6),
    ):
        ink = sketch.theme.background if solid and wide > 2 else color
        axes.add_line(Line2D(xs, ys, color=ink, linewidth=wide, solid_capstyle="butt"))
    return body


def _draw_dots(axes: Axes, place: int, values: list[float], color: str) -> Line2D:
    dots = Line2D(
        [place] * len(values),
        values,
        linestyle="",
        marker="o",
        markersize=4.5,
        markerfacecolor="none",
        markeredgecolor=color,
        clip_on=False,
    )
    axes.add_line(dots)
    return dots


def _boxes(sketch: Sketch) -> list[Five]:
    data = sketch.data
    if not data.well("Median"):
        return _computed(sketch)
    fields = [data.well(each)[0] for each in FIVE]
    beyond = next(iter(data.well("Outliers")), None)
    names = list(dict.fromkeys(str(row.get(_id(data, "Measure"))) for row in data.records()))
    return [
        Five(
            _label(sketch, row),
            tuple(numbers(row[each.id] for each in fields)),
            tuple(numbers(row[beyond.id] or ())) if beyond else (),
            names.index(str(row.get(_id(data, "Measure")))),
        )
        for row in data.records()
        if row[fields[2].id] is not None
    ]


def _id(data: Any, well: str) -> str:
    return next((each.id for each in data.well(well)), "")


def _label(sketch: Sketch, row: dict[str, Any]) -> str:
    parts = [full(row[each.id], each) for each in sketch.data.well("GroupBy", "Measure")]
    return " · ".join(parts)


def _computed(sketch: Sketch) -> list[Five]:
    value = sketch.data.well("Values")[0]
    groups: dict[str, list[float]] = {}
    for row in sketch.data.records():
        groups.setdefault(_label(sketch, row), []).extend(numbers([row[value.id]]))
    return [_five(label, each) for label, each in groups.items() if each]


def _five(label: str, values: list[float]) -> Five:
    ordered = sorted(values)
    first, middle, third = (
        quantiles(ordered, n=4, method="inclusive") if len(ordered) > 1 else ordered * 3
    )
    reach = 1.5 * (third - first)
    inside = [each for each in ordered if first - reach <= each <= third + reach]
    outside = tuple(each for each in ordered if not first - reach <= each <= third + reach)
    return Five(label, (inside[0], first, middle, third, inside[-1]), outside, 0)
