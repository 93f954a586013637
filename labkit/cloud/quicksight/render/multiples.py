"""Small multiples: the same chart once for each value of a field.

Source: https://docs.aws.amazon.com/quicksight/latest/user/small-multiples.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import ceil, sqrt
from typing import Any

from labkit.cloud.quicksight.render.labels import font_of, full, pixels
from labkit.cloud.quicksight.render.reference import PATTERNS
from labkit.cloud.quicksight.render.scales import number
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import cut
from labkit.cloud.quicksight.visuals.model import Field, VisualData

GUTTER, HEAD, SMALLEST = 18, 18, (130, 90)


def multiples(
    sketch: Sketch, panel: Callable[[Sketch], None], wells: Sequence[str], *, stacked: bool = False
) -> None:
    """Draw the chart once, or once a value of the field in ``SmallMultiples``."""
    by = next(iter(sketch.data.well("SmallMultiples")), None)
    if by is None:
        panel(sketch)
        return
    keys = sketch.data.in_order(by, sketch.data.values(by))
    rows, columns = _grid(sketch, len(keys))
    if len(keys) > rows * columns:
        sketch.note(f"Shows the first {rows * columns} of {len(keys)} panels.")
    shared = _range(sketch, by, wells, stacked)
    categories = _categories(sketch)
    for at, key in enumerate(keys[: rows * columns]):
        box = _place(sketch.box, rows, columns, at, _gutter(sketch))
        inner = _framed(sketch, box, full(key, by))
        data = _only(sketch.data, by, key)
        panel(sketch.within(inner, data=data, range=shared, categories=categories, is_panel=True))


def _grid(sketch: Sketch, count: int) -> tuple[int, int]:
    most_across = max(1, int((sketch.box.width + GUTTER) / (SMALLEST[0] + GUTTER)))
    most_down = max(1, int((sketch.box.height + GUTTER) / (SMALLEST[1] + HEAD + GUTTER)))
    shape = sketch.box.width / max(sketch.box.height, 1) / 1.5
    columns = sketch.option("SmallMultiplesOptions", "MaxVisibleColumns") or max(
        1, round(sqrt(count * shape))
    )
    columns = min(int(columns), most_across, count)
    rows = sketch.option("SmallMultiplesOptions", "MaxVisibleRows") or ceil(count / columns)
    return min(int(rows), most_down, ceil(count / columns)), columns


def _gutter(sketch: Sketch) -> float:
    """The space between two panels."""
    panel = sketch.option("SmallMultiplesOptions", "PanelConfiguration", default={})
    if panel.get("GutterVisibility") == "HIDDEN":
        return 0.0
    return pixels(panel.get("GutterSpacing"), GUTTER)


def _place(box: Box, rows: int, columns: int, at: int, gutter: float) -> Box:
    row, column = divmod(at, columns)
    wide = (box.width - gutter * (columns - 1)) / columns
    high = (box.height - gutter * (rows - 1)) / rows
    left, top = box.left + column * (wide + gutter), box.top + row * (high + gutter)
    return Box(left, top, left + wide, top + high)


def _framed(sketch: Sketch, box: Box, key: str) -> Box:
    """Draw a panel's ground, border and title; returns the room for the chart."""
    panel = sketch.option("SmallMultiplesOptions", "PanelConfiguration", default={})
    fill, edge = (_shown(panel, part) for part in ("Background", "Border"))
    if fill or edge:
        sketch.rect(
            box,
            (panel.get("BackgroundColor") or sketch.theme.panel) if fill else "none",
            zorder=-2,
            edgecolor=panel.get("BorderColor") or sketch.theme.quiet,
            linewidth=pixels(panel.get("BorderThickness"), 1) if edge else 0,
            linestyle=PATTERNS[panel.get("BorderStyle", "SOLID")],
        )
        box = box.inset(left=6, top=4, right=6, bottom=4)
    title = panel.get("Title") or {}
    if title.get("Visibility") != "HIDDEN":
        style: dict[str, Any] = {"bold": True, **font_of(title.get("FontConfiguration"), 11)}
        label = cut(key, box.width, style["size"], bold=style["bold"])
        asked = str(title.get("HorizontalTextAlignment", "AUTO"))
        ha = {"CENTER": "center", "RIGHT": "right"}.get(asked, "left")
        x = {"left": box.left, "center": box.centre[0], "right": box.right}[ha]
        sketch.text(x, box.top + 6, label, ha=ha, **style)
    return box.inset(top=HEAD)


def _shown(panel: Mapping[str, Any], part: str) -> bool:
    """Whether a panel's background or border is asked for, or something about it."""
    asked = panel.get(f"{part}Visibility")
    about = any(name.startswith(part) for name in panel if name != f"{part}Visibility")
    return asked == "VISIBLE" or (about and asked != "HIDDEN")


def _only(data: VisualData, by: Field, key: object) -> VisualData:
    at = data.fields.index(by)
    return replace(
        data,
        fields=(*data.fields[:at], *data.fields[at + 1 :]),
        rows=[(*row[:at], *row[at + 1 :]) for row in data.rows if row[at] == key],
        others=None,
    )


def _categories(sketch: Sketch) -> tuple[object, ...] | None:
    """The categories that all panels show, unless each has its own."""
    category = next(iter(sketch.data.well("Category")), None)
    own = sketch.option("SmallMultiplesOptions", "XAxis", "Scale") == "INDEPENDENT"
    if category is None or own or sketch.kind == "PieChartVisual":
        return None
    return tuple(sketch.data.in_order(category, sketch.data.values(category)))


def _range(
    sketch: Sketch, by: Field, wells: Sequence[str], stacked: bool
) -> tuple[float, float] | None:
    """The ends of all panels' values, unless each panel has a scale of its own."""
    if sketch.option("SmallMultiplesOptions", "YAxis", "Scale") == "INDEPENDENT":
        return None
    fields = sketch.data.well(*wells)
    category = next(iter(sketch.data.well("Category")), None)
    sums: dict[object, float] = {}
    for row in sketch.data.records():
        for each in fields:
            key = (row[by.id], row[category.id] if category else None)
            key = key if stacked else (*key, each.id, len(sums))  # type: ignore[assignment]
            sums[key] = sums.get(key, 0.0) + (number(row[each.id]) or 0.0)
    ends = [0.0, *sums.values()]
    return min(ends), max(ends)
