"""Column structure steps that make a column out of others: merged, flagged.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.column-structure.html
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parameters import Columns, Fixed, NewColumn
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_text

operation = category("Column structure")


@operation("MERGE")
def merge(
    table: Relation, *, source_columns: Columns, delimiter: str = "", target_column: NewColumn
) -> Relation:
    """The texts of several columns in one; null ones are left out, as by Spark's ``concat_ws``."""
    texts = ", ".join(each.text for each in source_columns)
    return table.put(target_column, f"concat_ws({quoted_text(delimiter)}, {texts})")


@operation("FLAG_COLUMN_FROM_NULL")
def flag_column_from_null(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    flag_type: Fixed = "Null values",
    true_string: str = "True",
    false_string: str = "False",
) -> Relation:
    """A new column that says whether a value is null, which the empty text is not."""
    flag = flagged(f"{source_column.sql} IS NULL", true_string, false_string)
    return table.put(target_column, flag, after=source_column)


@operation("FLAG_COLUMN_FROM_PATTERN")
def flag_column_from_pattern(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    flag_type: Fixed = "Pattern",
    pattern: str,
    is_text: bool = False,
    true_string: str = "True",
    false_string: str = "False",
) -> Relation:
    """A new column that says whether a regular expression is found anywhere in the text."""
    found = regexps.found(source_column.text, regexps.given(pattern, is_text))
    flag = flagged(found, true_string, false_string)
    return table.put(target_column, flag, after=source_column)


def flagged(condition: str, yes: str, no: str) -> str:
    """SQL of one text where a condition holds and of another where it does not."""
    then, otherwise = (f"CAST({quoted_text(each)} AS VARCHAR)" for each in (yes, no))
    return f"CASE WHEN {condition} THEN {then} ELSE {otherwise} END"
