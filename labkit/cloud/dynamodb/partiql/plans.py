"""Which keys a WHERE clause names, so that a statement reads them alone.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.dynamodb.item_values import refusal, same
from labkit.cloud.dynamodb.partiql.values import is_value, value_of
from labkit.cloud.partiql.tree import Call, Collection, Operation, Path, parts

Json = dict[str, Any]
_INCOMPLETE = "Where clause does not contain a mandatory equality on all key attributes"
_OVERLAP = "Overlapping conditions with range keys are not supported in where clause"
_SORTED = ("=", "<", "<=", ">", ">=", "BETWEEN")


@dataclass(frozen=True)
class Keys:
    """The names of a table's or an index's keys, their types, and the values of parameters."""

    names: Sequence[str]
    types: dict[str, str]
    parameters: Sequence[Json]

    def checked(self, name: str, node: Any) -> Json:
        """A key's value, of the key's type."""
        value = value_of(node, self.parameters)
        if self.types[name] not in value:
            words = "Key attribute's data type should match its data type in table's schema: Key"
            raise refusal(f"{words} {name}")
        return value


@dataclass(frozen=True)
class Branch:
    """What an alternative of a WHERE clause reads: a partition, by a condition of its sort key."""

    partition: Json
    sort: Any
    negates: bool


def branches(where: Any, keys: Keys) -> list[Branch] | None:
    """The alternatives, where each names a partition; ``None`` where all items are looked at.

    Raises:
        AwsError: ``ValidationException``: two of them read the same items.
    """
    found = _branches(where, keys) if where is not None else None
    for place, one in enumerate(found or ()):
        for other in (found or ())[:place]:
            if same(one.partition) == same(other.partition) and _overlap(one, other, keys):
                raise refusal(_OVERLAP)
    return found


def full_key(where: Any, keys: Keys) -> tuple[Json, list[Any]]:
    """The key of one item, and the other conditions.

    Raises:
        AwsError: ``ValidationException``: not all of the key is named.
    """
    rest, key = joined(where), {}
    for name in keys.names:
        found = next((each for each in rest if _equal(each, name) is not None), None)
        if found is None:
            raise refusal(_INCOMPLETE)
        key[name] = keys.checked(name, _equal(found, name))
        rest = [each for each in rest if each is not found]
    return key, rest


def joined(where: Any) -> list[Any]:
    """The conditions that all hold."""
    if isinstance(where, Operation) and where.operator == "AND":
        return [each for operand in where.operands for each in joined(operand)]
    return [] if where is None else [where]


def named(nodes: Sequence[Any]) -> list[str]:
    """The attributes that conditions read, in their order."""
    paths = [each for node in nodes for each in parts(node) if isinstance(each, Path)]
    return list(dict.fromkeys(path.root.text for path in paths))


def _branches(where: Any, keys: Keys) -> list[Branch] | None:
    if isinstance(where, Operation) and where.operator == "OR":
        found = [_branches(each, keys) for each in where.operands]
        return None if None in found else [each for some in found for each in some or ()]
    given, hash_key = joined(where), keys.names[0]
    for each in given:
        if (value := _equal(each, hash_key)) is not None:
            return [Branch(keys.checked(hash_key, value), *_sort(given, keys))]
        if (values := _listed(each, hash_key)) is not None:
            sort = _sort(given, keys)
            return [Branch(keys.checked(hash_key, value), *sort) for value in values]
    for each in given:
        if isinstance(each, Operation) and each.operator == "OR":
            return _branches(each, keys)
    return None


def _sort(given: Sequence[Any], keys: Keys) -> tuple[Any, bool]:
    """The condition of the sort key that a query takes, and whether one says what it is not."""
    name = keys.names[1] if len(keys.names) > 1 else None
    about = [each for each in given if name in named([each])]
    negates = any(
        isinstance(part, Operation) and part.operator in ("NOT", "<>")
        for each in about
        for part in parts(each)
    )
    simple = [each for each in about if _is_simple(each, str(name))]
    return (simple[0] if simple else None), negates


def _is_simple(node: Any, name: str) -> bool:
    match node:
        case Operation(operator=sign, operands=(Path() as path, *values)) if sign in _SORTED:
            return _is(path, name) and all(map(is_value, values))
        case Call(function="BEGINS_WITH", arguments=(Path() as path, value)):
            return _is(path, name) and is_value(value)
    return False


def _equal(node: Any, name: str) -> Any:
    """What a condition says that an attribute is equal to."""
    match node:
        case Operation(operator="=", operands=(Path() as path, value)) if is_value(value):
            return value if _is(path, name) else None
        case Operation(operator="=", operands=(value, Path() as path)) if is_value(value):
            return value if _is(path, name) else None
    return None


def _listed(node: Any, name: str) -> Sequence[Any] | None:
    match node:
        case Operation(operator="IN", operands=(Path() as path, listed)) if _is(path, name):
            nodes = listed.items if isinstance(listed, Collection) else (listed,)
            return nodes if all(map(is_value, nodes)) else None
    return None


def _is(path: Path, name: str) -> bool:
    return not path.steps and path.root.text == name


def _overlap(one: Branch, other: Branch, keys: Keys) -> bool:
    if one.negates or other.negates:
        return False
    values = [_equal(each.sort, str(keys.names[-1])) for each in (one, other)]
    if len(keys.names) < 2 or None in values:
        return True
    first, second = (same(value_of(value, keys.parameters)) for value in values)
    return first == second
