"""What DynamoDB makes of a change: a record of its stream, once for a transaction that is repeated.

moto carries out again a transaction whose token it has seen, over what was written since; it tells
streams of changes that change nothing, guesses their sizes and places them in ``us-east-1``.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html and
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamShard
from moto.dynamodb.responses import DynamoHandler

from labkit.cloud.around import item_moments, item_requests, item_tables
from labkit.cloud.cloud import Cloud, on_start
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
_transact: Any = DynamoHandler.transact_write_items
Json = dict[str, Any]


@on_start
def install(_: Cloud) -> None:
    """Let moto do so."""
    StreamShard.add = _record  # type: ignore[method-assign, assignment]
    DynamoDBBackend.get_keys_value = _get_keys  # type: ignore[method-assign]
    DynamoHandler.transact_write_items = _transact_once  # type: ignore[method-assign]


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
    answer = _transact(self)
    if token:
        backend.transactions = known | {token: (moment, asked)}
    return answer


def _record(shard: Any, old: Item | None, new: Item | None) -> None:
    if not (shard.table.stream_specification or {}).get("StreamEnabled"):
        return  # it was turned off: moto would write nothing any more
    if old is not None and new is not None and old.to_json() == new.to_json():
        return
    _add(shard, old, new)
    if not shard.items:
        return
    if [each.record["eventName"] for each in shard.items[-2:]] == ["INSERT", "INSERT"]:
        _merge(shard.items)
    record = shard.items[-1].record
    told, table = record["dynamodb"], shard.table
    images = [each for name, each in (("NewImage", new), ("OldImage", old)) if name in told]
    keys = sum(len(name) + DynamoType(value).size() for name, value in told["Keys"].items())
    told["SizeBytes"] = keys + sum(each.size() for each in images if each is not None)
    record |= {"eventVersion": _VERSION, "awsRegion": table.table_arn.split(":")[3]}


def _merge(items: list[Any]) -> None:
    """Leave out that an item was made, by its key alone, by the update that gave it the rest."""
    before, last = (each.record["dynamodb"] for each in items[-2:])
    if before["Keys"] == last["Keys"]:
        last["SequenceNumber"] = before["SequenceNumber"]
        del items[-2]


def _get_keys(self: Any, table: Any, keys: Json) -> Any:
    wanted = {table.hash_key_attr} | ({table.range_key_attr} if table.has_range_key else set())
    if not wanted <= keys.keys():
        raise MockValidationException(_KEY)
    return _keys_of(self, table, keys)
