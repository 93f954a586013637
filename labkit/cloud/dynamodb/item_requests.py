"""What DynamoDB refuses of a call for items that moto takes, and answers wrongly.

A query by a value of another type than its key's finds nothing there, and one whose page
begins in another partition neither.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
and, for the words, https://github.com/mhart/dynalite/tree/main/validations
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from labkit.cloud.constraints import check_members
from labkit.cloud.dynamodb import item_indexes, item_keys
from labkit.cloud.dynamodb.item_older import said_now
from labkit.cloud.dynamodb.item_projections import paths
from labkit.cloud.dynamodb.item_values import check_values, in_order, refusal, same
from labkit.cloud.operations import Context

_EXPRESSIONS = (
    *("ProjectionExpression", "UpdateExpression", "ConditionExpression"),
    *("FilterExpression", "KeyConditionExpression"),
)
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
_READ = ("GetItem", "Query", "Scan")
_PLACEHOLDER = re.compile(r"[#:]\w+")
_ROOT = re.compile(r"(?<![\w:#.])(#\w+|[A-Za-z_]\w*)\b(?!\s*\()")
_CONDITION = re.compile(
    r"(?P<begun>begins_with\s*\(\s*(?P<beginning>#?[\w.-]+)\s*,\s*(?P<start>:\w+)\s*\))"
    r"|(?P<between>#?[\w.-]+)\s+between\s+(?P<low>:\w+)\s+and\s+(?P<high>:\w+)"
    r"|(?P<name>#?[\w.-]+)\s*(?:<=|>=|=|<|>)\s*(?P<value>:\w+)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\sbetween\s+(:\w+)\s+and\s+(:\w+)", re.IGNORECASE)
_FUNCTION = re.compile(r"\b(begins_with|attribute_type)\s*\([^,()]+,\s*(:\w+)\s*\)")
_TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
_IN_ORDER = {"S", "N", "B"}
Json = dict[str, Any]
Condition = tuple[str, list[str]]


def check_call(context: Context, parameters: Json) -> None:
    """Raise for what moto takes; other calls are passed on.

    Raises:
        AwsError: ``ValidationException``.
    """
    operation = context.operation
    if operation not in _CHECKED:
        return
    check_values(operation, parameters)
    if operation in _ASK:
        _check_mixture(parameters)
        older = {name: parameters[name] for name in _LEGACY if name in parameters}
        check_members("dynamodb", operation, older)
        parameters = said_now(operation, parameters)
        found = "" if operation in _READ else "1 validation error detected: "
        _check_placeholders(parameters, _ASK[operation], found)
        _check_operands(parameters)
    if judge := _CHECKED[operation]:
        judge(context, parameters)


def _check_mixture(parameters: Json) -> None:
    """Raise for a parameter from before expressions beside one: a key's beside a key's."""
    new = [name for name in _EXPRESSIONS if parameters.get(name)]
    apart = () if "KeyConditionExpression" in new else ("KeyConditions",)
    old = [name for name in _LEGACY if parameters.get(name) and name not in apart]
    if old and new:
        words = "Can not use both expression and non-expression parameters in the same request"
        told = f"{{{', '.join(old)}}} Expression parameters: {{{', '.join(new)}}}"
        raise refusal(f"{words}: Non-expression parameters: {told}")


def _check_placeholders(parameters: Json, expressions: tuple[str, ...], found: str = "") -> None:
    """Raise for names and values that no expression asks for."""
    values = parameters.get("ExpressionAttributeValues") or {}
    said = [each for name in expressions if (each := parameters.get(name)) is not None]
    if "" in said or any(not each.startswith(":") for each in values):
        return  # moto tells of these
    words = "{} can only be specified when using expressions"
    if values and not said:
        whose = f"{' and '.join(expressions)} {'is' if len(expressions) == 1 else 'are'} null"
        raise refusal(f"{words.format('ExpressionAttributeValues')}: {whose}")
    names = parameters.get("ExpressionAttributeNames") or {}
    named = [each for name in _EXPRESSIONS if (each := parameters.get(name))]
    if names and not named:
        raise refusal(words.format("ExpressionAttributeNames"))
    for kind, given, told in (("Names", names, named), ("Values", values, said)):
        used = {each for expression in told for each in _PLACEHOLDER.findall(expression)}
        if unused := ", ".join(each for each in given if each not in used):
            words = f"Value provided in ExpressionAttribute{kind} unused in expressions"
            raise refusal(f"{found}{words}: keys: {{{unused}}}")


def _check_query(context: Context, parameters: Json) -> None:
    table = _table(context, parameters)
    if table is None:
        return
    keys = item_keys.keys_of(table, parameters.get("IndexName"))
    conditions = list(_conditions(parameters))
    if len({name for name, _ in conditions}) < len(conditions):
        raise refusal("KeyConditionExpressions must only contain one condition per key")
    given = parameters.get("ExpressionAttributeValues") or {}
    _check_types(table, conditions, given)
    _check_filter(parameters, keys)
    _check_projection(parameters, table)
    start = parameters.get("ExclusiveStartKey")
    if start is None:
        return
    if start.keys() != {*keys, *item_keys.keys_of(table)}:
        raise refusal("The provided starting key is invalid")
    asked = {name: given[values[0]] for name, values in conditions if values[0] in given}
    if keys[0] in asked and same(asked[keys[0]]) != same(start[keys[0]]):
        words = "is outside query boundaries based on provided conditions"
        raise refusal(f"The provided starting key {words}")


def _check_types(table: Any, conditions: list[Condition], given: Json) -> None:
    kinds = item_keys.types_of(table)
    for name, placeholders in conditions:
        values = [given[each] for each in placeholders if each in given]
        if name in kinds and any(kinds[name] not in each for each in values):
            words = "Condition parameter type does not match schema type"
            raise refusal(f"One or more parameter values were invalid: {words}")
        if len(values) == 2:
            _check_bounds("KeyConditionExpression", values[0], values[1])


def _check_filter(parameters: Json, keys: list[str]) -> None:
    """Raise for a query's filter by the keys, of which its other condition is."""
    names = parameters.get("ExpressionAttributeNames") or {}
    for root in _ROOT.findall(parameters.get("FilterExpression") or ""):
        if (name := names.get(root, root)) in keys:
            words = "Filter Expression can only contain non-primary key attributes"
            raise refusal(f"{words}: Primary key attribute: {name}")


def _check_scan(context: Context, parameters: Json) -> None:
    table, start = _table(context, parameters), parameters.get("ExclusiveStartKey")
    if table is not None and start is not None:
        keys = item_keys.keys_of(table, parameters.get("IndexName"))
        if start.keys() != {*keys, *item_keys.keys_of(table)}:
            words = "The provided key element does not match the schema"
            raise refusal(f"The provided starting key is invalid: {words}")
    _check_projection(parameters, table)


def _check_get(context: Context, parameters: Json) -> None:
    item_keys.check_key(context, parameters)
    _check_projection(parameters)


def _check_projection(parameters: Json, table: Any = None) -> None:
    """Raise for a path that another of the projection leads to, or that its index lacks."""
    names = parameters.get("ExpressionAttributeNames") or {}
    said = paths(parameters.get("ProjectionExpression") or "", names)
    if table is not None and said:
        item_indexes.check_projected(table, parameters.get("IndexName"), said)
    for one, other in combinations(said, 2):
        if all(part == beside for part, beside in zip(one, other, strict=False)):
            first, second = (f"[{', '.join(map(_shown, path))}]" for path in (one, other))
            words = "Two document paths overlap with each other; must remove or rewrite one of"
            told = f"these paths; path one: {first}, path two: {second}"
            raise refusal(f"Invalid ProjectionExpression: {words} {told}")


def _shown(part: str | int) -> str:
    return part if isinstance(part, str) else f"[{part}]"


def _check_put(context: Context, parameters: Json) -> None:
    if (table := _table(context, parameters)) is not None:
        item_indexes.check_held(table, parameters["Item"])


def _check_batch(context: Context, parameters: Json) -> None:
    item_keys.check_writing(context, parameters)
    for name, requests in parameters["RequestItems"].items():
        for put in (each["PutRequest"] for each in requests if "PutRequest" in each):
            _check_put(context, {"TableName": name, **put})


def _check_transaction(context: Context, parameters: Json) -> None:
    for each in parameters["TransactItems"]:
        for name, asked in each.items():
            if name != "Get":
                _check_placeholders(asked, _ASK.get(f"{name}Item", ("ConditionExpression",)))
            item_keys.check_key(context, asked)
            if name == "Put":
                _check_put(context, asked)


def _check_operands(parameters: Json) -> None:
    """Raise for values that a condition's function or BETWEEN does not take."""
    given = parameters.get("ExpressionAttributeValues") or {}
    for name in ("ConditionExpression", "FilterExpression"):
        said = parameters.get(name) or ""
        for low, high in _BETWEEN.findall(said):
            if low in given and high in given:
                _check_bounds(name, given[low], given[high])
        for function, placeholder in _FUNCTION.findall(said):
            kind, inner = next(iter(given.get(placeholder, {"": ""}).items()))
            if function == "attribute_type" and kind == "S" and inner not in _TYPES:
                words = f"Invalid attribute type name found; type: {inner}, valid types:"
                raise refusal(f"Invalid {name}: {words} {{{','.join(_TYPES)}}}")
            if kind and kind not in ("S", "B" if function == "begins_with" else "S"):
                words = "Incorrect operand type for operator or function; operator or function"
                raise refusal(f"Invalid {name}: {words}: {function}, operand type: {kind}")


def _check_bounds(expression: str, low: Json, high: Json) -> None:
    if low.keys() == high.keys() and low.keys() <= _IN_ORDER and in_order(low) > in_order(high):
        first, second = (f"AttributeValue: {{{_told(each)}}}" for each in (low, high))
        words = "The BETWEEN operator requires upper bound to be greater than or equal to lower"
        told = f"bound; lower bound operand: {first}, upper bound operand: {second}"
        raise refusal(f"Invalid {expression}: {words} {told}")


def _conditions(parameters: Json) -> Iterator[Condition]:
    """The names in a query's condition, and the placeholders of the values of each."""
    names = parameters.get("ExpressionAttributeNames") or {}
    for found in _CONDITION.finditer(parameters.get("KeyConditionExpression") or ""):
        name = str(found["beginning"] or found["between"] or found["name"])
        values = [found[each] for each in ("start", "low", "high", "value") if found[each]]
        yield names.get(name, name), values


def _table(context: Context, parameters: Json) -> Any:
    return item_keys.table_of(context, parameters["TableName"], parameters.get("IndexName"))


def _told(value: Json) -> str:
    kind, inner = next(iter(value.items()))
    return f"{kind}:{inner}"


# Which operations are checked, and by what of their own.
_CHECKED: dict[str, Callable[[Context, Json], None] | None] = {
    "BatchGetItem": item_keys.check_reading,
    "BatchWriteItem": _check_batch,
    "DeleteItem": item_keys.check_key,
    "GetItem": _check_get,
    "PutItem": _check_put,
    "Query": _check_query,
    "Scan": _check_scan,
    "TransactGetItems": _check_transaction,
    "TransactWriteItems": _check_transaction,
    "UpdateItem": None,
}
