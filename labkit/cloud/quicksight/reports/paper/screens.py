"""Interactive sheets on paper: what a screen shows, on landscape pages.

A tiled layout has 36 columns. What stands side by side is never broken; a page ends between the
rows of visuals. The name of the sheet stands on each page, the choices of its controls below it.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GridLayoutConfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.reports.paper import flows
from labkit.cloud.quicksight.reports.paper.elements import Place, Press
from labkit.cloud.quicksight.reports.paper.sizes import MM, PX, Paper, Sides
from labkit.cloud.quicksight.reports.reading import Reading
from labkit.cloud.quicksight.reports.tables import shown

Json = Mapping[str, Any]
COLUMNS, WIDE_PX, ROW_PX, GAP = 36, 1120.0, 26.0, 4.0
EDGE, HEADER, FOOTER = 10 * MM, 40.0, 18.0


def screen_pages(reading: Reading, sheet: Json, layout: Json) -> tuple[Json, Press]:
    """An interactive sheet as the typesetter takes it, and the press that has its pictures."""
    paper = replace(
        Paper.of({"PaperSize": "A4", "PaperOrientation": "LANDSCAPE"}),
        margin=Sides(EDGE, EDGE, EDGE, EDGE),
    )
    high = paper.height - 2 * EDGE - HEADER - FOOTER
    press = Press(reading, sheet, high)
    placed = _items(sheet, layout)
    scale = paper.room / max((place.x + place.width for _, place in placed), default=paper.room)
    blocks = list(flows.flow(press, placed))
    page = {
        "width": paper.width,
        "height": paper.height,
        "margin": vars(paper.margin),
        "header": {"height": HEADER, "elements": [_heading(reading, sheet, paper)]},
        "footer": {"height": FOOTER, "elements": [_numbers(paper)]},
        "flow": [_scaled(block, scale, high) for block in blocks],
    }
    return page, press


def _items(sheet: Json, layout: Json) -> list[flows.Item]:
    """The elements and their places, whatever the layout is."""
    [(kind, said)] = layout.items()
    elements: Sequence[Json] = said.get("Elements") or ()
    if kind == "FreeFormLayout":
        return flows.items(elements)
    wide = WIDE_PX / COLUMNS
    next_row = 0
    found = []
    for each in elements:
        row = each.get("RowIndex", next_row)
        next_row = row + each["RowSpan"]
        left = each.get("ColumnIndex", 0)
        place = Place(
            left * wide, row * ROW_PX, each["ColumnSpan"] * wide, each["RowSpan"] * ROW_PX
        )
        found.append((each, _inset(place)))
    return sorted(found, key=lambda item: (item[1].y, item[1].x))


def _inset(place: Place) -> Place:
    """A tile within its gaps, in points."""
    return Place(
        place.x * PX + GAP / 2,
        place.y * PX + GAP / 2,
        place.width * PX - GAP,
        place.height * PX - GAP,
    )


def _scaled(block: Json, scale: float, high: float) -> Json:
    """A band made to fit the page's width, and its height."""
    if block["kind"] == "gap":
        return {**block, "height": block["height"] * scale}
    if block["kind"] != "fixed":
        return block
    factor = min(scale, high / block["height"])
    return {**block, "height": block["height"] * factor, "scale": factor}


def _heading(reading: Reading, sheet: Json, paper: Paper) -> Json:
    name = str(sheet.get("Title") or sheet.get("Name") or "")
    title = {"kind": "text", "text": name or reading.name, "size": 15.0, "bold": True}
    lines = [{"align": "left", "runs": [title | {"color": "", "back": ""}]}]
    chosen = ", ".join(
        f"{name}: {shown(value)}" for name, value in reading.parameters.items() if shown(value)
    )
    below = " · ".join(filter(None, [reading.name if name else "", chosen]))
    quiet = {"kind": "text", "text": below, "size": 8.5, "color": reading.theme.quiet, "back": ""}
    if below:
        lines.append({"align": "left", "runs": [quiet]})
    return {"x": 0, "y": 0, "w": paper.room, "h": HEADER, "kind": "text", "paragraphs": lines}


def _numbers(paper: Paper) -> Json:
    def run(kind: str, text: str) -> Json:
        return {"kind": kind, "text": text, "size": 8.5, "color": "#545B64", "back": ""}

    runs = [run("text", "Page "), run("page", "0"), run("text", " of "), run("pages", "0")]
    lines = [{"align": "right", "runs": runs}]
    return {"x": 0, "y": 6, "w": paper.room, "h": FOOTER - 6, "kind": "text", "paragraphs": lines}


def layout_of(sheet: Json) -> Json:
    """A sheet's layout; of a sheet without one, its visuals two in a row."""
    for each in sheet.get("Layouts") or ():
        found: Json = each["Configuration"]
        return found
    ids = [walk.body_of(each)[1]["VisualId"] for each in sheet.get("Visuals") or ()]
    tiles = [
        {
            "ElementId": id,
            "ElementType": "VISUAL",
            "ColumnIndex": 18 * (at % 2),
            "ColumnSpan": 18,
            "RowIndex": 12 * (at // 2),
            "RowSpan": 12,
        }
        for at, id in enumerate(ids)
    ]
    return {"GridLayout": {"Elements": tiles}}
