"""What DynamoDB refuses of a call for items that moto takes, and answers wrongly.

A query by a value of another type than its key's finds nothing there, and one whose page
begins in another partition neither.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
and, for the words, https://github.com/mhart/dynalite/tree/main/validations
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from labkit.cloud import protocol
from labkit.cloud.dynamodb import item_indexes, item_keys
from labkit.cloud.dynamodb.expressions.asking import EXPRESSIONS, check_given, read_all
from labkit.cloud.dynamodb.expressions.checks import Terms, nodes
from labkit.cloud.dynamodb.expressions.holding import Predicate, known
from labkit.cloud.dynamodb.expressions.keys import KeyCondition, key_conditions
from labkit.cloud.dynamodb.expressions.reading import Node
from labkit.cloud.dynamodb.item_older import said_now
from labkit.cloud.dynamodb.item_sizes import MOST, size_of
from labkit.cloud.dynamodb.item_values import check_values, check_within, refusal, told_as
from labkit.cloud.operations import AwsError, Context

_LEGACY = (
    *("AttributesToGet", "AttributeUpdates", "Expected", "ScanFilter", "QueryFilter"),
    *("KeyConditions", "ConditionalOperator"),
)
# Which expressions an operation has that may name values.
_ASK = {
    "PutItem": ("ConditionExpression",),
    "DeleteItem": ("ConditionExpression",),
    "GetItem": (),
    "UpdateItem": ("UpdateExpression", "ConditionExpression"),
    "Query": ("FilterExpression", "KeyConditionExpression"),
    "Scan": ("FilterExpression",),
}
_WRITES = ("PutItem", "DeleteItem", "UpdateItem")
_RETURNED = ("NONE", "ALL_OLD")
_RETURNS = {"UpdateItem": (*_RETURNED, "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")}
_MOST_AT_ONCE = 4 * 1024 * 1024
_BY = "KeyConditionExpression"
_CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]"
Json = dict[str, Any]


def check_call(context: Context, parameters: Json) -> None:
    """Raise for what moto takes; other calls are passed on.

    Raises:
        AwsError: ``ValidationException``, ``TransactionCanceledException``.
    """
    operation = context.operation
    if operation not in _CHECKED:
        return
    if operation not in _ASK:
        _CHECKED[operation](context, parameters, {})
        return
    with told_as(operation):
        check_values(operation, parameters)
        _check_mixture(parameters)
        check_given(parameters, _ASK[operation], names_them=operation not in _WRITES)
        parameters = said_now(operation, parameters)
        said = read_all(parameters)
        if parameters.get("ReturnValues") not in (None, *_RETURNS.get(operation, _RETURNED)):
            raise refusal("ReturnValues can only be ALL_OLD or NONE")
    _CHECKED[operation](context, parameters, said)


def _check_mixture(parameters: Json) -> None:
    """Raise for a parameter from before expressions beside one: a key's beside a key's."""
    new = [name for name in EXPRESSIONS if parameters.get(name)]
    apart = () if "KeyConditionExpression" in new else ("KeyConditions",)
    old = [name for name in _LEGACY if parameters.get(name) and name not in apart]
    if old and new:
        words = "Can not use both expression and non-expression parameters in the same request"
        told = f"{{{', '.join(old)}}} Expression parameters: {{{', '.join(new)}}}"
        raise refusal(f"{words}: Non-expression parameters: {told}")


def _check_query(context: Context, parameters: Json, said: Json) -> None:
    if _BY not in said:
        words = "Either the KeyConditions or KeyConditionExpression parameter must be specified"
        raise refusal(f"{words} in the request.")
    terms = said[""]
    asked = key_conditions(said[_BY])
    conditions = [(terms.names.get(each.name, each.name), each) for each in asked]
    if len({name for name, _ in conditions}) < len(conditions):
        words = "KeyConditionExpressions must only contain one condition per key"
        raise refusal(f"Invalid {_BY}: {words}")
    table = _table(context, parameters)
    if table is None:
        return
    keys = item_keys.keys_of(table, parameters.get("IndexName"))
    if len(conditions) > len(keys):
        words = f"The number of query conditions ({len(conditions)}) exceeds the number of key"
        raise refusal(f"{words} attributes defined in the schema ({len(keys)})")
    _check_ranges(table, parameters.get("IndexName"), dict(conditions))
    _check_types(table, conditions, terms)
    _check_filter(said, keys)
    _check_projection(parameters, said, table)
    start = parameters.get("ExclusiveStartKey")
    if start is None:
        return
    _check_start(table, parameters, start)
    for condition, (name, _) in zip(_each(said[_BY]), conditions, strict=True):
        given = Predicate("", terms.names, terms.values)
        if not given.holds(condition, {each: DynamoType(value) for each, value in start.items()}):
            words = "is outside query boundaries based on provided conditions"
            other = "does not match the range key predicate"
            raise refusal(f"The provided starting key {words if name == keys[0] else other}")


def _each(top: Node) -> list[Node]:
    """The conditions that AND joins."""
    return [inner for each in top.parts for inner in _each(each)] if top.kind == "AND" else [top]


def _check_start(table: Any, parameters: Json, start: Json) -> None:
    """Raise for a page's start that is no place of a table or index."""
    keys = {*item_keys.keys_of(table, parameters.get("IndexName")), *item_keys.keys_of(table)}
    types = item_keys.types_of(table)
    if start.keys() != keys or any(types[name] not in start[name] for name in keys):
        words = "The provided key element does not match the schema"
        raise refusal(f"The provided starting key is invalid: {words}")
    try:
        item_keys.check_said(table, start, keys)
    except AwsError as error:
        raise refusal(f"The provided starting key is invalid: {error.message}") from error


def _check_ranges(table: Any, index: str | None, asked: dict[str, KeyCondition]) -> None:
    """Raise for a condition behind a range key that is not equal to a value."""
    schema = table.get_index(index).schema if index else table.schema
    ranges = [each["AttributeName"] for each in schema if each["KeyType"] == "RANGE"]
    for at, name in enumerate(ranges):
        later = [each for each in ranges[at + 1 :] if each in asked]
        if later and (name not in asked or asked[name].operator != "="):
            words = f"RANGE key attributes {name} must have equality conditions specified in the"
            told = f"query because a condition is present on key attribute {later[0]}"
            raise refusal(f"{words} {told}")


def _check_types(table: Any, conditions: list[tuple[str, KeyCondition]], terms: Terms) -> None:
    kinds = item_keys.types_of(table)
    for name, condition in conditions:
        for value in (terms.values[each] for each in condition.values):
            if name in kinds and kinds[name] not in value:
                words = "Condition parameter type does not match schema type"
                raise refusal(f"One or more parameter values were invalid: {words}")
            item_keys.check_said(table, {name: value}, [name])


def _check_filter(said: Json, keys: list[str]) -> None:
    """Raise for a query's filter by the keys, of which its other condition is."""
    for each in nodes(said["FilterExpression"]) if "FilterExpression" in said else ():
        if each.kind == "path" and (name := said[""].resolve(each)[0]) in keys:
            words = "Filter Expression can only contain non-primary key attributes"
            raise refusal(f"{words}: Primary key attribute: {name}")


def _check_scan(context: Context, parameters: Json, said: Json) -> None:
    segment, total = parameters.get("Segment", 0), parameters.get("TotalSegments", 1)
    if "TotalSegments" in parameters and segment >= total:
        words = "The Segment parameter is zero-based and must be less than parameter TotalSegments"
        raise refusal(f"{words}: Segment: {segment} is not less than TotalSegments: {total}")
    table, start = _table(context, parameters), parameters.get("ExclusiveStartKey")
    if table is not None and start is not None:
        _check_start(table, parameters, start)
    _check_projection(parameters, said, table)


def _check_projection(parameters: Json, said: Json, table: Any) -> None:
    """Raise for attributes that an index lacks."""
    if table is not None and (paths := said.get("ProjectionExpression")):
        item_indexes.check_projected(table, parameters.get("IndexName"), paths)


def _check_key(context: Context, parameters: Json, _: Json) -> None:
    item_keys.check_key(context, parameters)


def _check_put(context: Context, parameters: Json, _: Json) -> None:
    item_keys.check_key(context, parameters)
    _check_item(_table(context, parameters), parameters["Item"])


def _check_item(table: Any, item: Json) -> None:
    if table is not None:
        item_indexes.check_held(table, item)
        _check_size(item)


def _check_size(item: Json) -> None:
    if _size(item) > MOST:
        raise refusal("Item size has exceeded the maximum allowed size")


def _size(item: Json) -> int:
    return size_of({name: DynamoType(value) for name, value in item.items()})


def _check_reading(context: Context, parameters: Json, _: Json) -> None:
    item_keys.check_some(parameters["RequestItems"])
    check_values(context.operation, parameters)
    asked = list(parameters["RequestItems"].values())
    _check_mixture({name: held for each in asked for name, held in each.items()})
    for each in asked:
        check_given(each, ())
        read_all(each)
    item_keys.check_reading(context, parameters)


def _check_writing(context: Context, parameters: Json, _: Json) -> None:
    check_values(context.operation, parameters)
    item_keys.check_writing(context, parameters)
    for name, requests in parameters["RequestItems"].items():
        for put in (each["PutRequest"] for each in requests if "PutRequest" in each):
            _check_item(_table(context, {"TableName": name}), put["Item"])


def _check_transaction(context: Context, parameters: Json, _: Json) -> None:
    model = protocol.service_model("dynamodb")
    if model is None:
        return
    shape: Any = model.shape_for(context.operation.removesuffix("s"))
    if any(len(each) != 1 for each in parameters["TransactItems"]):
        raise refusal("TransactItems can only contain one of Check, Put, Update or Delete")
    actions = [next(iter(each.items())) for each in parameters["TransactItems"]]
    for name, asked in actions:
        check_within(shape.members[name], asked, is_older=True)
        check_given(asked, _ASK.get(f"{name}Item", ("ConditionExpression",)))
        read_all(asked)
    found = [(_table(context, asked), asked) for _, asked in actions]
    if any(table is None for table, _ in found):
        return  # moto tells of it
    for table, asked in found:
        item_keys.check_said(table, asked.get("Key", asked.get("Item")))
        _check_size(asked.get("Item") or {})
    puts = [asked["Item"] for _, asked in actions if "Item" in asked]
    if sum(map(_size, puts)) > _MOST_AT_ONCE:
        raise refusal("The total size of the items in a transaction cannot exceed 4 MB")
    targets = [_target(*each) for each in found]
    if any(targets.count(each) > 1 for each in targets):
        raise refusal("Transaction request cannot include multiple operations on one item")
    whys = [item_keys.mismatch(*each) or item_indexes.mismatch(*each) for each in found]
    if any(whys):
        codes = ", ".join("ValidationError" if why else "None" for why in whys)
        reasons = [
            {"Code": "ValidationError", "Message": why} if why else {"Code": "None"} for why in whys
        ]
        raise AwsError(
            "TransactionCanceledException", _CANCELLED.format(codes), CancellationReasons=reasons
        )


def _target(table: Any, asked: Json) -> Any:
    """What an action of a transaction is about."""
    item: Json = asked["Key"] if "Key" in asked else asked["Item"]
    names = [name for name in item_keys.keys_of(table) if name in item]
    return table.table_arn, *(known(DynamoType(item[name])) for name in names)


def _table(context: Context, parameters: Json) -> Any:
    """The call's table; ``None`` where it is not there.

    Raises:
        AwsError: ``ValidationException``: it has no such index.
    """
    table, index = item_keys.table_of(context, parameters["TableName"]), parameters.get("IndexName")
    if table is not None and index not in (None, *(each.name for each in table.all_indexes())):
        raise refusal(f"The table does not have the specified index: {index}")
    return table


# Which operations are checked, and by what of their own.
_CHECKED: dict[str, Callable[[Context, Json, Json], None]] = {
    "BatchGetItem": _check_reading,
    "BatchWriteItem": _check_writing,
    "DeleteItem": _check_key,
    "GetItem": _check_key,
    "PutItem": _check_put,
    "Query": _check_query,
    "Scan": _check_scan,
    "TransactGetItems": _check_transaction,
    "TransactWriteItems": _check_transaction,
    "UpdateItem": _check_key,
}
