"""Interactive sheets on paper: what a screen shows, on landscape pages.

A page is as high as A4, or a little higher where the sheet needs that; a longer one goes on over
pages. What stands side by side is never broken; a page ends between the rows of visuals. The name
of the sheet stands on each page, the values of its parameters below it.
Source: https://docs.aws.amazon.com/quicksight/latest/user/export-dashboard-to-pdf.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.quicksight.embedding.layout import places
from labkit.cloud.quicksight.render.text import wrap
from labkit.cloud.quicksight.reports.paper import flows
from labkit.cloud.quicksight.reports.paper.elements import Place, Press
from labkit.cloud.quicksight.reports.paper.sizes import MM, PX, Paper, Sides
from labkit.cloud.quicksight.reports.paper.text_boxes import PAGE, PAGES, plain_run
from labkit.cloud.quicksight.reports.reading import Reading
from labkit.cloud.quicksight.visuals.formats import parameter_text

Json = Mapping[str, Any]
WIDE_PX = 1120.0
EDGE, HEADER, FOOTER, SMALL = 10 * MM, 40.0, 18.0, 8.5
TALLER, LEADING, MOST_LINES = 1.5, 1.5, 8


def screen_pages(reading: Reading, sheet: Json) -> tuple[Json, Press]:
    """An interactive sheet as the typesetter takes it, and the press that has its pictures."""
    paper = replace(
        Paper.of({"PaperSize": "A4", "PaperOrientation": "LANDSCAPE"}),
        margin=Sides(EDGE, EDGE, EDGE, EDGE),
    )
    heading, above = _heading(reading, sheet, paper.room)
    high = paper.height - 2 * EDGE - above - FOOTER
    press = Press(reading, sheet, high, on_screen=True)
    scale = paper.room / (WIDE_PX * PX)
    blocks = list(flows.flow(press, _items(reading, sheet)))
    needed = sum(each["height"] for each in blocks) * scale
    if high < needed <= high * TALLER:
        paper, high = replace(paper, height=paper.height + needed - high + 1), needed + 1
    page = {
        "width": paper.width,
        "height": paper.height,
        "margin": vars(paper.margin),
        "header": _strip(above, 0, paper.room, "left", heading),
        "footer": _strip(FOOTER, 6, paper.room, "right", [_numbers(reading.theme.quiet)]),
        "flow": _fitted(blocks, scale, high),
    }
    return page, press


def _items(reading: Reading, sheet: Json) -> list[flows.Item]:
    """The elements and their places in points, whatever the layout is."""
    found = [
        (
            {"BackgroundStyle": {}, **each.style, "ElementId": each.id, "ElementType": each.type},
            Place(each.left * PX, each.top * PX, each.width * PX, each.height * PX),
        )
        for each in places(sheet, WIDE_PX, reading.parameters)
        if not each.type.endswith("CONTROL")  # their values stand at the head of the page
    ]
    return sorted(found, key=lambda item: (item[1].y, item[1].x))


def _fitted(blocks: Sequence[Json], scale: float, high: float) -> list[Json]:
    """Blocks made to fit the page's width, and its height together with the words above them."""
    found: list[Json] = []
    above = 0.0
    for each in blocks:
        if each["kind"] == "gap":
            found.append({**each, "height": each["height"] * scale})
        else:
            factor = min(scale, max(high - above, high / 2) / each["height"])
            found.append({**each, "height": each["height"] * factor, "scale": factor})
        follows = each["kind"] == "gap" or each["sticky"]
        above = above + found[-1]["height"] if follows else 0.0
    return found


def _heading(reading: Reading, sheet: Json, room: float) -> tuple[list[list[Json]], float]:
    """The sheet's name, parameters' values and description, and how high they are together."""
    name = str(sheet.get("Title") or sheet.get("Name") or "")
    values = ((name, parameter_text(value)) for name, value in reading.parameters.items())
    chosen = ", ".join(f"{name}: {text}" for name, text in values if text)
    below = " · ".join(filter(None, [reading.name if name else "", chosen]))
    said: list[list[Json]] = [[plain_run(name or reading.name, 15.0, bold=True)]]
    for text in filter(None, (below, sheet.get("Description"))):
        lines = wrap(text, room, SMALL, lines=MOST_LINES)
        said += ([plain_run(each, SMALL, color=reading.theme.quiet)] for each in lines)
    return said, HEADER + max(len(said) - 2, 0) * SMALL * LEADING


def _numbers(quiet: str) -> list[Json]:
    texts = [("text", "Page "), ("page", PAGE), ("text", " of "), ("pages", PAGES)]
    return [plain_run(text, SMALL, color=quiet) | {"kind": kind} for kind, text in texts]


def _strip(
    high: float, top: float, wide: float, align: str, lines: Sequence[Sequence[Json]]
) -> Json:
    said = [{"align": align, "runs": list(runs)} for runs in lines]
    text = {"x": 0, "y": top, "w": wide, "h": high - top, "kind": "text", "paragraphs": said}
    return {"height": high, "elements": [text]}
