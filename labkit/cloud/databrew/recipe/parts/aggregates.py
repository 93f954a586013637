"""Aggregates of a column, for groups, pivots and windows.

A text counts as the number that it reads as; missing values count as none. Sums of whole numbers
are whole, averages are not, as in Spark. The variance is the population's: ``Var(X) = [Sum ((X –
mean(X))^2)]/Count(X)``, https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.VAR.html
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import unknown
from labkit.cloud.databrew.recipe.parts.decimals import MOST_DIGITS, SAFE_DIGITS, shape
from labkit.cloud.databrew.recipe.parts.values import numeric, present

#: Name → SQL. ``{n}`` is the column as a number, ``{v}`` the value that is not missing, ``{rest}``
#: where FILTER and OVER go.
AGGREGATES = {
    "SUM": "sum({n}) {rest}",
    "AVERAGE": "avg(CAST({n} AS DOUBLE)) {rest}",
    "COUNT": "count({v}) {rest}",
    "COUNT_DISTINCT": "count(DISTINCT {v}) {rest}",
    "MIN": "min({v}) {rest}",
    "MAX": "max({v}) {rest}",
    "ANY": "min({v}) {rest}",  # any will do, and this is the same one on every run
    "MEDIAN": "median(CAST({n} AS DOUBLE)) {rest}",
    "MODE": "mode({v} ORDER BY {v}) {rest}",  # the least of those that are equally frequent
    # DuckDB's of one value are 0 whatever it is; of NaN, or of an infinite number, there is none
    "STANDARD_DEVIATION": "(stddev_pop({n}) {rest} + 0 * max(CAST({n} AS DOUBLE)) {rest})",
    "VARIANCE": "(var_pop({n}) {rest} + 0 * max(CAST({n} AS DOUBLE)) {rest})",
    "COLLECT_LIST": "coalesce(list({v} ORDER BY {v}) {rest}, [])",
    "COLLECT_SET": "coalesce(list(DISTINCT {v} ORDER BY {v}) {rest}, [])",
}
_ALSO = {"AVG": "AVERAGE", "MEAN": "AVERAGE", "STDDEV": "STANDARD_DEVIATION", "VAR": "VARIANCE"}
#: Digits behind the point from which on the whole parts of any rows' decimals have a sum that fits.
_LONG_SCALE = 9


def aggregate(function: str, column: Column, *, only: str = "", over: str = "") -> str:
    """SQL of an aggregate of a column.

    Args:
        function: its name; ``AVG``, ``MEAN``, ``STDDEV`` and ``VAR`` are names of some, too.
        only: SQL of the rows that count; all by default.
        over: an OVER clause, for the aggregate of a window.

    Raises:
        RecipeError: there is no such aggregate, or not of the column's type.
    """
    name = _ALSO.get(function.upper(), function.upper())
    if name not in AGGREGATES:
        raise unknown("aggregate function", function, AGGREGATES)
    if "{n}" in AGGREGATES[name]:
        column = numeric(column)
    value = present(column)
    conditions = [only] if only else []
    if name.startswith("COLLECT"):  # Spark's lists hold no NULL
        conditions.append(f"{value} IS NOT NULL")
    rest = f"FILTER (WHERE {' AND '.join(conditions)}) {over}" if conditions else over
    if name == "SUM" and (parts := _parts(column)):
        return _in_parts(*parts, rest)
    sql = AGGREGATES[name].format(n=_addend(column), v=value, rest=rest)
    return f"TRY_CAST({sql} AS BIGINT)" if name == "SUM" and column.is_whole else sql


def _parts(column: Column) -> tuple[str, str, int] | None:
    """The whole part of wide decimals, the rest, and its digits; ``None`` of other columns."""
    digits, scale = shape(column) or (0, 0)
    if digits <= SAFE_DIGITS or scale < _LONG_SCALE:
        return None
    whole = f"CAST(trunc({column.sql}) AS DECIMAL({digits - scale + 1}, 0))"
    return whole, f"{column.sql} % 1", scale


def _in_parts(whole: str, part: str, scale: int, rest: str) -> str:
    """SQL of the exact sum of wide decimals, at which DuckDB's own may break off; NULL beyond."""
    parts = f"(sum({part}) {rest})"
    total = f"(sum({whole}) {rest} + trunc({parts}))"
    exact = f"CAST({total} AS DECIMAL({MOST_DIGITS}, {scale})) + {parts} % 1"
    return f"CASE WHEN abs({total}) < {10 ** (MOST_DIGITS - scale)} THEN {exact} END"


def _addend(column: Column) -> str:
    """A number to add up: decimals of so many digits that sums may not fit as doubles."""
    digits = column.type.args[0] if column.type.base == "decimal" else 0
    wide = isinstance(digits, int) and digits > SAFE_DIGITS
    return f"CAST({column.sql} AS DOUBLE)" if wide else column.number
