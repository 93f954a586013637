"""When a crawler runs by itself: six-field cron expressions, in UTC.

``cron(minute hour day-of-month month day-of-week year)``; one of the two day fields is ``?``. A
schedule more often than every five minutes is refused. Source:
https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
"""

from __future__ import annotations

import re

from labkit.cloud.glue.words import invalid

_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_DAYS = "SUN MON TUE WED THU FRI SAT".split()
# Name, lowest, highest, words for values from the lowest on.
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minutes", 0, 59, []),
    ("hours", 0, 23, []),
    ("day-of-month", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day-of-week", 1, 7, _DAYS),
    ("year", 1970, 2199, []),
)


def check_schedule(expression: str) -> None:
    """Refuse an expression that Glue does not take.

    >>> check_schedule("cron(15 12 * * ? *)")

    Raises:
        AwsError: ``InvalidInputException``, with what is wrong.
    """
    found = re.fullmatch(r"cron\((.*)\)", expression.strip())
    fields = found[1].split() if found else []
    if len(fields) != len(_FIELDS):
        raise _invalid(expression)
    for text, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        if not _reads(text, name, low, high, words):
            raise _invalid(expression, f": {text!r} is no {name}")
    if (fields[2] == "?") == (fields[4] == "?"):
        raise _invalid(expression, ": exactly one of day-of-month and day-of-week must be ?")
    if re.fullmatch(r"\*|(\*|\d+)/[1-4]", fields[0]):
        raise _invalid(expression, ": a crawler runs every 5 minutes at most")


def _reads(text: str, name: str, low: int, high: int, words: list[str]) -> bool:
    if text == "?":
        return name.startswith("day")
    return all(_reads_item(item, name, low, high, words) for item in text.split(","))


def _reads_item(item: str, name: str, low: int, high: int, words: list[str]) -> bool:
    """``*``, ``5``, ``MON-FRI``, ``*/10``, and for days ``L``, ``15W``, ``6#3``."""
    if name == "day-of-month" and re.fullmatch(r"L|LW|([1-9]|[12]\d|3[01])W", item):
        return True
    if name == "day-of-week" and re.fullmatch(r"L|[1-7]L|[1-7]#[1-5]", item):
        return True
    base, _, step = item.partition("/")
    if "/" in item and not (step.isdigit() and int(step) > 0):
        return False
    if base == "*":
        return True
    ends = [_value(end, low, words) for end in base.split("-")]
    return len(ends) <= 2 and all(end is not None and low <= end <= high for end in ends)


def _value(text: str, low: int, words: list[str]) -> int | None:
    if text.upper() in words:
        return words.index(text.upper()) + low
    return int(text) if text.isdigit() else None


def _invalid(expression: str, why: str = "") -> Exception:
    return invalid(f"Schedule expression {expression} is not valid{why}")
