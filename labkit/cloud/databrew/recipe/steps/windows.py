"""Window functions: over rows before and after a row, in their order, into a new column.

Missing values do not count but where a function says so, and a text counts as the number that it
reads as. Near the first and the last row a window has fewer rows.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.window.html
"""

from __future__ import annotations

from dataclasses import replace

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Columns, NewColumn
from labkit.cloud.databrew.recipe.parts.aggregates import aggregate
from labkit.cloud.databrew.recipe.parts.modes import ModeType, mode
from labkit.cloud.databrew.recipe.parts.patterns import moment_of
from labkit.cloud.databrew.recipe.parts.units import Unit, added
from labkit.cloud.databrew.recipe.parts.values import present
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.steps.aggregates import kth
from labkit.cloud.engine.quoting import quoted_name

operation = category("Fn: window")

#: Up to this k a heap keeps the greatest of a window; beyond it the window is sorted.
_HEAP = 1000

#: Name → the aggregate, and what it is.
_ROLLING = {
    "ROLLING_AVERAGE": ("AVERAGE", "The average of the numbers around a row."),
    "ROLLING_MAX": ("MAX", "The greatest value around a row."),
    "ROLLING_MIN": ("MIN", "The least value around a row."),
    "ROLLING_STANDARD_DEVIATION": (
        "STANDARD_DEVIATION",
        "The standard deviation of the numbers around a row, as of a population.",
    ),
    "ROLLING_SUM": ("SUM", "The sum of the numbers around a row."),
    "ROLLING_VARIANCE": (
        "VARIANCE",
        "The variance of the numbers around a row, as of a population.",
    ),
}


def _rolling(name: str, function: str, doc: str) -> None:
    def rolling(
        table: Relation,
        *,
        source_column: Column,
        num_rows_before: int,
        num_rows_after: int,
        target_column: NewColumn,
    ) -> Relation:
        over = _around(table, num_rows_before, num_rows_after)
        return table.put(target_column, aggregate(function, source_column, over=over))

    rolling.__doc__ = doc
    operation(name, ordered=True)(rolling)


for _name, (_function, _doc) in _ROLLING.items():
    _rolling(_name, _function, _doc)


@operation("ROLLING_COUNT_A", ordered=True)
def rolling_count(
    table: Relation,
    *,
    source_column: Column,
    num_rows_before: int,
    num_rows_after: int,
    target_column: NewColumn,
) -> Relation:
    """How many values around a row are not null; the empty text is a value here, as the page says.

    Source:
    https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.ROLLING_COUNT_A.html
    """
    over = _around(table, num_rows_before, num_rows_after)
    return table.put(target_column, f"count({source_column.sql}) {over}")


@operation("ROLLING_KTH_LARGEST", ordered=True)
def rolling_kth_largest(
    table: Relation,
    *,
    source_column: Column,
    num_rows_before: int,
    num_rows_after: int,
    value: int,
    target_column: NewColumn,
) -> Relation:
    """The k-th largest number around a row; none where there are fewer."""
    over = _around(table, num_rows_before, num_rows_after)
    if value > _HEAP or value < 1:
        return table.put(target_column, kth(_numbers(source_column, over), value))
    return table.put(target_column, f"(max({source_column.number}, {value}) {over})[{value}]")


@operation("ROLLING_KTH_LARGEST_UNIQUE", ordered=True)
def rolling_kth_largest_unique(
    table: Relation,
    *,
    source_column: Column,
    num_rows_before: int,
    num_rows_after: int,
    value: int,
    target_column: NewColumn,
) -> Relation:
    """The k-th largest of the different numbers around a row; none where there are fewer."""
    numbers = _numbers(source_column, _around(table, num_rows_before, num_rows_after))
    return table.put(target_column, kth(f"list_distinct({numbers})", value))


@operation("ROLLING_MODE", ordered=True)
def rolling_mode(
    table: Relation,
    *,
    source_column: Column,
    num_rows_before: int,
    num_rows_after: int,
    mode_type: ModeType = "NONE",
    target_column: NewColumn,
) -> Relation:
    """The most frequent number around a row; of several, the one that ``modeType`` names.

    The documentation does not tell what ``NONE`` is: here several have no mode.
    """
    numbers = _numbers(source_column, _around(table, num_rows_before, num_rows_after))
    return table.put(target_column, mode(numbers, mode_type))


@operation("FILL", ordered=True)
def fill(
    table: Relation,
    *,
    source_column: Column,
    num_rows_before: int,
    num_rows_after: int,
    target_column: NewColumn,
) -> Relation:
    """A column whose missing values are filled from the rows around.

    Which value is the most recent is not told: here the nearest before, else the nearest after.
    """
    value = present(source_column)
    over = _around(table, num_rows_before, num_rows_after)
    before = _around(table, num_rows_before, 0)
    after = over.replace(f"BETWEEN {num_rows_before} PRECEDING", "BETWEEN CURRENT ROW")
    return table.put(
        target_column,
        f"coalesce({value}, last_value({value} IGNORE NULLS) {before}, "
        f"first_value({value} IGNORE NULLS) {after})",
    )


@operation("NEXT", ordered=True)
def next_value(
    table: Relation, *, source_column: Column, num_rows: int, target_column: NewColumn
) -> Relation:
    """The value that stands a number of rows below; none below the last row."""
    return table.put(target_column, f"lead({source_column.sql}, {_rows(num_rows)}) {table.over()}")


@operation("PREV", ordered=True)
def previous_value(
    table: Relation, *, source_column: Column, num_rows: int, target_column: NewColumn
) -> Relation:
    """The value that stands a number of rows above; none above the first row."""
    return table.put(target_column, f"lag({source_column.sql}, {_rows(num_rows)}) {table.over()}")


@operation("ROW_NUMBER", ordered=True)
def row_number(
    table: Relation,
    *,
    group_by_columns: Columns = (),
    order_by_columns: Columns = (),
    target_column: NewColumn,
) -> Relation:
    """The number of a row in its group, from 1; NULL comes first in the order, as in Spark."""
    over = table.over([each.sql for each in group_by_columns], _ordered(order_by_columns))
    return table.put(target_column, f"row_number() {over}")


@operation("SESSION", ordered=True)
def session(
    table: Relation,
    *,
    source_column: Column,
    units: Unit,
    value: int,
    group_by_columns: Columns = (),
    order_by_columns: Columns = (),
    target_column: NewColumn,
) -> Relation:
    """The number of a row's session in its group, from 1.

    When a session ends is not told: here where a time is more than the period after the time of the
    row before. A value that is no time begins none. Conditions say which rows are numbered; all
    make the sessions, as they make the windows of other functions.
    """
    over = table.over([each.sql for each in group_by_columns], _ordered(order_by_columns))
    time, before, begins = helpers = [
        table.unused(name, target_column) for name in ("#time", "#before", "#begins")
    ]
    timed = replace(table, condition="").put(time, moment_of(source_column))
    timed = timed.put(before, f"lag({quoted_name(time)}) {over}")
    until = added(quoted_name(before), units, str(value))
    begun = f"CASE WHEN {quoted_name(time)} > {until} THEN 1 ELSE 0 END"
    begun_at = replace(timed.put(begins, begun), condition=table.condition)
    numbered = begun_at.put(target_column, f"CAST(1 + sum({quoted_name(begins)}) {over} AS BIGINT)")
    shown = [(c.name, c.sql) for c in numbered.columns if c.name not in helpers]
    return replace(numbered, condition="").select(shown)


def _around(table: Relation, before: int, after: int) -> str:
    frame = f"ROWS BETWEEN {_rows(before)} PRECEDING AND {_rows(after)} FOLLOWING"
    return table.over(frame=frame)


def _rows(count: int) -> int:
    if count < 0:
        raise RecipeError(f"A number of rows cannot be {count}: 0 is the least.")
    return count


def _numbers(column: Column, over: str) -> str:
    """A list of the numbers of a window."""
    return f"list_filter(list({column.number}) {over}, lambda v: v IS NOT NULL)"


def _ordered(columns: Columns) -> list[str]:
    return [f"{each.sql} NULLS FIRST" for each in columns]
