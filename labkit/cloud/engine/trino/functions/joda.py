"""Texts of dates, read by Joda's rules: what ``date_parse`` and ``parse_datetime`` go by.

Numbers are of one digit or of as many as their field takes; names of months and days are short or
long, in capitals or without; other letters are the pattern's in either case.

Sources: ``parseInto`` of https://github.com/JodaOrg/joda-time DateTimeFormatterBuilder,
``parsePatternTo`` of its DateTimeFormat, and ``createDateTimeFormatter`` of
https://github.com/trinodb/trino DateTimeFunctions
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from zoneinfo import available_timezones

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import fail
from labkit.cloud.engine.trino.functions.joda_fields import Read, Unread, moment


class InvalidPattern(ValueError):
    """A pattern that Trino refuses, with its words."""


#: Reads a text from a place on, and notes the fields that it finds: the place behind, or None.
Part = Callable[[str, int, "Found"], int | None]


class Found:
    """What the parts of a pattern found in a text."""

    def __init__(self) -> None:
        self.fields: list[Read] = []
        self.zone: str | None = None


def read(parts: Sequence[Part], text: str) -> tuple[datetime, str | None]:
    """The moment on the text's own clock, and its zone where it has one.

    >>> read(mysql("%Y-W%v"), "2024-w5")[0]
    datetime.datetime(2024, 1, 29, 0, 0)
    >>> read(mysql("%Y-%m"), "2020")
    Traceback (most recent call last):
    labkit.cloud.engine.trino.functions.joda_fields.Unread: Invalid format: "2020" is too short
    >>> read(mysql("%Y-%m-%d"), "2020-01-01x")
    Traceback (most recent call last):
    labkit.cloud.engine.trino.functions.joda_fields.Unread: Invalid format: "2020-01-01x" is \
malformed at "x"
    """
    at, found = 0, Found()
    for part in parts:
        behind = part(text, at, found)
        if behind is None:
            raise Unread(_malformed(text, at))
        at = behind
    if at < len(text):
        raise Unread(_malformed(text, at))
    try:
        return moment(found.fields), found.zone
    except Unread as error:
        raise Unread(f'Cannot parse "{text}": {error}') from None


def _malformed(text: str, at: int) -> str:
    sample = text if len(text) <= at + 35 else f"{text[: at + 32]}..."
    said = f'Invalid format: "{sample}"'
    if at >= len(text):
        return f"{said} is too short" if at else said
    return f'{said} is malformed at "{sample[at:]}"' if at else said


def _by(pattern: str, read_at: Callable[[re.Match[str], Found], None]) -> Part:
    """A part that a regular expression finds."""
    compiled = re.compile(pattern, re.ASCII)

    def part(text: str, at: int, found: Found) -> int | None:
        match = compiled.match(text, at)
        if match:
            read_at(match, found)
        return match and match.end()

    return part


def _number(name: str, digits: int, *, sign: str = "") -> Part:
    return _by(
        rf"{sign}\d{{1,{digits}}}", lambda match, found: found.fields.append((name, int(match[0])))
    )


def _fraction(digits: int) -> Part:
    def note(match: re.Match[str], found: Found) -> None:
        found.fields.append(("millisOfSecond", int(match[0].ljust(3, "0")[:3])))

    return _by(rf"\d{{1,{digits}}}", note)


def _short_year(pivot: int, *, name: str = "year", lenient: bool = False) -> Part:
    """Two digits are a year from 50 before the pivot on; others are the year itself."""

    def note(match: re.Match[str], found: Found) -> None:
        value = int(match[0])
        if re.fullmatch(r"\d\d", match[0]):
            value += (pivot - 50 - value + 99) // 100 * 100
        found.fields.append((name, value))

    return _by(r"[-+]?\d+" if lenient else r"\d\d", note)


def _names(field: str, values: dict[str, int]) -> Part:
    known = {
        form: value for key, value in values.items() for form in (key, key.upper(), key.lower())
    }
    words = "|".join(sorted(known, key=len, reverse=True))
    return _by(words, lambda match, found: found.fields.append((field, known[match[0]])))


def _literal(text: str) -> Part:
    return _by(f"(?i:{re.escape(text)})", lambda match, found: None)


def _offset(match: re.Match[str], found: Found) -> None:
    sign, hours, minutes = match.groups()
    found.zone = f"{sign}{hours}:{minutes or '00'}" if sign else "UTC"


def _named_zone(match: re.Match[str], found: Found) -> None:
    found.zone = _SHORT_ZONES.get(match[0], match[0])


_SHORT_ZONES = {
    "UT": "UTC", "GMT": "UTC", "EST": "America/New_York", "EDT": "America/New_York",
    "CST": "America/Chicago", "CDT": "America/Chicago", "MST": "America/Denver",
    "MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
}  # fmt: skip
_MONTH = _names(
    "monthOfYear",
    {
        n: i
        for names in (calendar.month_name, calendar.month_abbr)
        for i, n in enumerate(names)
        if n
    },
)
_DAY = _names(
    "dayOfWeek",
    {n: i for names in (calendar.day_name, calendar.day_abbr) for i, n in enumerate(names, 1)},
)
_HALF = _names("halfdayOfDay", {"AM": 0, "PM": 1})
_HOUR, _MINUTE = _number("hourOfDay", 2), _number("minuteOfHour", 2)
_SECOND, _COLON = _number("secondOfMinute", 2), _literal(":")
_TWELVE = _number("clockhourOfHalfday", 2)
_TIME = (_COLON, _MINUTE, _COLON, _SECOND)
_MYSQL: dict[str, tuple[Part, ...]] = {
    "a": (_DAY,), "W": (_DAY,), "b": (_MONTH,), "M": (_MONTH,), "p": (_HALF,),
    "c": (_number("monthOfYear", 2),), "m": (_number("monthOfYear", 2),),
    "d": (_number("dayOfMonth", 2),), "e": (_number("dayOfMonth", 2),),
    "j": (_number("dayOfYear", 3),), "v": (_number("weekOfWeekyear", 2),),
    "x": (_number("weekyear", 4, sign="[-+]?"),), "Y": (_number("year", 4, sign="[-+]?"),),
    "y": (_short_year(2020),), "f": (_fraction(9),), "H": (_HOUR,), "k": (_HOUR,),
    "h": (_TWELVE,), "I": (_TWELVE,), "l": (_TWELVE,), "i": (_MINUTE,), "S": (_SECOND,),
    "s": (_SECOND,), "T": (_HOUR, *_TIME), "r": (_TWELVE, *_TIME, _literal(" "), _HALF),
}  # fmt: skip


@lru_cache(maxsize=256)
def mysql(pattern: str) -> tuple[Part, ...]:
    """The parts of a pattern of MySQL's."""
    parts = tuple(
        part
        for letter, other in re.findall(r"%(.)|([^%])", pattern, re.DOTALL)
        for part in _mysql_parts(letter, other)
    )
    if not parts:
        raise InvalidPattern("Both printing and parsing not supported")
    return parts


def _mysql_parts(letter: str, other: str) -> tuple[Part, ...]:
    if letter and letter in "DUuVwX":
        raise InvalidPattern(f"%{letter} not supported in date format string")
    return _MYSQL.get(letter) or (_literal(letter or other),)


#: Letters that are numbers: the field, and how many digits it has at most.
_NUMBERS = {
    "d": ("dayOfMonth", 2), "D": ("dayOfYear", 3), "e": ("dayOfWeek", 1), "H": ("hourOfDay", 2),
    "h": ("clockhourOfHalfday", 2), "k": ("clockhourOfDay", 2), "K": ("hourOfHalfday", 2),
    "m": ("minuteOfHour", 2), "s": ("secondOfMinute", 2), "w": ("weekOfWeekyear", 2),
}  # fmt: skip
_YEARS = {"y": ("year", "[-+]?"), "Y": ("yearOfEra", ""), "x": ("weekyear", "[-+]?")}
_WORD = re.compile(r"((?:'(?:[^']|'')*(?:'|$)|[^A-Za-z'])+)|([A-Za-z])\2*")


@lru_cache(maxsize=256)
def joda(pattern: str) -> tuple[Part, ...]:
    """The parts of a pattern of Joda's."""
    if not pattern:
        raise InvalidPattern("Invalid pattern specification")
    return tuple(_joda_parts(pattern))


def _joda_parts(pattern: str) -> Iterator[Part]:
    words = list(_WORD.finditer(pattern))
    for word, after in zip(words, [*words[1:], None], strict=True):
        letter, width = word[2], len(word[0])
        is_before_number = bool(after) and _is_number(after[0])  # type: ignore[index]
        if not letter:
            yield _literal(re.sub("'('?)", r"\1", word[0]))
        elif letter in _YEARS:
            yield _year(letter, width, is_before_number=is_before_number)
        elif letter in _NUMBERS:
            name, digits = _NUMBERS[letter]
            yield _number(name, max(digits, width))
        elif letter == "M":
            yield _MONTH if width > 2 else _number("monthOfYear", 2)
        elif letter in "EaS":
            yield {"E": _DAY, "a": _HALF, "S": _fraction(width)}[letter]
        elif letter in "zZ":
            yield _zone(letter, width)
        else:
            raise InvalidPattern(f"Illegal pattern component: {word[0]}")


def _is_number(word: str) -> bool:
    """Whether digits may follow at once."""
    return word[0] in "cCxyYdhHmsSeDFwWkK" or (word[0] == "M" and len(word) < 3)


def _year(letter: str, width: int, *, is_before_number: bool) -> Part:
    name, sign = _YEARS[letter]
    if width == 2:
        pivot = datetime.now(UTC).year - 30
        return _short_year(
            pivot, name="weekyear" if letter == "x" else "year", lenient=not is_before_number
        )
    return _number(name, width if is_before_number else max(9, width), sign=sign)


@lru_cache(maxsize=4)
def _zone(letter: str, width: int) -> Part:
    if letter == "z":
        return _by("|".join(("UTC", *_SHORT_ZONES)), _named_zone)
    if width > 2:
        zones = sorted(available_timezones(), key=len, reverse=True)
        return _by("|".join(map(re.escape, zones)), _named_zone)
    return _by(r"[Zz]|([-+])([01]\d|2[0-3])(?::?([0-5]\d))?", _offset)


def _tried(parts: Callable[[str], tuple[Part, ...]], text: str, pattern: str) -> datetime | None:
    try:
        return read(parts(pattern), text)[0]
    except Unread:
        return None


def _unread(parts: Callable[[str], tuple[Part, ...]], text: str, pattern: str) -> str:
    try:
        read(parts(pattern), text)
    except ValueError as error:
        return str(error)
    return ""


def _zone_of(text: str, pattern: str) -> str | None:
    try:
        return read(joda(pattern), text)[1]
    except Unread:
        return None


def _computed(text: str, pattern: str) -> datetime:
    """By a pattern that is computed, which DuckDB does not take."""
    try:
        return read(mysql(pattern), text)[0]
    except ValueError as error:
        fail(str(error))


_TWO = ("VARCHAR", "VARCHAR")
UDFS = (
    Udf("trino_date_parse", _computed, _TWO, "TIMESTAMP"),
    Udf("trino_mysql_read", partial(_tried, mysql), _TWO, "TIMESTAMP"),
    Udf("trino_mysql_unread", partial(_unread, mysql), _TWO, "VARCHAR"),
    Udf("trino_joda_read", partial(_tried, joda), _TWO, "TIMESTAMP"),
    Udf("trino_joda_unread", partial(_unread, joda), _TWO, "VARCHAR"),
    Udf("trino_joda_zone", _zone_of, _TWO, "VARCHAR"),
)
