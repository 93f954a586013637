"""What the expressions of BOOLEAN_OPERATION and CASE_OPERATION compare by, and their functions.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.BOOLEAN_OPERATION.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.parts.conversion import converted
from labkit.cloud.databrew.recipe.parts.patterns import moment_of
from labkit.cloud.databrew.recipe.types import NAMES


def alike(left: Column, sign: str, right: Column) -> tuple[str, str, str]:
    """Both sides of a comparison as values of one kind, a number's before a time's before text."""
    pair = (left, right)
    if "NULL" in (left.sql, right.sql):
        return left.sql, sign, right.sql
    if any(each.is_number for each in pair):
        return left.compared, sign, right.compared
    if any(each.is_time for each in pair):
        return moment_of(left), sign, moment_of(right)
    if any(each.type.base == "boolean" for each in pair):
        return truth(left), sign, truth(right)
    return left.text, sign, right.text


def truth(value: Column) -> str:
    return converted(value, NAMES["boolean"])


def _matches(given: Sequence[Column]) -> str:
    pattern = re.fullmatch(r"CAST\('(.*)' AS VARCHAR\)", given[1].sql, re.S)
    if pattern is None:
        raise RecipeError("The pattern of matches must be a text in quotation marks.")
    return regexps.found(given[0].text, pattern[1].replace("''", "'"))


def between(given: Sequence[Column]) -> str:
    column, low, high = given
    return "{} {} {} AND {} {} {}".format(*alike(column, ">=", low), *alike(column, "<=", high))


def _two(function: str) -> tuple[int, Callable[[Sequence[Column]], str]]:
    return 2, lambda given: f"{function}({given[0].text}, {given[1].text})"


FUNCTION_NAMES = (
    "contains", "matches", "startsWith", "endsWith", "isBetween", "isMissing", "isValid",
)  # fmt: skip
#: Name in small letters → how many values it takes, and its SQL.
FUNCTIONS: dict[str, tuple[int, Callable[[Sequence[Column]], str]]] = {
    "contains": _two("contains"),
    "startswith": _two("starts_with"),
    "endswith": _two("ends_with"),
    "matches": (2, _matches),
    "isbetween": (3, between),
    "ismissing": (1, lambda given: given[0].missing),
    "isvalid": (2, lambda given: ""),
}
