"""Arithmetic of expressions: two numbers joined by a sign.

What whole numbers give is a long one, or NULL where it does not fit; what a division gives never is
whole, and NULL by zero, as in Spark; so are the digits of a product of decimals. Operands may be
aggregates, of which DuckDB's TRY takes none.
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.context import RecipeContext
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parts.conversion import Expression
from labkit.cloud.databrew.recipe.parts.decimals import product
from labkit.cloud.engine.types import Type


def combined(context: RecipeContext, left: Column, sign: str, right: Column) -> str:
    """SQL of two values joined by ``+``, ``-``, ``*``, ``/`` or ``%``; texts count as numbers.

    Raises:
        RecipeError: one is neither a number nor a text.
    """
    whole = left.is_whole and right.is_whole
    a, b = (_number(each, sign, whole) for each in (left, right))
    if sign == "*" and (wide := product(_narrow(left), _narrow(right))):
        return f"{context.function(*wide)}({a}, {b})"
    sql = f"({a} {sign} {b})"
    if sign in "/%":
        sql = f"(CASE WHEN {b} <> 0 THEN {sql} END)"
    return f"TRY_CAST({sql} AS BIGINT)" if whole and sign != "/" else sql


def _narrow(value: Column) -> Column:
    """A whole number that is written has only its own digits."""
    digits = value.sql.lstrip("-")
    return Expression(value.sql, Type("decimal", (len(digits), 0))) if digits.isdigit() else value


def _number(value: Column, sign: str, whole: bool) -> str:
    if not (value.is_number or value.is_text):
        raise RecipeError(f"'{sign}' takes numbers, not a {value.type.base}.")
    if whole:
        return f"CAST({value.number} AS HUGEINT)"
    exact = value.type.base == "decimal" or value.is_whole  # a 1.5 in an expression is a double
    return value.number if exact else f"CAST({value.number} AS DOUBLE)"
