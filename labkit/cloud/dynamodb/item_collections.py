"""How large item collections are, as writes ask to be told: items of one hash key, in tables that
have local indexes.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ItemCollectionMetrics.html
and https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from labkit.cloud.dynamodb.item_sizes import parts_of

_MEMBER = "ItemCollectionMetrics"
_GB = 2**30
Json = dict[str, Any]


def tell(handler: Any, name: str, told: Json) -> None:
    """Put the collections that a call has written into its answer, if it asks for them.

    Args:
        handler: moto's, with the call's members in its body.
        name: the operation's.
    """
    told.pop(_MEMBER, None)
    if handler.body.get("ReturnItemCollectionMetrics") != "SIZE":
        return
    found: dict[str, list[Json]] = defaultdict(list)
    for table, key in _written(handler.body, name):
        held = handler.dynamodb_backend.get_table(table)
        if held.indexes and (shown := _collection(held, key)) not in found[table]:
            found[table].append(shown)
    several = {table: each for table, each in found.items() if each}
    if name in ("BatchWriteItem", "TransactWriteItems"):
        told[_MEMBER] = several
    elif several:
        ((told[_MEMBER],),) = several.values()


def _written(body: Json, name: str) -> list[tuple[str, Json]]:
    """The tables and the keys, or whole items, of what a call has written."""
    if name == "BatchWriteItem":
        requests = [
            (t, next(iter(r.values()))) for t, rs in body["RequestItems"].items() for r in rs
        ]
    elif name == "TransactWriteItems":
        writes = [(kind, w) for each in body["TransactItems"] for kind, w in each.items()]
        requests = [(w["TableName"], w) for kind, w in writes if kind != "ConditionCheck"]
    elif name in ("PutItem", "UpdateItem", "DeleteItem"):
        requests = [(body["TableName"], body)]
    else:
        requests = []
    return [(table, asked.get("Key") or asked["Item"]) for table, asked in requests]


def _collection(table: Any, key: Json) -> Json:
    value = key[table.hash_key_attr]
    items = table.items.get(DynamoType(value), {})
    local = {each.name for each in table.indexes}
    size = sum(
        part[2]
        for item in items.values()
        for name, part in parts_of(table, item).items()
        if name is None or name in local
    )
    least = float(size // _GB)
    return {
        "ItemCollectionKey": {table.hash_key_attr: value},
        "SizeEstimateRangeGB": [least, least + 1],
    }
