"""The capacity units that calls of DynamoDB consume, as they ask to be told of them.

A read takes a unit for each 4 KB of an item, half of one where it may be late; a query or a scan
rounds up once, for all items that it looks at, filtered out or not, and reads each by itself of
which a local index lacks a part. A write takes a unit for each
KB of the larger of the item before and after, and writes each index whose part of it changes; a
transaction takes twice as much. moto tells one unit, or a half, whatever the size.

Sources:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html and
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb import item_collections, item_indexes, item_projections
from labkit.cloud.dynamodb.item_sizes import Parts, parts_of, size_of, units_in

_READ, _WRITE = 4096, 1024
_IN_A_TRANSACTION = 2
_DIRECT = ("DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
_TRANSACTED = {"TransactGetItems": "Read", "TransactWriteItems": "Write"}
_looked = threading.local()
_query: Any = DynamoDBBackend.query
_scan: Any = DynamoDBBackend.scan
_answer: Any = DynamoHandler.call_action
Json = dict[str, Any]
# A table's units, and those of its indexes by their names; the table's own name is None.
Units = defaultdict[str | None, float]


@on_start
def install(_: Cloud) -> None:
    """Let moto's answers tell of units."""
    DynamoDBBackend.query = _noted(_query)  # type: ignore[method-assign]
    DynamoDBBackend.scan = _noted(_scan)  # type: ignore[method-assign]
    handler: Any = DynamoHandler
    handler.call_action, handler.serialized = _answered, _told


def _answered(handler: Any) -> Any:
    """Look at what there is before a call that asks for its units."""
    handler.body = getattr(handler, "params", {})
    wanted = handler.body.get("ReturnConsumedCapacity", "NONE")
    measure = _MEASURES.get(handler._get_action())
    handler.measuring = None
    _looked.__dict__.pop("size", None)  # of a call that was refused meanwhile
    if measure and wanted in ("TOTAL", "INDEXES"):
        with contextlib.suppress(HTTPException, ServiceException, KeyError):  # the call tells it
            measuring = measure(handler)
            next(measuring)
            handler.measuring = measuring
    return _answer(handler)


def _told(handler: Any, answered: Any) -> Any:
    """Tell the units of a call that was not refused."""
    name, told = handler._get_action(), answered.result
    if name in _MEASURES and isinstance(told, dict):
        told.pop("ConsumedCapacity", None)
        item_collections.tell(handler, name, told)
        if handler.measuring:
            indexes = handler.body["ReturnConsumedCapacity"] == "INDEXES"
            found = next(handler.measuring).items()
            shown = [_shown(handler, table, units, indexes=indexes) for table, units in found]
            told["ConsumedCapacity"] = shown[0] if name in _DIRECT else shown
    return BaseResponse.serialized(handler, answered)


def _shown(handler: Any, table: str, units: Units, *, indexes: bool) -> Json:
    kind = _TRANSACTED.get(handler._get_action())

    def of(count: float) -> Json:
        told = {"CapacityUnits": float(count)}
        return told | ({f"{kind}CapacityUnits": float(count)} if kind else {})

    told: Json = {"TableName": table} | of(sum(units.values()))
    if not indexes:
        return told
    told["Table"] = of(units[None])
    found = handler.dynamodb_backend.get_table(table)
    kinds = {"Global": found.global_indexes, "Local": found.indexes}
    for scope, every in kinds.items():
        if used := {each.name: of(units[each.name]) for each in every if units[each.name]}:
            told[f"{scope}SecondaryIndexes"] = used
    return told


# Reads --------------------------------------------------------------------------------------------


def _get(handler: Any) -> Iterator[Any]:
    body = handler.body
    yield
    yield {body["TableName"]: _read(handler, body["TableName"], [body["Key"]], body)}


def _batch_get(handler: Any) -> Iterator[Any]:
    yield
    yield {
        table: _read(handler, table, asked["Keys"], asked)
        for table, asked in handler.body["RequestItems"].items()
    }


def _transact_get(handler: Any) -> Iterator[Any]:
    yield
    keys = defaultdict(list)
    for each in handler.body["TransactItems"]:
        keys[each["Get"]["TableName"]].append(each["Get"]["Key"])
    at_once = {"ConsistentRead": True}
    yield {
        table: Units(float, {None: _IN_A_TRANSACTION * _read(handler, table, of, at_once)[None]})
        for table, of in keys.items()
    }


def _read(handler: Any, table: str, keys: list[Json], asked: Json) -> Units:
    """Each item is rounded up by itself."""
    items = [handler.dynamodb_backend.get_item(table, key) for key in keys]
    units = sum(units_in(size_of(item.attrs) if item else 0, _READ) for item in items)
    return Units(float, {None: units * _weight(asked)})


def _look(handler: Any) -> Iterator[Any]:
    """A query or a scan."""
    body = handler.body
    _looked.size, _looked.fetched = 0, 0
    yield
    weight = _weight(body)
    told = Units(float, {body.get("IndexName"): units_in(_looked.size, _READ) * weight})
    if _fetches(handler):
        told[None] += _looked.fetched * weight
    del _looked.size
    yield {body["TableName"]: told}


def _fetches(handler: Any) -> bool:
    """Whether a call asks a local index for what it has not: each item is read from the table."""
    body = handler.body
    if not (index := body.get("IndexName")):
        return False
    table = handler.dynamodb_backend.get_table(body["TableName"])
    held = item_indexes.projected(table, index)
    if held is None or index not in {each.name for each in table.indexes}:
        return False
    names = body.get("ExpressionAttributeNames") or {}
    asked = item_projections.paths(body.get("ProjectionExpression") or "", names)
    return body.get("Select") == "ALL_ATTRIBUTES" or any(path[0] not in held for path in asked)


def _noted(ask: Any) -> Any:
    """A query or scan that notes the size of what it looks at, where it is asked for."""

    def asked(self: Any, name: str, *args: Any, **options: Any) -> Any:
        answered = ask(self, name, *args, **options)
        if hasattr(_looked, "size"):
            every, _, _ = ask(self, name, *_unfiltered(ask, args), **_plain(options))
            table, index = self.get_table(name), options.get("index_name")
            parts = [parts_of(table, item).get(index) for item in every]
            _looked.size = sum(part[2] for part in parts if part)
            _looked.fetched = sum(units_in(size_of(item.attrs), _READ) for item in every)
        return answered

    return asked


def _unfiltered(ask: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The positional arguments: of a scan, filters come first; of a query, its projection last."""
    return ({}, *args[1:]) if ask is _scan else (*args[:6], None, *args[7:])


def _plain(options: Json) -> Json:
    kept = ("index_name", "consistent_read", "expr_names", "expr_values", "segments",
            "hash_key_conditions", "range_key_conditions")  # fmt: skip
    bare = dict.fromkeys(("filter_expression", "projection_expression"))
    return {k: v for k, v in options.items() if k in kept} | {
        k: bare[k] for k in options if k in bare
    }


def _weight(asked: Json) -> float:
    return 1.0 if asked.get("ConsistentRead") else 0.5


# Writes -------------------------------------------------------------------------------------------


def _write(handler: Any) -> Iterator[Any]:
    return _written(handler, [(handler.body["TableName"], handler.body)], 1)


def _batch_write(handler: Any) -> Iterator[Any]:
    writes = [
        (table, next(iter(request.values())))
        for table, requests in handler.body["RequestItems"].items()
        for request in requests
    ]
    return _written(handler, writes, 1)


def _transact_write(handler: Any) -> Iterator[Any]:
    writes = [next(iter(each.values())) for each in handler.body["TransactItems"]]
    return _written(handler, [(each["TableName"], each) for each in writes], _IN_A_TRANSACTION)


def _written(handler: Any, writes: list[tuple[str, Json]], times: int) -> Iterator[Any]:
    def look(name: str, asked: Json) -> Parts:
        table = handler.dynamodb_backend.get_table(name)
        item = handler.dynamodb_backend.get_item(name, _key(table, asked))
        return parts_of(table, item) if item else {}

    before = [look(*each) for each in writes]
    yield
    told: dict[str, Units] = defaultdict(lambda: Units(float))
    for (table, asked), was in zip(writes, before, strict=True):
        now = look(table, asked)
        for name in {None, *was, *now}:
            told[table][name] += times * _changed(name, was.get(name), now.get(name))
    yield told


def _key(table: Any, asked: Json) -> Json:
    held = asked.get("Key") or asked.get("Item") or {}
    return {each["AttributeName"]: held[each["AttributeName"]] for each in table.schema}


def _changed(name: str | None, was: Any, now: Any) -> int:
    """The units of a change in a table, or in an index: there, another key is another item."""
    sizes = [part[2] for part in (was, now) if part]
    if name is None:
        return units_in(max(sizes, default=0), _WRITE)
    if was and now and was[0] != now[0]:
        return sum(units_in(size, _WRITE) for size in sizes)
    return 0 if was and now and was[1] == now[1] else units_in(max(sizes), _WRITE)


_MEASURES: dict[str, Callable[[Any], Iterator[Any]]] = {
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
    "DeleteItem": _write,
    "GetItem": _get,
    "PutItem": _write,
    "Query": _look,
    "Scan": _look,
    "TransactGetItems": _transact_get,
    "TransactWriteItems": _transact_write,
    "UpdateItem": _write,
}
