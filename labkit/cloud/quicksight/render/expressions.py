"""The expressions of conditions and rules, for one row: their values.

A condition has the language of calculated fields over the visual's own fields, a rule that over
parameters. Source: https://docs.aws.amazon.com/quicksight/latest/user/conditional-formatting.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, reduce
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
from labkit.cloud.quicksight.render.scales import number
from labkit.cloud.quicksight.visuals.behind import CALLED
from labkit.cloud.quicksight.visuals.model import VisualData

Row = Mapping[str, Any]
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


class Unreadable(ValueError):
    """A condition that is outside what is read here."""


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


def evaluate(names: Names, expression: str, row: Row) -> Any:
    """An expression's value for a row.

    Raises:
        Unreadable: the expression is not of comparisons, arithmetic, AND, OR, NOT and the functions
            of `_CALLS` over the visual's fields.
    """
    return _value(names, _parsed(expression), row, expression)


@lru_cache(256)
def _parsed(expression: str) -> Node:
    try:
        return parse(expression)
    except CalcSyntaxError as error:
        raise Unreadable(expression) from error


def _value(names: Names, node: Node, row: Row, whole: str) -> Any:
    def of(node: Node) -> Any:
        return _value(names, node, row, whole)

    match node:
        case Constant(value):
            return value
        case Parameter(name) if name in names.parameters:
            return names.parameters[name]
        case Name(text, braced):
            if not braced and text.upper() in _WORDS:
                return _WORDS[text.upper()]
            return _field_value(names, text, "", row, whole)
        case Bracketed(items):
            return [of(each.node) for each in items]
        case Operation(operator, operands):
            return _operated(operator, operands, of, whole)
        case Call(function, arguments):
            if function.lower() in names.calls:
                return names.calls[function.lower()]
            if call := _CALLS.get(function.lower()):
                return _answer(call, [*map(of, arguments)], whole)
            if len(arguments) == 1 and isinstance(arguments[0], Name):
                aggregation = CALLED.get(function.upper(), function.upper())
                return _field_value(names, arguments[0].text, aggregation, row, whole)
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


def _field_value(names: Names, name: str, aggregation: str, row: Row, whole: str) -> Any:
    found = [each for each in names.data.fields if name in (each.column, each.label, each.id)]
    exact = [each for each in found if not aggregation or each.aggregation == aggregation]
    if not exact:
        raise Unreadable(whole)
    return row[exact[0].id]
