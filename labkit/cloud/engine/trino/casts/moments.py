"""Casts between dates, times and timestamps.

Source: https://trino.io/docs/current/language/types.html#date-and-time
"""

from __future__ import annotations

from labkit.cloud.engine.rounding import rounded_moment
from labkit.cloud.engine.trino.casts.rules import plain, register
from labkit.cloud.engine.trino.library import coerce
from labkit.cloud.engine.types import Type


def _zoned_clock(sql: str, source: Type, target: Type) -> str:
    """A zoned timestamp as what its own clock shows."""
    local = f"trino_local({sql})"
    if target.base == "date":
        return plain(local, source, target)
    return (_clock if target.base == "time" else rescaled)(local, source, target)


def _clock(sql: str, source: Type, target: Type) -> str:
    return rescaled_time(f"CAST({sql} AS TIME)", source, target)


def rescaled(sql: str, source: Type, target: Type) -> str:
    """Fewer digits of a second round half up; text is rounded, too."""
    micros = _rounded(f"CAST({sql} AS TIMESTAMP)", source, target)
    return f"make_timestamp({micros})" if micros else plain(sql, source, target)


def rescaled_time(sql: str, source: Type, target: Type) -> str:
    """A time of fewer digits; what rounds up to midnight is 00:00."""
    micros = _rounded(f"DATE '1970-01-01' + {sql}", source, target)
    if not micros:
        return plain(sql, source, target)
    return f"CAST(make_timestamp({micros} % 86400000000) AS TIME)"


def _rounded(moment: str, source: Type, target: Type) -> str:
    """A moment's microseconds, rounded; nothing where the target has as many digits."""
    digits, before = (int(str(kind.args[0])) if kind.args else 3 for kind in (target, source))
    if digits >= min(before, 6):
        return ""
    return rounded_moment(moment, digits)


def rescaled_zoned(sql: str, source: Type, target: Type) -> str:
    """A zoned timestamp of fewer digits, in the same zone."""
    instant = rescaled("(_z).instant", source, Type("timestamp", target.args))
    return f"list_transform([{sql}], lambda _z: trino_zoned({instant}, (_z).zone))[1]"


def _widened(sql: str, source: Type, target: Type) -> str:
    return coerce(sql, source, target)


def _time_to_timestamp(sql: str, source: Type, target: Type) -> str:
    """A time of today: TimeToTimestampCast of https://github.com/trinodb/trino"""
    today = f"(CAST(trino_now().instant AS DATE) + {sql})"
    moment = rescaled(today, source, Type("timestamp", target.args))
    return moment if target.base == "timestamp" else f"trino_zoned({moment}, 'UTC')"


register(("timestamptz",), ("date", "timestamp", "time"), _zoned_clock)
register(("date", "timestamp"), ("timestamptz",), _widened)
register(("timestamptz",), ("timestamptz",), rescaled_zoned)
register(("date",), ("timestamp",), plain)
register(("timestamp",), ("date",), plain)
register(("timestamp",), ("time",), _clock)
register(("timestamp",), ("timestamp",), rescaled)
register(("time",), ("time",), rescaled_time)
register(("time",), ("timestamp", "timestamptz"), _time_to_timestamp)
