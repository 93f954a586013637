"""Steps that change the type of a column.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.basic.html
"""

from __future__ import annotations

from typing import Literal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parts.conversion import converted, type_named
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation

operation = category("Basic column")


@operation("CHANGE_DATA_TYPE")
def change_data_type(table: Relation, *, source_column: Column, column_data_type: str) -> Relation:
    """A column in another type; values that have none in it become null."""
    return _changed(table, source_column, column_data_type)


@operation("TO_BOOLEAN_COLUMN")
def to_boolean_column(
    table: Relation, *, source_column: Column, column_data_type: Literal["boolean"] = "boolean"
) -> Relation:
    """A column as true and false."""
    return _changed(table, source_column, column_data_type)


@operation("TO_DOUBLE_COLUMN")
def to_double_column(
    table: Relation, *, source_column: Column, column_data_type: Literal["number"] = "number"
) -> Relation:
    """A column as double-precision numbers."""
    return _changed(table, source_column, column_data_type)


@operation("TO_NUMBER_COLUMN")
def to_number_column(
    table: Relation, *, source_column: Column, column_data_type: Literal["number"] = "number"
) -> Relation:
    """A column as numbers.

    Which of its types of numbers NUMBER is DataBrew does not tell: here it is double.
    """
    return _changed(table, source_column, column_data_type)


@operation("TO_STRING_COLUMN")
def to_string_column(
    table: Relation, *, source_column: Column, column_data_type: Literal["string"] = "string"
) -> Relation:
    """A column as text."""
    return _changed(table, source_column, column_data_type)


def _changed(table: Relation, column: Column, data_type: str) -> Relation:
    return table.put(column.name, converted(column, type_named(data_type)))
