"""The conditions of a SQL/JSON path's filters.

One is true, false, or None where it cannot be told, as of text against a number.
Source: https://trino.io/docs/current/functions/json.html#json-path-language
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.trino.functions.jsonpath_steps import (
    Items,
    PathFailed,
    Place,
    alike,
    all_opened,
    is_number,
    opened,
)

Condition = Callable[[Place], "bool | None"]


def filtered(test: Condition, place: Place) -> list[Any]:
    """``? (condition)``."""
    return [item for item in opened(place) if test(replace(place, current=item))]


def either(left: Condition, right: Condition, place: Place) -> bool | None:
    a, b = left(place), right(place)
    return True if a or b else None if a is None or b is None else False


def both(left: Condition, right: Condition, place: Place) -> bool | None:
    a, b = left(place), right(place)
    return False if a is False or b is False else None if a is None or b is None else True


def negated(test: Condition, place: Place) -> bool | None:
    found = test(place)
    return None if found is None else not found


def unknown(test: Condition, place: Place) -> bool | None:
    return test(place) is None


def exists(find: Items, place: Place) -> bool | None:
    try:
        return bool(find(place))
    except PathFailed:
        return None


def starts_with(find: Items, prefix: Items, place: Place) -> bool | None:
    return _any(find, prefix, place, _starts)


def compared(op: str, left: Items, right: Items, place: Place) -> bool | None:
    return _any(left, right, place, lambda a, b: _compare(op, a, b))


def _any(
    left: Items, right: Items, place: Place, test: Callable[[Any, Any], bool | None]
) -> bool | None:
    """Whether a pair passes; None when none does and one cannot be told."""
    try:
        found = {test(a, b) for a in all_opened(left, place) for b in all_opened(right, place)}
    except PathFailed:
        return None
    return True if True in found else None if None in found else False


def _starts(text: Any, prefix: Any) -> bool | None:
    is_text = isinstance(text, str) and isinstance(prefix, str)
    return text.startswith(prefix) if is_text else None


def _compare(op: str, a: Any, b: Any) -> bool | None:
    if a is None or b is None:
        return None if op not in _EQUAL else (a is b) == (op == "==")
    numbers = is_number(a) and is_number(b)
    if not numbers and (type(a) is not type(b) or isinstance(a, list | dict)):
        return None
    return bool(COMPARED[op](*alike(a, b)) if numbers else COMPARED[op](a, b))


_EQUAL = ("==", "<>", "!=")
COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
