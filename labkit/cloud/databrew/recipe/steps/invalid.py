"""Data quality steps for invalid values: those that are there and not of the data type.

For texts the advanced data type decides, where one is given. The type of the column stays, as for
missing values: see `missing`.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-quality.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Columns, Fixed
from labkit.cloud.databrew.recipe.parts import wholes
from labkit.cloud.databrew.recipe.parts.conversion import constant, fitted
from labkit.cloud.databrew.recipe.parts.validity import invalid, valid
from labkit.cloud.databrew.recipe.parts.values import at_least
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation

operation = category("Data quality")

Statistic = Callable[[Relation, Column, str], str]


def _by_numbers(value: Statistic, summary: str) -> Callable[..., Relation]:
    """An operation that replaces what is no number by what the numbers tell."""

    def replaced(
        table: Relation, *, source_column: Column, column_data_type: Fixed = "number"
    ) -> Relation:
        numbers = valid(table, source_column, column_data_type)
        made = value(table, source_column, numbers)
        return _replaced(table, source_column, invalid(table, source_column, "number"), made)

    replaced.__doc__ = summary
    return replaced


def _by_values(value: Statistic, summary: str) -> Callable[..., Relation]:
    """An operation that replaces what is not of a data type by what the valid values tell."""

    def replaced(
        table: Relation,
        *,
        source_column: Column,
        column_data_type: str = "string",
        advanced_data_type: str | None = None,
    ) -> Relation:
        kind = column_data_type, advanced_data_type
        made = value(table, source_column, valid(table, source_column, *kind))
        return _replaced(table, source_column, invalid(table, source_column, *kind), made)

    replaced.__doc__ = summary
    return replaced


def _null(table: Relation, column: Column, among: str) -> str:
    return f"CAST(NULL AS {column.type.duckdb})"


def _empty(table: Relation, column: Column, among: str) -> str:
    return "CAST('' AS VARCHAR)"


for _name, _by, _value, _summary, _ordered in (
    ("REPLACE_WITH_AVERAGE", _by_numbers, wholes.average, "The average of the numbers", False),
    ("REPLACE_WITH_MEDIAN", _by_numbers, wholes.median, "The median of the numbers", False),
    ("REPLACE_WITH_SUM", _by_numbers, wholes.total, "The sum of the numbers", False),
    ("REPLACE_WITH_NULL", _by_values, _null, "Null", False),
    ("REPLACE_WITH_EMPTY", _by_values, _empty, "The empty text", False),
    ("REPLACE_WITH_MOST_FREQUENT", _by_values, wholes.most_frequent, "The most frequent", False),
    ("REPLACE_WITH_LAST_VALID", _by_values, wholes.last, "The nearest valid value above", True),
):
    _of = "what is no number" if _by is _by_numbers else "what is not of the data type"
    operation(_name, ordered=_ordered)(_by(_value, f"{_summary} in place of {_of}."))


@operation("REPLACE_WITH_MODE")
def replace_with_mode(
    table: Relation,
    *,
    source_column: Column,
    column_data_type: Fixed = "number",
    mode_type: wholes.ModeType = "NONE",
) -> Relation:
    """The mode of the numbers in place of what is no number; see FILL_WITH_MODE."""
    numbers = valid(table, source_column, column_data_type)
    made = wholes.mode(table, source_column, numbers, mode_type)
    return _replaced(table, source_column, invalid(table, source_column, "number"), made)


@operation("REPLACE_WITH_CUSTOM")
def replace_with_custom(
    table: Relation,
    *,
    source_column: Column | None = None,
    source_columns: Columns = (),
    column_data_type: str = "string",
    value: str,
    advanced_data_type: str | None = None,
) -> Relation:
    """A given value in place of what is not of the data type, in one column or several."""
    if (source_column is None) == (not source_columns):
        raise RecipeError("Give either 'sourceColumn' or 'sourceColumns', not both.")
    made = constant(table.context, value, column_data_type)
    for column in [source_column] if source_column else source_columns:
        wrong = invalid(table, column, column_data_type, advanced_data_type)
        table = _replaced(table, column, wrong, fitted(table.context, made, column))
    return table


@operation("REMOVE_INVALID")
def remove_invalid(
    table: Relation,
    *,
    source_column: Column,
    column_data_type: str = "string",
    advanced_data_type: str | None = None,
) -> Relation:
    """Only the rows whose value is not invalid; those where it is missing stay."""
    kind = column_data_type, advanced_data_type
    return table.keep(f"NOT {invalid(table, source_column, *kind)}")


def _rolling(aggregate: str, summary: str) -> Callable[..., Relation]:
    """An operation that puts a statistic of the rows above in place of each value."""

    def replaced(
        table: Relation, *, source_column: Column, column_data_type: Fixed = "number", period: int
    ) -> Relation:
        at_least(1, period, "period")
        over = table.over(frame=f"ROWS BETWEEN {period} PRECEDING AND 1 PRECEDING")
        made = f"{aggregate}(CAST({source_column.number} AS DOUBLE)) {over}"
        return table.put(source_column.name, made)

    replaced.__doc__ = summary
    return replaced


_LEFT_OPEN = (
    "Null where no number stands above, as in Spark; the page says ``each value``, and so it is."
)
for _name, _aggregate, _summary in (
    (
        "REPLACE_WITH_ROLLING_AVERAGE",
        "avg",
        "The average of the rows above in place of each value.",
    ),
    ("REPLACE_WITH_ROLLING_SUM", "sum", "The sum of the rows above in place of each value."),
):
    operation(_name, ordered=True)(_rolling(_aggregate, f"{_summary}\n\n{_LEFT_OPEN}"))


def _replaced(table: Relation, column: Column, condition: str, value: str) -> Relation:
    return table.put(column.name, table.either(condition, value, column.sql))
