"""Time zones by name (``US/Pacific``) or by their distance from UTC (``UTC+08:00``).

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.CONVERT_TIMEZONE.html
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.engine.quoting import quoted_text

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", re.I)


def zone(name: str) -> tzinfo:
    """The zone of a name.

    >>> zone("UTC+08:00").utcoffset(None)
    datetime.timedelta(seconds=28800)

    Raises:
        RecipeError: there is none.
    """
    if name.upper() in ("", "UTC", "GMT", "Z"):
        return UTC
    if found := _OFFSET.fullmatch(name):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes < 24 * 60:
            return timezone((1 if found[1] == "+" else -1) * timedelta(minutes=minutes))
    if name in available_timezones() - {"localtime"}:  # the machine's own
        return ZoneInfo(name)
    raise RecipeError(f"There is no time zone '{name}': US/Pacific, UTC and UTC+08:00 are some.")


def to_utc(time: str, name: str) -> str:
    """SQL of a local timestamp of a zone, in UTC."""
    here = zone(name)
    if isinstance(here, ZoneInfo):
        instant = f"TRY(CAST({_first(quoted_text(name))} AS TIMESTAMP))"
        return f"list_transform([{time}], lambda _t: {instant})[1]"
    return f"TRY({time} - to_seconds({_seconds(here)}))"


def from_utc(time: str, name: str) -> str:
    """SQL of a timestamp in UTC as local time of a zone."""
    here = zone(name)
    if isinstance(here, ZoneInfo):
        return f"TRY(timezone({quoted_text(name)}, timezone('UTC', {time})))"
    return f"TRY({time} + to_seconds({_seconds(here)}))"


def _first(zone: str) -> str:
    """SQL of when clocks of a zone first show ``_t``: Java's choice of two, where DuckDB's is last.

    They show it twice only if three hours before the last time they were set otherwise.
    """
    last = f"timezone({zone}, _t)"
    before = f"({last} - INTERVAL 3 HOUR)"
    first = f"({before} + (_t - timezone({zone}, {before})))"
    return (
        f"CASE WHEN timezone({zone}, {before}) + INTERVAL 3 HOUR = _t THEN {last} "
        f"WHEN timezone({zone}, {first}) = _t THEN {first} ELSE {last} END"
    )


def _seconds(here: tzinfo) -> int:
    offset = here.utcoffset(None)
    return int(offset.total_seconds()) if offset else 0
