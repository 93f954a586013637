"""Values of Logs Insights: texts, numbers, moments; ``None`` is a field that an event has not.

A text that is a number counts as that number, as fields come out of texts. Whether two things are
so is 1 or 0.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from labkit.cloud.json_text import is_number

_DIGITS = 4  # behind the point of what is computed


class Moment(int):
    """Milliseconds since 1970, told as a date and a time."""


def number(value: Any) -> int | float | None:
    """A value as a number, ``None`` of what is none."""
    if isinstance(value, bool):
        return int(value)
    if is_number(value):
        return value  # type: ignore[no-any-return]
    if not isinstance(value, str) or "_" in value:
        return None
    try:
        return int(value)
    except ValueError:
        pass
    try:
        found = float(value)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


def text(value: Any) -> str:
    """A value as results have it."""
    if isinstance(value, Moment):
        moment = datetime.fromtimestamp(value / 1000, UTC)
        return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{round(value, _DIGITS):.{_DIGITS}f}".rstrip("0").rstrip(".")
    return str(value)


def same(one: Any, other: Any) -> bool:
    """Whether both are there and equal, as numbers where both are numbers."""
    if one is None or other is None:
        return False
    numbers = number(one), number(other)
    if None in numbers:
        return text(one) == text(other)
    return numbers[0] == numbers[1]


def order(value: Any) -> tuple[int, float, str]:
    """A key to sort by: what is missing, texts by their letters, numbers by their size.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
    """
    if value is None:
        return 0, 0, ""
    size = number(value)
    return (1, 0, text(value)) if size is None else (2, size, "")


def is_true(value: Any) -> bool:
    """Whether a condition holds: one that is a number unless that is 0, or a text ``true``."""
    size = number(value)
    return bool(size) if size is not None else text(value).lower() == "true"
