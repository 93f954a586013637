"""Values that DynamoDB keeps in no item: of two types or none, sets with doubles, wide numbers.

moto keeps them, or fails. A set keeps each value once and says no more than 38 digits of a number.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
and, for the words, https://github.com/mhart/dynalite/blob/main/validations/index.js
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?")
_MOST_DIGITS, _LARGEST, _SMALLEST = 38, 125, -130  # of a number, and its powers of ten
_WRONG = "One or more parameter values were invalid: "
_SUPPLIED = "Supplied AttributeValue {}, must contain exactly one of the supported datatypes"
_EMPTY = {
    "SS": "An string set  may not be empty",
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}
Json = dict[str, Any]


def check_values(operation: str, parameters: Json) -> None:
    """Raise for a value in a call that no item may have.

    Raises:
        AwsError: ``ValidationException``, with the placeholder's name where it is one's.
    """
    model = protocol.service_model("dynamodb")
    if model is None:
        return
    for value, holder in _values(model.operation_model(operation).input_shape, parameters, ""):
        kind = next(iter(value), "")
        if kind in _EMPTY and not value[kind]:
            raise refusal(f"1 validation error detected: {_WRONG}{_EMPTY[kind]}")
        if why := _wrong(value):
            told = f"ExpressionAttributeValues contains invalid value: {why} for key {holder}"
            raise refusal(told if holder else why)


def same(value: Json) -> tuple[str, Any]:
    """What two values have in common that are one: 1 and 1.0 are."""
    kind, inner = next(iter(value.items()))
    return kind, Decimal(inner) if kind == "N" else inner


def in_order(value: Json) -> Any:
    """By what a number, a text or bytes are in an order with others of their type."""
    kind, inner = next(iter(value.items()))
    if kind == "N":
        return Decimal(inner)
    if kind == "B" and isinstance(inner, str):  # as JSON has them
        return base64.b64decode(inner)
    return inner.encode() if isinstance(inner, str) else bytes(inner)


def refusal(words: str) -> AwsError:
    """The refusal of what is not valid."""
    return AwsError("ValidationException", words)


def _values(shape: Any, given: Any, holder: str) -> Iterator[tuple[Json, str]]:
    """All values within a parameter, and the placeholder that each stands behind."""
    if shape is None or given is None:
        return
    if shape.name == "AttributeValue":
        yield given, holder
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from _values(member, given.get(name), holder)
    elif shape.type_name == "list":
        for each in given:
            yield from _values(shape.member, each, holder)
    elif shape.type_name == "map":
        named = shape.name == "ExpressionAttributeValueMap"
        for name, each in given.items():
            yield from _values(shape.value, each, name if named else holder)


def _wrong(value: Json) -> str:
    """What is wrong with a value by itself, in DynamoDB's words."""
    if len(value) != 1:
        return _SUPPLIED.format("has more than one datatypes set" if value else "is empty")
    kind, inner = next(iter(value.items()))
    if kind == "NULL" and not inner:
        return f"{_WRONG}Null attribute value types must have the value of true"
    numbers = inner if kind == "NS" else [inner] if kind == "N" else ()
    if why := next(filter(None, map(_wrong_number, numbers)), ""):
        return why
    if kind == "NS" and len({Decimal(each) for each in inner}) < len(inner):
        return "Input collection contains duplicates"
    if kind == "SS" and len({*inner}) < len(inner):
        return f"{_WRONG}Input collection [{', '.join(inner)}] contains duplicates."
    if kind == "BS" and len({bytes(each) for each in inner}) < len(inner):
        told = ", ".join(base64.b64encode(each).decode() for each in inner)
        return f"{_WRONG}Input collection [{told}]of type BS contains duplicates."
    return ""


def _wrong_number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        return f"The parameter cannot be converted to a numeric value: {text}"
    number = Decimal(text)
    if not number:
        return ""
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > _MOST_DIGITS:
        return "Attempting to store more than 38 significant digits in a Number"
    if number.adjusted() > _LARGEST:
        words = "larger than supported range"
        return f"Number overflow. Attempting to store a number with magnitude {words}"
    if number.adjusted() < _SMALLEST:
        words = "smaller than supported range"
        return f"Number underflow. Attempting to store a number with magnitude {words}"
    return ""
