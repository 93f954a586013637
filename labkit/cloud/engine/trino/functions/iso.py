"""Texts of ISO 8601, as ``from_iso8601_timestamp`` and ``from_iso8601_date`` read them.

Logs write an instant with ``Z`` and seconds; DuckDB reads such a text by itself. Any other that
Trino takes, with an offset, of a week, without seconds, is read in Python. Where a column is known
to hold none of these others, its texts are read without a look at the form of each.

Source: https://trino.io/docs/current/functions/datetime.html#from_iso8601_timestamp
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.trino.functions.entry import Render, fail


class _Moment(str):
    """SQL of an ISO text's moment, which knows the SQL of the text.

    Most queries ask a moment for a field of its local time. Then neither instant nor zone need be.
    """

    text: str


def moment(call: Any, args: Sequence[str]) -> str:
    """A call of ``from_iso8601_timestamp``."""
    found = _Moment(f"trino_iso_timestamp({args[0]})")
    found.text = args[0]
    return found


def in_zone(sql: str) -> Render:
    """SQL over the local time of a moment."""

    def render(call: Any, args: Sequence[str]) -> str:
        zoned = args[0]
        if isinstance(zoned, _Moment):
            return sql.format(f"trino_iso_local_time({zoned.text})")
        return sql.format(f"trino_local({zoned})")

    return render


#: A column of a scan that is read as a moment; texts and other names stand in SQL as they are.
_READ = re.compile(
    r"""'(?:[^']|'')*'|trino_iso_(?P<what>timestamp|local_time)\("""
    r"""(?P<scan>\w+)\.(?P<name>"(?:[^"]|"")*")\)|"(?:[^"]|"")*\""""
)


def moments(sql: str, scan: str) -> frozenset[str]:
    """The columns of a scan that SQL reads as moments.

    >>> moments("trino_iso_timestamp(scan_0.\\"at\\"), 'trino_iso_timestamp(scan_0.b)'", "scan_0")
    frozenset({'at'})
    """
    return frozenset(
        found["name"][1:-1].replace('""', '"')
        for found in _READ.finditer(sql)
        if found["scan"] == scan
    )


def logged(sql: str, scan: str, columns: Collection[str]) -> str:
    """SQL where these columns of a scan are known to hold what logs write."""
    names = {quoted_name(column) for column in columns}

    def replaced(found: re.Match[str]) -> str:
        if found["scan"] != scan or found["name"] not in names:
            return found[0]
        return f"trino_logged_{found['what']}({scan}.{found['name']})"

    return _READ.sub(replaced, sql) if names else sql


_DATE = re.compile(
    r"(?P<y>[+-]?\d{4,})(?:-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?|-W(?P<w>\d{1,2})(?:-(?P<wd>\d))?"
    r"|-(?P<doy>\d{3}))?$"
)
_TIME = re.compile(
    r"(?:(?P<h>\d{1,2})(?::(?P<mi>\d{1,2})(?::(?P<s>\d{1,2}))?)?(?:[.,](?P<f>\d{1,9}))?)?"
    r"(?P<z>[Zz]|[+-]\d{2}(?::?\d{2})?)?$"
)


def _date(text: str) -> date:
    found = _DATE.match(text)
    try:
        if not found:
            raise ValueError
        part = {k: int(v) for k, v in found.groupdict().items() if v}
        if "w" in part:
            return date.fromisocalendar(part["y"], part["w"], part.get("wd", 1))
        if "doy" in part:
            day = date(part["y"], 1, 1) + timedelta(days=part["doy"] - 1)
            return day if day.year == part["y"] else fail(f'Invalid format: "{text}"')
        return date(part["y"], part.get("m", 1), part.get("d", 1))
    except (OverflowError, ValueError):
        fail(f'Invalid format: "{text}"')


def read_moment(text: str) -> dict[str, Any]:
    """The instant in UTC and the zone of a text.

    Raises:
        TrinoError: it is none of ISO 8601.
    """
    local, zone = _parts(text)
    try:
        return {"instant": local - _offset(zone), "zone": zone}
    except (OverflowError, ValueError):
        fail(f'Invalid format: "{text}"')


def _offset(zone: str) -> timedelta:
    """How far ``+01:30`` is ahead of UTC."""
    if zone == "UTC":
        return timedelta()
    sign, ahead = zone[0], datetime.strptime(zone[1:], "%H:%M")
    return (-1 if sign == "-" else 1) * timedelta(hours=ahead.hour, minutes=ahead.minute)


def read_local(text: str) -> datetime:
    """The local time of a text, in its own zone."""
    return _parts(text)[0]


def _parts(text: str) -> tuple[datetime, str]:
    """The local time and the zone."""
    day, _, clock = text.replace("t", "T").partition("T")
    found = _TIME.match(clock)
    if not day and (not found or found["h"] is None):
        fail(f'Invalid format: "{text}"')
    start = datetime.combine(_date(day) if day else date(1970, 1, 1), datetime.min.time())
    if not clock:
        return start, "UTC"
    if not found:
        fail(f'Invalid format: "{text}"')
    part = {k: int(found[k] or 0) for k in ("h", "mi", "s")}
    if part["h"] > 23 or part["mi"] > 59 or part["s"] > 59:
        fail(f'Invalid format: "{text}"')
    digits, unit = found["f"] or "0", 1 if found["s"] else 60 if found["mi"] else 3600
    micros = int(digits) * unit * 1_000_000 // 10 ** len(digits)  # of the last part, 10.5 is 10:30
    moment = start + timedelta(
        hours=part["h"], minutes=part["mi"], seconds=part["s"], microseconds=micros
    )
    return moment, _zone(found["z"])


def _zone(text: str | None) -> str:
    if text in (None, "Z", "z"):
        return "UTC"
    digits = str(text)[1:].replace(":", "").ljust(4, "0")
    return "UTC" if digits == "0000" else f"{str(text)[0]}{digits[:2]}:{digits[2:]}"


UDFS = (
    Udf("trino_iso_date", _date, ("VARCHAR",), "DATE"),
    Udf("trino_iso_moment", read_moment, ("VARCHAR",), "STRUCT(instant TIMESTAMP, zone VARCHAR)"),
    Udf("trino_iso_clock", read_local, ("VARCHAR",), "TIMESTAMP"),
)
