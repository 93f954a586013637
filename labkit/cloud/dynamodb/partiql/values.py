"""Literals and parameters of a statement as DynamoDB's values.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.data-types.html
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from labkit.cloud.dynamodb.item_values import refusal
from labkit.cloud.partiql.tree import MISSING, Collection, Literal, Parameter

Json = dict[str, Any]
_LARGEST, _SMALLEST, _DIGITS, _INT32 = 125, -130, 38, (1 << 31) - 1


def is_value(node: Any) -> bool:
    """Whether a part of an expression is a value."""
    return isinstance(node, (Literal, Parameter, Collection))


def value_of(node: Any, parameters: Sequence[Json], root: str = "root") -> Json:
    """A value with its type.

    >>> value_of(Literal(Decimal("7.31e6")), [])
    {'N': '7310000'}

    Raises:
        AwsError: ``ValidationException``.
    """
    match node:
        case Parameter(place=place):
            return decoded(parameters[place])
        case Literal(value=value) if value is MISSING:
            raise refusal("MISSING must be compared using IS operator")
        case Literal(value=None):
            return {"NULL": True}
        case Literal(value=bool(value)):
            return {"BOOL": value}
        case Literal(value=str(value)):
            return {"S": value}
        case Literal(value=value):
            return {"N": number(Decimal(value), root)}
        case Collection(kind="tuple", items=items):
            return {"M": item_of(items, parameters, root)}
        case Collection(kind="bag", items=items):
            return _bag([value_of(each, parameters, root) for each in items])
        case Collection(items=items):
            held = enumerate(items)
            return {"L": [value_of(each, parameters, f"{root}[{place}]") for place, each in held]}
    raise refusal(f"Unsupported operation: {type(node).__name__}")


def item_of(pairs: Sequence[tuple[Any, Any]], parameters: Sequence[Json], root: str = "") -> Json:
    """The attributes of a tuple; those of an item are roots themselves."""
    found: Json = {}
    for key, value in pairs:
        if not isinstance(key, Literal) or not isinstance(key.value, str):
            raise refusal(f"Tuple keys must be of type String under {root or 'root'}")
        if key.value in found:
            raise refusal(f"Duplicate keys in tuple. Key: {key.value} under {root or 'root'}")
        found[key.value] = value_of(value, parameters, f"{root}.{key.value}" if root else "root")
    return found


def number(value: Decimal, root: str) -> str:
    """A number as DynamoDB writes it."""
    digits, exponent = value.as_tuple().digits, int(value.as_tuple().exponent)
    if not -_INT32 <= exponent <= _INT32:
        raise refusal("Statement wasn't well formed, can't be processed: ")
    if not value:
        return "0"
    words = "Number {}flow. Attempting to store a number with magnitude {} than supported range"
    if value.adjusted() > _LARGEST:
        raise refusal(f"{words.format('over', 'larger')} under {root}")
    if value.adjusted() < _SMALLEST:
        raise refusal(f"{words.format('under', 'smaller')} under {root}")
    if len("".join(map(str, digits)).strip("0")) > _DIGITS:
        words = f"Attempting to store more than {_DIGITS} significant digits in a Number"
        raise refusal(f"{words} under {root}")
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _bag(values: list[Json]) -> Json:
    kinds = {kind for value in values for kind in value}
    if not kinds:
        raise refusal("Empty bags are not supported")
    if len(kinds) > 1 or not kinds <= {"S", "N", "B"}:
        words = "Unsupported data type in Bag. DynamoDB only supports either numbers or strings"
        raise refusal(f"{words} in bags")
    kind = kinds.pop()
    return {f"{kind}S": [value[kind] for value in values]}


def decoded(value: Json) -> Json:
    """A value with its bytes as such, which JSON has as text."""
    return _changed(value, lambda held: base64.b64decode(held) if isinstance(held, str) else held)


def encoded(value: Json) -> Json:
    """A value as JSON has it."""
    return _changed(value, lambda held: base64.b64encode(held).decode())


def _changed(value: Json, change: Any) -> Json:
    kind, held = next(iter(value.items()))
    match kind:
        case "B":
            return {kind: change(held)}
        case "BS":
            return {kind: [change(each) for each in held]}
        case "L":
            return {kind: [_changed(each, change) for each in held]}
        case "M":
            return {kind: {name: _changed(each, change) for name, each in held.items()}}
    return value
