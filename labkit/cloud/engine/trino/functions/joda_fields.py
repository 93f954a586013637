"""The moment that the fields of a text make, as Joda sets them.

From the longest field to the shortest, twice over, upon 1970, or upon 2000 where the text has days
and no year. A week is one of the year that was read, a day of the week moves the day within its
week, and the hour of a day has the last word over its half.

Source: ``computeMillis`` of https://github.com/JodaOrg/joda-time DateTimeParserBucket, and the
``set`` of its fields in org.joda.time.chrono
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

Read = tuple[str, int]


class Unread(ValueError):
    """A text that its pattern does not read, in Joda's words."""


@dataclass(frozen=True)
class _Field:
    """A field of a date.

    Args:
        place: among the fields, from those set first.
        bounds: the least and the greatest value at a moment.
        put: the moment with the field's value.
        floor: the moment where such a value begins.
    """

    place: int
    bounds: Callable[[datetime], tuple[int, int]]
    put: Callable[[datetime, int], datetime]
    floor: Callable[[datetime], datetime]


def moment(read: Iterable[Read]) -> datetime:
    """What the fields of a text make, in the order in which they were read.

    >>> moment([("year", 2021), ("weekOfWeekyear", 5)])
    datetime.datetime(2021, 2, 1, 0, 0)
    >>> moment([("dayOfMonth", 31), ("monthOfYear", 2)])
    Traceback (most recent call last):
    labkit.cloud.engine.trino.functions.joda_fields.Unread: Value 31 for dayOfMonth must be in the \
range [1,29]
    """
    fields = sorted(read, key=lambda one: FIELDS[one[0]].place)
    if fields and 1 <= FIELDS[fields[0][0]].place <= _LAST_OF_DAYS:
        fields.insert(0, ("year", 2000))
    at = datetime(1970, 1, 1)
    try:
        for name, value in fields:
            at = FIELDS[name].floor(_put(at, name, value))
        for name, value in fields:
            at = _put(at, name, value)
    except OverflowError:
        raise Unread("The year is beyond 9999") from None
    return FIELDS[fields[-1][0]].floor(at) if fields else at


def _put(at: datetime, name: str, value: int) -> datetime:
    least, most = FIELDS[name].bounds(at)
    if not least <= value <= most:
        raise Unread(f"Value {value} for {name} must be in the range [{least},{most}]")
    return FIELDS[name].put(at, value)


def _with_year(at: datetime, year: int) -> datetime:
    """The same day of the year; from March on, the same day of the month."""
    day = at.timetuple().tm_yday
    day += isleap(year) - isleap(at.year) if day > 59 else 0
    return at.replace(year=year, month=1, day=1) + timedelta(days=day - 1)


def _with_weekyear(at: datetime, year: int) -> datetime:
    week = min(at.isocalendar().week, _weeks(year))
    day = datetime.fromisocalendar(year, week, at.isoweekday())
    return datetime.combine(day, at.time())


def _with_month(at: datetime, month: int) -> datetime:
    return at.replace(month=month, day=min(at.day, monthrange(at.year, month)[1]))


def _weeks(year: int) -> int:
    return datetime(year, 12, 28).isocalendar().week


def _moved(unit: timedelta, value_of: Callable[[datetime], int]) -> Callable[..., datetime]:
    return lambda at, value: at + (value - value_of(at)) * unit


def _replaced(name: str, of: Callable[[int], int] = int) -> Callable[..., datetime]:
    return lambda at, value: at.replace(**{name: of(value)})


def _within(least: int, most: int) -> Callable[[datetime], tuple[int, int]]:
    return lambda _: (least, most)


def _year(at: datetime) -> datetime:
    return datetime(at.year, 1, 1)


def _weekyear(at: datetime) -> datetime:
    return datetime.fromisocalendar(at.isocalendar().year, 1, 1)


def _week(at: datetime) -> datetime:
    return _day(at) - timedelta(days=at.weekday())


def _day(at: datetime) -> datetime:
    return datetime(at.year, at.month, at.day)


def _half(at: datetime) -> datetime:
    return _day(at).replace(hour=at.hour // 12 * 12)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _in_half(at: datetime, value: int) -> datetime:
    return at.replace(hour=at.hour // 12 * 12 + value % 12)


_A_DAY, _A_WEEK, _HALF_A_DAY = timedelta(days=1), timedelta(days=7), timedelta(hours=12)
_YEARS = _within(1, 9999)
_LAST_OF_DAYS = 5
FIELDS = {
    "year": _Field(0, _YEARS, _with_year, _year),
    "yearOfEra": _Field(0, _YEARS, _with_year, _year),
    "weekyear": _Field(0, _YEARS, _with_weekyear, _weekyear),
    "monthOfYear": _Field(1, _within(1, 12), _with_month, lambda at: _day(at).replace(day=1)),
    "weekOfWeekyear": _Field(
        2,
        lambda at: (1, _weeks(at.isocalendar().year)),
        _moved(_A_WEEK, lambda at: at.isocalendar().week),
        _week,
    ),
    "dayOfYear": _Field(
        3,
        lambda at: (1, 365 + isleap(at.year)),
        _moved(_A_DAY, lambda at: at.timetuple().tm_yday),
        _day,
    ),
    "dayOfMonth": _Field(
        4,
        lambda at: (1, monthrange(at.year, at.month)[1]),
        _moved(_A_DAY, lambda at: at.day),
        _day,
    ),
    "dayOfWeek": _Field(5, _within(1, 7), _moved(_A_DAY, datetime.isoweekday), _day),
    "halfdayOfDay": _Field(6, _within(0, 1), _moved(_HALF_A_DAY, lambda at: at.hour // 12), _half),
    "hourOfDay": _Field(7, _within(0, 23), _replaced("hour"), _hour),
    "clockhourOfDay": _Field(7, _within(1, 24), _replaced("hour", lambda hour: hour % 24), _hour),
    "hourOfHalfday": _Field(8, _within(0, 11), _in_half, _hour),
    "clockhourOfHalfday": _Field(8, _within(1, 12), _in_half, _hour),
    "minuteOfHour": _Field(
        9, _within(0, 59), _replaced("minute"), lambda at: at.replace(second=0, microsecond=0)
    ),
    "secondOfMinute": _Field(
        10, _within(0, 59), _replaced("second"), lambda at: at.replace(microsecond=0)
    ),
    "millisOfSecond": _Field(
        11, _within(0, 999), _replaced("microsecond", lambda ms: ms * 1000), lambda at: at
    ),
}
