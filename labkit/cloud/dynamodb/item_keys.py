"""The keys of DynamoDB's items, by which a call names them.

moto finds nothing at a key of another type than the table's, and carries out what stands in a batch
before an item that lacks its key.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html and,
for the words, https://github.com/mhart/dynalite/blob/main/db/index.js
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.constraints import refusal as constraint
from labkit.cloud.dynamodb.item_values import refusal, same
from labkit.cloud.operations import Context

_MOST_WRITES = 25
_MATCHES = "The provided key element does not match the schema"
_WRONG = "One or more parameter values were invalid: "
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


def check_key(context: Context, parameters: Json) -> None:
    """Raise for a ``Key`` that no item of its table has.

    Raises:
        AwsError: ``ValidationException``.
    """
    table = table_of(context, parameters["TableName"])
    if table is not None and "Key" in parameters:
        _check(table, parameters["Key"])


def check_reading(context: Context, parameters: Json) -> None:
    """Raise for keys of a batch that no item has."""
    for name, asked in parameters["RequestItems"].items():
        for key in asked["Keys"]:
            check_key(context, {"TableName": name, "Key": key})


def check_writing(context: Context, parameters: Json) -> None:
    """Raise for a batch of too much, of two changes of one item, or with an item without a key."""
    batches = parameters["RequestItems"]
    if not batches:
        raise constraint({}, "requestItems", "have length greater than or equal to 1")
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
    keys, types = keys_of(table), types_of(table)
    for request in requests:
        if len(request) != 1:
            words = "has more than one datatypes set, must contain exactly one of the supported"
            raise refusal(f"Supplied AttributeValue {words} datatypes")
        if "DeleteRequest" in request:
            item = request["DeleteRequest"]["Key"]
            _check(table, item)
        else:
            item = request["PutRequest"]["Item"]
        for name in keys:
            if name not in item:
                raise refusal(f"{_WRONG}Missing the key {name} in the item")
            if types[name] not in item[name]:
                told = f"expected: {types[name]} actual: {next(iter(item[name]))}"
                raise refusal(f"{_WRONG}Type mismatch for key {name} {told}")
        yield [item[name] for name in keys]


def _check(table: Any, key: Json) -> None:
    types = types_of(table)
    if key.keys() != {*keys_of(table)} or any(types[name] not in key[name] for name in key):
        raise refusal(_MATCHES)
