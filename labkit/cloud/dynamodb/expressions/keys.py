"""Conditions on the keys of a query, in any order and in parentheses, as moto reads them.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
and, for the words, https://github.com/architect/dynalite/blob/main/validations/index.js
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labkit.cloud.dynamodb.expressions.reading import Node, Unreadable, read_condition
from labkit.cloud.dynamodb.item_values import refusal

_TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NO_NESTED = "KeyConditionExpressions cannot have conditions on nested attributes"
_IN = "Invalid condition in KeyConditionExpression:"


@dataclass(frozen=True)
class KeyCondition:
    """One condition: the attribute's name as it is written, the operator, the placeholders."""

    name: str
    operator: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        if self.operator == "begins_with":
            return f"begins_with({self.name}, {self.values[0]})"
        return f"{self.name} {self.operator} {' AND '.join(self.values)}"


def key_conditions(top: Node) -> list[KeyCondition]:
    """The conditions that a query's expression joins.

    Raises:
        AwsError: ``ValidationException``, for what no key is found by.
    """
    if top.kind == "AND":
        return [found for each in top.parts for found in key_conditions(each)]
    operator = str(top.parts[0]) if top.kind == "call" else top.kind
    if operator not in (*_TURNED, "BETWEEN", "begins_with"):
        raise refusal(f"Invalid operator used in KeyConditionExpression: {operator}")
    operands = top.parts[1:] if top.kind == "call" else top.parts
    if any(each.kind == "call" for each in operands):
        raise refusal("KeyConditionExpressions cannot contain nested operations")
    paths = [each for each in operands if each.kind == "path"]
    if any(len(each.parts) > 1 for each in paths):
        raise refusal(f"Invalid KeyConditionExpression: {_NO_NESTED}")
    if operator not in _TURNED and operands[0].kind != "path":
        told = f"{operator} operator must have the key attribute as its first operand"
        raise refusal(f"{_IN} {told}")
    if len(paths) != 1:
        many = "Multiple attribute names used in one condition"
        raise refusal(f"{_IN} {many if paths else 'No key attribute specified'}")
    values = tuple(each.parts[0] for each in operands if each.kind == "value")
    turned = operands[0].kind == "value"
    return [KeyCondition(paths[0].parts[0], _TURNED[operator] if turned else operator, values)]


def plain(expression: Any) -> Any:
    """An expression without parentheses, equalities first, each attribute before its values.

    >>> plain("(begins_with(#s, :b)) and :a = p")
    'p = :a AND begins_with(#s, :b)'
    """
    try:
        found = key_conditions(read_condition(expression).top)
    except Unreadable:
        return expression
    return " AND ".join(map(str, sorted(found, key=lambda each: each.operator != "=")))
