"""What DynamoDB makes of a change: a record of its stream, once for a transaction that is repeated.

moto carries out again a transaction whose token it has seen, over what was written since; it tells
streams of changes that change nothing, guesses their sizes and places them in ``us-east-1``.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html and
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
"""

from __future__ import annotations

import copy
import hashlib
import json
import time
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoHandler

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb import (
    item_capacity,  # noqa: F401 (moto's answers tell of it)
    item_moments,
    item_requests,
    item_tables,
)
from labkit.cloud.dynamodb.change_streams import trim
from labkit.cloud.dynamodb.item_sizes import size_of
from labkit.cloud.dynamodb.item_updates import TRANSACTED
from labkit.cloud.noting import Items, each_item
from labkit.cloud.operations import Context

_KNOWN_S = 600
_VERSION = "1.1"
_KEY = "The provided key element does not match the schema"
_OTHER = (
    "DynamoDB rejected the request because you retried a request with a different payload but with "
    "an idempotent token that was already used."
)
_add: Any = StreamShard.add
_keys_of: Any = DynamoDBBackend.get_keys_value
Json = dict[str, Any]


@on_start
def install(_: Cloud) -> None:
    """Let moto do so."""
    StreamShard.add = _record  # type: ignore[method-assign, assignment]
    DynamoDBBackend.get_keys_value = _get_keys  # type: ignore[method-assign]
    DynamoHandler.transact_write_items = _transact_once  # type: ignore[method-assign]
    Table.__deepcopy__ = _copy_table  # type: ignore[attr-defined]


def judge_call(context: Context, parameters: Json) -> None:
    """Raise for what is refused of tables and items; other calls are passed on."""
    item_tables.check_call(context, parameters)
    item_requests.check_call(context, parameters)
    item_moments.check_call(context, parameters)
    item_moments.note(context)


def _transact_once(self: Any) -> Any:
    backend, token = self.dynamodb_backend, self.body.get("ClientRequestToken")
    moment, kept = time.time(), backend.__dict__.get("transactions", {})
    known = {name: each for name, each in kept.items() if each[0] > moment - _KNOWN_S}
    items = json.dumps(self.body["TransactItems"], sort_keys=True, default=str)
    asked = hashlib.sha256(items.encode()).hexdigest()
    if token in known:
        if known[token][1] != asked:
            raise JsonRESTError("IdempotentParameterMismatchException", _OTHER)
        return ActionResult({})
    answer = _transact_whole(self)
    if token:
        backend.transactions = known | {token: (moment, asked)}
    return answer


def _transact_whole(self: Any) -> Any:
    """Carry a transaction out, or take it back: moto does so by copies of whole tables."""
    tables = list(self.dynamodb_backend.tables.values())
    before = [(each, each.items.watch(), _count(each)) for each in map(_with_items, tables)]
    whole = TRANSACTED.set(True)
    try:
        for each in self.body["TransactItems"]:
            for asked in each.values():
                self.dynamodb_backend.get_table(asked["TableName"])
        self.dynamodb_backend.transact_write_items(self.body["TransactItems"])
        return ActionResult({})
    except BaseException:
        for table, changes, count in before:
            for place, former in list(changes.items()):
                table.items.put(place, former)
            _take_back(table, count)
        raise
    finally:
        TRANSACTED.reset(whole)
        for table, changes, _ in before:
            table.items.unwatch(changes)


def _with_items(table: Any) -> Any:
    """A table whose items tell of their changes."""
    if not isinstance(table.items, Items):
        table.items = Items(each_item(table.items))
    return table


def _count(table: Any) -> int:
    """How many records a table's stream has had: the number of the next."""
    shard = table.stream_shard
    return shard.starting_sequence_number + len(shard.items) if shard else 0


def _take_back(table: Any, count: int) -> None:
    """Have no records in a table's stream from a number on."""
    if shard := table.stream_shard:
        del shard.items[max(0, count - shard.starting_sequence_number) :]


def _copy_table(self: Any, memo: dict[int, Any]) -> Any:
    """A table whose items and changes are the same: they are not changed in their place."""
    if TRANSACTED.get():
        return self  # which is taken back by what was changed of it
    made = memo[id(self)] = copy.copy(self)
    memo[id(self.items)] = Items(each_item(self.items))
    if self.stream_shard:
        memo[id(self.stream_shard.items)] = list(self.stream_shard.items)
    vars(made).update(copy.deepcopy(vars(self), memo))
    return made


def _record(shard: Any, old: Item | None, new: Item | None) -> None:
    if not (shard.table.stream_specification or {}).get("StreamEnabled"):
        return  # it was turned off: moto would write nothing any more
    if old is not None and new is not None and old.to_json() == new.to_json():
        return
    trim(shard)
    _add(shard, old, new)
    if not shard.items:
        return
    record = shard.items[-1].record
    told, table = record["dynamodb"], shard.table
    images = [each for name, each in (("NewImage", new), ("OldImage", old)) if name in told]
    keys = size_of({name: DynamoType(value) for name, value in told["Keys"].items()})
    told["SizeBytes"] = keys + sum(each.size() for each in images if each is not None)
    record |= {"eventVersion": _VERSION, "awsRegion": table.table_arn.split(":")[3]}


def _get_keys(self: Any, table: Any, keys: Json) -> Any:
    wanted = {table.hash_key_attr} | ({table.range_key_attr} if table.has_range_key else set())
    if not wanted <= keys.keys():
        raise MockValidationException(_KEY)
    return _keys_of(self, table, keys)
