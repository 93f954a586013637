"""Data quality steps for duplicates: what an earlier row has already. The first one is none.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-quality.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parameters import NewColumn
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_name, quoted_text

operation = category("Data quality")


@operation("DELETE_DUPLICATE_ROWS", ordered=True)
def delete_duplicate_rows(table: Relation) -> Relation:
    """Only the rows that are not in all columns like an earlier one."""
    return _without_later(table, table.columns)


@operation("REMOVE_DUPLICATES", ordered=True)
def remove_duplicates(table: Relation, *, source_column: Column) -> Relation:
    """Only the rows whose value no earlier row has."""
    return _without_later(table, [source_column])


@operation("FLAG_DUPLICATE_ROWS", ordered=True)
def flag_duplicate_rows(
    table: Relation,
    *,
    target_column: NewColumn,
    true_string: str = "True",
    false_string: str = "False",
) -> Relation:
    """A new column that says whether the row is in all columns like an earlier one."""
    return table.put(target_column, _flag(table, table.columns, true_string, false_string))


@operation("FLAG_DUPLICATES_IN_COLUMN", ordered=True)
def flag_duplicates_in_column(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    true_string: str = "True",
    false_string: str = "False",
) -> Relation:
    """A new column that says whether an earlier row has the same value."""
    flag = _flag(table, [source_column], true_string, false_string)
    return table.put(target_column, flag, after=source_column)


def _flag(table: Relation, columns: Sequence[Column], yes: str, no: str) -> str:
    texts = (f"CAST({quoted_text(each)} AS VARCHAR)" for each in (yes, no))
    return "CASE WHEN {} > 1 THEN {} ELSE {} END".format(_occurrence(table, columns), *texts)


def _without_later(table: Relation, columns: Sequence[Column]) -> Relation:
    number = table.unused("#occurrence")
    kept = table.put(number, _occurrence(table, columns)).keep(f"{quoted_name(number)} = 1")
    shown = [(each.name, each.sql) for each in table.columns]
    return replace(kept, condition="").select(shown)


def _occurrence(table: Relation, columns: Sequence[Column]) -> str:
    return f"row_number() {table.over([each.sql for each in columns])}"
