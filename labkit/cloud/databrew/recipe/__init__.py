"""Recipes: DataBrew's steps, compiled to one DuckDB statement.

The operations are `steps`, what they share is `parts`; the modules here read and compile them.
"""

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.compile import Step, compile_recipe
from labkit.cloud.databrew.recipe.context import RecipeContext
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.registry import OPERATIONS, operation_named
from labkit.cloud.databrew.recipe.relation import Relation

__all__ = [
    "OPERATIONS", "Column", "RecipeContext", "RecipeError", "Relation", "Step", "compile_recipe",
    "operation_named",
]  # fmt: skip
