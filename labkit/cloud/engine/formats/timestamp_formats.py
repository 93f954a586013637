"""A table's own patterns for its timestamps: the SerDe property ``timestamp.formats``.

Patterns of Joda-Time, with commas between them; the first that reads the whole text gives its
local time, ``millis`` a number of milliseconds since 1970. Sources:
https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html and
https://cwiki.apache.org/confluence/display/Hive/SerDe
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from labkit.cloud.engine.formats.model import FormatError

Reader = Callable[[str], datetime | None]
_WORD = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+")
_STRPTIME = {
    "yyyy": "%Y", "YYYY": "%Y", "yy": "%y", "M": "%m", "MM": "%m", "MMM": "%b", "MMMM": "%B",
    "d": "%d", "dd": "%d", "D": "%j", "DDD": "%j", "H": "%H", "HH": "%H", "h": "%I", "hh": "%I",
    "m": "%M", "mm": "%M", "s": "%S", "ss": "%S", "a": "%p", "EEE": "%a", "EEEE": "%A",
    **{"S" * digits: "%f" for digits in range(1, 7)},
}  # fmt: skip


def readers(formats: str) -> list[Reader]:
    """The functions that read a text by each of the patterns, None where it does not fit.

    >>> [read("2021-03-04T05:06") for read in readers("dd/MM/yyyy,yyyy-MM-dd'T'HH:mm")]
    [None, datetime.datetime(2021, 3, 4, 5, 6)]

    Raises:
        FormatError: a pattern has letters that are not read here.
    """
    return [_reader(pattern.strip()) for pattern in formats.split(",") if pattern.strip()]


def _reader(pattern: str) -> Reader:
    if pattern == "millis":
        return _millis
    form = "".join(map(_directive, _WORD.finditer(pattern)))

    def read(text: str) -> datetime | None:
        try:
            return _rounded(datetime.strptime(text, form))
        except ValueError:
            return None

    return read


def _directive(word: re.Match[str]) -> str:
    if not word[2]:
        return (word[0] if word[1] is None else word[1] or "'").replace("%", "%%")
    if word[0] not in _STRPTIME:
        message = f"'{word[0]}' in the SerDe property timestamp.formats is not read here"
        raise FormatError("NOT_SUPPORTED", message)
    return _STRPTIME[word[0]]


def _millis(text: str) -> datetime | None:
    found = re.fullmatch(r"(-?\d{1,14})(\.\d*)?", text, re.ASCII)
    return datetime(1970, 1, 1) + timedelta(milliseconds=int(found[1])) if found else None


def _rounded(moment: datetime) -> datetime:
    """To milliseconds, half up, as the type is."""
    return moment + timedelta(
        microseconds=(moment.microsecond + 500) // 1000 * 1000 - moment.microsecond
    )
