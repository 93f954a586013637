"""Date and time functions: into a new column.

What they read is a date, a timestamp or a text that is one; anything else has no result. Dates
that a format shapes are text.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.date.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import Json, NewColumn
from labkit.cloud.databrew.recipe.parts.patterns import moment, moment_of, printed
from labkit.cloud.databrew.recipe.parts.units import Unit, added, between
from labkit.cloud.databrew.recipe.parts.values import check_either, operand, sides
from labkit.cloud.databrew.recipe.parts.zones import from_utc, to_utc, zone
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_text

operation = category("Fn: date & time")

DEFAULT_FORMAT = "yyyy-mm-dd HH:MM:SS"

#: Name → SQL over ``{t}``, a timestamp; and what it is.
_PARTS = {
    "DAY": ("CAST(day({t}) AS INTEGER)", "The day of the month, from 1."),
    "HOUR": ("CAST(hour({t}) AS INTEGER)", "The hour, 0 to 23."),
    "MILLISECOND": ("CAST(millisecond({t}) % 1000 AS INTEGER)", "The milliseconds of the second."),
    "MINUTE": ("CAST(minute({t}) AS INTEGER)", "The minute, 0 to 59."),
    "MONTH": ("CAST(month({t}) AS INTEGER)", "The number of the month, from 1."),
    "MONTH_NAME": ("strftime({t}, '%B')", "The name of the month in English."),
    "QUARTER": ("CAST(quarter({t}) AS INTEGER)", "The quarter of the year, 1 to 4."),
    "SECOND": ("CAST(second({t}) AS INTEGER)", "The second, 0 to 59."),
    "UNIX_TIME": (
        "epoch_us(date_trunc('second', {t})) // 1000000",
        "The seconds since 1970, in UTC.",
    ),
    "WEEK_DAY": (
        "CAST(dayofweek({t}) + 1 AS INTEGER)",
        "The day of the week, from 1 for Sunday: Spark's, as where it begins is not told.",
    ),
    "WEEK_NUMBER": (
        "CAST(week({t}) AS INTEGER)",
        "The number of the week, by ISO 8601 as in Spark: some years have a week 53.",
    ),
    "YEAR": ("CAST(year({t}) AS INTEGER)", "The year."),
}


def _part(name: str, sql: str, doc: str) -> None:
    def part(
        table: Relation,
        *,
        source_column: Column | None = None,
        value: str | None = None,
        target_column: NewColumn,
    ) -> Relation:
        return table.put(target_column, sql.format(t=_moment(source_column, value)))

    part.__doc__ = doc
    operation(name)(part)


for _name, (_sql, _doc) in _PARTS.items():
    _part(_name, _sql, _doc)


@operation("DATE_FORMAT")
def date_format(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    date_time_format: str = DEFAULT_FORMAT,
    target_column: NewColumn,
) -> Relation:
    """A date as text in a format."""
    return table.put(target_column, _shown(_moment(source_column, value), date_time_format))


@operation("DATE_ADD")
def date_add(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    units: Unit,
    date_add_value: int,
    date_time_format: str = DEFAULT_FORMAT,
    target_column: NewColumn,
) -> Relation:
    """A date some units later, or earlier if their number is negative; as text in a format."""
    later = added(_moment(source_column, value), units, str(date_add_value))
    return table.put(target_column, _shown(later, date_time_format))


@operation("DATE_DIFF")
def date_diff(
    table: Relation,
    *,
    source_column1: Column | None = None,
    source_column2: Column | None = None,
    value1: str | None = None,
    value2: str | None = None,
    units: Unit,
    target_column: NewColumn,
) -> Relation:
    """How many whole units lie from the first date to the second.

    The documentation does not tell which is taken from which: here a later second date gives a
    positive number.
    """
    one, two = sides((source_column1, value1), (source_column2, value2))
    return table.put(target_column, between(_moment(*one, "1"), _moment(*two, "2"), units))


@operation("UNIX_TIME_FORMAT")
def unix_time_format(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    date_time_format: str = DEFAULT_FORMAT,
    target_column: NewColumn,
) -> Relation:
    """Seconds since 1970 as a date in UTC, as text in a format."""
    seconds = operand(source_column, value)
    time = f"TRY(make_timestamp(CAST(floor({seconds} * 1e6) AS BIGINT)))"
    return table.put(target_column, _shown(time, date_time_format))


@operation("CONVERT_TIMEZONE")
def convert_timezone(
    table: Relation,
    *,
    source_column: Column,
    from_time_zone: str = "UTC",
    to_time_zone: str = "UTC",
    target_column: NewColumn,
    date_time_format: str = DEFAULT_FORMAT,
) -> Relation:
    """A time of one zone in another, as text in a format."""
    there = from_utc(to_utc(moment_of(source_column), from_time_zone), to_time_zone)
    return table.put(target_column, _shown(there, date_time_format))


@operation("NOW")
def now(table: Relation, *, time_zone: str = "UTC", target_column: NewColumn) -> Relation:
    """The date and time of the run, as text: ``yyyy-mm-dd HH:MM:SS``."""
    time = table.context.now.astimezone(zone(time_zone))
    return table.put(target_column, quoted_text(f"{time:%Y-%m-%d %H:%M:%S}"))


@operation("TODAY")
def today(table: Relation, *, time_zone: str = "UTC", target_column: NewColumn) -> Relation:
    """The date of the run, as text: ``yyyy-mm-dd``."""
    time = table.context.now.astimezone(zone(time_zone))
    return table.put(target_column, quoted_text(f"{time:%Y-%m-%d}"))


def _made(name: str, doc: str) -> None:
    def made(
        table: Relation,
        *,
        date_time_format: str = DEFAULT_FORMAT,
        date_time_parameters: Json,
        target_column: NewColumn,
    ) -> Relation:
        time = _built(table, date_time_parameters)
        return table.put(target_column, _shown(time, date_time_format))

    made.__doc__ = doc
    operation(name)(made)


#: Component of a date → its value where the step gives none.
_COMPONENTS = {"year": 1970, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
_made("DATE", "A date out of its components, as text in a format; none where there is no such day.")
_made("DATE_TIME", "A date and time out of its components, as text in a format.")
_made("TIME", "A time of day out of its components, as text in a format.")


def _built(table: Relation, parts: Any) -> str:
    if not isinstance(parts, dict) or not all(isinstance(each, dict) for each in parts.values()):
        raise RecipeError(
            'The parameter \'dateTimeParameters\' must be as {"year": {"sourceColumn": "y"}, '
            '"month": {"value": "5"}}.'
        )
    for name in parts:
        if name not in _COMPONENTS:
            raise unknown("component of a date", name, _COMPONENTS)
    numbers = [_component(table, parts.get(n) or {}, default) for n, default in _COMPONENTS.items()]
    return f"TRY(make_timestamp({', '.join(numbers)}))"


def _component(table: Relation, given: dict[str, str], default: int) -> str:
    if not given:
        return str(default)
    name, text = given.get("sourceColumn"), given.get("value")
    column = table.column(name) if name else None
    return f"TRY_CAST(trunc({operand(column, text)}) AS BIGINT)"


def _moment(column: Column | None, value: str | None, which: str = "") -> str:
    """The timestamp of a column or of a given text."""
    check_either(column, value, which)
    return moment_of(column) if column else moment(quoted_text(value or ""))


def _shown(time: str, pattern: str) -> str:
    """SQL of a timestamp as text; an empty pattern is none."""
    return printed(time, pattern or DEFAULT_FORMAT)
