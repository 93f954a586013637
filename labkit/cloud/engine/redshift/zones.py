"""The time zone of a session: what SET timezone takes, as DuckDB and Arrow know it.

A name of the tz database, hours east of UTC (``-8``), ISO 8601's offset (``+7:30``), an interval
(``-8 hours``) or POSIX' form, whose hours count to the west (``PST8``). Abbreviations are none.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_timezone_config.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import pyarrow as pa

from labkit.cloud.engine.redshift.errors import RedshiftError

_OFFSET = re.compile(r"(?P<sign>[+-]?)(?P<hours>\d{1,2})(?::(?P<minutes>\d\d))?(?::00)?")
_SPAN = re.compile(r"(?P<sign>[+-]?)(?P<count>\d+) ?(?P<unit>hour|minute)s?", re.IGNORECASE)
_POSIX = re.compile(r"[A-Za-z]{3,}(?P<sign>[+-]?)(?P<hours>\d{1,2})(?::(?P<minutes>\d\d))?")
_FIXED = re.compile(r"GMT(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d)")
#: The machine's own zone, which some tz databases have a name for, and DuckDB has not.
_MACHINES = "localtime"
#: The furthest from UTC that a fixed offset may be.
_FURTHEST = 14 * 60


def find_zone(name: str) -> ZoneInfo:
    """A time zone of the tz database, in any case.

    Raises:
        ValueError: there is none.
    """
    tried = (name, name.title(), name.upper())
    for one in tried if name.lower() != _MACHINES else ():
        try:
            return ZoneInfo(one)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    raise ValueError(name)


@lru_cache(maxsize=200)
def named(told: str) -> str:
    """What DuckDB calls the zone of a setting.

    >>> named("America/New_York"), named("-8:00"), named("PST8"), named("30 minutes")
    ('America/New_York', 'GMT-08:00', 'GMT-08:00', 'GMT+00:30')

    Raises:
        RedshiftError: it is none.
    """
    text = told.strip()
    if (minutes := _east(text)) is None:
        try:
            return find_zone(text).key
        except ValueError:
            raise _unknown(told) from None
    if abs(minutes) > _FURTHEST:
        raise _unknown(told)
    sign = "-" if minutes < 0 else "+"
    return f"GMT{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def listed(now: datetime) -> Iterator[str]:
    """The zones as ``pg_timezone_names`` tells them: name, abbreviation, offset, summer time.

    >>> next(row for row in listed(datetime(2024, 1, 1, tzinfo=UTC)) if "Paris" in row)
    '(Europe/Paris,CET,01:00:00,f)'
    """
    for name in sorted(available_timezones() - {_MACHINES}):
        there = now.astimezone(ZoneInfo(name))
        minutes = int((there.utcoffset() or timedelta()).total_seconds()) // 60
        offset = f"{'-' * (minutes < 0)}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}:00"
        yield f"({name},{there.tzname()},{offset},{'t' if there.dst() else 'f'})"


def _unknown(told: str) -> RedshiftError:
    return RedshiftError(f'invalid value for parameter "timezone": "{told}"', "22023")


def _east(text: str) -> int | None:
    """The minutes east of UTC of what names a fixed offset."""
    if found := _OFFSET.fullmatch(text):
        return _minutes(found)
    if found := _SPAN.fullmatch(text):
        count = int(f"{found['sign']}{found['count']}")
        return count * (60 if found["unit"].lower() == "hour" else 1)
    if found := _POSIX.fullmatch(text):
        return -_minutes(found)
    return None


def _minutes(found: re.Match[str]) -> int:
    minutes = int(found["hours"]) * 60 + int(found["minutes"] or 0)
    return -minutes if found["sign"] == "-" else minutes


@lru_cache(maxsize=200)
def known(name: str) -> tzinfo:
    """The zone of a name that `named` gave."""
    if name == "UTC":
        return UTC
    found = _FIXED.fullmatch(name)
    return timezone(timedelta(minutes=_minutes(found))) if found else ZoneInfo(name)


def instant(moment: datetime, zone: tzinfo) -> datetime:
    """What a clock in a zone shows, as a moment in UTC, without a zone.

    An hour that comes twice, or never, is taken for standard time, as PostgreSQL 8 has it.
    """
    if zone is UTC:
        return moment
    offsets = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return moment - min(offset or timedelta() for offset in offsets)


def readable(rows: pa.Table) -> pa.Table:
    """The rows with fixed offsets as Arrow calls them: ``-08:00`` for ``GMT-08:00``."""
    zones = [getattr(field.type, "tz", None) or "" for field in rows.schema]
    if not any(map(_FIXED.fullmatch, zones)):
        return rows
    fields = [_readable(*each) for each in zip(rows.schema, zones, strict=True)]
    return rows.cast(pa.schema(fields))


def _readable(field: pa.Field, zone: str) -> pa.Field:
    fixed = _FIXED.fullmatch(zone)
    return field.with_type(pa.timestamp(field.type.unit, zone[3:])) if fixed else field
