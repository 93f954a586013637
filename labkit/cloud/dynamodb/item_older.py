"""What a call for items says without expressions, as DynamoDB first had it, said by expressions.

moto deletes an item whatever ``Expected`` says, joins conditions by AND whatever
``ConditionalOperator`` says, leaves empty sets behind, and takes what contradicts itself.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.Conditions.html
and, for the words, https://github.com/architect/dynalite/tree/main/validations
"""

from __future__ import annotations

import json
from typing import Any

from labkit.cloud.dynamodb.expressions.keys import plain
from labkit.cloud.dynamodb.item_values import in_order, refusal
from labkit.cloud.operations import rewrites

Json = dict[str, Any]
_INVALID = "One or more parameter values were invalid: "
_SCALARS, _SETS = ("S", "N", "B"), ("SS", "NS", "BS")
_SPECIFIC = "SPECIFIC_ATTRIBUTES"
# A comparison as an expression, how many values it takes, and of which types if not of all.
_COMPARISONS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "EQ": ("{0} = {1}", 1, ()),
    "NE": ("{0} <> {1}", 1, ()),
    "LE": ("{0} <= {1}", 1, _SCALARS),
    "LT": ("{0} < {1}", 1, _SCALARS),
    "GE": ("{0} >= {1}", 1, _SCALARS),
    "GT": ("{0} > {1}", 1, _SCALARS),
    "BETWEEN": ("{0} BETWEEN {1} AND {2}", 2, _SCALARS),
    "BEGINS_WITH": ("begins_with({0}, {1})", 1, ("S", "B")),
    "CONTAINS": ("contains({0}, {1})", 1, _SCALARS),
    "NOT_CONTAINS": ("NOT contains({0}, {1})", 1, _SCALARS),
    "NOT_NULL": ("attribute_exists({0})", 0, ()),
    "NULL": ("attribute_not_exists({0})", 0, ()),
}
_INDEXABLE = ("EQ", "LE", "LT", "GE", "GT", "BETWEEN", "BEGINS_WITH")
# A list of conditions, and the expression that says them.
_CONDITIONS = {
    "Expected": "ConditionExpression",
    "QueryFilter": "FilterExpression",
    "ScanFilter": "FilterExpression",
    "KeyConditions": "KeyConditionExpression",
}
# What is done to an attribute: the clause of an expression, and what it says.
_UPDATES = {"PUT": ("SET", "{0} = {1}"), "ADD": ("ADD", "{0} {1}"), "DELETE": ("DELETE", "{0} {1}")}
_READING = ("GetItem", "Query", "Scan")
_ASKING = ("PutItem", "DeleteItem", "UpdateItem", *_READING)


@rewrites("dynamodb")
def by_expressions(name: str, body: bytes) -> bytes:
    """A call as moto does right by it."""
    if name not in _ASKING:
        return body
    asked = json.loads(body)
    said = said_now(name, asked)
    if name == "Query" and (keys := said.get("KeyConditionExpression")):
        said = said | {"KeyConditionExpression": plain(keys)}
    return body if said is asked else json.dumps(said).encode()


def said_now(operation: str, parameters: Json) -> Json:
    """A call's parameters with expressions alone.

    Raises:
        AwsError: ``ValidationException``, for what says nothing or contradicts itself.
    """
    wanted = parameters.get("AttributesToGet") if operation in _READING else None
    older = [each for each in (*_CONDITIONS, "AttributeUpdates") if parameters.get(each)]
    specific = wanted and parameters.get("Select", _SPECIFIC) == _SPECIFIC
    _check_operator(parameters)
    if twice := [name for name in wanted or () if (wanted or []).count(name) > 1]:
        raise refusal(f"{_INVALID}Duplicate value in attribute name: {twice[0]}")
    if not older and not specific:
        return parameters
    terms = _Terms(parameters)
    for each in older:
        if each == "AttributeUpdates":
            terms.told["UpdateExpression"] = _updating(parameters[each], terms)
        else:
            terms.told[_CONDITIONS[each]] = _joined(each, parameters, terms)
    if specific:
        terms.told["ProjectionExpression"] = ", ".join(map(terms.name, wanted or ()))
    dropped = {*older, "ConditionalOperator", *(["AttributesToGet"] if specific else [])}
    return {k: v for k, v in parameters.items() if k not in dropped} | terms.said()


class _Terms:
    """The expressions of a call, and the placeholders in them."""

    def __init__(self, parameters: Json) -> None:
        self.told: Json = {}
        self._names = dict(parameters.get("ExpressionAttributeNames") or {})
        self._values = dict(parameters.get("ExpressionAttributeValues") or {})

    def name(self, attribute: str) -> str:
        """A placeholder for an attribute."""
        return self._kept(self._names, "#", attribute)

    def value(self, value: Json) -> str:
        """A placeholder for a value."""
        return self._kept(self._values, ":", value)

    @staticmethod
    def _kept(known: Json, mark: str, each: Any) -> str:
        placeholder = f"{mark}older{len(known)}"
        known[placeholder] = each
        return placeholder

    def said(self) -> Json:
        """The parameters that tell them."""
        values = {"ExpressionAttributeValues": self._values} if self._values else {}
        return {**self.told, "ExpressionAttributeNames": self._names, **values}


def _check_operator(parameters: Json) -> None:
    if not parameters.get("ConditionalOperator"):
        return
    given = [
        parameters[each] for each in _CONDITIONS if each != "KeyConditions" and parameters.get(each)
    ]
    if not given:
        raise refusal("ConditionalOperator cannot be used without Filter or Expected")
    if len(given[0]) < 2:
        words = "ConditionalOperator can only be used when Filter or Expected has two or more"
        raise refusal(f"{words} elements")


def _joined(kind: str, parameters: Json, terms: _Terms) -> str:
    word = parameters.get("ConditionalOperator") or "AND"
    word = "AND" if kind == "KeyConditions" else word
    said = [_condition(kind, name, each, terms) for name, each in parameters[kind].items()]
    return f" {word} ".join(said if kind == "KeyConditions" else [f"({each})" for each in said])


def _condition(kind: str, attribute: str, given: Json, terms: _Terms) -> str:
    comparison, values = _compared(attribute, given) if kind == "Expected" else _listed(given)
    if kind == "KeyConditions" and comparison not in _INDEXABLE:
        raise refusal("Attempted conditional constraint is not an indexable operation")
    _check_values(comparison, values)
    name, placeholders = terms.name(attribute), [terms.value(each) for each in values]
    if comparison == "IN":
        return f"{name} IN ({', '.join(placeholders)})"
    return _COMPARISONS[comparison][0].format(name, *placeholders)


def _listed(given: Json) -> tuple[str, list[Json]]:
    return given["ComparisonOperator"], given.get("AttributeValueList") or []


def _compared(attribute: str, given: Json) -> tuple[str, list[Json]]:
    """What is expected of an attribute, as a comparison with values."""
    exists, comparison = given.get("Exists"), given.get("ComparisonOperator")
    value, values = given.get("Value"), given.get("AttributeValueList")
    told = None
    if comparison and exists is not None:
        told = "Exists and ComparisonOperator cannot be used together"
    elif value is not None and values is not None:
        told = "Value and AttributeValueList cannot be used together"
    elif values is not None and not comparison:
        told = "AttributeValueList can only be used with a ComparisonOperator"
    elif exists is False and value is not None:
        told = "Value cannot be used when Exists is false"
    elif value is None and values is None and exists is not False:
        if not comparison:
            told = f"Value must be provided when Exists is {'true' if exists else 'null'}"
        elif comparison not in ("NULL", "NOT_NULL"):
            told = f"Value or AttributeValueList must be used with ComparisonOperator: {comparison}"
    if told:
        raise refusal(f"{_INVALID}{told} for Attribute: {attribute}")
    if exists is False:
        return "NULL", []
    return comparison or "EQ", values or ([] if value is None else [value])


def _check_values(comparison: str, values: list[Json]) -> None:
    _, count, kinds = _COMPARISONS.get(comparison, ("", len(values) or 1, _SCALARS))
    if len(values) != count:
        words = f"Invalid number of argument(s) for the {comparison} ComparisonOperator"
        raise refusal(f"{_INVALID}{words}")
    given = [kind for value in values for kind in value]
    if len(set(given)) > 1:
        words = "AttributeValues inside AttributeValueList must be of same type"
        raise refusal(f"{_INVALID}{words}")
    if kinds and given and given[0] not in kinds:
        words = f"ComparisonOperator {comparison} is not valid for {given[0]} AttributeValue type"
        raise refusal(f"{_INVALID}{words}")
    if comparison == "BETWEEN" and in_order(values[0]) > in_order(values[1]):
        words = "The BETWEEN condition was provided a range where the lower bound is greater than"
        raise refusal(f"{words} the upper bound")


def _updating(updates: Json, terms: _Terms) -> str:
    clauses: dict[str, list[str]] = {}
    for attribute, update in updates.items():
        action, value = update.get("Action") or "PUT", update.get("Value")
        _check_update(action, value)
        name = terms.name(attribute)
        if value is None:
            clause, said = "REMOVE", name
        elif action == "ADD" and "L" in value:
            held = f"if_not_exists({name}, {terms.value({'L': []})})"
            clause, said = "SET", f"{name} = list_append({held}, {terms.value(value)})"
        else:
            clause, form = _UPDATES[action]
            said = form.format(name, terms.value(value))
        clauses.setdefault(clause, []).append(said)
    return " ".join(f"{clause} {', '.join(said)}" for clause, said in clauses.items())


def _check_update(action: str, value: Json | None) -> None:
    kind = next(iter(value or {}), None)
    if value is None and action != "DELETE":
        words = "Only DELETE action is allowed when no attribute value is specified"
    elif value is not None and action == "DELETE" and kind not in _SETS:
        words = f"DELETE action with value is not supported for the type {kind}"
    elif action == "ADD" and kind not in ("N", "L", *_SETS):
        words = f"ADD action is not supported for the type {kind}"
    else:
        return
    raise refusal(f"{_INVALID}{words}")
