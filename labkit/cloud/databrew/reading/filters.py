"""Whether a value of a path, or an object's date, meets a data set's condition.

Texts compare with case; dates are ISO 8601; relative dates (``-48h``, ``+4M``) count from the
moment that the data set is loaded. Source:
https://docs.aws.amazon.com/databrew/latest/dg/datasets.multiple-files.html#conditions.for.dynamic.datasets
"""

from __future__ import annotations

import calendar
import datetime
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from labkit.cloud import members
from labkit.cloud.databrew.expressions import (
    SIGNS,
    BadExpression,
    Comparison,
    comparisons_of,
    holds,
    parse_expression,
    value_of,
)
from labkit.cloud.databrew.selectors import pattern_of

Value = str | int | float | datetime.datetime
_RELATIVE = re.compile(r"([+-]?\d+)([smhdwMy])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    **SIGNS,
    "after": operator.gt,
    "before": operator.lt,
    "relative_after": operator.gt,
    "relative_before": operator.lt,
}
_OF_DATES = ("after", "before", "relative_after", "relative_before")
_TEXT: dict[str, Callable[[str, str], Any]] = {
    "contains": lambda value, given: given in value,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "matches": lambda value, given: pattern_of(given).search(value),
}


def meets(value: Value, condition: Mapping[str, Any], now: datetime.datetime) -> bool:
    """Whether a value meets a ``FilterExpression``.

    Args:
        value: a text, a number, or a time with its zone.
        condition: ``Expression`` and ``ValuesMap``.
        now: what relative dates count from.

    Raises:
        BadExpression: the expression does not read, or does not fit the value's type.
    """
    given = condition.get("ValuesMap") or {}
    tree = parse_expression(condition["Expression"])
    return holds(tree, lambda test: _judge(value, test, given, now))


def check(value: Value, condition: Mapping[str, Any] | None, now: datetime.datetime) -> None:
    """Refuse a ``FilterExpression`` that no value like this could ever meet.

    Raises:
        BadExpression: says why.
    """
    if condition:
        for test in comparisons_of(parse_expression(condition["Expression"])):
            _judge(value, test, condition.get("ValuesMap") or {}, now)


def _judge(
    value: Value, test: Comparison, given: Mapping[str, str], now: datetime.datetime
) -> bool:
    texts = [value_of(each, given) for each in test.values]
    if test.condition in _TEXT and isinstance(value, str):
        return bool(_TEXT[test.condition](value, texts[0]))
    if test.condition in _OF_DATES and not isinstance(value, datetime.datetime):
        raise BadExpression(f"The condition {test.condition} is one of dates, not of '{value}'.")
    if test.condition == "between":
        low, high = (_like(value, text) for text in texts)
        return bool(low <= value <= high)
    if test.condition in _COMPARE:
        relative = test.condition.startswith("relative_")
        other = moment(texts[0], now) if relative else _like(value, texts[0])
        return _COMPARE[test.condition](value, other)
    raise BadExpression(f"The condition {test.condition} does not fit '{value}'.")


def _like(value: Value, text: str) -> Any:
    """A text of the condition as a value of the same type."""
    try:
        if isinstance(value, datetime.datetime):
            return members.moment(text)
        return text if isinstance(value, str) else number(text)
    except ValueError as error:
        raise BadExpression(f"'{text}' does not compare with '{value}'.") from error


def number(text: str) -> int | float:
    """A number of a path or of a condition; a whole one with all its digits.

    >>> number("20210330123456789"), number("-1.5")
    (20210330123456789, -1.5)
    """
    return int(text) if re.fullmatch(r"[+-]?[0-9]+", text.strip()) else float(text)


def moment(text: str, now: datetime.datetime) -> datetime.datetime:
    """The moment of a relative date.

    >>> moment("+1M", datetime.datetime(2021, 1, 31)).isoformat()
    '2021-02-28T00:00:00'

    Raises:
        BadExpression: it is none.
    """
    found = _RELATIVE.fullmatch(text)
    if not found:
        raise BadExpression(f"'{text}' is no relative date, such as -48h or +7d.")
    try:
        return _moved(now, int(found[1]), found[2])
    except (OverflowError, ValueError):
        raise BadExpression(f"'{text}' is beyond all dates.") from None


def _moved(now: datetime.datetime, number: int, unit: str) -> datetime.datetime:
    if unit in _SECONDS:
        return now + datetime.timedelta(seconds=number * _SECONDS[unit])
    months = now.year * 12 + now.month - 1 + number * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    day = min(now.day, calendar.monthrange(year, month)[1])
    return now.replace(year=year, month=month, day=day)
