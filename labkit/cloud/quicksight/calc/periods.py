"""Spans of time in SQL; a week starts on Sunday, as everywhere in QuickSight."""

from __future__ import annotations

_ADDED = {
    "year": "to_years(CAST({n} AS INTEGER))",
    "quarter": "to_months(CAST(3 * {n} AS INTEGER))",
    "month": "to_months(CAST({n} AS INTEGER))",
    "week": "to_days(CAST(7 * {n} AS INTEGER))",
    "day": "to_days(CAST({n} AS INTEGER))",
    "hour": "to_hours({n})",
    "minute": "to_minutes({n})",
    "second": "to_microseconds(1000000 * {n})",
    "millisecond": "to_microseconds(1000 * {n})",
}


def truncated(unit: str, date: str) -> str:
    """The start of the span that a date lies in."""
    if unit == "week":
        return f"(date_trunc('week', {date} + INTERVAL 1 DAY) - INTERVAL 1 DAY)"
    return f"CAST(date_trunc('{unit}', {date}) AS TIMESTAMP)"


def interval(unit: str, count: str) -> str:
    """So many spans, as an interval."""
    return _ADDED[unit].format(n=count)


def boundaries(unit: str, start: str, end: str) -> str:
    """How many starts of a span lie after one date and up to another."""
    if unit == "week":
        first, last = (f"CAST({truncated('week', each)} AS DATE)" for each in (start, end))
        return f"(date_diff('day', {first}, {last}) // 7)"
    return f"date_diff('{unit}', {start}, {end})"
