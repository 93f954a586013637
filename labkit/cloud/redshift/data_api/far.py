"""Moments of which Python and Arrow have none: before the year 1, after 9999, and 24:00:00."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

_DAY_US = 86_400_000_000
#: The calendar is the same again after so many years and days.
_YEARS, _DAYS = 400, 146_097


def is_near(values: pa.ChunkedArray) -> bool:
    """Whether Python and Arrow have all of a column's moments."""
    if pa.types.is_time(values.type):
        return not pc.any(pc.equal(pc.cast(values, pa.int64()), _DAY_US)).as_py()
    if not (pa.types.is_date(values.type) or pa.types.is_timestamp(values.type)):
        return True
    years = pc.min_max(pc.year(values)).as_py()
    return years["min"] is None or (years["min"] > 0 and years["max"] < 10_000)


def texts(values: pa.ChunkedArray) -> list[str | None]:
    """As Redshift writes them, ``0044-03-15 BC``; an instant on the clock of UTC."""
    days = pa.types.is_date(values.type)
    counts = pc.cast(pc.cast(values, pa.int32()) if days else values, pa.int64()).to_pylist()
    if pa.types.is_time(values.type):
        return [None if n is None else _clock(n) for n in counts]
    zone = "+00" if getattr(values.type, "tz", None) else ""
    return [None if n is None else _day(n) if days else _moment(n, zone) for n in counts]


def _moment(micros: int, zone: str) -> str:
    days, rest = divmod(micros, _DAY_US)
    return _day(days, f" {_clock(rest)}{zone}")


def _day(days: int, clock: str = "") -> str:
    """
    >>> _day(-735_500)
    '0045-04-09 BC'
    """
    cycles, rest = divmod(days, _DAYS)
    near = date(1970, 1, 1) + timedelta(rest)
    year = near.year + cycles * _YEARS
    shown, era = (year, "") if year > 0 else (1 - year, " BC")
    return f"{shown:04}-{near:%m-%d}{clock}{era}"


def _clock(micros: int) -> str:
    seconds, part = divmod(micros, 1_000_000)
    told = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{told}.{part:06}".rstrip("0") if part else told
