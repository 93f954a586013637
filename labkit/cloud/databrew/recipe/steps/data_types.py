"""Steps that change the type of a column.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.basic.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parameters import Fixed
from labkit.cloud.databrew.recipe.parts.conversion import converted, type_named
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation

operation = category("Basic column")


@operation("CHANGE_DATA_TYPE")
def change_data_type(table: Relation, *, source_column: Column, column_data_type: str) -> Relation:
    """A column in another type; values that have none in it become null."""
    return _changed(table, source_column, column_data_type)


def _to(data_type: str, summary: str) -> Callable[..., Relation]:
    """An operation for one type."""

    def changed(
        table: Relation, *, source_column: Column, column_data_type: Fixed = data_type
    ) -> Relation:
        return _changed(table, source_column, column_data_type)

    changed.__doc__ = summary
    return changed


for _name, _type, _summary in (
    ("TO_BOOLEAN_COLUMN", "boolean", "A column as true and false."),
    ("TO_DOUBLE_COLUMN", "number", "A column as double-precision numbers."),
    ("TO_NUMBER_COLUMN", "number", "A column as numbers."),  # which is not told: double
    ("TO_STRING_COLUMN", "string", "A column as text."),
):
    operation(_name)(_to(_type, _summary))


def _changed(table: Relation, column: Column, data_type: str) -> Relation:
    return table.put(column.name, converted(column, type_named(data_type)))
