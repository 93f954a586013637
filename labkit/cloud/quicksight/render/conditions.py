"""Conditional formatting: colours and icons that depend on values.

A condition is an expression over the visual's fields: ``SUM({sales}) > 1000 AND {region} = "EU"``,
and ``left({region}, 2) = "EU"`` where the console says "starts with". Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ConditionalFormattingColor.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from labkit.cloud.quicksight.render.colors import gradient
from labkit.cloud.quicksight.render.expressions import Row, Unreadable, evaluate
from labkit.cloud.quicksight.render.scales import number, numbers
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Total

Icon = tuple[str, str]
GREEN, AMBER, RED, GREY = "#1A7F5A", "#B7791F", "#C0392B", "#7B8794"
ICONS: dict[str, Sequence[Icon]] = {
    "PLUS_MINUS": (("−", RED), ("+", GREEN)),
    "CHECK_X": (("✘", RED), ("✔", GREEN)),
    "THREE_COLOR_ARROW": (("▼", RED), ("▶", AMBER), ("▲", GREEN)),
    "THREE_GRAY_ARROW": (("▼", GREY), ("▶", GREY), ("▲", GREY)),
    "CARET_UP_MINUS_DOWN": (("▾", RED), ("−", AMBER), ("▴", GREEN)),
    "THREE_SHAPE": (("◆", RED), ("▲", AMBER), ("●", GREEN)),
    "THREE_CIRCLE": (("●", RED), ("●", AMBER), ("●", GREEN)),
    "FLAGS": (("⚑", RED), ("⚑", AMBER), ("⚑", GREEN)),
    "BARS": (("▁", GREY), ("▃", GREY), ("▅", GREY), ("▇", GREY)),
    "FOUR_COLOR_ARROW": (("▼", RED), ("◢", AMBER), ("◥", AMBER), ("▲", GREEN)),
    "FOUR_GRAY_ARROW": (("▼", GREY), ("◢", GREY), ("◥", GREY), ("▲", GREY)),
}
CUSTOM = {
    "CARET_UP": "▴", "CARET_DOWN": "▾", "PLUS": "+", "MINUS": "−", "ARROW_UP": "▲",
    "ARROW_DOWN": "▼", "ARROW_LEFT": "◀", "ARROW_RIGHT": "▶", "CIRCLE": "●", "SQUARE": "■",
    "TRIANGLE": "▲", "CHECKMARK": "✔", "X": "✘", "FLAG": "⚑", "THUMBS_UP": "▲", "THUMBS_DOWN": "▼",
    "FACE_UP": "☺", "FACE_DOWN": "☹", "FACE_FLAT": "●", "ONE_BAR": "▁", "TWO_BAR": "▃",
    "THREE_BAR": "▅", "ARROW_UP_LEFT": "◤", "ARROW_UP_RIGHT": "◥", "ARROW_DOWN_LEFT": "◣",
    "ARROW_DOWN_RIGHT": "◢",
}  # fmt: skip


def color_for(sketch: Sketch, color: Mapping[str, Any] | None, row: Row) -> str | None:
    """The colour that a condition gives a row; none where it does not hold."""
    color = color or {}
    if solid := color.get("Solid"):
        return str(solid["Color"]) if _holds(sketch, solid["Expression"], row) else None
    if shade := color.get("Gradient"):
        return _shade(sketch, shade, row)
    return None


def icon_for(sketch: Sketch, icon: Mapping[str, Any] | None, row: Row) -> Icon | None:
    """The icon and its colour that a condition gives a row."""
    icon = icon or {}
    if custom := icon.get("CustomCondition"):
        if not _holds(sketch, custom["Expression"], row):
            return None
        options = custom.get("IconOptions") or {}
        sign = options.get("UnicodeIcon") or CUSTOM.get(options.get("Icon", ""), "●")
        return str(sign), custom.get("Color") or sketch.theme.foreground
    if chosen := icon.get("IconSet"):
        icons = ICONS[chosen.get("IconSetType", "THREE_CIRCLE")]
        share = _share(sketch, chosen["Expression"], row)
        return None if share is None else icons[min(int(share * len(icons)), len(icons) - 1)]
    return None


def _holds(sketch: Sketch, expression: str, row: Row) -> bool:
    try:
        return evaluate(sketch, expression, row) is True
    except Unreadable:
        sketch.note(f"Not drawn: the condition {expression}.")
        return False


def _shade(sketch: Sketch, shade: Mapping[str, Any], row: Row) -> str | None:
    stops = [each for each in (shade.get("Color") or {}).get("Stops", []) if each.get("Color")]
    try:
        value = number(evaluate(sketch, shade["Expression"], row))
    except Unreadable:
        sketch.note(f"Not drawn: the condition {shade['Expression']}.")
        return None
    if value is None or not stops:
        return None
    places = [each.get("DataValue") for each in stops]
    if None in places:
        value = _share(sketch, shade["Expression"], row) or 0.0
        places = _offsets(stops)
    return _along(places, [each["Color"] for each in stops], value)


def _offsets(stops: Sequence[Mapping[str, Any]]) -> list[float]:
    """Where the stops of a gradient are, as shares; in equal distances where they do not say."""
    told = [(each.get("GradientOffset") or 0) / 100 for each in stops]
    rising = all(before < after for before, after in pairwise(told))
    return told if rising else [at / (len(stops) - 1) for at in range(len(stops))]


def _along(places: Sequence[float], colors: Sequence[str], value: float) -> str:
    """The colour at a value between the stops of a gradient, or at its end."""
    after = next((at for at, place in enumerate(places) if value <= place), len(places) - 1)
    before = max(after - 1, 0)
    span = places[after] - places[before]
    return gradient(colors[before : after + 1], (value - places[before]) / (span or 1))


def _share(sketch: Sketch, expression: str, row: Row) -> float | None:
    """How far a row's value lies between the smallest and the largest of all rows."""
    try:
        value = number(evaluate(sketch, expression, row))
        if expression not in sketch.ranges:
            sketch.ranges[expression] = _ends(sketch, expression)
    except Unreadable:
        sketch.note(f"Not drawn: the condition {expression}.")
        return None
    if value is None:
        return None
    low, high = sketch.ranges[expression]
    return (value - low) / (high - low) if high > low else 1.0


def _ends(sketch: Sketch, expression: str) -> tuple[float, float]:
    rows = (row for row in sketch.data.records() if not any(map(_is_total, row.values())))
    known = numbers(evaluate(sketch, expression, each) for each in rows)
    return min(known, default=0.0), max(known, default=0.0)


def _is_total(value: Any) -> bool:
    return isinstance(value, Total)
