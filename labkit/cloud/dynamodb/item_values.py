"""Values that DynamoDB keeps in no item: of two types or none, sets with doubles, wide numbers.

moto keeps them, or fails. A set keeps each value once and says no more than 38 digits of a number;
documents have 32 levels. Two checks are at work, each with words of its own: batches of writes,
transactions and scans have the older one's.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html and, for the
words, https://github.com/paritysuite/dynamodb-conformance
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE]([+-]?\d+))?", re.ASCII)
_MOST_POWER = 2**63  # beyond it an exponent is none
_WRAPS = 2**31  # as the older check reads one
_MOST_LEVELS = 32
_MOST_DIGITS, _LARGEST, _SMALLEST = 38, 125, -130  # of a number, and its powers of ten
_WRONG = "One or more parameter values were invalid: "
_SUPPLIED = "Supplied AttributeValue {}, must contain exactly one of the supported datatypes"
_EMPTY = {
    "SS": "An string set  may not be empty",
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}
_ONE = "1 validation error detected: "
_NUMBERED = ("PutItem", "UpdateItem", "DeleteItem")
_OLDER = ("BatchWriteItem", "TransactWriteItems", "TransactGetItems", "Scan")
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
    "beyond supported limit"
)
Json = dict[str, Any]


def check_values(operation: str, parameters: Json) -> None:
    """Raise for a value in a call that no item may have.

    Raises:
        AwsError: ``ValidationException``, with the placeholder's name if the older check says it.
    """
    model = protocol.service_model("dynamodb")
    if model is not None:
        shape = model.operation_model(operation).input_shape
        check_within(shape, parameters, is_older=operation in _OLDER)


def check_within(shape: Any, parameters: Json, *, is_older: bool) -> None:
    """Raise for a value in what has a shape, that no item may have."""
    for value, holder, level in _values(shape, parameters, "", 1):
        if level > _MOST_LEVELS and not (holder and is_older):
            raise refusal(TOO_DEEP)
        if why := _wrong(value, is_older=is_older):
            words = f"ExpressionAttributeValues contains invalid value: {why} for key {holder}"
            raise refusal(words if holder and is_older else why)


@contextlib.contextmanager
def told_as(operation: str) -> Iterator[None]:
    """Refusals of a request as an operation tells them: one item's writes number them."""
    try:
        yield
    except AwsError as error:
        if operation not in _NUMBERED or error.message.startswith(_ONE):
            raise
        raise refusal(_ONE + error.message) from error


def is_too_deep(value: Json, level: int = 1) -> bool:
    """Whether a value has more levels than an item may."""
    below = value["M"].values() if "M" in value else value.get("L", ())
    return level > _MOST_LEVELS or any(is_too_deep(each, level + 1) for each in below)


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


def _values(shape: Any, given: Any, holder: str, level: int) -> Iterator[tuple[Json, str, int]]:
    """All values within a parameter, the placeholder that each stands behind, and how deep."""
    if shape is None or given is None:
        return
    if shape.name == "AttributeValue":
        yield given, holder, level
        level += 1
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in given:
                yield from _values(member, given[name], holder, level)
    elif shape.type_name == "list":
        for each in given:
            yield from _values(shape.member, each, holder, level)
    elif shape.type_name == "map":
        named = shape.name == "ExpressionAttributeValueMap"
        if "" in given and shape.value.name == "AttributeValue" and not named:
            raise refusal("Empty attribute name")
        for name, each in given.items():
            yield from _values(shape.value, each, name if named else holder, level)


def _wrong(value: Json, *, is_older: bool) -> str:
    """What is wrong with a value by itself, in DynamoDB's words."""
    if len(value) != 1:
        return _SUPPLIED.format("has more than one datatypes set" if value else "is empty")
    kind, inner = next(iter(value.items()))
    if kind in _EMPTY and not inner:
        return _WRONG + _EMPTY[kind]
    if kind == "NULL" and not inner:
        return f"{_WRONG}Null attribute value types must have the value of true"
    numbers = inner if kind == "NS" else [inner] if kind == "N" else ()
    if why := next(filter(None, (wrong_number(n, is_older=is_older) for n in numbers)), ""):
        return why
    if kind in _EMPTY and (twice := _first_double(kind, inner)) is not None:
        words = f"{_WRONG}Input collection {{}} contains duplicates."
        if kind == "NS":
            return "Input collection contains duplicates" if is_older else words.replace(" {}", "")
        told = _as_sent(kind, inner) if is_older else _as_found(kind, inner, twice)
        return words.format(told if kind == "SS" else f"{told}of type BS")
    return ""


def _first_double(kind: str, members: Sequence[Any]) -> int | None:
    """Where in a set stands what stands before it."""
    known = [Decimal(each) if kind == "NS" else each for each in members]
    return next((at for at, each in enumerate(known) if each in known[:at]), None)


def _as_sent(kind: str, members: Sequence[Any]) -> str:
    return f"[{', '.join(_shown(kind, each) for each in members)}]"


def _as_found(kind: str, members: Sequence[Any], twice: int) -> str:
    """A set's members in the order in which the newer check has them."""
    told = [_shown(kind, each) for each in (*sorted(members[:twice]), *members[twice:])]
    return json.dumps(told, separators=(", " if kind == "SS" else ",", ":"), ensure_ascii=False)


def _shown(kind: str, member: Any) -> str:
    return base64.b64encode(member).decode() if kind == "BS" else str(member)


def wrong_number(text: str, *, is_older: bool = False) -> str:
    """Why a text is no number that an item may have; nothing if it is one."""
    words = "The parameter cannot be converted to a numeric value"
    found = _NUMBER.fullmatch(text)
    power = int(found[3] or 0) if found else 0
    if not found or not -_MOST_POWER <= power < _MOST_POWER:
        return words if is_older and not text else f"{words}: {text}"
    if is_older and not -_WRAPS < power < _WRAPS - 1:
        power = -power  # an int of Java's, turned round
    if abs(power) > _MOST_DIGITS * 10_000:
        adjusted = power
    else:
        number = Decimal(text)
        adjusted = number.adjusted() if number else power
        if len("".join(map(str, number.as_tuple().digits)).strip("0")) > _MOST_DIGITS:
            return "Attempting to store more than 38 significant digits in a Number"
    for is_beyond, kind, size in (
        (adjusted > _LARGEST, "overflow", "larger"),
        (adjusted < _SMALLEST, "underflow", "smaller"),
    ):
        if is_beyond:
            tell = f"Attempting to store a number with magnitude {size} than supported range"
            return f"Number {kind}. {tell}"
    return ""
