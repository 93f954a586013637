"""Dates in texts: by a pattern that a data set gives, or by those that QuickSight knows itself.

A pattern is spelled as Joda does. Source:
https://docs.aws.amazon.com/quicksight/latest/user/supported-date-formats.html
"""

from __future__ import annotations

import re

from labkit.cloud.engine.trino.errors import quoted_text
from labkit.cloud.quicksight.spice.model import PreparationError

_WORD = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
#: Joda's letters in DuckDB's spelling, by how many there are.
_LETTERS: dict[str, dict[int, str]] = {
    "y": {2: "%y", 4: "%Y"},
    "Y": {2: "%y", 4: "%Y"},
    "M": {1: "%-m", 2: "%m", 3: "%b", 4: "%B"},
    "d": {1: "%-d", 2: "%d"},
    "H": {1: "%-H", 2: "%H"},
    "h": {1: "%-I", 2: "%I"},
    "m": {1: "%-M", 2: "%M"},
    "s": {1: "%-S", 2: "%S"},
    "S": {1: "%g", 2: "%g", 3: "%g", 6: "%f"},
    "a": {1: "%p"},
    "E": {1: "%a", 2: "%a", 3: "%a", 4: "%A"},
    "D": {1: "%-j", 3: "%j"},
    "Z": {1: "%z", 2: "%z"},
    "z": {1: "%Z"},
}
#: What DuckDB reads as a moment by any pattern.
_NO_DATES = "'epoch', 'infinity', '-infinity'"
_DAYS = ("%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d",
         "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y")  # fmt: skip
_CLOCKS = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


def strptime(pattern: str) -> str:
    """A pattern in DuckDB's spelling.

    >>> strptime("yyyy-MM-dd'T'HH:mm:ss"), strptime("d/M/yyyy")
    ('%Y-%m-%dT%H:%M:%S', '%-d/%-m/%Y')

    Raises:
        PreparationError: it has letters that mean nothing.
    """
    return "".join(_spelled(word) for word in _WORD.finditer(pattern))


def moment_of(sql: str, pattern: str = "") -> str:
    """SQL of the date that a text says, in UTC; NULL where it says none."""
    text = f"trim({sql})"
    read = _by_pattern(text, pattern) if pattern else _known(text)
    return f"CASE WHEN lower({text}) NOT IN ({_NO_DATES}) THEN {read} END"


def _by_pattern(text: str, pattern: str) -> str:
    return f"TRY_CAST(try_strptime({text}, {quoted_text(strptime(pattern))}) AS TIMESTAMP)"


def _known(text: str) -> str:
    """SQL of a date by ISO's pattern, with a zone or without, or by those that are known."""
    known = ", ".join(quoted_text(day + clock) for clock in _CLOCKS for day in _DAYS)
    is_iso = f"{text}[5] = '-'"
    no_zone = f"(strlen({text}) = 10 OR strlen({text}) = 19 AND {text}[17] = ':')"  # much faster
    zoned = f"CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
    return (
        f"CASE WHEN {is_iso} AND {no_zone} THEN TRY_CAST({text} AS TIMESTAMP) "
        f"WHEN {is_iso} THEN coalesce({zoned}, try_strptime({text}, [{known}])) "
        f"ELSE try_strptime({text}, [{known}]) END"
    )


def _spelled(word: re.Match[str]) -> str:
    if word[1] is not None:
        return (word[1].replace("''", "'") or "'").replace("%", "%%")
    if word[2] is None:
        return word[0].replace("%", "%%")
    widths = _LETTERS.get(word[2], {})
    if len(word[0]) not in widths:
        raise PreparationError(f"'{word[0]}' means nothing in a pattern of dates.")
    return widths[len(word[0])]
