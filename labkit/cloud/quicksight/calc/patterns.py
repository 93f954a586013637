"""Date patterns such as ``dd-MMM-yyyy``, in the letters of Java and Joda.

``kk`` is read as the hours 00 to 23, since AWS's own standard pattern ``yyyy-MM-ddTkk:mm:ss.SSS``
gives 00 for midnight; its ``T`` stands for itself. Source:
https://docs.aws.amazon.com/quicksight/latest/user/supported-date-formats.html
"""

from __future__ import annotations

import re

from labkit.cloud.quicksight.calc.errors import WrongArguments
from labkit.cloud.quicksight.calc.values import text

_PIECE = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'")
#: A pattern's letters → strftime's; what is not here has no like in DuckDB.
_LETTERS = {
    "yyyy": "%Y", "YYYY": "%Y", "y": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m",
    "M": "%-m", "dd": "%d", "d": "%-d", "EEEE": "%A", "EEE": "%a", "EE": "%a", "E": "%a",
    "DDD": "%j", "D": "%-j", "HH": "%H", "H": "%-H", "kk": "%H", "k": "%-H", "hh": "%I", "h": "%-I",
    "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S", "S": "%g", "SS": "%g", "SSS": "%g",
    "SSSSSS": "%f", "a": "%p", "aa": "%p", "T": "T",
}  # fmt: skip


def formatted(date: str, pattern: str) -> str:
    """A date as text in a pattern, which has one letter at least."""
    if not pattern:
        raise WrongArguments("The date pattern of formatDate is empty.")
    return f"strftime({date}, {text(strftime(pattern, zone='+0000'))})"


def parsed(value: str, pattern: str) -> str:
    """A text as a date, NULL where it is none in this pattern."""
    code = strftime(pattern, zone="%z")
    if "%z" not in code:
        return f"try_strptime(trim({value}), {text(code)})"
    offset = f"regexp_replace(trim({value}), 'Z$', '+0000')"
    return f"(try_strptime({offset}, {text(code)}) AT TIME ZONE 'UTC')"


def strftime(pattern: str, *, zone: str) -> str:
    """A pattern in strftime's letters.

    >>> strftime("yyyyMMdd'T'HHmmss", zone="")
    '%Y%m%dT%H%M%S'

    Args:
        zone: what stands for the letters ``Z``, ``XXX`` and ``z``, an offset or a zone's name.

    Raises:
        WrongArguments: a letter that has no like here.
    """
    return "".join(_piece(found, pattern, zone) for found in _PIECE.finditer(pattern))


def _piece(found: re.Match[str], pattern: str, zone: str) -> str:
    written, quoted = found[0], found[1]
    if quoted is not None:
        return (quoted.replace("''", "'") or "'").replace("%", "%%")
    if not found[2]:
        return written.replace("%", "%%")
    if found[2] in "ZXz":
        return zone
    if written not in _LETTERS:
        raise WrongArguments(f"The date pattern {pattern} has the unknown letters {written}.")
    return _LETTERS[written]
