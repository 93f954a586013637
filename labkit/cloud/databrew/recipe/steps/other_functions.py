"""Other functions.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.other.html
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.parameters import Columns, NewColumn
from labkit.cloud.databrew.recipe.parts.values import in_common
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation

operation = category("Fn: other")


@operation("COALESCE")
def coalesce(table: Relation, *, source_columns: Columns, target_column: NewColumn) -> Relation:
    """The first value that is not null, in the order of the columns; the empty text is a value."""
    return table.put(target_column, f"coalesce({', '.join(in_common(source_columns))})")
