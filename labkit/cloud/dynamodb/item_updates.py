"""UpdateItem: an item is made anew and takes the place of what was there, or all is as it was.

moto changes the item in its place, step by step: it passes over what cannot be set, reckons with 28
digits, and knows neither functions within functions nor parentheses.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from moto.dynamodb.exceptions import ConditionalCheckFailed, MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb import item_indexes, item_keys
from labkit.cloud.dynamodb.expressions.checks import Path, Terms
from labkit.cloud.dynamodb.expressions.holding import Predicate
from labkit.cloud.dynamodb.expressions.reading import read_update
from labkit.cloud.dynamodb.expressions.updating import Sections, updated
from labkit.cloud.dynamodb.item_projections import left_of
from labkit.cloud.dynamodb.item_sizes import MOST, size_of
from labkit.cloud.dynamodb.item_values import TOO_DEEP, is_too_deep, refusal
from labkit.cloud.operations import AwsError

_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"
_OF_KEY = "Cannot update attribute {}. This attribute is part of the key"
# Whether a transaction is carried out.
TRANSACTED: ContextVar[bool] = ContextVar("transacted", default=False)
Json = dict[str, Any]


class ValidationError(Exception):
    """Why a transaction is cancelled: moto tells an error's name as the reason's code."""


@on_start
def install(_: Cloud) -> None:
    """Let moto do so."""
    DynamoDBBackend.update_item = _update  # type: ignore[method-assign, assignment]
    DynamoHandler.update_item = _answer  # type: ignore[method-assign, assignment]


def _answer(handler: Any) -> Any:
    body, backend = handler.body, handler.dynamodb_backend
    name, key, wanted = body["TableName"], body["Key"], body.get("ReturnValues") or "NONE"
    former = backend.get_item(name, key)
    item = backend.update_item(
        name,
        key,
        update_expression=body.get("UpdateExpression"),
        expression_attribute_names=body.get("ExpressionAttributeNames"),
        expression_attribute_values=body.get("ExpressionAttributeValues"),
        condition_expression=body.get("ConditionExpression"),
        return_values_on_condition_check_failure=body.get("ReturnValuesOnConditionCheckFailure"),
    )
    told = item if wanted.endswith("NEW") else former
    if wanted == "NONE" or told is None:
        return DynamoResult({})
    attributes = told.to_json()["Attributes"]
    if wanted.startswith("UPDATED"):
        attributes = left_of(attributes, _paths(*_read(body)))
    return DynamoResult({"Attributes": attributes} if attributes else {})


def _read(body: Json) -> tuple[Sections, Terms]:
    names, values = body.get("ExpressionAttributeNames"), body.get("ExpressionAttributeValues")
    text = body.get("UpdateExpression")
    return read_update(text) if text else [], Terms(names or {}, values or {})


def _paths(sections: Sections, terms: Terms) -> list[Path]:
    return [terms.resolve(path) for _, changes in sections for path, _ in changes]


def _update(
    backend: Any,
    table_name: str,
    key: Json,
    *,
    update_expression: str | None = None,
    expression_attribute_names: Json | None = None,
    expression_attribute_values: Json | None = None,
    condition_expression: str | None = None,
    return_values_on_condition_check_failure: str | None = None,
    **_: Any,
) -> Item:
    table = backend.get_table(table_name)
    place = backend.get_keys_value(table, key)
    former = table.get_item(*place)
    names, values = expression_attribute_names or {}, expression_attribute_values or {}
    if not Predicate(condition_expression, names, values).expr(former):
        shown = former is not None and return_values_on_condition_check_failure == "ALL_OLD"
        raise ConditionalCheckFailed(item=former.to_json()["Attributes"] if shown else None)
    said = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    try:
        made = _made(table, former, key, *_read(said | {"UpdateExpression": update_expression}))
    except AwsError as error:
        kind = ValidationError if TRANSACTED.get() else MockValidationException
        raise kind(error.message) from error
    item = Item(place[0], place[1], made)
    if place[1] is not None:
        table.items[place[0]][place[1]] = item
    else:
        table.items[place[0]] = item
    if table.stream_shard is not None:
        table.stream_shard.add(former, item)
    return item


def _made(table: Any, former: Any, key: Json, sections: Sections, terms: Terms) -> Json:
    paths = _paths(sections, terms)
    for name in item_keys.keys_of(table):
        if name in [path[0] for path in paths]:
            raise refusal(f"One or more parameter values were invalid: {_OF_KEY.format(name)}")
    held = {name: _plain(each) for name, each in former.attrs.items()} if former else dict(key)
    made = updated(held, sections, terms)
    item_indexes.check_held(table, {path[0]: made[path[0]] for path in paths if path[0] in made})
    if any(is_too_deep(made[path[0]]) for path in paths if path[0] in made):
        raise refusal(TOO_DEEP)
    if size_of({name: DynamoType(each) for name, each in made.items()}) > MOST:
        raise refusal(_TOO_LARGE)
    return made


def _plain(value: DynamoType) -> Json:
    """A value as it was sent."""
    if value.type == "L":
        return {"L": [_plain(each) for each in value.value]}
    if value.type == "M":
        return {"M": {name: _plain(each) for name, each in value.value.items()}}
    return {value.type: value.value}
