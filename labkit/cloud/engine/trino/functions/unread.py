"""Why a text does not read as a date by a pattern, in the words of Joda, which Trino hands on.

Source: ``createErrorMessage`` of https://github.com/JodaOrg/joda-time FormatUtils, and
``verifyValueBounds`` of its FieldUtils
"""

from __future__ import annotations

import calendar
import re

from labkit.cloud.engine.closed import Udf

_TWO = r"\d{1,2}"
_MONTHS = "|".join(filter(None, (*calendar.month_name, *calendar.month_abbr)))
_DAYS = "|".join((*calendar.day_name, *calendar.day_abbr))
#: What the parts of a pattern read, by DuckDB's letters.
_PARTS = {
    "Y": r"[-+]?\d{1,9}", "y": _TWO, "G": r"[-+]?\d{1,9}", "m": _TWO, "d": _TWO, "H": _TWO,
    "I": _TWO, "M": _TWO, "S": _TWO, "V": _TWO, "u": r"\d", "j": r"\d{1,3}", "f": r"\d{1,9}",
    "g": r"\d{1,3}", "b": _MONTHS, "B": _MONTHS, "a": _DAYS, "A": _DAYS, "p": "AM|PM",
}  # fmt: skip
#: Numbers with bounds, in the order in which Joda looks at them.
_BOUNDS = {
    "m": ("monthOfYear", 1, 12),
    "d": ("dayOfMonth", 1, 31),
    "j": ("dayOfYear", 1, 366),
    "H": ("hourOfDay", 0, 23),
    "I": ("clockhourOfHalfday", 1, 12),
    "M": ("minuteOfHour", 0, 59),
    "S": ("secondOfMinute", 0, 59),
}


def unread(text: str, pattern: str) -> str:
    """The sentence about a text that the pattern, one of ``strptime``, does not read.

    >>> unread("2020", "%Y-%m")
    'Invalid format: "2020" is too short'
    >>> unread("2020-01-01x", "%Y-%m-%d")
    'Invalid format: "2020-01-01x" is malformed at "x"'
    >>> unread("2021-02-29", "%Y-%m-%d")
    'Cannot parse "2021-02-29": Value 29 for dayOfMonth must be in the range [1,28]'
    """
    at, found = 0, {}
    for letter, mark in re.findall(r"%([%A-Za-z])|([^%])", pattern):
        expected = _PARTS.get(letter) or re.escape(mark or letter)
        part = re.compile(expected, re.I).match(text, at)
        if not part:
            return _malformed(text, at)
        at, found[letter] = part.end(), part[0]
    if at < len(text):
        return _malformed(text, at)
    for letter, (name, least, most) in _BOUNDS.items():
        value = int(found.get(letter, least))
        most = _days(found) if letter == "d" else most
        if not least <= value <= most:
            words = f"Value {value} for {name} must be in the range [{least},{most}]"
            return f'Cannot parse "{text}": {words}'
    return f'Invalid format: "{text}"'


def _malformed(text: str, at: int) -> str:
    said = f'Invalid format: "{text}"'
    if at >= len(text):
        return f"{said} is too short" if at else said
    return f'{said} is malformed at "{text[at:]}"' if at else said


def _days(found: dict[str, str]) -> int:
    """How many days the month has, where month and year are numbers."""
    year, month = found.get("Y", "2000"), found.get("m", "")
    known = month.isdigit() and 1 <= int(month) <= 12 and year.isdigit() and 1 <= int(year) < 10_000
    return calendar.monthrange(int(year), int(month))[1] if known else 31


UDFS = (Udf("trino_unread", unread, ("VARCHAR", "VARCHAR"), "VARCHAR"),)
