"""Conditions of a step: which rows it is about. All of them must hold.

The guide lists fifteen; the others here are their opposites and the tests that BOOLEAN_OPERATION
documents. A missing value meets only what asks for it or starts with a not.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipes.html#recipes.structure and
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.BOOLEAN_OPERATION.html
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import as_list, folded
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.parts.conversion import constant
from labkit.cloud.databrew.recipe.parts.patterns import moment, moment_of
from labkit.cloud.databrew.recipe.parts.validity import NESTED, valid
from labkit.cloud.databrew.recipe.parts.values import is_number
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.types import NAMES
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.json_text import as_text

Test = Callable[[Relation, Column, str], str]


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


def narrowed(table: Relation, given: Any) -> Relation:
    """A table whose step is about those rows only that meet a parameter's conditions, too.

    Raises:
        RecipeError: they are no conditions.
    """
    both = [table.condition, condition_sql(table, _read(given))]
    return replace(table, condition=" AND ".join(f"({each})" for each in both if each))


def _read(given: Any) -> Iterable[Condition]:
    """Condition expressions in a parameter, their members in any spelling."""
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise RecipeError("The parameter 'conditionExpressions' must be a JSON list of conditions.")
    for each in given:
        members = {folded(name): value for name, value in each.items()}
        value = members.get("value")
        yield Condition(
            str(members.get("condition", "")),
            str(members.get("targetcolumn", "")),
            value if isinstance(value, str | None) else json.dumps(value),
        )


def _one(table: Relation, condition: Condition) -> str:
    if condition.name not in CONDITIONS:
        raise unknown("condition", condition.name, CONDITIONS)
    column = table.column(condition.target_column)
    needs, sql = CONDITIONS[condition.name]
    if needs and condition.value is None:
        raise RecipeError(f"The condition {condition.name} needs a value.")
    return sql(table, column, condition.value or "")


def _sides(table: Relation, column: Column, text: str) -> tuple[str, str]:
    """SQL of a column and of a value to order it by: as numbers, times or texts.

    A text column is ordered by numbers where the value is one, and by times where that is one.
    """
    if column.is_number or (column.is_text and is_number(text)):
        return column.compared, constant(table.context, text, "number", column.name)
    if column.is_time or (column.is_text and _is_time(table, text)):
        return moment_of(column), constant(table.context, text, "timestamp", column.name)
    return column.text, f"CAST({quoted_text(text)} AS VARCHAR)"


def _is_time(table: Relation, text: str) -> bool:
    return bool(table.context.rows(f"SELECT {moment(quoted_text(text))} IS NOT NULL")[0][0])


def _compare(sign: str) -> Test:
    return lambda table, column, value: f" {sign} ".join(_sides(table, column, value))


def _any_of(table: Relation, column: Column, value: str) -> str:
    return " OR ".join(_equals(table, column, each) for each in as_list(value) or [value])


def _equals(table: Relation, column: Column, value: object) -> str:
    """A value of a list; its null is a missing one."""
    if value is None:
        return column.missing
    if column.is_text:
        return f"{column.sql} = {quoted_text(as_text(value))}"
    if column.type.base == "boolean":
        return f"{column.sql} = {constant(table.context, as_text(value), 'boolean', column.name)}"
    return " = ".join(_sides(table, column, as_text(value)))


def _between(table: Relation, column: Column, value: str) -> str:
    bounds = as_list(value) or _named_bounds(value) or value.split(",")
    if len(bounds) != 2:
        raise RecipeError(f"A range has two ends, as [1, 9]; not '{value}'.")
    low, high = (_sides(table, column, str(each).strip()) for each in bounds)
    return f"{low[0]} >= {low[1]} AND {high[0]} <= {high[1]}"


def _named_bounds(value: str) -> list[object]:
    """The two parameters that the guide names."""
    with contextlib.suppress(ValueError):
        given = json.loads(value, parse_float=str)
        if isinstance(given, dict):
            named = {folded(name): bound for name, bound in given.items()}
            return [named[each] for each in ("greaterthanequal", "lessthanequal") if each in named]
    return []


def _by(function: str) -> Test:
    return lambda table, column, value: f"{function}({column.text}, {quoted_text(value)})"


def _not(test: Test) -> Test:
    return lambda table, column, value: f"({test(table, column, value)}) IS NOT TRUE"


def _missing(table: Relation, column: Column, value: str) -> str:
    return column.missing


def _matches(table: Relation, column: Column, value: str) -> str:
    return regexps.found(column.text, value)


def _valid(table: Relation, column: Column, value: str) -> str:
    """Of a data type, or of an advanced one; without a value, of any."""
    plain = not value or value.lower() in (*NAMES, *NESTED, "unsupported")
    return valid(table, column, (plain and value) or "unsupported", None if plain else value)


def _invalid(table: Relation, column: Column, value: str) -> str:
    return f"NOT {column.missing} AND NOT {_valid(table, column, value)}"


def _is(truth: str) -> Test:
    return lambda table, column, value: f"lower({column.text}) = '{truth}'"


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
    "MATCHES": (True, _matches),
    "NOT_MATCHES": (True, _not(_matches)),
    "IS_MISSING": (False, _missing),
    "IS_NOT_MISSING": (False, _not(_missing)),
    "IS_VALID": (False, _valid),
    "IS_INVALID": (False, _invalid),
    "IS_NOT_VALID": (False, _invalid),
    "IS_TRUE": (False, _is("true")),
    "IS_FALSE": (False, _is("false")),
}
