"""SELECT: the items of partitions that it names, one after the other, or of all of a table.

A page is what DynamoDB reads for one call, of which the conditions then leave some.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.models.dynamo_type import Item

from labkit.cloud.dynamodb import item_indexes
from labkit.cloud.dynamodb.item_values import in_order, refusal, same
from labkit.cloud.dynamodb.partiql import plans
from labkit.cloud.dynamodb.partiql.calling import ask, keys_of, table_of
from labkit.cloud.dynamodb.partiql.expressions import Terms, condition
from labkit.cloud.dynamodb.partiql.plans import Branch, Keys
from labkit.cloud.dynamodb.partiql.statement import Statement
from labkit.cloud.dynamodb.partiql.values import decoded, encoded
from labkit.cloud.operations import Answer, Context
from labkit.cloud.partiql.tree import Name, Path

Json = dict[str, Any]
_INVALID = "One or more parameter values were invalid: "


def select(
    context: Context,
    asked: Statement,
    parameters: list[Json],
    *,
    ConsistentRead: bool | None = None,
    NextToken: str | None = None,
    Limit: int | None = None,
    ReturnConsumedCapacity: str | None = None,
    **_: Any,
) -> Answer:
    """A page of items."""
    keep = kept(asked, parameters)
    table = table_of(context, asked)
    keys = keys_of(table, asked, parameters)
    _check_index(table, asked, bool(ConsistentRead))
    reads = _reads(asked, keys, parameters)
    question = hashlib.sha256(repr((asked, parameters)).encode()).hexdigest()[:16]
    at, start = _begin(NextToken, question)
    items: list[Json] = []
    capacity: Json = {}
    left = Limit
    while at < len(reads):
        operation, members = reads[at]
        answer = ask(
            context,
            operation,
            TableName=asked.table,
            IndexName=asked.index,
            Select="ALL_ATTRIBUTES" if _is_local(table, asked) and asked.columns else None,
            ConsistentRead=ConsistentRead,
            ExclusiveStartKey=start,
            Limit=left,
            ReturnConsumedCapacity=ReturnConsumedCapacity,
            **members,
        )
        items += [each for each in answer["Items"] if keep(each)]
        capacity = together(capacity, answer.get("ConsumedCapacity") or {})
        left = None if left is None else left - answer["ScannedCount"]
        start = answer.get("LastEvaluatedKey")
        at += start is None
        if start is not None or left == 0:
            break
    told: Answer = {"Items": [projected(each, asked.columns) for each in items]}
    if at < len(reads):
        told["NextToken"] = _token(at, start, question)
    if start is not None:
        told["LastEvaluatedKey"] = start
    return told | ({"ConsumedCapacity": capacity} if capacity else {})


def kept(asked: Statement, parameters: Sequence[Json]) -> Callable[[Json], bool]:
    """Whether an item fulfils a statement's conditions."""
    if asked.where is None:
        return lambda _: True
    terms = Terms(parameters)
    text = condition(asked.where, terms)
    said = terms.said()
    names, values = (said.get(f"ExpressionAttribute{kind}") for kind in ("Names", "Values"))
    found = get_filter_expression(text, names, values)
    return lambda item: bool(found.expr(Item({}, None, item)))  # type: ignore[arg-type]


def projected(item: Json, columns: Sequence[Path] | None) -> Json:
    """What a statement tells of an item: the last name of each path, and its value."""
    if columns is None:
        return item
    found = {}
    for path in columns:
        value = _led({"M": item}, path.names)
        last = path.names[-1]
        if value is not None and isinstance(last, Name):
            found[last.text] = value
    return found


def _led(value: Any, steps: Sequence[Any]) -> Any:
    for step in steps:
        kind, held = next(iter(value.items()))
        if isinstance(step, int):
            value = held[step] if kind == "L" and step < len(held) else None
        else:
            value = held.get(step.text) if kind == "M" else None
        if value is None:
            return None
    return value


def _reads(
    asked: Statement, keys: Keys, parameters: Sequence[Json]
) -> list[tuple[str, dict[str, Any]]]:
    """The calls that a statement reads by: a query each partition, or a scan."""
    found = plans.branches(asked.where, keys)
    order = _order(asked, keys, found)
    if found is None:
        return [("Scan", {})]
    partitions: dict[Any, list[Branch]] = {}
    for each in found:
        partitions.setdefault(same(each.partition), []).append(each)
    listed = list(partitions.values())
    hash_key, *sort_keys = keys.names
    if hash_key in order:
        listed.sort(key=lambda some: in_order(some[0].partition), reverse=order[hash_key])
    forward = not (sort_keys and order.get(sort_keys[0], False))
    return [("Query", _query(some, keys, parameters, forward=forward)) for some in listed]


def _query(
    some: list[Branch], keys: Keys, parameters: Sequence[Json], *, forward: bool
) -> dict[str, Any]:
    terms = Terms(parameters)
    text = f"{terms.path(Path(Name(keys.names[0])))} = :partition"
    if len(some) == 1 and some[0].sort is not None:
        text += f" AND {condition(some[0].sort, terms)}"
    said = terms.said()
    values = said.pop("ExpressionAttributeValues", {}) | {":partition": some[0].partition}
    return {
        "KeyConditionExpression": text,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": forward,
        **said,
    }


def _order(asked: Statement, keys: Keys, found: list[Branch] | None) -> dict[str, bool]:
    """The keys by which a statement orders, and whether each descends."""
    order = dict(asked.order)
    if not order:
        return {}
    if asked.where is None:
        words = "Must have WHERE clause in the statement when using ORDER BY clause."
        raise refusal(words)
    if found is None:
        words = "Must have at least one non-optional hash key condition in WHERE clause when using"
        raise refusal(f"{words} ORDER BY clause.")
    if other := [name for name in order if name not in keys.names]:
        words = "in ORDER BY clause must be part of the primary key"
        raise refusal(f"Variable reference {other[0]} {words}")
    several = len({same(each.partition) for each in found}) > 1
    if several and keys.names[0] not in order:
        words = "Must have hash key in ORDER BY clause when more than one hash key condition"
        raise refusal(f"{words} specified in WHERE clause.")
    return order


def _is_local(table: Any, asked: Statement) -> bool:
    return asked.index in {each.name for each in table.indexes}


def _check_index(table: Any, asked: Statement, consistent: bool) -> None:
    """Raise for what an index does not give."""
    if asked.index is None:
        return
    is_local = _is_local(table, asked)
    if consistent and not is_local:
        raise refusal("Strongly consistent read is not supported on Global Secondary Indexes")
    item_indexes.check_projected(
        table, asked.index, [(each.root.text,) for each in asked.columns or ()]
    )
    held = item_indexes.projected(table, asked.index)
    if held is None:
        return
    asked_of = [name for name in plans.named(plans.joined(asked.where)) if name not in held]
    if asked_of:
        words = f"Secondary index {asked.index} does not project one or more filter attributes"
        raise refusal(f"{_INVALID}{words}: [{', '.join(asked_of)}]")


def together(one: Json, other: Json) -> Json:
    """The capacity of two calls together."""
    if not one or not other:
        return one or other
    return {
        name: together(one[name], value)
        if isinstance(value, dict)
        else one[name] + value
        if isinstance(value, (int, float)) and name in one
        else value
        for name, value in {**one, **other}.items()
    }


def _token(at: int, start: Json | None, question: str) -> str:
    key = {name: encoded(value) for name, value in (start or {}).items()}
    return base64.b64encode(json.dumps([at, key, question]).encode()).decode()


def _begin(token: str | None, question: str) -> tuple[int, Json | None]:
    """Where a page begins: the place of a call, and the key before it."""
    if token is None:
        return 0, None
    try:
        at, key, known = json.loads(base64.b64decode(token, validate=True))
    except (ValueError, binascii.Error) as error:
        raise refusal("Invalid NextToken") from error
    if known != question:
        raise refusal("NextToken does not match request")
    return at, {name: decoded(value) for name, value in key.items()} or None
