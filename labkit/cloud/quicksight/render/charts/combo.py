"""Combo charts: bars and lines over the same categories.

Source: https://docs.aws.amazon.com/quicksight/latest/user/combo-charts.html
"""

from __future__ import annotations

from labkit.cloud.quicksight.render.axes import Numeric, placed, scale_of, upright
from labkit.cloud.quicksight.render.charts.bar_labels import Bar, arrangement, label_bars
from labkit.cloud.quicksight.render.charts.bars import add_bars, bars_of, fitting
from labkit.cloud.quicksight.render.charts.line_marks import add_line, settings
from labkit.cloud.quicksight.render.headings import axis_title, named
from labkit.cloud.quicksight.render.labels import short
from labkit.cloud.quicksight.render.legend import legend
from labkit.cloud.quicksight.render.reference import reference_lines, reference_values
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import Scale
from labkit.cloud.quicksight.render.series import Table, table
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.values import Taken, asked, style_of


@chart("ComboChartVisual")
def combo_chart(sketch: Sketch) -> None:
    bars = fitting(
        sketch, table(sketch, "Category", ["BarValues"], "Colors"), sketch.box.width - 90
    )
    lines = fitting(
        sketch,
        table(sketch, "Category", ["LineValues"], offset=len(bars.series)),
        sketch.box.width - 90,
    )
    entries = [(each.label, each.color) for each in (*bars.series, *lines.series)]
    title = named(sketch, "ColorLabelOptions", bars.color.label if bars.color else "")
    sketch = legend(sketch, entries, title)
    drawn = bars_of(bars, arrangement(sketch))
    single = sketch.option("SingleAxisOptions", "YAxisOptions") is not None
    ends = [each.end for each in drawn]
    line_ends = [value for each in lines.series for value in each.known]
    left = _axis(
        sketch,
        "Primary",
        bars if bars.series else lines,
        ends + (line_ends if single or not ends else []),
    )
    right = (
        None if single or not (ends and line_ends) else _axis(sketch, "Secondary", lines, line_ends)
    )
    wider = bars if bars.series else lines
    axes, box = upright(
        sketch,
        wider.labels,
        left,
        right=right,
        options=sketch.option("CategoryAxis"),
        title=axis_title(
            sketch, "CategoryLabelOptions", wider.category.label if wider.category else ""
        ),
        room_above=14,
    )
    add_bars(sketch, axes, bars, drawn, left.scale, lying=False)
    scale = right.scale if right else left.scale
    second = sketch.axes(box, (-0.5, len(wider.categories) - 0.5), scale.ends) if right else axes
    for each in lines.series:
        style = {"MarkerStyleSettings": {"MarkerVisibility": "VISIBLE"}} | dict(
            settings(sketch, each, "FieldComboSeriesItem", "DataFieldComboSeriesItem")
        )
        add_line(sketch, second, lines, each, range(len(lines.categories)), scale, style)
    labels = _label_bars(sketch, bars, drawn, left.scale, box)
    _label_lines(sketch, lines, box, scale, labels)
    reference_lines(sketch, box, left.scale)
    if right:
        reference_lines(sketch, box, right.scale, axis="SECONDARY_YAXIS")


def _axis(sketch: Sketch, side: str, shown: Table, values: list[float]) -> Numeric:
    options = sketch.option(f"{side}YAxisDisplayOptions")
    values = values + reference_values(sketch, f"{side.upper()}_YAXIS")
    field = shown.series[0].field if shown.series else None
    label = field.label if field and (len(shown.series) == 1 or shown.color) else ""
    return Numeric(
        scale_of(values, options, sketch.box.height, bars=True),
        field,
        options,
        axis_title(sketch, f"{side}YAxisLabelOptions", label),
    )


def _label_bars(sketch: Sketch, shown: Table, bars: list[Bar], scale: Scale, box: Box) -> Taken:
    """Write the values of bars as a bar chart does; what they take is not free for others."""
    labels = sketch.option("BarDataLabels", default={})
    settings = {**(sketch.visual.get("ChartConfiguration") or {}), "DataLabels": labels}
    own = sketch.within(sketch.box, visual={**sketch.visual, "ChartConfiguration": settings})
    before, taken = len(sketch.picture.texts), Taken()
    wanted = bool(asked(own))
    label_bars(own, shown, bars, scale, box, lying=False, wanted=wanted)
    for each in sketch.picture.texts[before:]:
        taken.free(*each.get_position(), each.get_text(), style_of(own)["size"])
    return taken


def _label_lines(sketch: Sketch, shown: Table, box: Box, scale: Scale, taken: Taken) -> None:
    member = "LineDataLabels"
    if not asked(sketch, member):
        return
    style, step = style_of(sketch, member), box.width / max(len(shown.categories), 1)
    over = sketch.option(member, "Overlap") == "ENABLE_OVERLAP"
    for series in shown.series:
        for at, value in enumerate(series.values):
            if value is None:
                continue
            x, y = box.left + (at + 0.5) * step, placed(box, scale, value) - 9
            text = short(value, series.field)
            if taken.free(x, y, text, style["size"]) or over:
                sketch.text(x, y, text, ha="center", **style)
