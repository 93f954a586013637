"""How DynamoDB compares in conditions and filters: values of one type alone are in an order.

moto fails where an item has a number and the condition a text, or lacks what is to be measured;
there a condition does not hold. A binary's size is that of its bytes.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from moto.dynamodb import comparisons

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


def _of_one_type(compare: Callable[..., Any], *operands: str) -> Callable[[Any, Any], bool]:
    def expr(self: Any, item: Any) -> bool:
        kinds = {getattr(self, name).get_type(item) for name in operands}
        return len(kinds) == 1 and kinds.pop() in _IN_ORDER and bool(compare(self, item))

    return expr


def _size(function: Any, item: Any) -> int | None:
    kind, value = function.attr.get_type(item), function.attr.expr(item)
    if kind not in _MEASURED:
        return None
    return len(base64.b64decode(value) if kind == "B" and isinstance(value, str) else value)


def _type_of_size(function: Any, item: Any) -> str | None:
    return "N" if item is None or function.attr.get_type(item) in _MEASURED else None
