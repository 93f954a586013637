"""Dates cut to a granularity, as QuickSight does it: weeks begin on Sunday.

Source: https://docs.aws.amazon.com/quicksight/latest/user/truncDate-function.html. An analysis may
name another day: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AssetOptions.html
"""

from __future__ import annotations

from datetime import UTC, datetime

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.quicksight.visuals.model import one_of

#: DuckDB's interval of each granularity.
INTERVALS = {
    "YEAR": "1 YEAR",
    "QUARTER": "3 MONTHS",
    "MONTH": "1 MONTH",
    "WEEK": "7 DAYS",
    "DAY": "1 DAY",
    "HOUR": "1 HOUR",
    "MINUTE": "1 MINUTE",
    "SECOND": "1 SECOND",
    "MILLISECOND": "1 MILLISECOND",
}
# How many days before Monday, DuckDB's first day, a week begins.
_SHIFTS = {
    "MONDAY": 0,
    "SUNDAY": 1,
    "SATURDAY": 2,
    "FRIDAY": 3,
    "THURSDAY": 4,
    "WEDNESDAY": 5,
    "TUESDAY": 6,
}


def truncated(sql: str, granularity: str, week_start: str = "SUNDAY") -> str:
    """SQL of a timestamp's period, by its first moment.

    >>> truncated('"at"', "WEEK")
    '(date_trunc(\\'week\\', "at" + INTERVAL 1 DAY) - INTERVAL 1 DAY)'
    """
    one_of(granularity, INTERVALS)
    if granularity == "MILLISECOND":
        return f"date_trunc('millisecond', {sql})"
    shift = _SHIFTS[one_of(week_start, _SHIFTS)] if granularity == "WEEK" else 0
    if not shift:
        return f"date_trunc('{granularity.lower()}', {sql})"
    return f"(date_trunc('week', {sql} + INTERVAL {shift} DAY) - INTERVAL {shift} DAY)"


def moved(sql: str, granularity: str, periods: int) -> str:
    """SQL of a timestamp some periods later, or earlier."""
    interval = INTERVALS[one_of(granularity, INTERVALS)]
    return f"({sql} + {periods} * INTERVAL {interval})" if periods else sql


def literal(value: datetime | str | float) -> str:
    """SQL of a moment; one with a zone is told in UTC, a number is seconds since 1970."""
    value = datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else value
    text = value.isoformat(sep=" ") if isinstance(value, datetime) else value
    return f"CAST(CAST({quoted_text(text)} AS TIMESTAMPTZ) AS TIMESTAMP)"
