"""Date and time functions. Source: https://trino.io/docs/current/functions/datetime.html

``date_diff`` counts elapsed units, ``date_trunc`` of a date stays a date, a week starts on Monday.
``timestamp with time zone`` is an instant in UTC and a zone: fields and units of a day or
longer are reckoned in that zone, shorter ones on the instant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.rounding import rounded_moment
from labkit.cloud.engine.trino.functions import iso
from labkit.cloud.engine.trino.functions.entry import Entry, Render, entries, fail
from labkit.cloud.engine.trino.functions.patterns import (
    format_joda,
    format_mysql,
    format_teradata,
    parse_joda,
    parse_mysql,
    parse_teradata,
)

_ZONED, _SPAN, _MONTHS = (
    "timestamp(p) with time zone",
    "interval day to second",
    "interval year to month",
)

_DATE_FIELDS = {
    "year": "year({0})",
    "quarter": "quarter({0})",
    "month": "month({0})",
    "week": "week({0})",
    "week_of_year": "week({0})",
    "day": "day({0})",
    "day_of_month": "day({0})",
    "day_of_week": "isodow({0})",
    "dow": "isodow({0})",
    "day_of_year": "dayofyear({0})",
    "doy": "dayofyear({0})",
    "year_of_week": "isoyear({0})",
    "yow": "isoyear({0})",
}
_TIME_FIELDS = {
    "hour": "hour({0})",
    "minute": "minute({0})",
    "second": "second({0})",
    "millisecond": "(millisecond({0}) % 1000)",
}
_SPAN_FIELDS = {"day": (86_400_000, None), "hour": (3_600_000, 24), "minute": (60_000, 60),
                "second": (1000, 60), "millisecond": (1, 1000)}  # fmt: skip


def _fields() -> list[Entry]:
    """``year(date)``, ``hour(time)`` … for every type that has the field."""
    found = []
    for name, sql in {**_DATE_FIELDS, **_TIME_FIELDS}.items():
        types = ["date"] if name in _DATE_FIELDS else ["time"]
        for kind in [*types, "timestamp"]:
            found.append(Entry(f"{name}({kind}) -> bigint", sql))
        found.append(Entry(f"{name}({_ZONED}) -> bigint", iso.in_zone(sql)))
    for name, (size, base) in _SPAN_FIELDS.items():
        rest = f" % {base}" if base else ""
        found.append(Entry(f"{name}({_SPAN}) -> bigint", f"({{0}} // {size}{rest})"))
    found.append(Entry(f"year({_MONTHS}) -> bigint", "({0}::BIGINT // 12)"))
    found.append(Entry(f"month({_MONTHS}) -> bigint", "({0}::BIGINT % 12)"))
    return found


def _iso(local: str) -> Render:
    """A local time with as many digits of a second as its type has."""

    def render(call: Any, args: Sequence[str]) -> str:
        digits = int((call.parameters[0].args or (3,))[0])
        day = f"strftime({local.format(*args)}, '%Y-%m-%dT%H:%M:%S.%f')"
        return f"trim({day}[:{20 + digits}], '.')"

    return render


def _added(sum_: str, rounded: str, moment: str = "") -> Render:
    """What keeps the digits of a second that its type has: milliseconds beyond them round it.

    Args:
        sum_: SQL of the sum.
        rounded: SQL of it (``{0}``) with other microseconds (``{1}``).
        moment: whose microseconds are rounded, where it is not the sum itself.
    """

    def render(call: Any, args: Sequence[str]) -> str:
        digits = int((call.parameters[2].args or (3,))[0])
        added = sum_.format(*args)
        return (
            added if digits >= 3 else rounded.format(added, rounded_moment(moment or added, digits))
        )

    return render


SCALARS = (
    *_fields(),
    *entries(
        ("current_timezone() -> varchar", "'UTC'"),
        ("date(varchar(x)) -> date", "trino_to_date({0})"),
        ("date(timestamp) -> date", "CAST({0} AS DATE)"),
        (f"date({_ZONED}) -> date", iso.in_zone("CAST({0} AS DATE)")),
        ("date(date) -> date", "({0})"),
        ("date_add(varchar, bigint, date) -> date", "trino_add_date({0}, {1}, {2})"),
        (
            "date_add(varchar, bigint, timestamp(p)) -> timestamp(p)",
            _added("({2} + trino_span(trino_unit({0}, 'TIMESTAMP'), {1}))", "make_timestamp({1})"),
        ),
        (
            f"date_add(varchar, bigint, {_ZONED}) -> {_ZONED}",
            _added(
                "trino_add_zoned({0}, {1}, {2})",
                "list_transform([{0}], lambda _z: trino_zoned(make_timestamp({1}), (_z).zone))[1]",
                "(_z).instant",
            ),
        ),
        (
            "date_add(varchar, bigint, time(p)) -> time(p)",
            _added(
                "({2} + trino_span(trino_time_unit({0}), {1}))",
                "CAST(make_timestamp(({1}) % 86400000000) AS TIME)",
            ),
        ),
        ("date_diff(varchar, date, date) -> bigint", "datesub(trino_date_unit({0}), {1}, {2})"),
        (
            "date_diff(varchar, timestamp, timestamp) -> bigint",
            "datesub(trino_unit({0}, 'TIMESTAMP'), {1}, {2})",
        ),
        (f"date_diff(varchar, {_ZONED}, {_ZONED}) -> bigint", "trino_diff_zoned({0}, {1}, {2})"),
        (
            "date_diff(varchar, time(p), time(p)) -> bigint",
            "datesub(trino_time_unit({0}), {1}, {2})",
        ),
        (
            "date_trunc(varchar, date) -> date",
            "CAST(date_trunc(trino_date_unit({0}), {1}) AS DATE)",
        ),
        (
            "date_trunc(varchar, timestamp(p)) -> timestamp(p)",
            "date_trunc(trino_unit({0}, 'TIMESTAMP'), {1})",
        ),
        (f"date_trunc(varchar, {_ZONED}) -> {_ZONED}", "trino_trunc_zoned({0}, {1})"),
        (
            "date_trunc(varchar, time(p)) -> time(p)",
            "CAST(date_trunc(trino_time_unit({0}), DATE '1970-01-01' + {1}) AS TIME)",
        ),
        ("date_format(timestamp, varchar) -> varchar", format_mysql),
        (f"date_format({_ZONED}, varchar) -> varchar", format_mysql),
        ("date_parse(varchar(x), varchar(y)) -> timestamp(3)", parse_mysql),
        ("format_datetime(timestamp, varchar) -> varchar", format_joda),
        (f"format_datetime({_ZONED}, varchar) -> varchar", format_joda),
        ("parse_datetime(varchar, varchar) -> timestamp(3) with time zone", parse_joda),
        ("to_char(timestamp, varchar) -> varchar", format_teradata),
        (f"to_char({_ZONED}, varchar) -> varchar", format_teradata),
        ("to_date(varchar, varchar) -> date", parse_teradata),
        ("to_timestamp(varchar, varchar) -> timestamp(3)", parse_teradata),
        ("from_iso8601_date(varchar) -> date", "trino_iso_date({0})"),
        ("from_iso8601_timestamp(varchar) -> timestamp(3) with time zone", iso.moment),
        (
            "from_iso8601_timestamp_nanos(varchar) -> timestamp(9) with time zone",
            lambda call, args: iso.moment(call, [f"trino_micros({args[0]})"]),
        ),
        (
            "from_unixtime(double) -> timestamp(3) with time zone",
            "trino_zoned(trino_from_unix({0}), 'UTC')",
        ),
        (
            "from_unixtime(double, varchar) -> timestamp(3) with time zone",
            "trino_zoned(trino_from_unix({0}), trino_zone({1}))",
        ),
        (
            "from_unixtime(double, bigint, bigint) -> timestamp(3) with time zone",
            "trino_zoned(trino_from_unix({0}), trino_made_zone({1} * 60 + {2}))",
        ),
        (
            "from_unixtime_nanos(bigint) -> timestamp(9) with time zone",
            "trino_zoned(trino_from_nanos({0}), 'UTC')",
        ),
        ("human_readable_seconds(double) -> varchar", "trino_readable_seconds({0})"),
        ("last_day_of_month(date) -> date", "last_day({0})"),
        ("last_day_of_month(timestamp) -> date", "last_day({0})"),
        (f"last_day_of_month({_ZONED}) -> date", iso.in_zone("last_day({0})")),
        ("now() -> timestamp(3) with time zone", "trino_now()"),
        ("current_timestamp() -> timestamp(3) with time zone", "trino_now()"),
        ("localtimestamp() -> timestamp(3)", "(trino_now().instant)"),
        ("current_date() -> date", "CAST(trino_now().instant AS DATE)"),
        ("localtime() -> time(3)", "CAST(trino_now().instant AS TIME)"),
        (f"parse_duration(varchar) -> {_SPAN}", "trino_parse_duration({0})"),
        (f"timezone({_ZONED}) -> varchar", "({0}).zone"),
        (f"timezone_hour({_ZONED}) -> bigint", "(trino_offset({0}) // 60)"),
        (f"timezone_minute({_ZONED}) -> bigint", "(trino_offset({0}) % 60)"),
        (
            f"at_timezone({_ZONED}, varchar) -> {_ZONED}",
            "trino_zoned(({0}).instant, trino_zone({1}))",
        ),
        (
            f"at_timezone({_ZONED}, {_SPAN}) -> {_ZONED}",
            "trino_zoned(({0}).instant, trino_made_zone(({1}) // 60000))",
        ),
        (
            f"with_timezone(timestamp(p), varchar) -> {_ZONED}",
            "trino_zoned(trino_to_instant({0}, trino_zone({1})), trino_zone({1}))",
        ),
        ("to_iso8601(date) -> varchar(16)", "trino_date_text({0})"),
        ("to_iso8601(timestamp(p)) -> varchar(26)", _iso("{0}")),
        (
            f"to_iso8601({_ZONED}) -> varchar(32)",
            lambda call, args: (
                f"({_iso('trino_local({0})')(call, args)} "
                f"|| trino_iso_zone(trino_offset({args[0]})))"
            ),
        ),
        (f"to_milliseconds({_SPAN}) -> bigint", "({0})"),
        ("to_unixtime(timestamp) -> double", "epoch({0})"),
        (f"to_unixtime({_ZONED}) -> double", "epoch(({0}).instant)"),
    ),
)


_UTC = frozenset("utc z ut uct gmt gmt0 greenwich universal zulu".split())
_OFFSET = re.compile(
    r"(?P<etc>etc/)?(?:utc|gmt|ut)?(?P<sign>[+-])(?P<hours>\d\d?)(?::(?P<rest>\d\d))?"
)


def zone_name(text: str) -> str | None:
    """A zone by the name that Trino shows: in its own case, an offset as ``+01:30``; None for none.

    Source: https://github.com/trinodb/trino/blob/master/core/trino-spi/src/main/java/io/trino/spi/type/TimeZoneKey.java
    """
    lower = text.lower()
    if lower.removeprefix("etc/") in _UTC:
        return "UTC"
    found = _OFFSET.fullmatch(lower)
    return _offset_name(found) if found else _zone_names().get(lower)


def _offset_name(found: re.Match[str]) -> str | None:
    hours, minutes = int(found["hours"]), int(found["rest"] or 0)
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        return None
    sign = {"+": "-", "-": "+"}[found["sign"]] if found["etc"] else found["sign"]
    return f"{sign}{hours:02}:{minutes:02}" if hours or minutes else "UTC"


def _zone_short(instant: datetime, zone: str) -> str:
    """``EST``, ``CEST``; an offset as it is."""
    if zone == "UTC" or zone[0] in "+-":
        return zone
    return str(instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).tzname())


@cache
def _zone_names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _named_zone(text: str) -> str:
    return zone_name(text) or fail(f"'{text}' is not a valid time zone")


def _readable_seconds(seconds: float) -> str:
    if seconds != seconds or abs(seconds) == float("inf"):
        fail(f"Invalid argument found: {seconds}")
    rest, parts = abs(int(seconds + (0.5 if seconds > 0 else -0.5))), []
    for unit, size in (
        ("week", 604800),
        ("day", 86400),
        ("hour", 3600),
        ("minute", 60),
        ("second", 1),
    ):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}{'s' * (count != 1)}")
    return ", ".join(parts) or "0 seconds"


_UNITS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4, "h": 3.6e6, "d": 8.64e7}


def _parse_duration(text: str) -> int:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*", text)
    if not text:
        fail("duration is empty")
    if not found:
        fail(f"duration is not a valid data duration string: {text}")
    if found[2] not in _UNITS:
        fail(f"Unknown time unit: {found[2]}")
    return int(float(found[1]) * _UNITS[found[2]] + 0.5)


UDFS = (
    *iso.UDFS,
    Udf("trino_named_zone", _named_zone, ("VARCHAR",), "VARCHAR"),
    Udf("trino_zone_short", _zone_short, ("TIMESTAMP", "VARCHAR"), "VARCHAR"),
    Udf("trino_readable_seconds", _readable_seconds, ("DOUBLE",), "VARCHAR"),
    Udf("trino_parse_duration", _parse_duration, ("VARCHAR",), "BIGINT"),
)
