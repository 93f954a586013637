"""When a rule fires next: ``rate(5 minutes)`` and ``cron(0 6 ? * MON *)``.

A cron expression has six fields, in UTC: minutes, hours, day of month, month, day of week, year.
One of the two days must be ``?``. Days of the week count from 1 = Sunday. ``L`` is the last day,
``W`` the nearest weekday, ``#`` the n-th such weekday of the month. A range that runs backwards,
such as 22-2, is in no page of AWS: it is refused, as are days that no year has.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_RATE = re.compile(r"rate\((\d+) (minute|minutes|hour|hours|day|days)\)")
_CRON = re.compile(r"cron\((.*)\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = [name.upper() for name in calendar.month_abbr]
_DAYS = ["", "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
LAST_YEAR = 2199


class BadSchedule(ValueError):
    """Not a schedule expression. Args: the expression."""


class Schedule(Protocol):
    """When something happens again and again, or once."""

    @property
    def once(self) -> bool:
        """Whether it happens once."""

    def after(self, moment: float, since: float) -> float | None:
        """The first time after a moment, in seconds since 1970; ``None`` when there is none.

        Args:
            moment: to look from.
            since: when the schedule began to count.
        """


def parse_schedule(expression: str) -> Schedule:
    """A schedule of its expression.

    >>> parse_schedule("rate(1 minute)").after(90, since=0)
    120

    Raises:
        BadSchedule: it is not one.
    """
    if found := _RATE.fullmatch(expression):
        count, unit = int(found[1]), found[2]
        if count > 0 and (count == 1) != unit.endswith("s"):
            return Rate(count * _SECONDS[unit.rstrip("s")])
    if (found := _CRON.fullmatch(expression)) and len(found[1].split()) == 6:
        try:
            return _cron(*found[1].upper().split())
        except (ValueError, KeyError) as error:
            raise BadSchedule(expression) from error
    raise BadSchedule(expression)


def kept_schedule(expression: str) -> Schedule:
    """A schedule that was taken once; where it would be refused today, it is never due.

    >>> kept_schedule("cron(0 22-2 * * ? *)").after(0, since=0) is None
    True
    """
    try:
        return parse_schedule(expression)
    except BadSchedule:
        return Never()


@dataclass(frozen=True)
class Never:
    """At no time."""

    once = False

    def after(self, moment: float, since: float) -> float | None:
        return None


@dataclass(frozen=True)
class Rate:
    """Every so many seconds."""

    period_s: int
    once = False

    def after(self, moment: float, since: float) -> float | None:
        return since + (max(0, moment - since) // self.period_s + 1) * self.period_s


@dataclass(frozen=True)
class Cron:
    """At times of days; the two day fields are kept as text, for they depend on the month."""

    minutes: frozenset[int]
    hours: frozenset[int]
    day: str
    months: frozenset[int]
    weekday: str
    years: frozenset[int]
    once = False

    def after(self, moment: float, since: float) -> float | None:
        start = datetime.datetime.fromtimestamp(moment, datetime.UTC)
        first = start.replace(second=0, microsecond=0) + datetime.timedelta(minutes=1)
        return next((t.timestamp() for t in self._times(first.date()) if t >= first), None)

    def _times(self, first: datetime.date) -> Iterator[datetime.datetime]:
        for day in self._days(first):
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    time = datetime.time(hour, minute, tzinfo=datetime.UTC)
                    yield datetime.datetime.combine(day, time)

    def _days(self, first: datetime.date) -> Iterator[datetime.date]:
        for year in sorted(y for y in self.years if y >= first.year):
            for month in sorted(self.months):
                for day in self._days_of(year, month):
                    if datetime.date(year, month, day) >= first:
                        yield datetime.date(year, month, day)

    def _days_of(self, year: int, month: int) -> list[int]:
        last = calendar.monthrange(year, month)[1]
        if self.day == "?":
            found = {d for part in self.weekday.split(",") for d in _weekdays(part, year, month)}
        else:
            found = {d for part in self.day.split(",") for d in _month_days(part, year, month)}
        return sorted(d for d in found if 1 <= d <= last)


def _cron(minute: str, hour: str, day: str, month: str, weekday: str, year: str) -> Cron:
    if (day == "?") == (weekday == "?"):
        raise ValueError("one of the days must be ?")
    made = Cron(
        _numbers(minute, 0, 59),
        _numbers(hour, 0, 23),
        day,
        _numbers(month, 1, 12, _MONTHS),
        weekday,
        _numbers(year, 1970, LAST_YEAR),
    )
    if made.after(0, since=0) is None:
        raise ValueError("never due")
    return made


def _numbers(field: str, low: int, high: int, names: list[str] | None = None) -> frozenset[int]:
    """The numbers of a field: ``*``, ``5``, ``1-5``, ``0/15``, ``MON-FRI`` and lists of these."""
    return frozenset(n for part in field.split(",") for n in _part(part, low, high, names))


def _part(part: str, low: int, high: int, names: list[str] | None) -> range:
    base, _, step = part.partition("/")
    start, _, end = base.partition("-")
    if base == "*":
        first, last = low, high
    else:
        first = _number(start, names)
        last = _number(end, names) if end else (high if step else first)
    if not low <= first <= last <= high or (step and int(step) < 1):
        raise ValueError(part)
    return range(first, last + 1, int(step or 1))


def _number(text: str, names: list[str] | None) -> int:
    return names.index(text) if names and text in names else int(text)


def _month_days(part: str, year: int, month: int) -> list[int]:
    last = calendar.monthrange(year, month)[1]
    if part == "L":
        return [last]
    if part.endswith("W"):
        day = last if part == "LW" else int(part[:-1])
        return [_nearest_weekday(year, month, min(day, last), last)]
    return list(_part(part, 1, 31, None))


def _nearest_weekday(year: int, month: int, day: int, last: int) -> int:
    weekday = calendar.weekday(year, month, day)
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < last else day - 2
    return day


def _weekdays(part: str, year: int, month: int) -> list[int]:
    """The days of a month that a day-of-week field means."""
    if part == "L":
        return _of_month(year, month, 7)
    if part.endswith("L"):
        return _of_month(year, month, _number(part[:-1], _DAYS))[-1:]
    if "#" in part:
        name, _, nth = part.partition("#")
        return _of_month(year, month, _number(name, _DAYS))[int(nth) - 1 : int(nth)]
    return [d for each in _part(part, 1, 7, _DAYS) for d in _of_month(year, month, each)]


def _of_month(year: int, month: int, weekday: int) -> list[int]:
    """All days of a month on one weekday, 1 = Sunday."""
    if not 1 <= weekday <= 7:
        raise ValueError(weekday)
    last = calendar.monthrange(year, month)[1]
    return [
        d for d in range(1, last + 1) if (calendar.weekday(year, month, d) + 1) % 7 + 1 == weekday
    ]
