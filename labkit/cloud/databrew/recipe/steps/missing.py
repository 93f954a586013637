"""Data quality steps for missing values: those that are null, or the empty text.

A column keeps its type where the value that is put in fits it; whole numbers become double for an
average, and a text in another column makes it text, as in Spark.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-quality.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parts import wholes
from labkit.cloud.databrew.recipe.parts.conversion import constant, fitted
from labkit.cloud.databrew.recipe.parts.validity import valid
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation

operation = category("Data quality")

FillType = Literal["date", "number", "boolean", "unsupported", "string", "timestamp"]


def _filling(
    value: Callable[[Relation, Column, str], str], summary: str
) -> Callable[..., Relation]:
    """An operation that fills by what a column's other values tell and takes nothing else."""

    def filled(table: Relation, *, source_column: Column) -> Relation:
        return _filled(table, source_column, value(table, source_column, present(source_column)))

    filled.__doc__ = summary
    return filled


def present(column: Column) -> str:
    """SQL of whether a value is there."""
    return f"NOT {column.missing}"


for _name, _value, _summary in (
    ("FILL_WITH_AVERAGE", wholes.average, "The average of all values in place of missing ones."),
    ("FILL_WITH_MEDIAN", wholes.median, "The median of all values in place of missing ones."),
    ("FILL_WITH_SUM", wholes.total, "The sum of all values in place of missing ones."),
    (
        "FILL_WITH_MOST_FREQUENT",
        wholes.most_frequent,
        "The most frequent value in place of missing ones; the least of several.",
    ),
):
    operation(_name)(_filling(_value, _summary))


@operation("FILL_WITH_MODE")
def fill_with_mode(
    table: Relation, *, source_column: Column, mode_type: wholes.ModeType = "NONE"
) -> Relation:
    """The mode of all values in place of missing ones.

    What ``NONE`` does where several are equally frequent is not documented: here nothing is filled.
    """
    mode = wholes.mode(table, source_column, present(source_column), mode_type)
    return _filled(table, source_column, mode)


@operation("FILL_WITH_CUSTOM")
def fill_with_custom(
    table: Relation, *, source_column: Column, column_data_type: FillType = "string", value: str
) -> Relation:
    """A given value in place of missing ones."""
    made = constant(table.context, value, column_data_type)
    return _filled(table, source_column, fitted(table.context, made, source_column))


@operation("FILL_WITH_EMPTY")
def fill_with_empty(table: Relation, *, source_column: Column) -> Relation:
    """The empty text in place of missing values."""
    return _filled(table, source_column, "CAST('' AS VARCHAR)")


@operation("FILL_WITH_NULL")
def fill_with_null(table: Relation, *, source_column: Column) -> Relation:
    """Null in place of missing values, which is to say of empty texts.

    The page says ``data values replaced by null``; its name and place among the steps for missing
    values say which.
    """
    null = f"CAST(NULL AS {source_column.type.duckdb})"
    return _filled(table, source_column, null)


@operation("FILL_WITH_LAST_VALID", ordered=True)
def fill_with_last_valid(
    table: Relation, *, source_column: Column, column_data_type: FillType = "unsupported"
) -> Relation:
    """The nearest valid value above in place of missing ones; those before the first stay."""
    among = valid(table, source_column, column_data_type)
    return _filled(table, source_column, wholes.last(table, source_column, among))


@operation("REMOVE_MISSING")
def remove_missing(table: Relation, *, source_column: Column) -> Relation:
    """Only the rows where a value is there."""
    return table.keep(present(source_column))


def _filled(table: Relation, column: Column, value: str) -> Relation:
    filled = table.either(column.missing, value, column.sql)
    return table.put(column.name, filled)
