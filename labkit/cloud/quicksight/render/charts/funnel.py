"""Funnel charts: how much is left from stage to stage.

Source: https://docs.aws.amazon.com/quicksight/latest/user/funnel-visual-content.html
"""

from __future__ import annotations

from matplotlib.patches import Rectangle

from labkit.cloud.quicksight.render.colors import ink, series_color
from labkit.cloud.quicksight.render.headings import axis_title
from labkit.cloud.quicksight.render.labels import counted, full, percent, short
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.series import Table, table
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import cut, widest, width
from labkit.cloud.quicksight.render.values import style_of

HIGHEST = 56


@chart("FunnelChartVisual")
def funnel(sketch: Sketch) -> None:
    shown = table(sketch, "Category", ["Values"])
    series = shown.series[0]
    values = [each or 0.0 for each in series.values]
    if below := sum(each < 0 for each in values):
        sketch.note(f"A funnel has no bar for {counted(below, 'value')} below zero.")
    title = axis_title(
        sketch, "CategoryLabelOptions", shown.category.label if shown.category else ""
    )
    if title:
        title.write(sketch, sketch.box.left, sketch.box.top + 6, sketch.box.width)
        sketch = sketch.within(sketch.box.inset(top=18))
    names = shown.names if sketch.shows("DataLabelOptions", "CategoryLabelVisibility") else []
    room = min(widest(names, 11), sketch.box.width * 0.3) + 10 if names else 0
    texts = [
        "null" if known is None else _text(sketch, shown, values, at)
        for at, known in enumerate(series.values)
    ]
    right = widest(texts, 10.5) + 10 if _labelled(sketch) else 0
    box = sketch.box.inset(left=room, right=right if right > room else room * 0.4)
    step = min(box.height / max(len(values), 1), HIGHEST)
    top = box.top + (box.height - step * len(values)) / 2
    axes = sketch.axes(
        box.inset(top=top - box.top, bottom=box.bottom - top - step * len(values)),
        (-0.5, 0.5),
        (len(values) - 0.5, -0.5),
    )
    largest, style = max([*values, 0.0]) or 1, style_of(sketch, "DataLabelOptions")
    if step < 12:
        sketch.note("The stages are too many to bear names.")
    for at, value in enumerate(values):
        share = max(value, 0.0) / largest
        key = shown.categories[at]
        color = series_color(sketch, shown.category or series.field, key, "", 0)
        bar = Rectangle((-share / 2, at - 0.43), share, 0.86, facecolor=color)
        axes.add_artist(bar)
        told = full(series.values[at], series.field)
        sketch.mark(bar, shown.names[at], told, [(shown.category, key)])
        y = top + step * (at + 0.5)
        if names and step >= 12:
            sketch.text(sketch.box.left, y, cut(names[at], room - 10, 11), size=11)
        if _labelled(sketch) and step >= 12:
            inside = width(texts[at], style["size"]) < share * box.width - 10
            label = style | ({} if inside else {"color": sketch.theme.foreground})
            colored = {"color": ink(color)} if inside else {}
            x = box.centre[0] if inside else box.centre[0] + share * box.width / 2 + 6
            sketch.text(x, y, texts[at], ha="center" if inside else "left", **{**colored, **label})


def _labelled(sketch: Sketch) -> bool:
    return sketch.shows("DataLabelOptions") and sketch.shows(
        "DataLabelOptions", "MeasureLabelVisibility"
    )


def _text(sketch: Sketch, shown: Table, values: list[float], at: int) -> str:
    how = sketch.option(
        "DataLabelOptions", "MeasureDataLabelStyle", default="VALUE_AND_PERCENTAGE_BY_FIRST_STAGE"
    )
    whole = values[0] if how.endswith("FIRST_STAGE") else values[max(at - 1, 0)]
    value = values[at]
    share = percent(value / whole) if whole > 0 else "–"
    text = short(int(value) if value.is_integer() else value, shown.series[0].field)
    if how == "VALUE_ONLY":
        return text
    return share if how.startswith("PERCENTAGE") else f"{text} ({share})"
