"""Filters: rows removed by conditions.

The reference has no page of it; recipes that the console writes have this operation for every
filter, with the conditions of the rows that go.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipes.html#recipes.structure
"""

from __future__ import annotations

from dataclasses import replace

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation

operation = category("Filter")


@operation("REMOVE_VALUES")
def remove_values(table: Relation, *, source_column: Column) -> Relation:
    """Only the rows that do not meet the step's condition expressions."""
    if not table.condition:
        raise RecipeError("REMOVE_VALUES needs condition expressions: the rows that go.")
    return replace(table, condition="").keep(f"({table.condition}) IS NOT TRUE")
