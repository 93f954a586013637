"""Conditional formatting: colours and icons that depend on values.

A condition is an expression over the visual's fields: ``SUM({sales}) > 1000 AND {region} = "EU"``,
and ``left({region}, 2) = "EU"`` where the console says "starts with". Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ConditionalFormattingColor.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, reduce
from itertools import pairwise
from typing import Any, Protocol

from labkit.cloud.quicksight.calc.arguments import COMPARISONS as MODES
from labkit.cloud.quicksight.calc.errors import CalcSyntaxError
from labkit.cloud.quicksight.calc.syntax import (
    Bracketed,
    Call,
    Constant,
    Name,
    Node,
    Operation,
    Parameter,
    parse,
)
from labkit.cloud.quicksight.render.colors import gradient
from labkit.cloud.quicksight.render.scales import number, numbers
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Total, VisualData

Row = Mapping[str, Any]
Icon = tuple[str, str]
AGGREGATIONS = {"AVG": "AVERAGE"}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
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
    "CARET_UP": "▴",
    "CARET_DOWN": "▾",
    "PLUS": "+",
    "MINUS": "−",
    "ARROW_UP": "▲",
    "ARROW_DOWN": "▼",
    "ARROW_LEFT": "◀",
    "ARROW_RIGHT": "▶",
    "CIRCLE": "●",
    "SQUARE": "■",
    "TRIANGLE": "▲",
    "CHECKMARK": "✔",
    "X": "✘",
    "FLAG": "⚑",
    "THUMBS_UP": "▲",
    "THUMBS_DOWN": "▼",
    "FACE_UP": "☺",
    "FACE_DOWN": "☹",
    "FACE_FLAT": "●",
    "ONE_BAR": "▁",
    "TWO_BAR": "▃",
    "THREE_BAR": "▅",
    "ARROW_UP_LEFT": "◤",
    "ARROW_UP_RIGHT": "◥",
    "ARROW_DOWN_LEFT": "◣",
    "ARROW_DOWN_RIGHT": "◢",
}


class Unreadable(ValueError):
    """A condition that is outside what is read here."""


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


class Names(Protocol):
    """What an expression may name: a sketch has all of it."""

    @property
    def data(self) -> VisualData: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def calls(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Parameters:
    """The names of an expression that stands on no visual."""

    parameters: Mapping[str, Any]
    data: VisualData = field(default_factory=lambda: VisualData((), ()))
    calls: Mapping[str, Any] = field(default_factory=dict)


def evaluate(sketch: Names, expression: str, row: Row) -> Any:
    """An expression's value for a row.

    Raises:
        Unreadable: the expression is not of comparisons, arithmetic, AND, OR, NOT and the functions
            of `_CALLS` over the visual's fields.
    """
    return _value(sketch, _parsed(expression), row, expression)


@lru_cache(256)
def _parsed(expression: str) -> Node:
    try:
        return parse(expression)
    except CalcSyntaxError as error:
        raise Unreadable(expression) from error


def _holds(sketch: Sketch, expression: str, row: Row) -> bool:
    try:
        return evaluate(sketch, expression, row) is True
    except Unreadable:
        sketch.note(f"Not drawn: the condition {expression}.")
        return False


def _value(sketch: Names, node: Node, row: Row, whole: str) -> Any:
    def of(node: Node) -> Any:
        return _value(sketch, node, row, whole)

    match node:
        case Constant(value):
            return value
        case Parameter(name) if name in sketch.parameters:
            return sketch.parameters[name]
        case Name(text, braced):
            if not braced and text.upper() in _WORDS:
                return _WORDS[text.upper()]
            return _field_value(sketch, text, "", row, whole)
        case Bracketed(items):
            return [of(each.node) for each in items]
        case Operation(operator, operands):
            return _operated(operator, operands, of, whole)
        case Call(function, arguments):
            if function.lower() in sketch.calls:
                return sketch.calls[function.lower()]
            if call := _CALLS.get(function.lower()):
                return _answer(call, [*map(of, arguments)], whole)
            if len(arguments) == 1 and isinstance(arguments[0], Name):
                aggregation = AGGREGATIONS.get(function.upper(), function.upper())
                return _field_value(sketch, arguments[0].text, aggregation, row, whole)
    raise Unreadable(whole)


def _operated(
    operator: str, operands: Sequence[Node], of: Callable[[Node], Any], whole: str
) -> Any:
    if operator == "AND":
        return all(map(of, operands))
    if operator == "OR":
        return any(map(of, operands))
    values = [*map(of, operands)]
    if operator in COMPARISONS:
        return reduce(lambda left, right: _compared(operator, left, right, whole), values)
    if operator in _SIGNS:
        return _answer(_SIGNS[operator], values, whole)
    raise Unreadable(whole)


def _searching(find: Callable[[str, str], bool]) -> Callable[..., bool]:
    def search(whole: str, part: str, mode: str = "CASE_SENSITIVE") -> bool:
        if mode == "CASE_INSENSITIVE":
            whole, part = whole.lower(), part.lower()
        return find(whole, part)

    return search


_WORDS = {"TRUE": True, "FALSE": False, "NULL": None} | {each: each for each in MODES}
_SIGNS: dict[str, Callable[..., Any]] = {"NOT": operator.not_, "negative": operator.neg}
#: The functions of calculated fields that a condition may call, by their names in small letters.
_CALLS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "contains": _searching(lambda whole, part: part in whole),
    "endswith": _searching(str.endswith),
    "in": lambda value, values: value in values,
    "isnotnull": lambda value: value is not None,
    "isnull": lambda value: value is None,
    "left": lambda text, count: text[: max(count, 0)],
    "locate": lambda text, part: text.find(part) + 1,
    "notin": lambda value, values: value not in values,
    "nullif": lambda value, other: None if value == other else value,
    "right": lambda text, count: text[max(len(text) - count, 0) :],
    "startswith": _searching(str.startswith),
    "strlen": len,
    "tolower": str.lower,
    "toupper": str.upper,
}
_OF_NULL = [_CALLS[each] for each in ("in", "isnotnull", "isnull", "notin", "nullif")]


def _answer(call: Callable[..., Any], arguments: Sequence[Any], whole: str) -> Any:
    """What a function yields; NULL of NULL, but where it asks for that."""
    if None in arguments and call not in _OF_NULL:
        return None
    try:
        return call(*arguments)
    except (AttributeError, TypeError) as error:  # no text, or too many arguments
        raise Unreadable(whole) from error


def _compared(operator: str, left: Any, right: Any, whole: str) -> Any:
    left, right = _alike(left, right), _alike(right, left)
    if left is None or right is None:
        return None
    try:
        return COMPARISONS[operator](left, right)
    except ZeroDivisionError:
        return None
    except TypeError as error:  # a number beside a text
        raise Unreadable(whole) from error


def _alike(value: Any, other: Any) -> Any:
    if isinstance(value, date) and isinstance(other, str):
        return value.isoformat()[: len(other)]
    if isinstance(value, datetime) or value is None or isinstance(value, str):
        return value
    found = number(value)
    return value if found is None else found


def _field_value(sketch: Names, name: str, aggregation: str, row: Row, whole: str) -> Any:
    found = [each for each in sketch.data.fields if name in (each.column, each.label, each.id)]
    exact = [each for each in found if not aggregation or each.aggregation == aggregation]
    if not exact:
        raise Unreadable(whole)
    return row[exact[0].id]


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
