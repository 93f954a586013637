"""Heat maps: a colour for each pair of two fields' values.

Source: https://docs.aws.amazon.com/quicksight/latest/user/heat-map.html
"""

from __future__ import annotations

from matplotlib.patches import Rectangle

from labkit.cloud.quicksight.render.axes import visible
from labkit.cloud.quicksight.render.axis_labels import LINE, bottom_labels, label_style, told_apart
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
SHORT = 40  # pixels; columns with longer names all bear them


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
    box = _framed(sketch, down, along, rows)
    columns = _fitting(sketch, columns, box.width, "columns")
    box = _column_labels(sketch, box, along, columns)
    rows = _fitting(sketch, rows, box.height, "rows")
    _row_labels(sketch, box, down, rows)
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


def _framed(sketch: Sketch, down: Field | None, along: Field | None, rows: list[object]) -> Box:
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
    return box.inset(left=left)


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
    style, room = label_style(options), box.left - sketch.box.left - 8
    labels = [each.replace("\n", " ").rstrip() for each in _labels(rows, field)]
    labels = told_apart(sketch, labels, room, style["size"])
    for at, label in list(enumerate(labels))[::every]:
        text = cut(label, room, style["size"])
        sketch.text(box.left - 8, box.top + (at + 0.5) * step, text, ha="right", **style)


def _column_labels(sketch: Sketch, box: Box, field: Field | None, columns: list[object]) -> Box:
    """Write the columns' names: short ones every so many-th, long ones as under bars."""
    options = sketch.option("ColumnAxisDisplayOptions")
    if field is None or not visible(options, "TickLabelOptions", "LabelOptions"):
        return box
    labels, size = _labels(columns, field), label_style(options)["size"]
    step = box.width / len(columns)
    places = [box.left + (at + 0.5) * step for at in range(len(columns))]
    is_short = widest(labels, size) < SHORT and not any("\n" in each for each in labels)
    every = thinned([width(each, size) + 9 for each in labels], box.width) if is_short else 1
    return bottom_labels(sketch, box, places[::every], labels[::every], options)
