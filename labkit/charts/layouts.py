"""Where visuals stand on a sheet: a grid of 36 columns, filled from left to right.

Other layouts (free form, paginated sections) are kept as they are; a new visual of a free form goes
below all others. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GridLayoutConfiguration.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.charts import parts as chart_parts
from labkit.charts.edits import Analysis, drop_elements, edit
from labkit.charts.fields import Definition
from labkit.errors import NoChart

COLUMNS, ROWS = 36, 12
_FREE_WIDTH, _FREE_HEIGHT = 800, 400


@edit
def move(made: Analysis, *, visual: str, by: int) -> None:
    """Let a visual and a neighbour change places: -1 to the front, 1 to the end."""
    sheet = chart_parts.visual(made.definition, visual).sheet
    elements = _in_order(_grid(sheet))
    at = next(i for i, each in enumerate(elements) if each["ElementId"] == visual)
    to = min(max(at + by, 0), len(elements) - 1)
    elements.insert(to, elements.pop(at))
    _flow(sheet, elements)


@edit
def resize(made: Analysis, *, visual: str, columns: int = 0, rows: int = 0) -> None:
    """Give a visual so many of the grid's columns and rows; 0 leaves them."""
    sheet = chart_parts.visual(made.definition, visual).sheet
    elements = _in_order(_grid(sheet))
    for each in elements:
        if each["ElementId"] == visual:
            each["ColumnSpan"] = min(max(columns, 4), COLUMNS) if columns else each["ColumnSpan"]
            each["RowSpan"] = min(max(rows, 4), 60) if rows else each["RowSpan"]
    _flow(sheet, elements)


def add(sheet: Definition, element: str, *, after: str = "") -> None:
    """A place for a new visual: at the end, or after another one.

    Raises:
        NoChart: the sheet is paginated.
    """
    kind = kind_of(sheet)
    if kind == "GridLayout":
        elements = [each for each in _in_order(_grid(sheet)) if each["ElementId"] != element]
        size = next((e for e in elements if e["ElementId"] == after), {})
        new = {
            "ElementId": element,
            "ElementType": "VISUAL",
            "ColumnIndex": 0,
            "ColumnSpan": size.get("ColumnSpan", COLUMNS // 2),
            "RowIndex": 0,
            "RowSpan": size.get("RowSpan", ROWS),
        }
        at = elements.index(size) + 1 if size else len(elements)
        _flow(sheet, [*elements[:at], new, *elements[at:]])
    elif kind == "FreeFormLayout":
        _add_below(sheet, element)
    else:
        raise NoChart("A paginated sheet is laid out by code, not here.")


def remove(sheet: Definition, element: str) -> None:
    """Take an element's place away; the others close up."""
    drop_elements(sheet, element)
    if kind_of(sheet) == "GridLayout":
        _flow(sheet, _in_order(_grid(sheet)))


def places(sheet: Definition) -> dict[str, dict[str, int]]:
    """Column, row and spans of each visual in the grid; in other layouts one below another."""
    ids = [next(iter(each.values()))["VisualId"] for each in sheet.get("Visuals", ())]
    if kind_of(sheet) != "GridLayout":
        half = COLUMNS // 2
        return {
            each: {"column": half * (at % 2), "span": half, "row": ROWS * (at // 2), "rows": ROWS}
            for at, each in enumerate(ids)
        }
    elements = {each["ElementId"]: each for each in _grid(sheet)}
    found = _flowed([elements.get(each) or _loose(each) for each in ids if each not in elements])
    elements |= {each["ElementId"]: each for each in found}
    return {
        each: {
            "column": elements[each]["ColumnIndex"],
            "span": elements[each]["ColumnSpan"],
            "row": elements[each]["RowIndex"],
            "rows": elements[each]["RowSpan"],
        }
        for each in ids
    }


def kind_of(sheet: Definition) -> str:
    """The layout's member of the API's union."""
    for layout in sheet.get("Layouts", ()):
        return str(next(iter(layout["Configuration"])))
    return "GridLayout"


def _grid(sheet: Definition) -> list[Definition]:
    """The grid's elements, which a sheet without a layout gets now.

    Raises:
        NoChart: the sheet has another layout.
    """
    if kind_of(sheet) != "GridLayout":
        raise NoChart("Only the visuals of a tiled sheet are moved and resized here.")
    if not sheet.get("Layouts"):
        sheet["Layouts"] = [{"Configuration": {"GridLayout": {"Elements": []}}}]
    grid = sheet["Layouts"][0]["Configuration"]["GridLayout"]
    elements: list[Definition] = grid.setdefault("Elements", [])
    known = {each["ElementId"] for each in elements}
    ids = [next(iter(each.values()))["VisualId"] for each in sheet.get("Visuals", ())]
    elements += [_loose(each) for each in ids if each not in known]
    return elements


def _loose(element: str) -> Definition:
    return {
        "ElementId": element,
        "ElementType": "VISUAL",
        "ColumnSpan": COLUMNS // 2,
        "RowSpan": ROWS,
    }


def _in_order(elements: list[Definition]) -> list[Definition]:
    last = 10**6
    return sorted(elements, key=lambda e: (e.get("RowIndex", last), e.get("ColumnIndex", last)))


def _flow(sheet: Definition, elements: list[Definition]) -> None:
    _grid(sheet)
    grid = sheet["Layouts"][0]["Configuration"]["GridLayout"]
    grid["Elements"] = _flowed(elements)


def _flowed(elements: list[Definition]) -> list[Definition]:
    """Elements from left to right; a row is as high as its highest."""
    column = row = height = 0
    made = []
    for each in elements:
        if column + each["ColumnSpan"] > COLUMNS:
            column, row, height = 0, row + height, 0
        made.append({**each, "ColumnIndex": column, "RowIndex": row})
        column, height = column + each["ColumnSpan"], max(height, each["RowSpan"])
    return made


def _add_below(sheet: Definition, element: str) -> None:
    elements = sheet["Layouts"][0]["Configuration"]["FreeFormLayout"]["Elements"]
    ends = [_pixels(each["YAxisLocation"]) + _pixels(each["Height"]) for each in elements]
    elements.append(
        {
            "ElementId": element,
            "ElementType": "VISUAL",
            "XAxisLocation": "0px",
            "YAxisLocation": f"{max(ends, default=0) + 16}px",
            "Width": f"{_FREE_WIDTH}px",
            "Height": f"{_FREE_HEIGHT}px",
        }
    )


def _pixels(text: Any) -> int:
    return round(float(re.sub(r"[^\d.]", "", str(text)) or 0))
