"""Timestamps as Ion has them: with a precision, from a year to a fraction, and an offset.

Sources: https://amazon-ion.github.io/ion-docs/docs/spec.html#timestamp and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-date.html
"""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from labkit.cloud.operations import AwsError

PARTS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
_TEXT = re.compile(
    r"(\d{4})(?:T|-(\d\d)(?:T|-(\d\d)(?:T?|T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?"
    r"(Z|[+-]\d\d:\d\d)?)))",
    re.ASCII,
)
#: The offset of what is less exact than a minute, or says none.
_UNKNOWN = timezone(timedelta(), "-00:00")
_SECONDS = {"DAY": 86400, "HOUR": 3600, "MINUTE": 60, "SECOND": 1}
_LETTERS = re.compile(r"'(?:[^']|'')*'|([a-zA-Z])\1*|[^a-zA-Z']")


@functools.total_ordering
@dataclass(frozen=True, eq=False)
class Moment:
    """A moment, how exactly it is known (a place in ``PARTS``), and the digits of its fraction."""

    at: datetime
    precision: int
    digits: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and self.at == other.at

    def __lt__(self, other: Moment) -> bool:
        return self.at < other.at

    def __hash__(self) -> int:
        return hash(self.at)

    def __str__(self) -> str:
        day = self.at.strftime("%Y-%m-%d").zfill(10)
        if self.precision < 3:
            return ("{0:.4}T", "{0:.7}T", "{0}T")[self.precision].format(day)
        text = f"{day}T{self.at:%H:%M}" + (f":{self.at:%S}" if self.precision == 5 else "")
        fraction = f".{self.at:%f}"[: self.digits + 1] if self.digits else ""
        if self.at.tzinfo is _UNKNOWN:
            return f"{text}{fraction}-00:00"
        return f"{text}{fraction}{_offset(self.at, ':') if self.at.utcoffset() else 'Z'}"


def read(text: str) -> Moment:
    """The moment that a text names, such as ``2017-01-02T03:04Z`` or ``2010T``.

    Raises:
        ValueError: none.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    given = [each for each in found.groups()[:6] if each is not None]
    zone = _UNKNOWN if found[8] is None else UTC if found[8] == "Z" else _zone(found[8])
    numbers = [int(each) for each in given] + [1, 1, 0, 0, 0][len(given) - 1 :]
    fraction = int((found[7] or "").ljust(6, "0"))
    year, month, day, hour, minute, second = numbers[:6]
    at = datetime(year, month, day, hour, minute, second, fraction, zone)
    return Moment(at, len(given) - 1, len(found[7] or ""))


def now() -> Moment:
    """The moment, to a thousandth of a second."""
    return Moment(datetime.now(UTC), PARTS.index("SECOND"), 3)


def added(part: str, count: int, moment: Moment) -> Moment:
    """A moment so many parts later.

    >>> str(added("MONTH", 13, read("2010T"))), str(added("HOUR", 1, read("2017T")))
    ('2011-02T', '2017-01-01T01:00-00:00')
    """
    place = max(moment.precision, PARTS.index(part))
    if part in _SECONDS:
        at = moment.at + timedelta(seconds=count * _SECONDS[part])
    else:
        months = moment.at.year * 12 + moment.at.month - 1 + count * (12 if part == "YEAR" else 1)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        at = moment.at.replace(year=year, month=month + 1, day=min(moment.at.day, last))
    return replace(moment, at=at, precision=4 if place == 3 else place)


def between(part: str, first: Moment, last: Moment) -> int:
    """How many whole parts lie between two moments.

    >>> between("DAY", read("2010-01-01T23:00Z"), read("2010-01-02T01:00Z"))
    0
    """
    if last < first:
        return -between(part, last, first)
    if part in _SECONDS:
        return (last.at - first.at) // timedelta(seconds=_SECONDS[part])
    end = last.at.astimezone(first.at.tzinfo)
    months = (end.year - first.at.year) * 12 + end.month - first.at.month
    rest, wanted = (
        (each.day, each.hour, each.minute, each.second, each.microsecond)
        for each in (end, first.at)
    )
    months -= rest < wanted
    return months // 12 if part == "YEAR" else months


def extracted(part: str, moment: Moment) -> int:
    """One part of a moment, or of its offset.

    >>> extracted("TIMEZONE_MINUTE", read("2017-01-02T03:04:05+07:08"))
    8
    """
    if part.startswith("TIMEZONE_"):
        minutes = int((moment.at.utcoffset() or timedelta()).total_seconds()) // 60
        sign = -1 if minutes < 0 else 1
        return sign * (abs(minutes) // 60 if part == "TIMEZONE_HOUR" else abs(minutes) % 60)
    return int(getattr(moment.at, part.lower()))


def told(moment: Moment, pattern: str) -> str:
    """A moment by a pattern.

    >>> told(read("1969-07-20T20:18Z"), "MMMM d, y h:m a")
    'July 20, 1969 8:18 PM'

    Raises:
        AwsError: ``EvaluatorInvalidTimestampFormatPattern``.
    """
    if "".join(found[0] for found in _LETTERS.finditer(pattern)) != pattern:
        raise _pattern(pattern)
    return "".join(_piece(found[0], moment.at, pattern) for found in _LETTERS.finditer(pattern))


def _piece(piece: str, at: datetime, pattern: str) -> str:
    if not piece[0].isalpha():
        return piece[1:-1].replace("''", "'") or "'" if piece[0] == "'" else piece
    if piece[0] == "S" and len(piece) <= 9:
        return f"{at:%f}".ljust(9, "0")[: len(piece)]
    if piece not in _PIECES:
        raise _pattern(pattern)
    return _PIECES[piece](at)


def _pattern(pattern: str) -> AwsError:
    words = f"The timestamp format pattern {pattern!r} is not valid"
    return AwsError("EvaluatorInvalidTimestampFormatPattern", f"{words} in the SQL expression.")


def _offset(at: datetime, between_parts: str, *, short: bool = False) -> str:
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    if short and not rest:
        return f"{sign}{hours:02}"
    return f"{sign}{hours:02}{between_parts}{rest:02}"


def _zulu(tell: Callable[[datetime], str]) -> Callable[[datetime], str]:
    return lambda at: tell(at) if at.utcoffset() else "Z"


def _zone(text: str) -> timezone:
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:])))


def _short(at: datetime) -> str:
    return _offset(at, "", short=True)


def _basic(at: datetime) -> str:
    return _offset(at, "")


def _extended(at: datetime) -> str:
    return _offset(at, ":")


_PIECES: dict[str, Callable[[datetime], str]] = {
    "yy": lambda at: f"{at.year % 100:02}",
    "y": lambda at: str(at.year),
    "yyyy": lambda at: f"{at.year:04}",
    "M": lambda at: str(at.month),
    "MM": lambda at: f"{at.month:02}",
    "MMM": lambda at: calendar.month_abbr[at.month],
    "MMMM": lambda at: calendar.month_name[at.month],
    "MMMMM": lambda at: calendar.month_name[at.month][0],
    "d": lambda at: str(at.day),
    "dd": lambda at: f"{at.day:02}",
    "a": lambda at: "AM" if at.hour < 12 else "PM",
    "h": lambda at: str(at.hour % 12 or 12),
    "hh": lambda at: f"{at.hour % 12 or 12:02}",
    "H": lambda at: str(at.hour),
    "HH": lambda at: f"{at.hour:02}",
    "m": lambda at: str(at.minute),
    "mm": lambda at: f"{at.minute:02}",
    "s": lambda at: str(at.second),
    "ss": lambda at: f"{at.second:02}",
    "n": lambda at: str(at.microsecond * 1000),
    "X": _zulu(_short),
    **dict.fromkeys(("XX", "XXXX"), _zulu(_basic)),
    **dict.fromkeys(("XXX", "XXXXX"), _zulu(_extended)),
    "x": _short,
    **dict.fromkeys(("xx", "xxxx"), _basic),
    **dict.fromkeys(("xxx", "xxxxx"), _extended),
}
