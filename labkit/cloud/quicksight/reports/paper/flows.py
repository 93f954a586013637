"""Free-form elements as a flow: bands of what stands side by side, tables that go on over pages.

A band is fixed, and never broken, or it holds a table that is printed whole; what stands below such
a table comes after its last row, as far below it as it was drawn.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FreeFormSectionLayoutConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.quicksight.reports.paper.elements import Place, Press
from labkit.cloud.quicksight.reports.paper.sizes import points

Json = Mapping[str, Any]
Block = dict[str, Any]
Item = tuple[Json, Place]


@dataclass(frozen=True)
class Instance:
    """One printing of a section.

    Args:
        filters: of a repeated section, those of this repetition.
        values: of a repeated section, the words of its columns' values.
        chosen: the same by the parameters that choose them.
        still: the ids of visuals that do not take part in the repetition.
    """

    filters: Sequence[Json] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    still: frozenset[str] = frozenset()

    def filters_of(self, id: str) -> Sequence[Json]:
        return () if id in self.still else self.filters

    @property
    def words(self) -> dict[str, str]:
        """What stands for placeholders."""
        return {**self.values, **self.chosen}


ONCE = Instance()
AFTER_TABLE = 14.0


def items(elements: Sequence[Json]) -> list[Item]:
    """The elements of a free-form layout, from the top."""
    return sorted(((each, _place(each)) for each in elements), key=lambda item: item[1].y)


def fixed(press: Press, elements: Sequence[Json]) -> list[Json]:
    """The elements of a header or footer, each where it stands."""
    return [_element(press, each, place, ONCE, 0.0) for each, place in items(elements)]


def flow(press: Press, found: Sequence[Item], instance: Instance = ONCE) -> Iterator[Block]:
    """A section's body as blocks from its top to its bottom."""
    below = 0.0
    for band in _bands(_grown(press, found, instance.words)):
        top = min(place.y for _, place in band)
        if top > below:
            yield {"kind": "gap", "height": top - below}
        block = _block(press, band, top, instance)
        yield block
        below = max(place.bottom for _, place in band)
        if block["kind"] == "table":
            yield {"kind": "gap", "height": AFTER_TABLE}


def _grown(press: Press, found: Sequence[Item], values: Json) -> list[Item]:
    """Text boxes as high as their words, what is below them moved down."""
    moved, shift, until = [], 0.0, 0.0
    for each, place in found:
        place = Place(
            place.x, place.y + (shift if place.y >= until else 0), place.width, place.height
        )
        need = (
            press.text_height(each["ElementId"], place.width, values)
            if each["ElementType"] == "TEXT_BOX"
            else 0.0
        )
        if need > place.height:
            shift, until = shift + need - place.height, place.y
            place = Place(place.x, place.y, place.width, need)
        moved.append((each, place))
    return moved


def _bands(found: Sequence[Item]) -> Iterator[list[Item]]:
    band: list[Item] = []
    for each, place in found:
        if band and place.y >= max(other.bottom for _, other in band) - 0.5:
            yield band
            band = []
        band.append((each, place))
    if band:
        yield band


def _block(press: Press, band: Sequence[Item], top: float, instance: Instance) -> Block:
    table = next((item for item in band if press.flows(item[0]["ElementId"])), None)
    others = [
        _element(press, each, place, instance, top)
        for each, place in band
        if table is None or each is not table[0]
    ]
    high = max((place.bottom for _, place in band), default=top) - top
    if table is None:
        texts = all(each["ElementType"] == "TEXT_BOX" for each, _ in band)
        return {"kind": "fixed", "height": high, "elements": others, "sticky": texts}
    id, place = table[0]["ElementId"], table[1]
    return {
        "kind": "table",
        "left": place.x,
        "width": place.width,
        "least": high if others else 0.0,
        "elements": others,
        "table": press.table(id, place.width, instance.filters_of(id)),
    }


def _element(press: Press, each: Json, place: Place, instance: Instance, top: float) -> Json:
    id, at = each["ElementId"], Place(place.x, place.y - top, place.width, place.height)
    made = press.element(id, each["ElementType"], at, instance.filters_of(id), instance.words)
    return {**made, **_border(each)}


def _border(each: Json) -> Json:
    back, border = each.get("BackgroundStyle") or {}, each.get("BorderStyle") or {}
    found: dict[str, Any] = {}
    if back.get("Visibility") == "VISIBLE" and back.get("Color"):
        found["fill"] = back["Color"]
    if border.get("Visibility") == "VISIBLE" and border.get("Color"):
        found |= {"stroke": border["Color"], "thick": points(border.get("Width") or "1px")}
    return found


def _place(each: Json) -> Place:
    names = ("XAxisLocation", "YAxisLocation", "Width", "Height")
    return Place(*(points(each[name]) for name in names))
