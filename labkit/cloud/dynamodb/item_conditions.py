"""How DynamoDB compares in conditions and filters: values of one type alone are in an order.

moto fails where an item has a number and the condition a text, or lacks what is to be measured;
there a condition does not hold. Binary values compare, and are in an order, by their bytes; moto
takes their base64 for it, and finds no beginning and no part of one.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from moto.dynamodb import comparisons
from moto.dynamodb.models.dynamo_type import DynamoType

from labkit.cloud.cloud import Cloud, on_start

_IN_ORDER = ("S", "N", "B")
_MEASURED = ("S", "SS", "NS", "B", "BS", "L", "M")
_OPERATORS: tuple[Any, ...] = (
    *(comparisons.OpLessThan, comparisons.OpLessThanOrEqual),
    *(comparisons.OpGreaterThan, comparisons.OpGreaterThanOrEqual),
)


@on_start
def install(_: Cloud) -> None:
    """Let moto compare so."""
    for operator in _OPERATORS:
        operator.expr = _of_one_type(operator.expr, "lhs", "rhs")
    between: Any = comparisons.FuncBetween
    between.expr = _of_one_type(between.expr, "start", "attr", "end")
    size: Any = comparisons.FuncSize
    size.expr, size.get_type = _size, _type_of_size
    DynamoType.cast_value = property(_cast)  # type: ignore[assignment, method-assign]
    value: Any = comparisons.AttributeValue
    value.expr = _value
    begins: Any = comparisons.FuncBeginsWith
    begins.expr = _begins
    contains: Any = comparisons.FuncContains
    contains.expr = _contains


_cast_value: Any = DynamoType.cast_value
_value_of: Any = comparisons.AttributeValue.expr
_contains_other: Any = comparisons.FuncContains.expr


def _cast(held: Any) -> Any:
    if held.type == "B":
        return _bytes(held.value)
    return _cast_value.fget(held)


def _value(operand: Any, item: Any) -> Any:
    return _bytes(operand.value) if operand.type == "B" else _value_of(operand, item)


def _bytes(value: str | bytes) -> bytes:
    return base64.b64decode(value) if isinstance(value, str) else value


def _begins(function: Any, item: Any) -> bool:
    kinds = {each.get_type(item) for each in (function.attr, function.substr)}
    if kinds not in ({"S"}, {"B"}):
        return False
    return bool(function.attr.expr(item).startswith(function.substr.expr(item)))


def _contains(function: Any, item: Any) -> bool:
    if function.attr.get_type(item) != "B":
        return bool(_contains_other(function, item))
    is_binary = function.operand.get_type(item) == "B"
    return is_binary and function.operand.expr(item) in function.attr.expr(item)


def _of_one_type(compare: Callable[..., Any], *operands: str) -> Callable[[Any, Any], bool]:
    def expr(self: Any, item: Any) -> bool:
        kinds = {getattr(self, name).get_type(item) for name in operands}
        return len(kinds) == 1 and kinds.pop() in _IN_ORDER and bool(compare(self, item))

    return expr


def _size(function: Any, item: Any) -> int | None:
    kind, value = function.attr.get_type(item), function.attr.expr(item)
    if kind not in _MEASURED:
        return None
    return len(value)


def _type_of_size(function: Any, item: Any) -> str | None:
    return "N" if item is None or function.attr.get_type(item) in _MEASURED else None
