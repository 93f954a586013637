"""Data quality steps for advanced data types.

Source: https://docs.aws.amazon.com/databrew/latest/dg/projects.adv-data-types.html
"""

from __future__ import annotations

from typing import Literal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import NewColumn, Texts
from labkit.cloud.databrew.recipe.parts.advanced_details import detail
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.steps.creating import flagged
from labkit.cloud.engine.quoting import quoted_text

operation = category("Data quality")

Strategy = Literal["KEEP_ROWS", "DISCARD_ROWS", "CLEAR_FILTERS", "CLEAR_OTHERS"]


@operation("GET_ADVANCED_DATATYPE")
def get_advanced_datatype(
    table: Relation, *, source_column: Column | None = None, column_name: Column | None = None
) -> Relation:
    """Asks for a column's advanced data type; the table stays as it is.

    The answer is for the one who asks. The page's list and its example call the parameter
    differently; both are taken.
    """
    if (source_column is None) == (column_name is None):
        raise RecipeError("Give either 'sourceColumn' or 'columnName', not both.")
    return table


@operation("EXTRACT_ADVANCED_DATATYPE_DETAILS")
def extract_advanced_datatype_details(
    table: Relation,
    *,
    source_column: Column,
    pattern: str,
    target_column: NewColumn,
    advanced_data_type: str,
) -> Relation:
    """A detail of each value as a new column: the area code of a phone number and its like."""
    made = detail(table, source_column, advanced_data_type, pattern)
    return table.put(target_column, made, after=source_column)


@operation("ADVANCED_DATATYPE_FLAG")
def advanced_datatype_flag(
    table: Relation,
    *,
    source_column: Column,
    pattern: str,
    target_column: NewColumn,
    advanced_data_type: str,
    filter_values: Texts,
    true_string: str = "True",
    false_string: str = "False",
) -> Relation:
    """A new column that says whether a detail of the value is one of some texts."""
    found = _among(table, source_column, advanced_data_type, pattern, filter_values)
    return table.put(target_column, flagged(found, true_string, false_string), after=source_column)


@operation("ADVANCED_DATATYPE_FILTER")
def advanced_datatype_filter(
    table: Relation,
    *,
    source_column: Column,
    pattern: str,
    advanced_data_type: str,
    filter_values: Texts,
    strategy: Strategy = "KEEP_ROWS",
    clear_with_empty: bool = False,
) -> Relation:
    """Rows kept, discarded or emptied whose value has one of some details.

    CLEAR_FILTERS empties the values that have one, CLEAR_OTHERS those that have not.
    """
    found = _among(table, source_column, advanced_data_type, pattern, filter_values)
    if strategy == "KEEP_ROWS":
        return table.keep(found)
    if strategy == "DISCARD_ROWS":
        return table.keep(f"({found}) IS NOT TRUE")
    wanted = found if strategy == "CLEAR_FILTERS" else f"({found}) IS NOT TRUE"
    empty = "CAST('' AS VARCHAR)" if clear_with_empty else "NULL"
    return table.put(source_column.name, table.either(wanted, empty, source_column.sql))


def _among(
    table: Relation, column: Column, advanced_data_type: str, pattern: str, values: Texts
) -> str:
    if not values:
        raise RecipeError("The parameter 'filterValues' names no value.")
    made = detail(table, column, advanced_data_type, pattern)
    return f"({made}) IN ({', '.join(map(quoted_text, values))})"
