"""Dates and times that are written as text, as Redshift reads them.

``2008-02-10``, ``02/10/2008``, ``20080210``, ``10-Feb-2008``, ``Feb 10, 2008 11:59 PM``, with or
without a zone. Source: https://docs.aws.amazon.com/redshift/latest/dg/r_Datetime_types.html and
https://docs.aws.amazon.com/redshift/latest/dg/automatic-recognition.html
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from labkit.cloud.engine.redshift import zones
from labkit.cloud.engine.redshift.abbreviations import minutes_east
from labkit.cloud.engine.redshift.errors import BAD_DATETIME, RedshiftError, fail

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_SPELLED = {"now": 0, "today": 0, "tomorrow": 1, "yesterday": -1}
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATES = (
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
    r"(?P<d>1[3-9]|[23]\d)[.](?P<m>\d{1,2})[.](?P<y>\d{4})",
    r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4}|\d\d)",
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
    rf"{_MONTH}[-.\s]+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-,.\s]+(?P<y>\d{{4}})",
    rf"(?P<d>\d{{1,2}})[-.\s]+{_MONTH}[-,.\s]+(?P<y>\d{{4}}|\d\d)",
    rf"(?P<y>\d{{4}})[-.\s]+{_MONTH}[-.\s]+(?P<d>\d{{1,2}})",
    r"(?P<y>\d{4})-(?P<m>\d{1,2})",
    r"(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d)",
    r"(?P<y>\d{4})\.(?P<doy>\d{3})",
    r"J(?P<julian>\d{7})",
)
_BEFORE_ORDINALS = 1721425  # days of the Julian calendar before Python's first
_CLOCK_TIME = (
    r"(?:(?P<H>\d{1,2}):(?P<M>\d{1,2})(?::(?P<S>\d{1,2}(?:[.]\d+)?))?"
    r"|(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d(?:[.]\d+)?))\s*(?P<half>[ap]\.?m\.?(?![a-z]))?"
)
_TIME = rf"(?:[tT\s]+{_CLOCK_TIME})?"
_ZONE = r"\s*(?P<zone>z|[+-]\d{1,2}(?::?\d\d)?|[a-z_]+(?:/[a-z_]+)*(?:/[a-z_]+[-+][-a-z\d]+)?)?"
#: ``17 Dec 07:37:16 1997 PST`` and ``Dec 17 07:37:16 1997``
_YEAR_LAST = (rf"(?P<d>\d{{1,2}})\s+{_MONTH}", rf"{_MONTH}\s+(?P<d>\d{{1,2}})")
_PATTERNS = tuple(
    re.compile(rf"\s*(?:{moment}){_ZONE}\s*", re.IGNORECASE | re.ASCII)
    for moment in (
        *(day + _TIME for day in _DATES),
        *(rf"{day}\s+{_CLOCK_TIME}\s+(?P<y>\d{{4}})" for day in _YEAR_LAST),
    )
)


def read(text: str, here: tzinfo = UTC) -> tuple[datetime, tzinfo | None]:
    """The moment that a text names, and its zone.

    Args:
        here: the zone whose clock ``now`` and ``today`` are read from.

    Raises:
        ValueError: it names none.
    """
    word = text.strip().lower()
    if word == "epoch":
        return datetime(1970, 1, 1), UTC
    if word in _SPELLED:
        now = datetime.now(here).replace(tzinfo=None)
        day = now if word == "now" else now.replace(hour=0, minute=0, second=0, microsecond=0)
        return day + timedelta(days=_SPELLED[word]), here
    found = _found(text)
    return _moment(found), _zone(found["zone"])


def read_day(text: str, here: tzinfo = UTC) -> date:
    """The day that a text names, whose clock carries nothing over: ``24:00`` is that day's.

    Raises:
        ValueError: it names none.
    """
    moment = read(text, here)[0]
    word = text.strip().lower()
    return (moment if word in (*_SPELLED, "epoch") else _day(_found(text).groupdict())).date()


def _found(text: str) -> re.Match[str]:
    """The parts of a moment's text."""
    for pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            return found
    raise ValueError(text)


def _moment(found: re.Match[str]) -> datetime:
    hour, minute, seconds = _on_clock(found)
    day = _day(found.groupdict()).replace(minute=minute)
    if hour > 24 or seconds >= 61:
        raise OverflowError
    return day + timedelta(hours=hour, microseconds=round(seconds * 1_000_000))


def _day(parts: dict[str, str | None]) -> datetime:
    if julian := parts.get("julian"):
        return datetime.fromordinal(int(julian) - _BEFORE_ORDINALS)
    month = int(parts.get("m") or 1)
    if name := parts.get("name"):
        month = MONTHS.index(name[:3].lower()) + 1
    written = parts["y"] or ""
    year = int(written)
    if len(written) == 2:
        year += 2000 if year < 70 else 1900
    day = datetime(year, month, int(parts.get("d") or 1))
    return day + timedelta(days=int(parts.get("doy") or 1) - 1)


def _zone(name: str | None) -> tzinfo | None:
    if not name:
        return None
    if (minutes := minutes_east(name)) is not None:
        return timezone(timedelta(minutes=minutes))
    if name[0] in "+-":
        digits = name[1:].replace(":", "")
        hours, minutes = (int(digits[:2]), int(digits[2:] or 0))
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(offset if name[0] == "+" else -offset)
    return zones.find_zone(name)


def literal(text: str, base: str) -> str:
    """DuckDB's literal of a date or time.

    Raises:
        RedshiftError: the text names none.
    """
    if (word := text.strip().lower()) in _SPELLED:
        return _of_word(word, base)
    if far := _FAR.fullmatch(text):
        return _far(text, far, base)
    try:
        moment, zone = read(text)
    except OverflowError:
        raise _out_of_range(text) from None
    except ValueError as error:
        if "must be" in str(error) or "out of range" in str(error):
            raise _out_of_range(text) from None
        kind = {"date": "date", "timestamp": "timestamp"}.get(base, "timestamp with time zone")
        message = f'invalid input syntax for type {kind}: "{text}"'
        raise RedshiftError(message, BAD_DATETIME) from None
    if base == "date":
        return f"DATE '{read_day(text).isoformat()}'"
    if base == "timestamp":
        return f"TIMESTAMP '{moment.isoformat(' ')}'"
    if zone is None:
        return f"TIMESTAMPTZ '{moment.isoformat(' ')}'"
    try:
        return f"TIMESTAMPTZ '{zones.instant(moment, zone).isoformat(' ')}+00'"
    except OverflowError:
        raise _out_of_range(text) from None


#: Years of which Python has none: before 1 and after 9999.
_FAR = re.compile(
    r"\s*(?P<y>\d{4,6})(?P<rest>-\d\d?-\d\d?(?: [\d:.]+)?)\s*(?P<era>bc)\s*"
    r"|\s*(?P<late>\d{5,6})(?P<tail>-\d\d?-\d\d?(?: [\d:.]+)?)\s*",
    re.IGNORECASE | re.ASCII,
)


def _far(text: str, found: re.Match[str], base: str) -> str:
    """The literal by the same day 400 years apart, or often so many: the calendar is the same."""
    year = 1 - int(found["y"]) if found["era"] else int(found["late"])
    if not -4712 <= year <= 294246:  # DuckDB ends 30 years before Redshift
        raise _out_of_range(text)
    near = f"{2000 + year % 400}{found['rest'] or found['tail']}"
    moment = literal(near, "date" if base == "date" else "timestamp")
    months = (year - 2000 - year % 400) * 12
    return f"CAST({moment} + to_months({months}) AS {base.upper()})"


def _of_word(word: str, base: str) -> str:
    """``now`` and ``today`` on the clock of the session's zone."""
    day = f"CAST(now() AS DATE) + {_SPELLED[word]}"
    if base == "date":
        return f"({day})"
    if word == "now":
        return "now()" if base == "timestamptz" else "CAST(now() AS TIMESTAMP)"
    return f"CAST({day} AS {base.upper()})"


def _out_of_range(text: str) -> RedshiftError:
    return RedshiftError(f'date/time field value out of range: "{text}"', "22008")


def _utc(text: str, here: tzinfo) -> datetime:
    moment, zone = read(text, here)
    return zones.instant(moment, zone or here)


def parse_timestamp(text: str, here: str) -> datetime:
    """For columns of text: the moment, its zone ignored."""
    try:
        return read(text, zones.known(here))[0]
    except (ValueError, OverflowError):
        fail(f'invalid input syntax for type timestamp: "{text}"', BAD_DATETIME)


def parse_date(text: str, here: str) -> date:
    """For columns of text: the day."""
    try:
        return read_day(text, zones.known(here))
    except (ValueError, OverflowError):
        fail(f'invalid input syntax for type date: "{text}"', BAD_DATETIME)


def parse_timestamptz(text: str, here: str) -> datetime:
    """For columns of text: the moment in UTC; without a zone it is the session's."""
    try:
        return _utc(text, zones.known(here))
    except (ValueError, OverflowError):
        fail(f'invalid input syntax for type timestamp with time zone: "{text}"', BAD_DATETIME)


_CLOCK = re.compile(rf"\s*{_CLOCK_TIME}{_ZONE}\s*", re.IGNORECASE | re.ASCII)


def _on_clock(found: re.Match[str]) -> tuple[int, int, float]:
    """Hour, minute and second, of both ways to write them."""
    hour, minute, second = (found[one] or found[two] or "0"
                            for one, two in (("H", "h"), ("M", "mi"), ("S", "s")))  # fmt: skip
    half = (found["half"] or "").lower()[:1]
    number = int(hour) % 12 + (12 if half == "p" else 0) if half else int(hour)
    return number, int(minute), float(second)


def _clock(text: str, kind: str) -> tuple[str, str]:
    """``10:11:12.5``, ``04:05 AM``, ``040506``, or a moment's time; and the zone after it.

    The last of a day is ``24:00:00``, which Python has not.
    """
    found = _CLOCK.fullmatch(text)
    try:
        if not found:
            parts = _found(text)
            return _moment(parts).time().isoformat(), parts["zone"] or ""
        hour, minute, second = _on_clock(found)
        seconds, micros = divmod(round(second * 1_000_000), 1_000_000)
        last = (hour, minute, seconds, micros) == (24, 0, 0, 0)
        told = "24:00:00" if last else time(hour, minute, seconds, micros).isoformat()
        return told, found["zone"] or ""
    except (ValueError, OverflowError):
        fail(f'invalid input syntax for type {kind}: "{text}"', BAD_DATETIME)


def parse_time(text: str) -> str:
    """A time of day, its zone ignored."""
    return _clock(text, "time")[0]


def parse_timetz(text: str, here: str) -> str:
    """A time of day with its zone's offset, the session's without one."""
    clock, name = _clock(text, "time with time zone")
    try:
        offset = datetime.now(_zone(name) or zones.known(here)).strftime("%z")
    except ValueError:
        fail(f'invalid input syntax for type time with time zone: "{text}"', BAD_DATETIME)
    return f"{clock}{offset[:3]}:{offset[3:]}"


def try_date(text: str, here: str) -> date | None:
    """The day; None where the text names none."""
    try:
        return read_day(text, zones.known(here))
    except (ValueError, OverflowError):
        return None


def try_timestamp(text: str, here: str) -> datetime | None:
    """The moment, its zone ignored; None where the text names none."""
    try:
        return read(text, zones.known(here))[0]
    except (ValueError, OverflowError):
        return None


def try_timestamptz(text: str, here: str) -> datetime | None:
    """The moment in UTC; None where the text names none."""
    try:
        return _utc(text, zones.known(here))
    except (ValueError, OverflowError):
        return None
