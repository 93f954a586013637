"""Section-based layouts: a header and a footer on each page, and the sections of the body between.

A body section may be repeated for each value of up to three columns, one within the other, with a
page break after each. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SectionBasedLayoutConfiguration.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_BodySectionRepeatConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.embedding.layout import is_shown
from labkit.cloud.quicksight.reports.paper import flows
from labkit.cloud.quicksight.reports.paper.elements import Press
from labkit.cloud.quicksight.reports.paper.repeats import instances, label
from labkit.cloud.quicksight.reports.paper.sizes import Paper, Sides, points
from labkit.cloud.quicksight.reports.reading import Reading

Json = Mapping[str, Any]
Block = dict[str, Any]
BREAK: Block = {"kind": "break"}


def section_pages(reading: Reading, sheet: Json, layout: Json) -> tuple[Json, Press]:
    """A section-based sheet as the typesetter takes it, and the press that has its pictures."""
    paper = Paper.of(layout["CanvasSizeOptions"].get("PaperCanvasSizeOptions") or {})
    header, footer = (_margin(layout, name) for name in ("HeaderSections", "FooterSections"))
    used = sum(_height(each, reading.parameters) for each in (header, footer))
    high = paper.height - paper.margin.top - paper.margin.bottom - used
    press = Press(reading, sheet, high)
    blocks = list(_body(press, layout["BodySections"]))
    if blocks and blocks[-1] == BREAK:
        blocks.pop()
    page = {
        "width": paper.width,
        "height": paper.height,
        "margin": vars(paper.margin),
        "header": _head(press, header),
        "footer": _head(press, footer),
        "flow": blocks,
    }
    return page, press


def _margin(layout: Json, name: str) -> Json:
    found: Sequence[Json] = layout.get(name) or ()
    return found[0] if found else {}


def _height(section: Json, parameters: Json) -> float:
    """A header's or footer's height: what its style says, else what its elements take."""
    style = section.get("Style") or {}
    if style.get("Height"):
        return points(style["Height"])
    found = flows.items(_elements(section.get("Layout") or {}, parameters))
    return max((place.bottom for _, place in found), default=0.0)


def _head(press: Press, section: Json) -> Json:
    padding = Sides.of((section.get("Style") or {}).get("Padding"))
    values = press.reading.parameters
    found = flows.fixed(press, _elements(section.get("Layout") or {}, values))
    return {
        "height": _height(section, values),
        "elements": [_moved(each, padding) for each in found],
    }


def _moved(each: Json, padding: Sides) -> Json:
    return {**each, "x": each["x"] + padding.left, "y": each["y"] + padding.top}


def _body(press: Press, sections: Sequence[Json]) -> Iterator[Block]:
    for section in sections:
        yield from _section(press, section)
        if _breaks(section):
            yield BREAK


def _section(press: Press, section: Json) -> Iterator[Block]:
    elements = _elements(section["Content"].get("Layout") or {}, press.reading.parameters)
    repeat = section.get("RepeatConfiguration") or {}
    padding = Sides.of((section.get("Style") or {}).get("Padding"))
    for at, instance in enumerate(instances(press, elements, repeat)):
        if at and _breaks(repeat):
            yield BREAK
        yield {"kind": "gap", "height": padding.top}
        if words := label(press, elements, instance):
            yield {"kind": "label", "text": words}
        yield from _filled(flows.flow(press, flows.items(elements), instance), section)
        yield {"kind": "gap", "height": padding.bottom}


def _filled(blocks: Iterator[Block], section: Json) -> Iterator[Block]:
    """A section as high as its style says, unless a table in it takes what it needs."""
    rest, fixed = points((section.get("Style") or {}).get("Height") or "0in"), True
    for block in blocks:
        fixed = fixed and block["kind"] != "table"
        rest -= block.get("height", 0.0)
        yield block
    if fixed and rest > 0:
        yield {"kind": "gap", "height": rest}


def _elements(layout: Json, parameters: Json) -> Sequence[Json]:
    """The elements that are to be seen."""
    found: Sequence[Json] = (layout.get("FreeFormLayout") or {}).get("Elements") or ()
    return [each for each in found if is_shown(each, parameters)]


def _breaks(said: Json) -> bool:
    after = (said.get("PageBreakConfiguration") or {}).get("After") or {}
    return after.get("Status") == "ENABLED"
