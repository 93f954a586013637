"""How large DynamoDB's items are, and their parts in indexes.

A number has a byte for two digits before its point and for two behind it, one more, and one for its
sign; an item has 400 KB. moto counts the letters of a number, and the padding of what is binary.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
and, for numbers, https://github.com/nubo-db/dynamodb-conformance/blob/main/src/item-size.ts
"""

from __future__ import annotations

import math
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb.item_keys import is_in
from labkit.cloud.dynamodb.item_numbers import canonical

#: The bytes that an item may have.
MOST = 400 * 1024
_AROUND, _EACH = 3, 1  # bytes of a list or map, and of each of its members
# What an item takes of a table and each index: its keys there, what is kept there, the size.
Parts = dict[str | None, tuple[Any, Any, int]]


@on_start
def install(_: Cloud) -> None:
    """Let moto measure so; what is too large is told before."""
    Item.size = lambda self: size_of(self.attrs)  # type: ignore[method-assign]
    LimitedSizeDict.__setitem__ = dict.__setitem__  # type: ignore[method-assign]


def units_in(size: int, of: int) -> int:
    return max(1, math.ceil(size / of))


def parts_of(table: Any, item: Any) -> Parts:
    """What an item takes of its table, and of each index that holds it."""
    attributes, keys = item.attrs, [each["AttributeName"] for each in table.schema]
    found: Parts = {None: (None, None, size_of(attributes))}
    for index in table.all_indexes():
        own = [each["AttributeName"] for each in index.schema]
        if not is_in(table, own, attributes):
            continue
        kind = index.projection.get("ProjectionType", "ALL")
        more = index.projection.get("NonKeyAttributes") or () if kind == "INCLUDE" else ()
        names = attributes.keys() if kind == "ALL" else {*own, *keys, *more} & attributes.keys()
        held = {name: attributes[name] for name in names}
        told = {name: value.to_json() for name, value in held.items()}
        found[index.name] = ([told[name] for name in own], told, size_of(held))
    return found


def size_of(attributes: dict[str, DynamoType]) -> int:
    """The bytes of attributes, their names included.

    >>> size_of({"ab": DynamoType({"S": "cde"}), "n": DynamoType({"N": "123"})})
    9
    """
    return sum(len(name.encode()) + _size(value) for name, value in attributes.items())


def _size(value: Any) -> int:
    value = value if isinstance(value, DynamoType) else DynamoType(value)
    kind, held = value.type, value.value
    if kind == "N":
        return _size_of_number(held)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "L":
        return _AROUND + sum(_EACH + _size(each) for each in held)
    if kind == "M":
        return _AROUND + sum(
            _EACH + len(name.encode()) + _size(each) for name, each in held.items()
        )
    if kind in ("SS", "NS", "BS"):
        return sum(_size(DynamoType({kind[0]: each})) for each in held)
    if kind == "B":
        return len(held) if isinstance(held, bytes) else len(held) * 3 // 4 - held[-2:].count("=")
    return len(held.encode())


def _size_of_number(text: str) -> int:
    """The bytes of a number.

    >>> [_size_of_number(each) for each in ("0", "1", "123", "1E125", "100.5", "3.14159", "-42")]
    [1, 2, 3, 2, 4, 5, 3]
    """
    whole, _, rest = canonical(text).lstrip("-").partition(".")
    digits = (whole.lstrip("0"), rest) if rest else (whole.strip("0"), "")
    parts = (digits[0], digits[1] if digits[0] else digits[1].lstrip("0"))
    told = sum((len(each) + 1) // 2 for each in parts)
    return told + 1 + (text.startswith("-") and told > 0)
