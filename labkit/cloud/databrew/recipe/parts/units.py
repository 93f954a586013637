"""Units of time, as ``DATE_ADD``, ``DATE_DIFF`` and ``SESSION`` name them.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.DATEADD.html
"""

from __future__ import annotations

from typing import Literal

Unit = Literal[
    "YEARS",
    "QUARTERS",
    "MONTHS",
    "WEEKS",
    "DAYS",
    "HOURS",
    "MINUTES",
    "SECONDS",
    "MILLISECONDS",
    "MICROSECONDS",
]
_MICROSECONDS = {
    "WEEKS": 604_800_000_000,
    "DAYS": 86_400_000_000,
    "HOURS": 3_600_000_000,
    "MINUTES": 60_000_000,
    "SECONDS": 1_000_000,
    "MILLISECONDS": 1_000,
    "MICROSECONDS": 1,
}
_MONTHS = {"YEARS": 12, "QUARTERS": 3, "MONTHS": 1}
#: The number of a day in a calendar whose months have 31.
_DAY = "((year({0}) * 12 + month({0})) * 31 + day({0}))"
#: The day of the second of two timestamps, or the one before or behind it: as many whole days from
#: the first as there are.
_END = """(t[2] - (t[1] - date_trunc('day', t[1]))
    + to_microseconds(CASE WHEN t[2] < t[1] THEN 86399999999 ELSE 0 END))"""


def added(time: str, unit: str, count: str) -> str:
    """SQL of a timestamp some units later; NULL where there is no such time.

    Args:
        count: SQL of a whole number.
    """
    if unit in _MONTHS:
        return f"TRY({time} + to_months(CAST({count} * {_MONTHS[unit]} AS INTEGER)))"
    return f"TRY({time} + to_microseconds(CAST({count} AS BIGINT) * {_MICROSECONDS[unit]}))"


def between(start: str, end: str, unit: str) -> str:
    """SQL of how many whole units lie between two timestamps: negative when the end is earlier.

    A month is whole on the same day and time of another, as for Spark's ``timestampdiff``: from
    January 31 to February 29 there is none.
    """
    if unit not in _MONTHS:
        return f"TRY(datesub('{unit.lower().removesuffix('s')}', {start}, {end}))"
    months = f"({_DAY.format(_END)} - {_DAY.format('t[1]')}) // {_MONTHS[unit] * 31}"
    return f"TRY(list_transform([[{start}, {end}]], lambda t: {months})[1])"
