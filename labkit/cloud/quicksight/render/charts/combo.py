"""Combo charts: bars and lines over the same categories.

Source: https://docs.aws.amazon.com/quicksight/latest/user/combo-charts.html
"""

from __future__ import annotations

from labkit.cloud.quicksight.render.axes import Numeric, scale_of, upright
from labkit.cloud.quicksight.render.charts.bar_labels import arrangement
from labkit.cloud.quicksight.render.charts.bars import add_bars, bars_of, fitting
from labkit.cloud.quicksight.render.charts.combo_labels import label_combo
from labkit.cloud.quicksight.render.charts.line_marks import add_line, settings
from labkit.cloud.quicksight.render.headings import axis_title, named
from labkit.cloud.quicksight.render.legend import legend
from labkit.cloud.quicksight.render.reference import reference_lines, reference_values
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.series import Table, table
from labkit.cloud.quicksight.render.sketch import Sketch


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
    label_combo(sketch, bars, drawn, lines, box, (left.scale, scale))
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
