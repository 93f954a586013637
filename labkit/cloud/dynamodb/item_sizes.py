"""How large DynamoDB's items are, and their parts in indexes.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

import math
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

_AROUND, _EACH = 3, 1  # bytes of a list or map, and of each of its members
# What an item takes of a table and each index: its keys there, what is kept there, the size.
Parts = dict[str | None, tuple[Any, Any, int]]


def units_in(size: int, of: int) -> int:
    return max(1, math.ceil(size / of))


def parts_of(table: Any, item: Any) -> Parts:
    """What an item takes of its table, and of each index that holds it."""
    attributes, keys = item.attrs, [each["AttributeName"] for each in table.schema]
    found: Parts = {None: (None, None, size_of(attributes))}
    for index in table.all_indexes():
        own = [each["AttributeName"] for each in index.schema]
        if not attributes.keys() >= {*own}:
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
        return (len(str(held).strip("-").replace(".", "").strip("0")) + 1) // 2 + 1
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
    return len(held) * 3 // 4 if kind == "B" else len(str(held).encode())
