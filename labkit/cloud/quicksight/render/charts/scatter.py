"""Scatter plots: a point, or a bubble, for each row or group.

Source: https://docs.aws.amazon.com/quicksight/latest/user/scatter-plot.html
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

from matplotlib.collections import PathCollection

from labkit.cloud.quicksight.render.axes import (
    Numeric,
    bottom_scale,
    placed,
    room_below,
    scale_of,
    upright,
)
from labkit.cloud.quicksight.render.colors import series_color
from labkit.cloud.quicksight.render.headings import axis_title
from labkit.cloud.quicksight.render.labels import counted, full
from labkit.cloud.quicksight.render.legend import legend
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import number, numbers
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import cut, width
from labkit.cloud.quicksight.render.values import Taken, asked, style_of
from labkit.cloud.quicksight.visuals.model import Field

SMALL, LARGE = 5.0, 26.0


@chart("ScatterPlotVisual")
def scatter_plot(sketch: Sketch) -> None:
    data = sketch.data
    (x, *_), (y, *_) = data.well("XAxis"), data.well("YAxis")
    color = next(iter(data.well("Category")), None)
    size = next(iter(data.well("Size")), None)
    name = next(iter(data.well("Label")), color)
    rows = _complete(sketch, x, y)
    keys = list(dict.fromkeys(row[color.id] for row in rows)) if color else [None]
    colors = {
        key: series_color(sketch, color or y, key, full(key, color) if color else "", at)
        for at, key in enumerate(keys)
    }
    if color and 1 < len(keys) <= 12 and (data.well("Label") or len(rows) > len(keys)):
        sketch = legend(sketch, [(full(key, color), colors[key]) for key in keys], color.label)
    sizes = numbers(row[size.id] for row in rows) if size else []
    round_ = [_diameter(row[size.id], sizes) / 2 if size else 0.0 for row in rows]
    across = _axis(sketch, "X", x, [row[x.id] for row in rows], round_, sketch.box.width * 0.8)
    up = _axis(sketch, "Y", y, [row[y.id] for row in rows], round_, sketch.box.height * 0.8)
    below = room_below(across)
    axes, box = upright(
        sketch.within(sketch.box.inset(bottom=below - 6, right=8)),
        [],
        up,
        ends=across.scale.ends,
        options={"AxisLineVisibility": "HIDDEN"},
    )
    bottom_scale(sketch, box, across)
    many = len(rows) > 200
    for key in keys:
        own = [row for row in rows if color is None or row[color.id] == key]
        places = [
            (across.scale.place(float(row[x.id])), up.scale.place(float(row[y.id]))) for row in own
        ]
        diameters = [
            _diameter(row[size.id], sizes) if size else (SMALL if many else 8.0) for row in own
        ]
        dots = axes.scatter(
            [each[0] for each in places],
            [each[1] for each in places],
            s=[each**2 for each in diameters],
            color=colors[key],
            alpha=0.55 if many else 0.8,
            edgecolors=sketch.theme.background,
            linewidths=0.6,
            clip_on=False,
        )
        _kept(sketch, dots, full(key, color) if color else y.label, own, (x, y))
    named = sketch.shows("DataLabels", "CategoryLabelVisibility")
    if name and named and asked(sketch) is not False and not many:
        _names(sketch, rows, name, (x, y), (across, up), box, sizes)


def _complete(sketch: Sketch, x: Field, y: Field) -> list[dict[str, Any]]:
    """The rows that have both numbers; that others have none is noted."""
    every = sketch.data.records()
    rows = [each for each in every if None not in (number(each[x.id]), number(each[y.id]))]
    if len(rows) < len(sketch.data.rows):
        without = counted(len(sketch.data.rows) - len(rows), "point")
        sketch.note(f"No place for {without}: a value is missing.")
    return rows


def _axis(
    sketch: Sketch, side: str, field: Any, values: list[Any], radii: list[float], room: float
) -> Numeric:
    """The scale that holds all bubbles, their rims too unless that takes in zero or decades."""
    options = sketch.option(f"{side}AxisDisplayOptions")
    known = numbers(values)
    spread = max(known, default=1) - min(known, default=0)
    zero = not known or (min(known) >= 0 and min(known) < spread)
    scale = sketch.option(f"{side}AxisDisplayOptions", "DataOptions", "NumericAxisOptions", "Scale")
    log = "Logarithmic" in (scale or {})
    rims = [0.0 if log else radius * spread / room for radius in radii]
    for value, rim in zip(tuple(known), rims, strict=True):
        known += [value + rim, value - rim if value < 0 or value > rim else value]
    title = axis_title(sketch, f"{side}AxisLabelOptions", field.label)
    if sketch.option(f"{side}AxisLabelOptions", "Visibility") != "HIDDEN":
        title = replace(title, text=title.text or field.label)
    return Numeric(scale_of(known, options, room * 0.7, zero=zero), field, options, title)


def _diameter(value: Any, sizes: list[float]) -> float:
    size = number(value)
    largest = max(map(abs, sizes), default=0)
    return SMALL if size is None or not largest else max(SMALL, LARGE * sqrt(abs(size) / largest))


def _kept(
    sketch: Sketch, dots: PathCollection, label: str, rows: list[dict[str, Any]], fields: Any
) -> None:
    x, y = fields
    told = ", ".join(f"({full(row[x.id], x)}, {full(row[y.id], y)})" for row in rows[:20])
    sketch.mark(dots, label, told if len(rows) <= 20 else f"{len(rows):,} points")


def _names(
    sketch: Sketch,
    rows: list[dict[str, Any]],
    name: Any,
    fields: Any,
    scales: Any,
    box: Any,
    sizes: list[float],
) -> None:
    taken, style = Taken(), style_of(sketch, size=10)
    size = next(iter(sketch.data.well("Size")), None)
    x, y = fields
    for row in rows:
        at = (
            placed(box, scales[0].scale, float(row[x.id]), upwards=False),
            placed(box, scales[1].scale, float(row[y.id])),
        )
        half = (_diameter(row[size.id], sizes) if size else 8) / 2
        taken.boxes.append((at[0] - half, at[1] - half, at[0] + half, at[1] + half))
    for row in rows:
        text = cut(full(row[name.id], name), 130, style["size"])
        half = (_diameter(row[size.id], sizes) if size else 8) / 2
        middle = placed(box, scales[0].scale, float(row[x.id]), upwards=False)
        top = placed(box, scales[1].scale, float(row[y.id]))
        for ha, x_at, y_at in (
            ("left", middle + half + 4, top),
            ("right", middle - half - 4, top),
            ("center", middle, top - half - 8),
            ("center", middle, top + half + 8),
        ):
            wide = width(text, style["size"])
            start = x_at - wide * {"left": 0, "center": 0.5, "right": 1}[ha]
            fits = box.left < start and start + wide < sketch.box.right
            fits = fits and box.top < y_at < box.bottom - style["size"] / 2
            if fits and taken.free(x_at, y_at, text, style["size"], ha):
                sketch.text(x_at, y_at, text, ha=ha, **style)
                break
