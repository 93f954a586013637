"""Basic column steps: names and places of columns.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.basic.html
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Columns, NewColumn
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation

operation = category("Basic column")


@operation("RENAME")
def rename(table: Relation, *, source_column: Column, target_column: NewColumn) -> Relation:
    """One column under a new name, in the same place; it may differ in large letters alone."""
    return table.select(
        (target_column if each == source_column else each.name, each.sql) for each in table.columns
    )


@operation("DELETE")
def delete(
    table: Relation, *, source_column: Column | None = None, source_columns: Columns = ()
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


@operation("MOVE_AFTER")
def move_after(table: Relation, *, source_column: Column, target_column: Column) -> Relation:
    """A column to the place right after another."""
    return _moved_beside(table, source_column, target_column, 1)


@operation("MOVE_BEFORE")
def move_before(table: Relation, *, source_column: Column, target_column: Column) -> Relation:
    """A column to the place right before another.

    The page's text says after, as that of MOVE_AFTER does; its title and first sentence say before.
    """
    return _moved_beside(table, source_column, target_column, 0)


@operation("MOVE_TO_START")
def move_to_start(table: Relation, *, source_column: Column) -> Relation:
    """A column to the first place."""
    return _moved(table, source_column, 0)


@operation("MOVE_TO_END")
def move_to_end(table: Relation, *, source_column: Column) -> Relation:
    """A column to the last place."""
    return _moved(table, source_column, len(table.columns))


@operation("MOVE_TO_INDEX")
def move_to_index(table: Relation, *, source_column: Column, target_index: int) -> Relation:
    """A column to the place of a number, which is 0 for the first."""
    last = len(table.columns) - 1
    if not 0 <= target_index <= last:
        raise RecipeError(f"The parameter 'targetIndex' must be 0 to {last}, not '{target_index}'.")
    return _moved(table, source_column, target_index)


def _moved_beside(table: Relation, column: Column, other: Column, after: int) -> Relation:
    if column == other:
        raise RecipeError(f"'{column.name}' cannot be moved beside itself.")
    return _moved(table, column, _others(table, column).index(other) + after)


def _moved(table: Relation, column: Column, index: int) -> Relation:
    others = _others(table, column)
    placed = [*others[:index], column, *others[index:]]
    return table.select((each.name, each.sql) for each in placed)


def _others(table: Relation, column: Column) -> list[Column]:
    return [each for each in table.columns if each != column]
