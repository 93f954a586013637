"""Tables: a column for each field.

Source: https://docs.aws.amazon.com/quicksight/latest/user/tabular.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from labkit.cloud.quicksight.render.cells import Cell, Grid, Look
from labkit.cloud.quicksight.render.colors import mix
from labkit.cloud.quicksight.render.conditions import color_for, icon_for
from labkit.cloud.quicksight.render.grid import draw_grid
from labkit.cloud.quicksight.render.labels import full
from labkit.cloud.quicksight.render.links import field_options, link
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import number, numbers
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Field

LEAST = 8  # pixels: the lowest row that a definition can ask for


@chart("TableVisual")
def table_chart(sketch: Sketch) -> None:
    grid, foot, count = table_grid(sketch)
    draw_grid(sketch, grid, foot=foot, count=count)


def table_grid(sketch: Sketch) -> tuple[Grid, list[Cell] | None, int]:
    """A table's cells, the row of totals below them, and how many rows it has in all."""
    fields = _fields(sketch)
    header = Look(sketch.option("TableOptions", "HeaderStyle", default={}))
    heads = [[_head(sketch, each) for each in fields]]
    rows = [[_cell(sketch, each, row) for each in fields] for row in _records(sketch)]
    total = _total(sketch, fields)
    start = sketch.option("TotalOptions", "Placement") == "START"
    if header.style.get("Visibility") == "HIDDEN":
        heads = []
    if total and start:
        rows.insert(0, total)
    cells = [*heads, *rows]
    transposed = sketch.option("TableOptions", "Orientation") == "HORIZONTAL"
    if transposed:
        lines = zip(*cells, *([total] if total and not start else []), strict=True)
        cells = [[replace(each, right=at > 0) for at, each in enumerate(line)] for line in lines]
        heads, total = [], None
    grid = Grid(
        cells,
        len(heads),
        header,
        Look(sketch.option("TableOptions", "CellStyle", default={})),
        stripes(sketch),
        _asked_widths(sketch, fields),
    )
    return grid, None if start else total, 0 if transposed else len(sketch.data.rows)


def stripes(sketch: Sketch) -> Sequence[str]:
    """The colours that rows take in turn."""
    options = sketch.option("TableOptions", "RowAlternateColorOptions", default={})
    if options.get("Status") != "ENABLED":
        return ()
    colors = options.get("RowAlternateColors") or [sketch.theme.panel]
    primary = options.get("UsePrimaryBackgroundColor", "ENABLED") != "DISABLED"
    return [sketch.theme.background, *colors] if primary else colors


def formatted(
    sketch: Sketch, formats: Sequence[Mapping[str, Any]], row: Mapping[str, Any]
) -> dict[str, Any]:
    """What conditional formats make of a cell: its colours and its icon, which may be all of it."""
    found: dict[str, Any] = {}
    for each in formats:
        fill = color_for(sketch, each.get("BackgroundColor"), row)
        color = color_for(sketch, each.get("TextColor"), row)
        icon = icon_for(sketch, each.get("Icon"), row)
        found |= {
            key: value for key, value in (("fill", fill), ("color", color), ("icon", icon)) if value
        }
        if icon and _is_alone(each["Icon"]):
            found["text"] = ""
    return found


def _is_alone(icon: Mapping[str, Any]) -> bool:
    shown = (icon.get("CustomCondition") or {}).get("DisplayConfiguration") or {}
    return bool(shown.get("IconDisplayOption") == "ICON_ONLY")


def _fields(sketch: Sketch) -> list[Field]:
    options = field_options(sketch)
    shown = [
        each
        for each in sketch.data.fields
        if each.is_seen and options.get(each.id, {}).get("Visibility") != "HIDDEN"
    ]
    order = list(sketch.option("FieldOptions", "Order", default=[]))
    return sorted(shown, key=lambda each: order.index(each.id) if each.id in order else len(order))


def _records(sketch: Sketch) -> list[dict[str, Any]]:
    """The rows that may be seen: no more than a picture has pixels for."""
    return list(islice(sketch.data.records(), max(1, int(sketch.box.height / LEAST))))


def _head(sketch: Sketch, field: Field) -> Cell:
    label = field_options(sketch).get(field.id, {}).get("CustomLabel") or field.label
    return Cell(label, right=field.kind == "number", bold=True, is_header=True)


def _cell(sketch: Sketch, field: Field, row: Mapping[str, Any]) -> Cell:
    look = {"text": full(row[field.id], field, empty="")} | link(sketch, field, row[field.id])
    look |= _conditional(sketch, field, row)
    return Cell(
        right=field.kind == "number",
        label=field.label,
        keys=((field, row[field.id]),),
        bar=_bar(sketch, field, row),
        value=row[field.id],
        field=field,
        **look,
    )


def _conditional(sketch: Sketch, field: Field, row: Mapping[str, Any]) -> dict[str, Any]:
    options = (sketch.visual.get("ConditionalFormatting") or {}).get(
        "ConditionalFormattingOptions"
    ) or []
    whole = [each["Row"] for each in options if each.get("Row")]
    own = [
        each["Cell"].get("TextFormat") or {}
        for each in options
        if (each.get("Cell") or {}).get("FieldId") == field.id
    ]
    return formatted(sketch, [*whole, *own], row) if options else {}


def _bar(sketch: Sketch, field: Field, row: Mapping[str, Any]) -> tuple[float, str] | None:
    bars = (
        each.get("DataBars") or {}
        for each in sketch.option("TableInlineVisualizations", default=[])
    )
    options = next((each for each in bars if each.get("FieldId") == field.id), None)
    value = number(row[field.id])
    if options is None or value is None:
        return None
    largest = max(map(abs, numbers(sketch.data.values(field))), default=0) or 1
    color = options.get("PositiveColor") or sketch.theme.accent
    if value < 0:
        color = options.get("NegativeColor") or sketch.theme.danger
    style = sketch.option("TableOptions", "CellStyle", default={})
    ground = style.get("BackgroundColor") or sketch.theme.background
    return abs(value) / largest, mix(color, ground, 0.72)


def _total(sketch: Sketch, fields: Sequence[Field]) -> list[Cell] | None:
    options = sketch.option("TotalOptions", default={})
    if options.get("TotalsVisibility") != "VISIBLE" or not sketch.data.totals:
        return None
    look = Look(options.get("TotalCellStyle") or {})
    found = [(each, sketch.data.totals.get(each.id)) for each in fields]
    words = ["" if value is None else full(value, each) for each, value in found]
    if words and not words[0]:
        words[0] = options.get("CustomLabel") or "Total"
    return [
        Cell(
            text,
            right=each.kind == "number",
            bold=True,
            fill=look.fill or sketch.theme.panel,
            label=f"Total of {each.label}" if each.is_measure else "",
            value=sketch.data.totals.get(each.id, text),
            field=each,
            look=look,
        )
        for text, each in zip(words, fields, strict=True)
    ]


def _asked_widths(sketch: Sketch, fields: Sequence[Field]) -> dict[int, float]:
    options = field_options(sketch)
    asked = {at: options.get(each.id, {}).get("Width") for at, each in enumerate(fields)}
    return {at: float(each.removesuffix("px")) for at, each in asked.items() if each}
