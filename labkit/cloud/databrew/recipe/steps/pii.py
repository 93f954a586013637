"""Personally identifiable information: masked, replaced, shuffled.

All change columns in place; missing values stay missing. What is masked
is the value as text.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.pii.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import Columns, Texts
from labkit.cloud.databrew.recipe.parts import masks, regexps
from labkit.cloud.databrew.recipe.parts.entities import only_entities
from labkit.cloud.databrew.recipe.parts.patterns import moment, moment_of
from labkit.cloud.databrew.recipe.parts.values import between, draw
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_name, quoted_text

operation = category("PII")


@operation("MASK_CUSTOM")
def mask_custom(
    table: Relation,
    *,
    source_columns: Columns,
    mask_symbol: str,
    regex: bool = False,
    custom_value: str,
    entity_type_filter: Texts = (),
) -> Relation:
    """Each character of each occurrence of a text, or of what a pattern matches, masked."""
    pattern = regexps.given(custom_value, not regex)
    mask = masks.matching(masks.covering(mask_symbol), pattern)
    return _masked(table, source_columns, mask, entity_type_filter)


@operation("MASK_DELIMITER")
def mask_delimiter(
    table: Relation,
    *,
    source_columns: Columns,
    mask_symbol: str,
    start_delimiter: str | None = None,
    end_delimiter: str | None = None,
    preserve_delimiters: bool = False,
    alphabet: Texts = (),
    entity_type_filter: Texts = (),
) -> Relation:
    """What stands between delimiters, masked; without one, from the start or to the end.

    ``preserveDelimiters`` masks the delimiters too, as its description says, against its name.
    """
    cover = masks.covering(mask_symbol, alphabet)
    mask = masks.between(cover, start_delimiter, end_delimiter, both=preserve_delimiters)
    return _masked(table, source_columns, mask, entity_type_filter)


@operation("MASK_RANGE")
def mask_range(
    table: Relation,
    *,
    source_columns: Columns,
    mask_symbol: str,
    start: int | None = None,
    stop: int | None = None,
    alphabet: Texts = (),
    entity_type_filter: Texts = (),
) -> Relation:
    """Characters from one position up to another, masked; negative ones count from the end."""
    mask = masks.within(masks.covering(mask_symbol, alphabet), start, stop)
    return _masked(table, source_columns, mask, entity_type_filter)


#: Component of a date → how strftime prints it, and how many characters that is.
_DATE = {"YEAR": ("%Y", 4), "MONTH": ("%m", 2), "DAY": ("%d", 2)}
_CLOCK = {"HOUR": ("%H", 2), "MINUTE": ("%M", 2), "SECOND": ("%S", 2), "MILLISECOND": ("%g", 3)}


@operation("MASK_DATE")
def mask_date(
    table: Relation, *, source_columns: Columns, mask_symbol: str, redact: Texts, locale: str = "en"
) -> Relation:
    """Components of dates masked, the rest in the order of ISO 8601, as text.

    A text that is no date is masked whole, so that nothing shows by mistake. Of the locales only
    English is here.
    """
    for name in redact:
        if name not in _DATE | _CLOCK:
            raise unknown("component of a date", name, _DATE | _CLOCK)
    if locale.partition("-")[0] != "en":
        raise RecipeError(f"The locale '{locale}' is not here: en is.")
    return table.put_all(
        (each.name, _masked_date(each, mask_symbol, redact)) for each in source_columns
    )


@operation("REPLACE_WITH_RANDOM_BETWEEN", ordered=True)
def replace_with_random_between(
    table: Relation, *, lower_bound: str, source_columns: Columns, upper_bound: str
) -> Relation:
    """Values replaced by random numbers; whole ones where both bounds are."""
    return table.put_all(
        (each.name, _random(table, each, lower_bound, upper_bound)) for each in source_columns
    )


@operation("REPLACE_WITH_RANDOM_DATE_BETWEEN", ordered=True)
def replace_with_random_date_between(
    table: Relation, *, start_date: str, source_columns: Columns, end_date: str
) -> Relation:
    """Values replaced by random times between two dates: a date in a date column, else text."""
    start, end = _time(table, start_date, "startDate"), _time(table, end_date, "endDate")
    if start > end:
        raise RecipeError(f"The start date {start_date} is after the end date {end_date}.")
    return table.put_all(
        (each.name, _random_date(table, each, start, end)) for each in source_columns
    )


@operation("SHUFFLE_ROWS", ordered=True)
def shuffle_rows(
    table: Relation, *, source_columns: Columns, group_by_columns: Columns = ()
) -> Relation:
    """The values of each column in another order, among the rows or within groups of them.

    Each column is shuffled by itself. The same seed gives the same order.
    """
    for each in source_columns:
        table = _shuffled(table, each, [by.sql for by in group_by_columns])
    return table


def _masked(
    table: Relation, columns: Sequence[Column], mask: masks.Mask, entities: Sequence[str]
) -> Relation:
    def work(text: str | None) -> str | None:
        return None if text is None else mask(text)

    done = only_entities(work, entities) if entities else work
    function = table.context.function(done, ["VARCHAR"], "VARCHAR")
    return table.put_all((each.name, f"{function}({each.text})") for each in columns)


def _masked_date(column: Column, symbol: str, redact: Sequence[str]) -> str:
    time, covered = moment_of(column), symbol.replace("%", "%%")
    shown = {
        name: covered * width if name in redact else letter
        for name, (letter, width) in (_DATE | _CLOCK).items()
    }
    day = "-".join(shown[name] for name in _DATE)
    clock = f" {shown['HOUR']}:{shown['MINUTE']}:{shown['SECOND']}"
    exact = f"{clock}.{shown['MILLISECOND']}"
    printed = (
        f"CASE WHEN {_has_clock(column)} THEN CASE WHEN millisecond({time}) % 1000 = 0 "
        f"THEN strftime({time}, {quoted_text(day + clock)}) "
        f"ELSE strftime({time}, {quoted_text(day + exact)}) END "
        f"ELSE strftime({time}, {quoted_text(day)}) END"
    )
    whole = f"regexp_replace({column.text}, '.', {quoted_text(_literal(symbol))}, 'gs')"
    return f"coalesce({printed}, {whole})"


def _has_clock(column: Column) -> str:
    if column.is_text:
        return f"contains({column.sql}, ':')"
    return "false" if column.type.base == "date" else "true"


def _literal(text: str) -> str:
    """A text as what replaces a match: a backslash means itself."""
    return text.replace("\\", "\\\\")


def _random(table: Relation, column: Column, lower: str, upper: str) -> str:
    drawn = between(table, lower, upper, column.name)
    return f"CASE WHEN NOT {column.missing} THEN {drawn} END"


def _time(table: Relation, text: str, name: str) -> datetime:
    (time,) = table.context.rows(f"SELECT {moment(quoted_text(text))}")[0]
    if not isinstance(time, datetime):
        raise RecipeError(f"The parameter '{name}' must be a date, not '{text}'.")
    return time


def _random_date(table: Relation, column: Column, start: datetime, end: datetime) -> str:
    micros = int((end - start).total_seconds()) + 1
    seconds = f"floor({draw(table, column.name)} * {micros})"
    time = f"(TIMESTAMP {quoted_text(str(start))} + to_seconds({seconds}))"
    drawn = time if column.type.base == "timestamp" else f"strftime({time}, '%Y-%m-%d %H:%M:%S')"
    if column.type.base == "date":
        drawn = f"CAST({time} AS DATE)"
    return f"CASE WHEN NOT {column.missing} THEN {drawn} END"


def _shuffled(table: Relation, column: Column, keys: Sequence[str]) -> Relation:
    """Each row gets the value of the row that drew its place."""
    by = f"PARTITION BY {', '.join(keys)} " if keys else ""
    drawn = f"row_number() OVER ({by}ORDER BY {draw(table, column.name)}, {table.row})"
    at = quoted_name(table.unused("#at"))
    placed = f"SELECT *, row_number() OVER ({by}ORDER BY {table.row}) AS {at} FROM {table.name}"
    others = ", ".join(
        [f"{column.sql} AS v", f"{drawn} AS {at}", *(f"{k} AS k{n}" for n, k in enumerate(keys))]
    )
    on = [f"{k} IS NOT DISTINCT FROM b.k{n}" for n, k in enumerate(keys)]
    return table.derive(
        [(each.name, "b.v" if each == column else f"a.{each.sql}") for each in table.columns],
        f"FROM ({placed}) AS a JOIN (SELECT {others} FROM {table.name}) AS b "
        f"ON a.{at} = b.{at}{''.join(f' AND a.{each}' for each in on)}",
    )
