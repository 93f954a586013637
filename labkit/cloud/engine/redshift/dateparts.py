"""Functions that take the name of a date part: DATEADD, DATEDIFF, DATE_PART, DATE_TRUNC, EXTRACT.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_Dateparts_for_datetime_functions.html
"""

from __future__ import annotations

from labkit.cloud.engine.redshift.casts import cast, coerce
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.functions import no_function
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import (
    FLOAT8,
    INT4,
    INT8,
    INTERVAL,
    TEXTS,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UNKNOWN,
    Type,
)

_SPELLINGS = {
    "millennium": "millennium millennia mil mils",
    "century": "century centuries c cent cents",
    "decade": "decade decades dec decs",
    "year": "year years y yr yrs",
    "quarter": "quarter quarters qtr qtrs",
    "month": "month months mon mons",
    "week": "week weeks w",
    "dow": "dayofweek dow dw weekday",
    "doy": "dayofyear doy dy yearday",
    "day": "day days d",
    "hour": "hour hours h hr hrs",
    "minute": "minute minutes m min mins",
    "second": "second seconds s sec secs",
    "millisecond": "millisecond milliseconds ms msec msecs msecond mseconds millisec millisecs "
    "millisecon",
    "microsecond": "microsecond microseconds microsec microsecs microsecond usecond useconds us "
    "usec usecs",
    "epoch": "epoch",
    "timezone": "timezone",
    "timezone_hour": "timezone_hour",
    "timezone_minute": "timezone_minute",
}
PARTS = {word: part for part, words in _SPELLINGS.items() for word in words.split()}


def find_part(name: str, kind: str = "timestamp without time zone") -> str:
    """The part of a spelling.

    Raises:
        RedshiftError: there is none.
    """
    part = PARTS.get(name.lower().strip("'\""))
    if part is None:
        raise RedshiftError(f'{kind} units "{name}" not recognized', "22023")
    return part


_UNITS = {
    "millennium": ("to_years", 1000), "century": ("to_years", 100), "decade": ("to_years", 10),
    "year": ("to_months", 12), "quarter": ("to_months", 3), "month": ("to_months", 1),
    "week": ("to_days", 7), "day": ("to_days", 1), "hour": ("to_hours", 1),
    "minute": ("to_minutes", 1), "second": ("to_seconds", 1),
    "millisecond": ("to_milliseconds", 1), "microsecond": ("to_microseconds", 1),
    "dow": ("to_days", 1), "doy": ("to_days", 1),
}  # fmt: skip


def add(part: str, number: Typed, value: Typed) -> Typed:
    """``DATEADD``: a month's last day stays the last day where the new month is shorter."""
    if part not in _UNITS:
        raise RedshiftError(f'DATEADD units "{part}" not supported', "0A000")
    function, factor = _UNITS[part]
    value = _moment(value)
    if number.type.base in ("numeric", "float4", "float8"):
        told = f'"unknown", {number.type.plain}, {value.type.plain}'
        raise RedshiftError(f"function pg_catalog.date_add({told}) does not exist", "42883")
    amount = coerce(number, INT8 if number.type.base == "int8" else INT4).sql
    kind = TIMESTAMP if value.type.base == "date" else value.type
    step = f"{function}(CAST({amount} * {factor} AS INTEGER))"
    if function in ("to_hours", "to_minutes", "to_seconds", "to_milliseconds", "to_microseconds"):
        step = f"{function}({amount} * {factor})"
    start = _at_utc(value).sql if kind.base == "timetz" else coerce(value, kind).sql
    template = _LEAPING if function == "to_years" or part == "year" else "({0} + {1})"
    return Typed(template.format(start, step), kind, "date_add")


#: Years after a 29 February lead to 1 March where there is none; so many months to 28 February.
_LEAPING = (
    "list_transform([{0}], lambda t: t + {1} + to_days(CAST(month(t) = 2 AND day(t) = 29 "
    "AND day(t + {1}) = 28 AS INTEGER)))[1]"
)


def _at_utc(value: Typed) -> Typed:
    """A time of day with a zone, as the clock of UTC has it."""
    return Typed(f"timezone('UTC', {value.sql})", value.type)


def _moment(value: Typed) -> Typed:
    """Text is a timestamp."""
    if value.type.base in (*TEXTS, "unknown"):
        return coerce(value, TIMESTAMP)
    if value.type.base not in ("date", "timestamp", "timestamptz", "time", "timetz"):
        raise RedshiftError(f"function expects a date or a time, not {value.type.plain}", "42883")
    return value


_DIFF = {"dow": "day", "doy": "day"}


def diff(part: str, start: Typed, end: Typed) -> Typed:
    """``DATEDIFF``: the boundaries of the part that lie between; a week begins on Sunday."""
    start, end = (
        Typed(f"CAST({_at_utc(side).sql} AS TIME)", TIME) if side.type.base == "timetz" else side
        for side in (_moment(start), _moment(end))
    )
    if "time" not in (start.type.base, end.type.base):
        kind = TIMESTAMPTZ if "timestamptz" in (start.type.base, end.type.base) else TIMESTAMP
        start, end = coerce(start, kind), coerce(end, kind)
    if start.type.base != end.type.base:
        raise no_function("date_diff", [UNKNOWN, start.type, end.type])
    if part == "week":
        one, two = (f"CAST({side.sql} AS DATE)" for side in (start, end))
        sundays = f"(({two} - dayofweek({two})::INTEGER) - ({one} - dayofweek({one})::INTEGER))"
        return Typed(f"CAST({sundays} // 7 AS BIGINT)", INT8, "date_diff")
    unit = _DIFF.get(part, part)
    if unit not in _UNITS:
        raise RedshiftError(f'DATEDIFF units "{part}" not supported', "0A000")
    return Typed(f"CAST(datediff('{unit}', {start.sql}, {end.sql}) AS BIGINT)", INT8, "date_diff")


_EXTRACTS = {
    "millennium": "(year({0}) + 999) // 1000", "century": "(year({0}) + 99) // 100",
    "decade": "year({0}) // 10 + 1", "year": "year({0})", "quarter": "quarter({0})",
    "month": "month({0})", "week": "week({0})", "dow": "dayofweek({0})",
    "doy": "dayofyear({0})", "day": "day({0})", "hour": "hour({0})", "minute": "minute({0})",
    "second": "second({0})", "millisecond": "millisecond({0}) % 1000",
    "microsecond": "microsecond({0}) % 1000",
    "timezone": "0", "timezone_hour": "0", "timezone_minute": "0",
}  # fmt: skip


#: ``DATE_PART`` tells all of a moment's seconds, ``EXTRACT`` the named part alone.
_SECONDS = {"second": "1e6", "millisecond": "1e3", "microsecond": "1e0"}


def date_part(part: str, value: Typed) -> Typed:
    """``DATE_PART``: a double; seconds and milliseconds with their fractions."""
    if part not in _SECONDS or value.type.base == "interval":
        return _double(extract(part, value)).named("pgdate_part")
    micros = f"microsecond({_on_clock(_moment(value)).sql})"
    return Typed(f"({micros} / {_SECONDS[part]})", FLOAT8, "pgdate_part")


def _double(value: Typed) -> Typed:
    return Typed(f"CAST({value.sql} AS DOUBLE)", FLOAT8, value.name)


def extract(part: str, value: Typed) -> Typed:
    """``EXTRACT``: Sunday is 0; weeks are those of ISO 8601. Of a moment with a zone a double."""
    found = _extracted(part, value)
    return _double(found) if value.type.base == "timestamptz" else found


def _extracted(part: str, value: Typed) -> Typed:
    if value.type.base == "interval":
        return _of_interval(part, value)
    if value.type.base == "timetz" and part.startswith("timezone"):
        return Typed(f"CAST(datepart('{part}', {value.sql}) AS INTEGER)", INT4, "date_part")
    value = _moment(value)
    if part == "epoch":
        whole = f"CAST(floor(epoch({value.sql})) AS BIGINT)"
        return Typed(whole, INT8, "date_part")
    if value.type.base == "timestamptz" and part.startswith("timezone"):
        sql = f"CAST(datepart('{part}', {value.sql}) AS INTEGER)"
        return Typed(sql, INT4, "date_part")
    value = _on_clock(value)
    sql = _EXTRACTS[part].format(value.sql)
    return Typed(f"CAST({sql} AS INTEGER)", INT4, "date_part")


def _on_clock(value: Typed) -> Typed:
    return cast(value, TIMESTAMP) if value.type.base == "timestamptz" else value


#: DuckDB counts what is above an hour in days alone.
_OF_INTERVAL = {
    "millisecond": "datepart('millisecond', {0}) % 1000",
    "microsecond": "datepart('microsecond', {0}) % 1000000",
}


def _of_interval(part: str, value: Typed) -> Typed:
    if part == "epoch":
        return Typed(f"epoch({value.sql})", FLOAT8, "date_part")
    sql = _OF_INTERVAL.get(part, "datepart('{part}', {0})").format(value.sql, part=part)
    return Typed(f"CAST({sql} AS INTEGER)", INT4, "date_part")


def truncate(part: str, value: Typed) -> Typed:
    """``DATE_TRUNC``: a timestamp whatever it gets; a week begins on Monday."""
    if value.type.base == "interval":
        return Typed(f"date_trunc('{part}', {value.sql})", INTERVAL, "date_trunc")
    value = _moment(value)
    if part in ("dow", "doy", "epoch") or part.startswith("timezone"):
        raise RedshiftError(f'timestamp units "{part}" not supported', "0A000")
    kind = value.type if value.type.base == "timestamptz" else TIMESTAMP
    if part in ("century", "millennium"):
        return Typed(_century(part, coerce(value, kind).sql, kind), kind, "date_trunc")
    return Typed(f"date_trunc('{part}', {coerce(value, kind).sql})", kind, "date_trunc")


def _century(part: str, sql: str, kind: Type) -> str:
    """The 21st century began with 2001."""
    years = {"century": 100, "millennium": 1000}[part]
    first = f"make_timestamp((year({sql}) - 1) // {years} * {years} + 1, 1, 1, 0, 0, 0)"
    return f"CAST({first} AS {kind.duckdb})"
