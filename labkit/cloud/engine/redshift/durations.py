"""Intervals that are written as text: ``1 day 02:30:00``, ``7 days, 3 hours``, ``1-2``.

A number without a unit has the last one of what follows the literal, or it is seconds; what is
smaller than that unit is cut off, and what is smaller than a microsecond is rounded.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_interval_data_types.html
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from labkit.cloud.engine.redshift.errors import BAD_TEXT, RedshiftError
from labkit.cloud.engine.redshift.types import INTERVAL_UNITS, Type

_SECOND = 1_000_000
_DAY = 86400 * _SECOND
_MOST = (2**63 - 1) // 1000
_MONTHS = {
    "millennium": 12000,
    "century": 1200,
    "decade": 120,
    "year": 12,
    "quarter": 3,
    "month": 1,
}
_MICROS = {
    "week": 7 * _DAY, "day": _DAY, "hour": 3600 * _SECOND, "minute": 60 * _SECOND,
    "second": _SECOND, "millisecond": 1000, "microsecond": 1,
}  # fmt: skip
_WORD = re.compile(
    r"(?P<clock>[+-]?\d+:\d+(?::\d+(?:\.\d+)?)?)|(?P<months>[+-]?\d+-\d+)"
    r"|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))\s*(?P<unit>[a-z]+)?",
    re.IGNORECASE | re.ASCII,
)


class Duration(NamedTuple):
    """Months and days have no length of their own: they stay what they are."""

    months: int = 0
    days: int = 0
    micros: int = 0

    @property
    def duckdb(self) -> str:
        """Of so many microseconds that Arrow's nanoseconds have no room for them, days are made."""
        more = int(self.micros / _DAY) if abs(self.micros) > _MOST else 0
        days, micros = self.days + more, self.micros - more * _DAY
        return f"(to_months({self.months}) + to_days({days}) + to_microseconds({micros}))"


def read(text: str, unit: str = "second") -> Duration:
    """The duration that a text names.

    >>> read("1 day 02:30:00")
    Duration(months=0, days=1, micros=9000000000)
    >>> read("23", "month")
    Duration(months=23, days=0, micros=0)

    Raises:
        RedshiftError: it names none.
    """
    words = [match for part in re.split(r"[\s,]+(?=[+-]?[.\d])", text.strip())
             if (match := _WORD.fullmatch(part.rstrip(", ")) or _refuse(text))]  # fmt: skip
    found = Duration()
    for at, word in enumerate(words):
        default = "day" if at + 1 < len(words) and words[at + 1]["clock"] else unit
        found = Duration(*map(sum, zip(found, _one(word, default, text), strict=True)))
    return found


def from_minutes(text: str) -> str:
    """A clock of two numbers as minutes and seconds, where it would be hours and minutes.

    >>> from_minutes("1 2:30.5")
    '1 0:2:30.5'
    """
    return re.sub(r"(?<![\d:])(\d+:\d+(?:\.\d+)?)(?![\d:])", r"0:\1", text)


def from_days(text: str) -> str:
    """Two numbers as days and hours, where both would be hours.

    >>> from_days("1 2")
    '1 day 2 hour'
    """
    return re.sub(r"^\s*([+-]?\d+)\s+(\d+)\s*$", r"\1 day \2 hour", text)


def cut(found: Duration, unit: str) -> Duration:
    """A duration without what is smaller than a unit; seconds have fractions, and none has months.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_interval_forbid_composite_literals.html

    >>> cut(read("1 year 1 day 30 seconds"), "minute")
    Duration(months=0, days=1, micros=0)
    """
    if unit in _MONTHS:
        size = _MONTHS[unit]
        return Duration(int(found.months / size) * size)
    size = 1 if unit == "second" else min(_MICROS[unit], _DAY)
    return Duration(0, found.days, int(found.micros / size) * size)


def _refuse(text: str) -> re.Match[str]:
    raise RedshiftError(f'invalid input syntax for type interval: "{text}"', BAD_TEXT)


def _one(word: re.Match[str], default: str, text: str) -> Duration:
    from labkit.cloud.engine.redshift.dateparts import PARTS

    if word["clock"]:
        return Duration(micros=_clock(word["clock"]))
    if word["months"]:
        years, months = re.findall(r"\d+", word["months"])
        total = int(years) * 12 + int(months)
        return Duration(-total if word["months"].startswith("-") else total)
    part = PARTS.get((word["unit"] or default).lower(), "")
    if part not in _MONTHS and part not in _MICROS:
        _refuse(text)
    return _amount(Decimal(word["number"]), part)


def _clock(text: str) -> int:
    hours, minutes, *seconds = text.lstrip("+-").split(":")
    total = int(hours) * 3600 + int(minutes) * 60 + Decimal(seconds[0] if seconds else 0)
    return round(total * _SECOND) * (-1 if text.startswith("-") else 1)


def _amount(number: Decimal, part: str) -> Duration:
    """A month's fraction counts 30 days."""
    if part in _MONTHS:
        months = number * _MONTHS[part]
        return _amount((months - int(months)) * 30, "day")._replace(months=int(months))
    micros = round(number * _MICROS[part])
    if part not in ("day", "week"):
        return Duration(micros=micros)
    days = int(micros / _DAY)
    return Duration(0, days, micros - days * _DAY)


def fit(sql: str, target: Type) -> str:
    """Of days and what is smaller months are no part.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_interval_forbid_composite_literals.html
    """
    unit = INTERVAL_UNITS[target.size - 1]
    if target.short == "intervald2s":
        sql = f"rs_without_months({sql})"
    if unit == "second" and target.scale == 6:
        return sql
    whole = f"date_trunc('{unit}', {sql})"
    if unit != "second":
        return whole
    micros = f"round(date_part('microseconds', {sql}) % 1000000, {target.scale - 6})"
    return f"({whole} + to_microseconds(CAST({micros} AS BIGINT)))"
