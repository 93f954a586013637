"""Whether a condition holds for an item: values of one type alone are equal, or in an order.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import base64
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from labkit.cloud.dynamodb.expressions.checks import Terms
from labkit.cloud.dynamodb.expressions.reading import Node, read_condition

_IN_ORDER = ("S", "N", "B")
_MEASURED = ("S", "SS", "NS", "B", "BS", "L", "M")
Order = Callable[[Any, Any], bool]
_ORDERS: dict[str, Order] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# A value by which it is compared: its type, and what it is of it.
Value = tuple[str, Any]
Attributes = Mapping[str, DynamoType]


class Predicate:
    """A condition of a call; none holds for all."""

    def __init__(self, text: str | None, names: Any, values: Any) -> None:
        self._top = read_condition(text).top if text else None
        self._terms = Terms(names or {}, values or {})
        self._values = {name: known(DynamoType(each)) for name, each in (values or {}).items()}

    def expr(self, item: Any) -> bool:
        """Whether it holds for an item, or for none."""
        return self._top is None or self.holds(self._top, item.attrs if item is not None else {})

    def holds(self, node: Node, attributes: Attributes) -> bool:
        """Whether a part of it holds for attributes."""
        match node.kind:
            case "AND":
                return all(self.holds(each, attributes) for each in node.parts)
            case "OR":
                return any(self.holds(each, attributes) for each in node.parts)
            case "NOT":
                return not self.holds(node.parts[0], attributes)
            case "call":
                operands = [self._value(each, attributes) for each in node.parts[1:]]
                return _FUNCTIONS[node.parts[0]](*operands)
        first, *others = (self._value(each, attributes) for each in node.parts)
        match node.kind:
            case "=" | "IN":
                return first is not None and first in others
            case "<>":
                return first is None or first not in others
            case "BETWEEN":
                low, high = others
                return _ordered(operator.le, low, first) and _ordered(operator.le, first, high)
        return _ordered(_ORDERS[node.kind], first, others[0])

    def _value(self, node: Node, attributes: Attributes) -> Value | None:
        if node.kind == "value":
            return self._values[node.parts[0]]
        if node.kind == "call":
            return _size(self._value(node.parts[1], attributes))
        first, *rest = self._terms.resolve(node)
        held = attributes.get(str(first))
        for part in rest:
            held = held.child_attr(part) if held is not None else None
        return known(held) if held is not None else None


def known(value: DynamoType) -> Value:
    """A value by what it is equal to: 1 and 1.0, sets in any order, bytes for their base64."""
    kind, held = value.type, value.value
    match kind:
        case "N":
            held = Decimal(held)
        case "B":
            held = _bytes(held)
        case "SS":
            held = frozenset(held)
        case "NS":
            held = frozenset(map(Decimal, held))
        case "BS":
            held = frozenset(map(_bytes, held))
        case "L":
            held = [known(each) for each in held]
        case "M":
            held = {name: known(each) for name, each in held.items()}
    return kind, held


def _bytes(held: str | bytes) -> bytes:
    return base64.b64decode(held) if isinstance(held, str) else held


def _ordered(compare: Order, first: Value | None, second: Value | None) -> bool:
    if first is None or second is None or first[0] != second[0] or first[0] not in _IN_ORDER:
        return False
    return compare(_in_order(first), _in_order(second))


def _in_order(value: Value) -> Any:
    return value[1].encode() if value[0] == "S" else value[1]


def _size(value: Value | None) -> Value | None:
    if value is None or value[0] not in _MEASURED:
        return None
    return "N", Decimal(len(value[1]))


def _begins(held: Value | None, start: Value | None) -> bool:
    if held is None or start is None or held[0] != start[0] or held[0] not in ("S", "B"):
        return False
    return bool(held[1].startswith(start[1]))


def _contains(held: Value | None, part: Value | None) -> bool:
    if held is None or part is None:
        return False
    if held[0] == "L":
        return part in held[1]
    if held[0] in ("S", "B"):
        return held[0] == part[0] and part[1] in held[1]
    return held[0] == f"{part[0]}S" and part[1] in held[1]


_FUNCTIONS: dict[str, Callable[..., bool]] = {
    "attribute_exists": lambda held: held is not None,
    "attribute_not_exists": lambda held: held is None,
    "attribute_type": lambda held, kind: held is not None and held[0] == kind[1],
    "begins_with": _begins,
    "contains": _contains,
}
