"""Functions of dates and times; those that take a part's name stand in ``dateparts``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/Date_functions_header.html
"""

from __future__ import annotations

import re

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift import datetimes, formats, number_formats, zones
from labkit.cloud.engine.redshift.abbreviations import clock, minutes_east
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.functions.entry import entries

_DAYS = "sun mon tue wed thu fri sat".split()
_SHORT = {"su": 0, "mo": 1, "m": 1, "tu": 2, "we": 3, "w": 3, "th": 4, "fr": 5, "f": 5, "sa": 6}


#: ``NEWZONE +2``, ``PST8``: hours west of Greenwich, whatever the name.
_POSIX = re.compile(r"[a-z_/]+ ?(?P<sign>[+-]?)(?P<hours>\d{1,2})(?::(?P<minutes>\d\d))?", re.I)


def _west(found: re.Match[str]) -> str:
    if int(found["hours"]) > 14:
        fail(f'time zone "{found[0]}" not recognized', "22023")
    sign = "+" if found["sign"] == "-" else "-"
    return f"GMT{sign}{int(found['hours']):02}:{found['minutes'] or '00'}"


def _weekday(name: str) -> int:
    lower = name.strip().lower()
    if lower in _SHORT:
        return _SHORT[lower]
    if lower[:3] not in _DAYS:
        fail(f'invalid day name: "{name}"', "22023")
    return _DAYS.index(lower[:3])


def _zone(name: str) -> str:
    """A zone's name as ICU knows it; abbreviations are fixed offsets, as Redshift's are."""
    if (minutes := minutes_east(name)) is not None:
        return f"GMT{clock(minutes)}" if minutes else "UTC"
    if posix := _POSIX.fullmatch(name.strip()):
        return _west(posix)
    try:
        return zones.find_zone(name).key
    except ValueError:
        fail(f'time zone "{name}" not recognized', "22023")


_V, _T = "VARCHAR", "TIMESTAMP"
UDFS = (
    Udf("rs_parse_date", datetimes.parse_date, (_V, _V), "DATE"),
    Udf("rs_parse_timestamp", datetimes.parse_timestamp, (_V, _V), _T),
    Udf("rs_parse_timestamptz", datetimes.parse_timestamptz, (_V, _V), _T),
    Udf("rs_parse_time", datetimes.parse_time, (_V,), _V),
    Udf("rs_parse_timetz", datetimes.parse_timetz, (_V, _V), _V),
    Udf("rs_try_date", datetimes.try_date, (_V, _V), "DATE"),
    Udf("rs_try_timestamp", datetimes.try_timestamp, (_V, _V), _T),
    Udf("rs_try_timestamptz", datetimes.try_timestamptz, (_V, _V), _T),
    Udf("rs_to_char", formats.to_char, (_T, _V), _V),
    Udf("rs_to_char_at", formats.to_char_at, (_T, _V, _V), _V),
    Udf("rs_zone_name", formats.zone_name, (_T, _V), _V),
    Udf("rs_to_timestamp", formats.to_timestamp, (_V, _V, "BOOLEAN"), _T),
    Udf("rs_to_char_number", number_formats.to_char_number, ("DECIMAL(38,10)", _V), _V),
    Udf("rs_to_number", number_formats.to_number, (_V, _V), "DECIMAL(38,10)"),
    Udf("rs_weekday", _weekday, (_V,), "INTEGER"),
    Udf("rs_zone", _zone, (_V,), _V),
)

#: Comparisons of two moments, each by the types that it takes; a date begins its day.
_COMPARED = (
    ("timestamp_cmp", "timestamp", "timestamp"),
    ("timestamp_cmp_date", "timestamp", "timestamp"),
    ("timestamp_cmp_timestamptz", "timestamptz", "timestamptz"),
    ("date_cmp_timestamp", "timestamp", "timestamp"),
    ("date_cmp_timestamptz", "timestamptz", "timestamptz"),
    ("timestamptz_cmp", "timestamptz", "timestamptz"),
    ("timestamptz_cmp_date", "timestamptz", "timestamptz"),
    ("timestamptz_cmp_timestamp", "timestamptz", "timestamptz"),
    ("interval_cmp", "interval", "interval"),
)
SCALARS = entries(
    ("getdate() -> timestamp", "date_trunc('second', CAST(now() AS TIMESTAMP))"),
    ("sysdate() -> timestamp", "CAST(now() AS TIMESTAMP)"),
    ("now() -> timestamptz", "now()"),
    ("timeofday() -> varchar", "rs_timeofday()"),
    ("add_months(timestamp, int4) -> timestamp", "rs_add_months({0}, {1})"),
    ("last_day(date) -> date", "last_day({0})"),
    ("months_between(timestamp, timestamp) -> float8", "rs_months_between({0}, {1})"),
    ("next_day(date, varchar) -> date", "rs_next_day({0}, rs_weekday({1}))"),
    ("to_char(timestamp, varchar) -> varchar", "rs_to_char({0}, {1})"),
    ("to_char(timestamptz, varchar) -> varchar", "rs_to_char_zoned({0}, {1})"),
    ("to_char(number, varchar) -> varchar",
     "rs_to_char_number(CAST({0} AS DECIMAL(38,10)), {1})"),
    ("to_date(varchar, varchar) -> date", "CAST(rs_to_timestamp({0}, {1}, false) AS DATE)"),
    ("to_date(varchar, varchar, bool) -> date", "CAST(rs_to_timestamp({0}, {1}, {2}) AS DATE)"),
    ("to_timestamp(varchar, varchar) -> timestamptz",
     "CAST(rs_to_timestamp({0}, {1}, false) AS TIMESTAMPTZ)"),
    ("to_timestamp(varchar, varchar, bool) -> timestamptz",
     "CAST(rs_to_timestamp({0}, {1}, {2}) AS TIMESTAMPTZ)"),
    ("convert_timezone(varchar, timestamp) -> timestamp",
     "timezone(rs_zone({0}), timezone('UTC', {1}))"),
    ("convert_timezone(varchar, varchar, timestamp) -> timestamp",
     "timezone(rs_zone({1}), timezone(rs_zone({0}), {2}))"),
    ("timezone(varchar, timestamp) -> timestamptz", "timezone(rs_zone({0}), {1})"),
    ("timezone(varchar, timestamptz) -> timestamp", "timezone(rs_zone({0}), {1})"),
    ("date_cmp(date, date) -> int4", "CAST(sign({0} - {1}) AS INTEGER)"),
    *((f"{name}({one}, {two}) -> int4", "rs_compared({0}, {1})") for name, one, two in _COMPARED),
    ("date(timestamp) -> date", "CAST({0} AS DATE)"),
    ("date_part_year(date) -> int4", "CAST(year({0}) AS INTEGER)"),
)  # fmt: skip
