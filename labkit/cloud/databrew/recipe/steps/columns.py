"""Basic column steps: names, places, types.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.basic.html
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Columns, NewColumn
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Column, Relation

operation = category("Basic column")


@operation("RENAME")
def rename(table: Relation, *, source_column: Column, target_column: NewColumn) -> Relation:
    """One column under a new name, in the same place."""
    return table.select(
        (target_column if each == source_column else each.name, each.sql) for each in table.columns
    )


@operation("DELETE")
def delete(
    table: Relation,
    *,
    source_column: Column | None = None,
    source_columns: Columns = (),
) -> Relation:
    """Columns taken away."""
    gone = {*source_columns, *([source_column] if source_column else [])}
    if not gone:
        raise RecipeError("The parameter 'sourceColumns' is missing.")
    return table.select((each.name, each.sql) for each in table.columns if each not in gone)


@operation("DUPLICATE")
def duplicate(table: Relation, *, source_column: Column, target_column: NewColumn) -> Relation:
    """A copy of a column, beside it."""
    return table.put(target_column, source_column.sql, after=source_column)
