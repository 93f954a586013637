"""Statistics of a whole column, for the steps that put one in place of missing or invalid values.

Each is a subquery over the same relation: the rows stream twice, none is kept. Where several values
are equally frequent, `most_frequent` takes the least, as the documentation leaves it open.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.FILL_WITH_MODE.html
"""

from __future__ import annotations

from typing import Literal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parts.decimals import finer, quotient, within
from labkit.cloud.databrew.recipe.parts.values import numeric
from labkit.cloud.databrew.recipe.relation import Relation

ModeType = Literal["MINIMUM", "NONE", "AVERAGE", "MAXIMUM"]

#: What one of several modes is. ``NONE`` is not explained: no value, where there is more than one.
_MODES = {
    "MINIMUM": "coalesce(arg_min({v}, {n}), min({v}))",
    "MAXIMUM": "coalesce(arg_max({v}, {n}), max({v}))",
    "AVERAGE": "avg({n})",
    "NONE": "CASE WHEN count(*) = 1 THEN min({v}) END",
}


def average(table: Relation, column: Column, among: str) -> str:
    """SQL of the mean of the numbers that meet a condition."""
    number = numeric(column).number
    if exact := quotient(column):
        made = f"{table.context.function(*exact)}(sum({number}), count({number}))"
    else:
        made = within(column, f"avg({number})")
    return _over(table, made, among)


def median(table: Relation, column: Column, among: str) -> str:
    """SQL of the median of the numbers that meet a condition."""
    return _over(table, f"median(CAST({numeric(column).number} AS {finer(column).duckdb}))", among)


def total(table: Relation, column: Column, among: str) -> str:
    """SQL of the sum of the numbers that meet a condition; whole for whole numbers."""
    made = f"sum({numeric(column).number})"
    return _over(table, f"TRY_CAST({made} AS BIGINT)" if column.is_whole else made, among)


def most_frequent(table: Relation, column: Column, among: str) -> str:
    """SQL of the value that most of the rows have that meet a condition."""
    return _over(table, f"mode({column.sql} ORDER BY {column.sql})", among)


def mode(table: Relation, column: Column, among: str, mode_type: str) -> str:
    """SQL of the mode of the values that meet a condition; of texts, the numbers they read as."""
    counts = (
        f"SELECT {column.sql} AS v, {column.number} AS n, count(*) AS c, "
        f"max(count(*)) OVER () AS m FROM {table.name} WHERE {among} GROUP BY ALL"
    )
    made = _MODES[mode_type].format(v="v", n="n")
    if mode_type == "AVERAGE":
        made = within(numeric(column), made)
    return f"(SELECT {made} FROM ({counts}) WHERE c = m)"


def last(table: Relation, column: Column, among: str) -> str:
    """SQL of the value of the nearest row above that meets a condition."""
    over = table.over(frame="ROWS UNBOUNDED PRECEDING")
    return f"last_value(CASE WHEN {among} THEN {column.sql} END IGNORE NULLS) {over}"


def _over(table: Relation, aggregate: str, among: str) -> str:
    return f"(SELECT {aggregate} FROM {table.name} WHERE {among})"
