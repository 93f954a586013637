"""Conditional functions.

Source: https://docs.aws.amazon.com/quicksight/latest/user/conditional-functions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.quicksight.calc.arguments import Anything, Choices
from labkit.cloud.quicksight.calc.constants import literal
from labkit.cloud.quicksight.calc.errors import WrongArguments
from labkit.cloud.quicksight.calc.query import Query
from labkit.cloud.quicksight.calc.registry import Answer, function
from labkit.cloud.quicksight.calc.syntax import Bracketed, Item, Parameter
from labkit.cloud.quicksight.calc.values import NULL, Kind, Value, as_kind, combined, common_kind


@function("coalesce", "conditional")
def coalesce(expression_1: Anything, expression_2: Anything, *expressions: Anything) -> Answer:
    """The first of its arguments that is not NULL."""
    values = (expression_1, expression_2, *expressions)
    kind = _one_kind("coalesce", values)
    parts = ", ".join(str(as_kind(each, kind)) for each in values)
    return combined(values, f"coalesce({parts})", kind)


@function("ifelse", "conditional")
def if_else(if_1: Anything, then_1: Anything, else_or_if: Anything, *more: Anything) -> Answer:
    """What follows the first condition that holds, else the last argument."""
    values = (if_1, then_1, else_or_if, *more)
    if len(values) % 2 == 0:
        raise WrongArguments(
            "The function ifelse has the wrong number of arguments: it is written "
            "ifelse(if, then, [if, then, ...], else)."
        )
    conditions, results = values[:-1:2], [*values[1::2], values[-1]]
    if any(each.kind not in ("boolean", "null") for each in conditions):
        raise WrongArguments("The function ifelse wants a condition before each result.")
    kind = _one_kind("ifelse", results)
    whens = (
        f"WHEN {as_kind(condition, 'boolean')} THEN {as_kind(result, kind)}"
        for condition, result in zip(conditions, results, strict=False)
    )
    sql = f"CASE {' '.join(whens)} ELSE {as_kind(results[-1], kind)} END"
    return combined(values, sql, kind)


@function("in", "conditional")
def in_(query: Query, expression: Anything, values: Choices) -> Answer:
    """Whether a value is one of a list ``[...]`` or of a parameter's values."""
    return _among(query, "in", expression, values)


@function("notIn", "conditional")
def not_in(query: Query, expression: Anything, values: Choices) -> Answer:
    """Whether a value is none of a list ``[...]`` or of a parameter's values."""
    found = _among(query, "notIn", expression, values)
    return replace(found, sql=f"(NOT {found})")


@function("isNotNull", "conditional", "boolean")
def is_not_null(expression: Anything) -> Answer:
    """Whether there is a value."""
    return f"({expression} IS NOT NULL)"


@function("isNull", "conditional", "boolean")
def is_null(expression: Anything) -> Answer:
    """Whether there is no value."""
    return f"({expression} IS NULL)"


@function("nullIf", "conditional")
def null_if(expression_1: Anything, expression_2: Anything) -> Answer:
    """The first argument, or NULL where both are equal."""
    values = (expression_1, expression_2)
    kind = _one_kind("nullIf", values)
    left, right = (as_kind(each, kind) for each in values)
    return combined(values, f"nullif({left}, {right})", kind)


@function("switch", "conditional")
def switch(expression: Anything, label_1: Anything, return_1: Anything, *more: Anything) -> Answer:
    """What follows the label that equals a value; else the default, or NULL without one."""
    rest = [label_1, return_1, *more]
    default = rest.pop() if len(rest) % 2 else NULL
    labels, results = rest[::2], [*rest[1::2], default]
    compared = _one_kind("switch", [expression, *labels])
    kind = _one_kind("switch", results)
    whens = (
        f"WHEN {as_kind(label, compared)} THEN {as_kind(result, kind)}"
        for label, result in zip(labels, results, strict=False)
    )
    sql = (
        f"CASE {as_kind(expression, compared)} {' '.join(whens)} ELSE {as_kind(default, kind)} END"
    )
    return combined([expression, *labels, *results], sql, kind)


def _among(query: Query, name: str, value: Value, node: Choices) -> Value:
    """Whether a list has a value: true or false, and a list with NULL has NULL."""
    choices = _choices(query, name, node)
    kind = _one_kind(name, [value, *choices])
    sought = as_kind(value, kind)
    listed = ", ".join(str(as_kind(each, kind)) for each in choices if each.kind != "null")
    found = f"coalesce({sought} IN ({listed}), FALSE)" if listed else "FALSE"
    if any(each.kind == "null" for each in choices):
        found = f"({sought} IS NULL OR {found})"
    return combined([value, *choices], found, "boolean")


def _choices(query: Query, name: str, node: Choices) -> list[Value]:
    if isinstance(node, Bracketed):
        return [one for item in node.items for one in _items(query, name, item)]
    if isinstance(node, Parameter):
        return _items(query, name, Item(node))
    raise WrongArguments(f"The function {name} wants a list of values in [ ] or a parameter.")


def _items(query: Query, name: str, item: Item) -> list[Value]:
    if isinstance(item.node, Parameter):
        given = query.scope.parameters.get(item.node.name)
        if isinstance(given, list | tuple):
            return [literal(each) for each in given]
    value = query.value(item.node)
    if value.level != "constant" or item.descending or item.excluded:
        raise WrongArguments(f"The list of {name} holds literal values only.")
    return [value]


def _one_kind(name: str, values: Sequence[Value]) -> Kind:
    kind = common_kind(values)
    if kind is None:
        kinds = ", ".join(each.kind for each in values)
        raise WrongArguments(f"The arguments of {name} are not of one type: {kinds}.")
    return "string" if kind == "null" else kind
