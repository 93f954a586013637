"""Where things stand on a sheet: a grid, free form, or sections of a page one below the other.

A grid has 36 columns as wide as the sheet and rows of a height of their own. Free form and sections
say places in pixels and inches of a canvas, which is scaled to the width. A sheet that says nothing
gets two visuals a row. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GridLayoutConfiguration.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FreeFormLayoutConfiguration.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from labkit.cloud.quicksight.render.expressions import Parameters, Unreadable, evaluate

Json = Mapping[str, Any]
COLUMNS, ROW_PX = 36, 31
GAP_PX = 12
CONTROL_LEAST_PX, BAR_COLUMNS = 170, 12
CANVAS_PX = 1600
INCH_PX = 96
PAGE_INCHES = 8.5
_BARE: Json = {}
_SIZE = re.compile(r"([\d.]+)\s*(px|in|cm|mm|pt)?")
_UNITS = {"in": INCH_PX, "cm": INCH_PX / 2.54, "mm": INCH_PX / 25.4, "pt": INCH_PX / 72}


@dataclass(frozen=True)
class Place:
    """Where an element stands, in pixels from the sheet's top left.

    Args:
        type: ``VISUAL``, ``TEXT_BOX``, ``IMAGE``, ``FILTER_CONTROL`` or ``PARAMETER_CONTROL``.
        id: of the element.
        style: the layout's element: its border, background and padding.
    """

    type: str
    id: str
    left: float
    top: float
    width: float
    height: float
    style: Json = field(default_factory=dict)

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def is_borderless(self) -> bool:
        return (self.style.get("BorderStyle") or {}).get("Visibility") == "HIDDEN"

    @property
    def border(self) -> tuple[float, str]:
        """How thick the element's own border is, and its colour; none and no colour without one."""
        said = self.style.get("BorderStyle") or {}
        if self.is_borderless or not is_color(said.get("Color")):
            return 0.0, ""
        return pixels(said.get("Width") or "1px"), said["Color"]

    @property
    def padding(self) -> tuple[float, float, float, float]:
        """Above, right of, below and left of what stands in it: one size to four, as CSS has them.

        https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GridLayoutElement.html
        """
        said = [pixels(each) for each in str(self.style.get("Padding") or "0").split()]
        above, right, below, left = (said[at % len(said)] for at in range(4))
        return above, right, below, (left if said[3:] else right)

    @property
    def drawn(self) -> Place:
        """The place of a visual's picture, within the tile's edge."""
        return self.inside(max(1, self.border[0]))

    def inside(self, edge: float = 0) -> Place:
        """The place within its padding and an edge."""
        above, right, below, left = (each + edge for each in self.padding)
        wide, high = self.width - left - right, self.height - above - below
        return replace(
            self, left=self.left + left, top=self.top + above, width=max(wide, 1),
            height=max(high, 1),
        )  # fmt: skip


def places(sheet: Json, width_px: float, parameters: Json, style: Json = _BARE) -> list[Place]:
    """Where a sheet's elements stand that are to be seen, when it is so wide.

    Args:
        parameters: values by name, for the rules that show and hide elements.
        style: a theme's ``SheetStyle``, which a visual's own style goes before.
    """
    return [each for each in every(sheet, width_px, style) if is_shown(each.style, parameters)]


def every(sheet: Json, width_px: float, style: Json) -> list[Place]:
    """Where all of a sheet's elements stand, hidden ones too."""
    layouts = sheet.get("Layouts") or [{"Configuration": {"GridLayout": _default(sheet)}}]
    [(kind, body)] = layouts[0]["Configuration"].items()
    gap = GAP_PX if _has_gutter(style) else 0
    return [_styled(each, style.get("Tile") or {}) for each in _LAYOUTS[kind](body, width_px, gap)]


def _has_gutter(style: Json) -> bool:
    """https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GutterStyle.html"""
    gutter = (style.get("TileLayout") or {}).get("Gutter") or {}
    return gutter.get("Show") is not False


def _styled(place: Place, tile: Json) -> Place:
    """A visual's place with what the theme says of tiles.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TileStyle.html
    """
    if place.type != "VISUAL" or not tile:
        return place
    border = dict(tile.get("Border") or {})
    shown = "VISIBLE" if border.pop("Show", True) else "HIDDEN"
    own = {name: tile[name] for name in ("BorderRadius", "Padding") if tile.get(name)}
    if tile.get("BackgroundColor"):
        own["BackgroundStyle"] = {"Color": tile["BackgroundColor"]}
    return replace(
        place, style={"BorderStyle": {"Visibility": shown, **border}, **own, **place.style}
    )


def heading(sheet: Json) -> dict[str, str]:
    """What stands above a sheet: its ``title`` and its ``description``, where it has any.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetDefinition.html
    """
    said = {"title": sheet.get("Title"), "description": sheet.get("Description")}
    return {name: str(each) for name, each in said.items() if each}


def is_shown(element: Json, parameters: Json) -> bool:
    """Whether an element is to be seen: as it says, or as a rule that holds says.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetElementRenderingRule.html
    """
    shown = element.get("Visibility", "VISIBLE")
    for rule in element.get("RenderingRules") or ():
        try:
            holds = evaluate(Parameters(parameters), rule["Expression"], {})
        except Unreadable:
            continue
        if holds is True:
            shown = rule["ConfigurationOverrides"].get("Visibility", shown)
    return bool(shown == "VISIBLE")


def _default(sheet: Json) -> Json:
    """Two visuals a row, twelve rows high, as the console begins."""
    ids = [body["VisualId"] for each in sheet.get("Visuals") or () for body in each.values()]
    elements = [
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
    return {"Elements": elements}


def _grid(body: Json, width_px: float, gap: float) -> Iterator[Place]:
    column = (width_px + gap) / COLUMNS
    columns: dict[int, int] = {}
    for each in body["Elements"]:
        left, span = each.get("ColumnIndex"), int(each["ColumnSpan"])
        top, rows = each.get("RowIndex"), int(each["RowSpan"])
        if left is None or top is None:
            left, top = _free(columns, span)
        span = min(span, COLUMNS - left)
        columns |= {at: max(columns.get(at, 0), top + rows) for at in range(left, left + span)}
        yield Place(
            each["ElementType"],
            each["ElementId"],
            left * column,
            top * ROW_PX,
            span * column - gap,
            rows * ROW_PX - (0 if _is_bare_text(each) else gap),
            each,
        )


def _is_bare_text(element: Json) -> bool:
    """Whether words stand on the sheet itself, and may go on below, to the next element."""
    framed = element.get("BorderStyle") or element.get("BackgroundStyle")
    return element["ElementType"] == "TEXT_BOX" and not framed


def _free(columns: Mapping[int, int], span: int) -> tuple[int, int]:
    """The highest place, from the left, that has room for so many columns."""
    tops = [
        (max(columns.get(at, 0) for at in range(left, left + span)), left)
        for left in range(COLUMNS - min(span, COLUMNS) + 1)
    ]
    top, left = min(tops)
    return left, top


def _free_form(body: Json, width_px: float, _: float) -> Iterator[Place]:
    canvas = (body.get("CanvasSizeOptions") or {}).get("ScreenCanvasSizeOptions") or {}
    wide = pixels(canvas.get("OptimizedViewPortWidth") or f"{CANVAS_PX}px")
    yield from _elements(body, width_px / wide)


def _elements(body: Json, scale: float) -> Iterator[Place]:
    for each in body.get("Elements") or ():
        left, top, width, height = (
            pixels(each[name]) * scale
            for name in ("XAxisLocation", "YAxisLocation", "Width", "Height")
        )
        yield Place(each["ElementType"], each["ElementId"], left, top, width, height, each)


def _sections(body: Json, width_px: float, _: float) -> Iterator[Place]:
    """Each section once, as high as its style says or its elements need."""
    scale = width_px / (PAGE_INCHES * INCH_PX)
    bodies = [{**each, **(each.get("Content") or {})} for each in body.get("BodySections") or ()]
    top = 0.0
    for each in (*(body.get("HeaderSections") or ()), *bodies, *(body.get("FooterSections") or ())):
        found = list(_elements((each.get("Layout") or {}).get("FreeFormLayout") or {}, scale))
        yield from (replace(place, top=place.top + top) for place in found)
        said = pixels((each.get("Style") or {}).get("Height") or "0in") * scale
        top += max([said, *(place.bottom for place in found)])


def pixels(size: str) -> float:
    """A size in pixels.

    >>> pixels("2in"), pixels("12px"), pixels("7")
    (192.0, 12.0, 7.0)
    """
    found = _SIZE.match(size.strip())
    return float(found[1]) * _UNITS.get(found[2] or "", 1) if found else 0.0


def is_color(value: Any) -> bool:
    """Whether a value is a colour as a definition writes it."""
    return bool(re.fullmatch("#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", str(value or "")))


_LAYOUTS = {"GridLayout": _grid, "FreeFormLayout": _free_form, "SectionBasedLayout": _sections}
