"""The conditions of Lake Formation's data filters: columns compared with constants.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.parse_query import parse_expression

_MOST = 2048
_COMPARISONS: dict[type, tuple[str, ...]] = {
    # What is compared, and the constants that it is compared with.
    tree.Comparison: ("left", "right"),
    tree.Between: ("value", "low", "high"),
    tree.InList: ("value", "items"),
    tree.Like: ("value", "pattern"),
    tree.IsNull: ("value",),
}


def check_condition(text: str, columns: Collection[str]) -> None:
    """Raise for what no data filter may ask.

    Args:
        text: the condition.
        columns: the names of the table's columns, in lower case.

    Raises:
        QueryFailed: it is no condition, or not one of columns and constants.
    """
    if len(text) >= _MOST:
        raise _refused(f"it has {_MOST} characters or more")
    _check(parse_expression(text), columns)


def _check(condition: Any, columns: Collection[str]) -> None:
    if isinstance(condition, tree.Logical):
        for term in condition.terms:
            _check(term, columns)
    elif isinstance(condition, tree.Not):
        _check(condition.value, columns)
    elif members := _COMPARISONS.get(type(condition)):
        column, *constants = (getattr(condition, member) for member in members)
        _check_column(column, columns)
        for each in constants:
            for constant in each if isinstance(each, tuple) else (each,):
                _check_constant(constant)
    else:
        raise _refused("it compares nothing")


def _check_column(told: Any, columns: Collection[str]) -> None:
    while isinstance(told, tree.Dereference):
        told = told.base
    if not isinstance(told, tree.Identifier):
        raise _refused("only columns are compared, with constants to their right")
    if told.name.lower() not in columns:
        raise _refused(f"there is no column {told.name}")


def _check_constant(told: Any) -> None:
    if isinstance(told, tree.Unary):
        told = told.value
    if not isinstance(told, tree.Literal):
        raise _refused("columns are compared with constants alone")


def _refused(why: str) -> QueryFailed:
    return QueryFailed("SYNTAX_ERROR", why)
