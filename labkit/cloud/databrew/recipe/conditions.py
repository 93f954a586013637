"""Conditions of a step: which rows it is about. All of them must hold.

Source: https://docs.aws.amazon.com/databrew/latest/dg/API_ConditionExpression.html and
https://docs.aws.amazon.com/databrew/latest/dg/recipes.html#recipes.structure
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import as_list
from labkit.cloud.databrew.recipe.relation import Column, Relation, quoted_text


@dataclass(frozen=True)
class Condition:
    """One condition expression: a name, the column that it tests, and a value if it needs one."""

    name: str
    target_column: str
    value: str | None = None


def condition_sql(table: Relation, conditions: Iterable[Condition]) -> str:
    """SQL of all conditions together; empty when there is none.

    Raises:
        RecipeError: an unknown condition or column, or a value that does not fit.
    """
    return " AND ".join(f"({_one(table, each)})" for each in conditions)


def _one(table: Relation, condition: Condition) -> str:
    if condition.name not in CONDITIONS:
        raise unknown("condition", condition.name, CONDITIONS)
    column = table.column(condition.target_column)
    needs, sql = CONDITIONS[condition.name]
    if needs and condition.value is None:
        raise RecipeError(f"The condition {condition.name} needs a value.")
    return sql(column, condition.value or "")


def literal(column: Column, text: str) -> str:
    """A value to compare a column with: a number beside numbers, else by the column's type."""
    if column.is_number:
        try:
            float(text)
        except ValueError:
            raise RecipeError(f"'{column.name}' holds numbers; '{text}' is none.") from None
        return text.strip()
    if column.is_text:
        return quoted_text(text)
    return f"CAST({quoted_text(text)} AS {column.type.duckdb})"


def _compare(sign: str) -> Callable[[Column, str], str]:
    return lambda column, value: f"{column.sql} {sign} {literal(column, value)}"


def _any_of(column: Column, value: str) -> str:
    values = [str(each) for each in as_list(value) or [value]]
    return f"{column.sql} IN ({', '.join(literal(column, each) for each in values)})"


def _between(column: Column, value: str) -> str:
    bounds = as_list(value) or value.split(",")
    if len(bounds) != 2:
        raise RecipeError(f"A range has two ends, as [1, 9]; not '{value}'.")
    low, high = (literal(column, str(each).strip()) for each in bounds)
    return f"{column.sql} BETWEEN {low} AND {high}"


def _by(function: str) -> Callable[[Column, str], str]:
    return lambda column, value: f"{function}({column.text}, {quoted_text(value)})"


def _not(test: Callable[[Column, str], str]) -> Callable[[Column, str], str]:
    return lambda column, value: f"({test(column, value)}) IS NOT TRUE"


def _missing(column: Column, value: str) -> str:
    return column.missing


Test = Callable[[Column, str], str]
#: Name → whether it needs a value, and its SQL.
CONDITIONS: dict[str, tuple[bool, Test]] = {
    "IS": (True, _any_of),
    "IS_NOT": (True, _not(_any_of)),
    "IS_BETWEEN": (True, _between),
    "IS_NOT_BETWEEN": (True, _not(_between)),
    "LESS_THAN": (True, _compare("<")),
    "LESS_THAN_EQUAL": (True, _compare("<=")),
    "GREATER_THAN": (True, _compare(">")),
    "GREATER_THAN_EQUAL": (True, _compare(">=")),
    "CONTAINS": (True, _by("contains")),
    "NOT_CONTAINS": (True, _not(_by("contains"))),
    "STARTS_WITH": (True, _by("starts_with")),
    "NOT_STARTS_WITH": (True, _not(_by("starts_with"))),
    "ENDS_WITH": (True, _by("ends_with")),
    "NOT_ENDS_WITH": (True, _not(_by("ends_with"))),
    "IS_MISSING": (False, _missing),
    "IS_NOT_MISSING": (False, _not(_missing)),
}
