"""Aggregate functions: over the columns of a row, into a new column.

Values that are missing, and where numbers are wanted those that are none, do not count; a row
without any has no result. The types are as in Spark: a sum of whole numbers is whole, an average
is not; a whole sum that does not fit is NULL.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.aggregate.html
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Columns, NewColumn
from labkit.cloud.databrew.recipe.parts.decimals import common
from labkit.cloud.databrew.recipe.parts.modes import ModeType, mode
from labkit.cloud.databrew.recipe.parts.values import in_common
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.types import Type

operation = category("Fn: aggregate")

#: Name → SQL over ``{values}``, a list of values without missing ones; and what it is.
_OF_VALUES = {
    "ANY": ("{values}[1]", "The first value that is not missing, in the order of the columns."),
    "COUNT": ("len({values})", "How many values are not missing."),
    "COUNT_DISTINCT": ("len(list_distinct({values}))", "How many different values there are."),
}
#: Name → SQL over ``{numbers}``, a list of numbers, or ``{measured}``, in which decimals are
#: doubles; and what it is. DuckDB's deviation of one number is 0, of NaN too, which the sum mends.
_OF_NUMBERS = {
    "AVERAGE": ("list_avg({measured})", "The average of the numbers."),
    "MAX": ("list_max({numbers})", "The greatest of the numbers."),
    "MEDIAN": ("CAST(list_median({measured}) AS DOUBLE)", "The middle of the sorted numbers."),
    "MIN": ("list_min({numbers})", "The least of the numbers."),
    "STANDARD_DEVIATION": (
        "list_stddev_pop({measured}) + 0 * list_max({measured})",
        "The standard deviation of the numbers: the root of `VARIANCE`.",
    ),
    "SUM": (
        "TRY(CAST(coalesce(list_sum({numbers}), 0) AS {sum}))",
        "The sum of the numbers; what is none counts as 0.",
    ),
    "VARIANCE": (
        "list_var_pop({measured}) + 0 * list_max({measured})",
        "The mean square of the distance from the mean, over all numbers.",
    ),
}


def _of_values(name: str, sql: str, doc: str) -> None:
    def function(table: Relation, *, source_columns: Columns, target_column: NewColumn) -> Relation:
        return table.put(target_column, sql.format(values=_values(source_columns)))

    function.__doc__ = doc
    operation(name)(function)


def _of_numbers(name: str, sql: str, doc: str) -> None:
    def function(table: Relation, *, source_columns: Columns, target_column: NewColumn) -> Relation:
        numbers, kind = _numbers(source_columns)
        measured, total = numbers, kind
        if kind.base == "decimal":
            measured, total = f"CAST({numbers} AS DOUBLE[])", Type("decimal", (38, kind.args[1]))
        made = sql.format(numbers=numbers, measured=measured, sum=total.duckdb)
        return table.put(target_column, made)

    function.__doc__ = doc
    operation(name)(function)


for _name, (_sql, _doc) in _OF_VALUES.items():
    _of_values(_name, _sql, _doc)
for _name, (_sql, _doc) in _OF_NUMBERS.items():
    _of_numbers(_name, _sql, _doc)


@operation("MODE")
def most_frequent(
    table: Relation,
    *,
    source_columns: Columns,
    target_column: NewColumn,
    mode_type: ModeType = "NONE",
) -> Relation:
    """The number that appears most often; of several, the one that ``modeType`` names.

    The documentation does not tell what ``NONE`` is: here several have no mode.
    """
    return table.put(target_column, mode(_numbers(source_columns)[0], mode_type))


@operation("KTH_LARGEST")
def kth_largest(
    table: Relation, *, source_columns: Columns, target_column: NewColumn, value: int
) -> Relation:
    """The k-th largest of the numbers; none where there are fewer."""
    return table.put(target_column, kth(_numbers(source_columns)[0], value))


@operation("KTH_LARGEST_UNIQUE")
def kth_largest_unique(
    table: Relation, *, source_columns: Columns, target_column: NewColumn, value: int
) -> Relation:
    """The k-th largest of the different numbers; none where there are fewer."""
    distinct = f"list_distinct({_numbers(source_columns)[0]})"
    return table.put(target_column, kth(distinct, value))


def kth(numbers: str, k: int) -> str:
    """SQL of the k-th largest of a list.

    Raises:
        RecipeError: k is below 1.
    """
    if k < 1:
        raise RecipeError(f"The parameter 'value' counts from 1, the largest; it cannot be {k}.")
    return f"list_reverse_sort({numbers})[{k}]"


def _values(columns: Sequence[Column]) -> str:
    """A list of what is not missing, in one type."""
    values = in_common(columns)
    some = [f"CASE WHEN NOT {c.missing} THEN {v} END" for c, v in zip(columns, values, strict=True)]
    return _without_null(some)


def _numbers(columns: Sequence[Column]) -> tuple[str, Type]:
    """A list of the numbers, and their type."""
    kind = common(columns)
    return _without_null([f"TRY_CAST({each.number} AS {kind.duckdb})" for each in columns]), kind


def _without_null(values: Sequence[str]) -> str:
    return f"list_filter([{', '.join(values)}], lambda v: v IS NOT NULL)"
