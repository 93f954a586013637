"""Whether a value is valid: of a data type, or of an advanced data type.

A value is valid when ``the value is of datatype or it can be converted to datatype``; one that is
missing is neither valid nor invalid.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.BOOLEAN_OPERATION.html
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parts.advanced_types import advanced_type
from labkit.cloud.databrew.recipe.parts.conversion import converted, type_named
from labkit.cloud.databrew.recipe.relation import Relation

#: DataBrew's name of a nested type → ours. Nothing is converted to one.
NESTED = {"array": "array", "map": "map", "struct": "row"}


def valid(table: Relation, column: Column, data_type: str, advanced: str | None = None) -> str:
    """SQL of whether a value is there and valid.

    Args:
        data_type: DataBrew's name of one, or ``unsupported``, of which every value is.
        advanced: the name of an advanced data type, which counts for texts.
    """
    if advanced:
        test = advanced_type(advanced).test(table.context, column.text)
    elif data_type.lower() in ("unsupported", "string"):
        test = "true"
    elif data_type.lower() in NESTED:
        test = str(column.type.base == NESTED[data_type.lower()]).lower()
    else:
        test = f"({converted(column, type_named(data_type))}) IS NOT NULL"
    return f"(NOT {column.missing} AND ({test}) IS TRUE)"


def invalid(table: Relation, column: Column, data_type: str, advanced: str | None = None) -> str:
    """SQL of whether a value is there and not valid."""
    return f"(NOT {column.missing} AND NOT {valid(table, column, data_type, advanced)})"
