"""The keys of DynamoDB's items, by which a call names them.

moto finds nothing at a key of another type than the table's, and carries out what stands in a batch
before an item that lacks its key.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html and,
for the words, https://github.com/mhart/dynalite/blob/main/db/index.js
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from labkit.cloud.dynamodb.item_values import refusal, same
from labkit.cloud.operations import Context

_MOST_WRITES = 25
_EMPTY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
    "contain an empty {} value. Key: {}"
)
_MATCHES = "The provided key element does not match the schema"
_WRONG = "One or more parameter values were invalid: "
# The bytes that a key's parts may have, and what is said of more.
_MOST = {
    "HASH": (2048, "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
    "RANGE": (1024, "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"),
}
_SAYING = {"S": "string", "B": "binary"}
Json = dict[str, Any]


def table_of(context: Context, name: str, index: str | None = None) -> Any:
    """moto's table; ``None`` where it is not there, or its index."""
    table = context.backend("dynamodb").tables.get(name.rpartition("/")[2])
    known = table is not None and (index is None or index in {i.name for i in table.all_indexes()})
    return table if known else None


def keys_of(table: Any, index: str | None = None) -> list[str]:
    """The names of the attributes of a table's key, or of an index's."""
    schema = table.get_index(index).schema if index else table.schema
    return [each["AttributeName"] for each in schema]


def types_of(table: Any) -> dict[str, str]:
    """The types of the attributes of all keys of a table."""
    return {each["AttributeName"]: each["AttributeType"] for each in table.attr}


def is_in(table: Any, names: Iterable[str], attributes: Any) -> bool:
    """Whether an item has attributes by which an index holds it: of their types.

    Args:
        attributes: the item's, of moto.
    """
    types = types_of(table)
    return all(
        name in attributes and attributes[name].type == types.get(name, attributes[name].type)
        for name in names
    )


def check_key(context: Context, parameters: Json) -> None:
    """Raise for a ``Key`` that no item of its table has.

    Raises:
        AwsError: ``ValidationException``.
    """
    table = table_of(context, parameters["TableName"])
    if table is not None and (key := parameters.get("Key", parameters.get("Item"))) is not None:
        check_said(table, key)
        if why := mismatch(table, parameters):
            raise refusal(why)


def check_said(table: Any, key: Json, names: Iterable[str] | None = None) -> None:
    """Raise for an attribute of a key that says nothing, or too much: no item's does.

    Args:
        names: those of the key, where it is not the table's.
    """
    parts = {each["AttributeName"]: each["KeyType"] for each in table.schema}
    for name in parts if names is None else names:
        for kind, inner in key.get(name, {}).items():
            if kind in _SAYING and not inner:
                raise refusal(_EMPTY.format(_SAYING[kind], name))
            size = len(inner.encode() if kind == "S" else inner) if kind in _SAYING else 0
            most, words = _MOST[parts.get(name, "HASH")]
            if size > most:
                raise refusal(_WRONG + words)


def mismatch(table: Any, parameters: Json) -> str:
    """Why what a call names is no item of a table, or may not become one; nothing if it may."""
    types = types_of(table)
    if "Key" in parameters:
        key = parameters["Key"]
        fits = key.keys() == {*keys_of(table)} and all(types[name] in key[name] for name in key)
        return "" if fits else _MATCHES
    item = parameters["Item"]
    for name in keys_of(table):
        if name not in item:
            return f"{_WRONG}Missing the key {name} in the item"
        if types[name] not in item[name]:
            told = f"expected: {types[name]} actual: {next(iter(item[name]))}"
            return f"{_WRONG}Type mismatch for key {name} {told}"
    return ""


def check_reading(context: Context, parameters: Json) -> None:
    """Raise for keys of a batch that no item has, or that it has twice."""
    for name, asked in parameters["RequestItems"].items():
        for key in asked["Keys"]:
            check_key(context, {"TableName": name, "Key": key})
        known = [{part: same(value) for part, value in key.items()} for key in asked["Keys"]]
        if any(each in known[:at] for at, each in enumerate(known)):
            raise refusal("Provided list of item keys contains duplicates")


def check_some(batches: Json) -> None:
    """Raise for a batch of nothing."""
    if not batches:
        words = "Value at 'RequestItems' failed to satisfy constraint: Member must have length"
        raise refusal(f"1 validation error detected: {words} greater than or equal to 1")


def check_writing(context: Context, parameters: Json) -> None:
    """Raise for a batch of too much, of two changes of one item, or with an item without a key."""
    batches = parameters["RequestItems"]
    check_some(batches)
    if sum(map(len, batches.values())) > _MOST_WRITES:
        raise refusal("Too many items requested for the BatchWriteItem call")
    for name, requests in batches.items():
        if not requests:
            words = "The batch write request list for a table cannot be null or empty"
            raise refusal(f"{words}: {name}")
        if (table := table_of(context, name)) is not None:
            known = [tuple(map(same, key)) for key in _changed(table, requests)]
            if len({*known}) < len(known):
                raise refusal("Provided list of item keys contains duplicates")


def _changed(table: Any, requests: list[Json]) -> Iterator[list[Json]]:
    """The key of each item that a batch puts or deletes."""
    keys = keys_of(table)
    for request in requests:
        if len(request) != 1:
            words = "has more than one datatypes set, must contain exactly one of the supported"
            raise refusal(f"Supplied AttributeValue {words} datatypes")
        named = next(iter(request.values()))
        item = named.get("Key", named.get("Item"))
        check_said(table, item)
        if mismatch(table, named):
            raise refusal(_MATCHES)
        yield [item[name] for name in keys]
