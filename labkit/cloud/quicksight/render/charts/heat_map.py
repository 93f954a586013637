"""Heat maps: a colour for each pair of two fields' values.

Source: https://docs.aws.amazon.com/quicksight/latest/user/heat-map.html
"""

from __future__ import annotations

from matplotlib.patches import Rectangle

from labkit.cloud.quicksight.render.axes import visible
from labkit.cloud.quicksight.render.axis_labels import LINE, label_style
from labkit.cloud.quicksight.render.colors import ColorScale, ink
from labkit.cloud.quicksight.render.headings import SIZE, axis_title
from labkit.cloud.quicksight.render.labels import dates, full, short
from labkit.cloud.quicksight.render.legend import color_legend
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import number, numbers, thinned
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import cut, widest, width
from labkit.cloud.quicksight.render.values import asked, style_of
from labkit.cloud.quicksight.visuals.model import Field

SMALLEST = 4


@chart("HeatMapVisual")
def heat_map(sketch: Sketch) -> None:
    data = sketch.data
    down = next(iter(data.well("Rows")), None)
    along = next(iter(data.well("Columns")), None)
    value = data.well("Values")[0]
    cells = {
        (row[down.id] if down else None, row[along.id] if along else None): row[value.id]
        for row in data.records()
    }
    scale = ColorScale(sketch, numbers(cells.values()), sketch.option("ColorScale"))
    sketch = color_legend(sketch, scale, value)
    rows = list(dict.fromkeys(each for each, _ in cells))
    columns = list(dict.fromkeys(each for _, each in cells))
    columns = data.in_order(along, columns) if along else columns
    box = _framed(sketch, down, along, rows, columns)
    rows = _fitting(sketch, rows, box.height, "rows")
    columns = _fitting(sketch, columns, box.width, "columns")
    _row_labels(sketch, box, down, rows)
    _column_labels(sketch, box, along, columns)
    axes = sketch.axes(box, (0, len(columns)), (len(rows), 0))
    wide, high = box.width / len(columns), box.height / len(rows)
    texts = [short(each, value) for each in cells.values() if each is not None]
    fits = widest(texts, 10.5) + 6 < wide and high > 15
    labelled = fits and (asked(sketch) or (asked(sketch) is None and len(cells) <= 80))
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            found = number(cells.get((row, column)))
            color = scale(found)
            cell = Rectangle(
                (x, y),
                1,
                1,
                facecolor=color,
                edgecolor=sketch.theme.background,
                linewidth=1.2 if min(wide, high) > 8 else 0,
                transform=axes.transData,
            )
            sketch.picture.add_artist(cell)
            keys = [(down, row), (along, column)]
            told = [full(key, field) for field, key in keys if field]
            sketch.mark(cell, " · ".join(told), full(cells.get((row, column)), value), keys)
            if labelled and found is not None:
                sketch.text(
                    box.left + (x + 0.5) * wide,
                    box.top + (y + 0.5) * high,
                    short(cells[row, column], value),
                    ha="center",
                    **{"color": ink(color), **style_of(sketch)},
                )


def _framed(
    sketch: Sketch,
    down: Field | None,
    along: Field | None,
    rows: list[object],
    columns: list[object],
) -> Box:
    box = sketch.box
    title = axis_title(sketch, "RowLabelOptions", down.label if down else "")
    if title:
        title.write(sketch, box.left, box.top + 6, box.width)
        box = box.inset(top=18)
    title = axis_title(sketch, "ColumnLabelOptions", along.label if along else "")
    if title:
        title.write(sketch, box.centre[0], box.bottom - 7, box.width, "center")
        box = box.inset(bottom=18)
    left = min(widest(_labels(rows, down), SIZE), sketch.box.width * 0.3) + 8 if down else 0
    if not visible(sketch.option("RowAxisDisplayOptions"), "TickLabelOptions", "LabelOptions"):
        left = 0
    lines = 2 if any("\n" in each for each in _labels(columns, along)) else 1
    shown = visible(sketch.option("ColumnAxisDisplayOptions"), "TickLabelOptions", "LabelOptions")
    return box.inset(left=left, bottom=lines * LINE + 6 if along and shown else 0)


def _labels(values: list[object], field: Field | None) -> list[str]:
    if field is None:
        return [""] * len(values)
    if field.kind == "date":
        return dates(values, field)
    return [full(each, field) for each in values]


def _fitting(sketch: Sketch, values: list[object], room: float, what: str) -> list[object]:
    most = max(1, int(room / SMALLEST))
    if len(values) > most:
        sketch.note(f"Shows the first {most} of {len(values)} {what}.")
    return values[:most]


def _row_labels(sketch: Sketch, box: Box, field: Field | None, rows: list[object]) -> None:
    options = sketch.option("RowAxisDisplayOptions")
    if field is None or not visible(options, "TickLabelOptions", "LabelOptions"):
        return
    step = box.height / len(rows)
    every = max(1, -(-int(LINE) // max(int(step), 1)))
    style = label_style(options)
    for at, label in list(enumerate(_labels(rows, field)))[::every]:
        text = cut(label.replace("\n", " "), box.left - sketch.box.left - 8, style["size"])
        sketch.text(box.left - 8, box.top + (at + 0.5) * step, text, ha="right", **style)


def _column_labels(sketch: Sketch, box: Box, field: Field | None, columns: list[object]) -> None:
    options = sketch.option("ColumnAxisDisplayOptions")
    if field is None or not visible(options, "TickLabelOptions", "LabelOptions"):
        return
    step, style = box.width / len(columns), label_style(options)
    labels = [each.split("\n") for each in _labels(columns, field)]
    if all(len(each) == 1 for each in labels) and step > 40:
        labels = [[cut(each[0], step - 7, style["size"])] for each in labels]
    every = thinned([width(each[0], style["size"]) + 6 for each in labels], box.width)
    for at, lines in list(enumerate(labels))[::every]:
        for row, line in enumerate(lines):
            sketch.text(
                box.left + (at + 0.5) * step,
                box.bottom + 6 + LINE * (row + 0.5),
                line,
                ha="center",
                **{"color": sketch.theme.quiet, **style},
            )
