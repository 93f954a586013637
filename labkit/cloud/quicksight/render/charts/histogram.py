"""Histograms: how many values lie in each bin.

Source: https://docs.aws.amazon.com/quicksight/latest/user/histogram-charts.html
"""

from __future__ import annotations

from dataclasses import replace

from matplotlib.patches import Rectangle

from labkit.cloud.quicksight.render.axes import Numeric, placed, scale_of, upright
from labkit.cloud.quicksight.render.colors import series_color
from labkit.cloud.quicksight.render.headings import axis_title
from labkit.cloud.quicksight.render.labels import short
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import compact, number, thinned
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.render.values import asked, style_of


@chart("HistogramVisual")
def histogram(sketch: Sketch) -> None:
    data = sketch.data
    (start,), (end,), (count,) = (data.well(each) for each in ("BinStart", "BinEnd", "Values"))
    bins = sorted(
        (float(row[start.id]), float(row[end.id]), number(row[count.id]) or 0.0)
        for row in data.records()
        if row[start.id] is not None
    )
    edges = [bins[0][0], *(each[1] for each in bins)]
    labels = [compact(each, step=_shown_step(edges)) for each in edges]
    every = thinned([width(each, 10.5) + 10 for each in labels], sketch.box.width - 60)
    options = sketch.option("YAxisDisplayOptions")
    scale = scale_of([each[2] for each in bins], options, sketch.box.height, bars=True)
    if not scale.log:  # there is no half of a row
        scale = replace(scale, ticks=tuple(each for each in scale.ticks if each.is_integer()))
    axis = Numeric(scale, None, options)
    axes, box = upright(
        sketch,
        labels[::every],
        axis,
        places=edges[::every],
        ends=(edges[0], edges[-1]),
        options=sketch.option("XAxisDisplayOptions"),
        title=axis_title(sketch, "XAxisLabelOptions", start.label),
        room_above=16,
    )
    color = series_color(sketch, count, None, count.label, 0)
    floor = scale.place(0)
    for low, high, value in bins:
        bar = Rectangle(
            (low, floor),
            high - low,
            scale.place(value) - floor,
            facecolor=color,
            edgecolor=sketch.theme.background,
            linewidth=1,
        )
        axes.add_artist(bar)
        sketch.mark(bar, f"{compact(low)} to {compact(high)}", f"{value:,.0f}")
    texts = [short(each[2], count) for each in bins]
    fits = all(width(each, 10.5) < box.width / len(bins) for each in texts)
    if asked(sketch) is not False and fits and len(bins) <= 16:
        for (low, high, value), text in zip(bins, texts, strict=True):
            x = box.left + ((low + high) / 2 - edges[0]) / (edges[-1] - edges[0]) * box.width
            sketch.text(
                x, placed(box, axis.scale, value) - 8, text, ha="center", **style_of(sketch)
            )


def _shown_step(edges: list[float]) -> float:
    """What says how many decimals edges need: whole steps may begin at a fraction."""
    step = edges[1] - edges[0]
    return step if edges[0].is_integer() or not step.is_integer() else step / 10
