"""What is particular to a Task, to a Choice and to a Wait in a definition.

Source: https://states-language.net/spec.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.states.choices import operator_of
from labkit.cloud.states.fields import is_kind
from labkit.cloud.states.jsonata import is_expression
from labkit.cloud.states.languages import moment_of
from labkit.cloud.states.resources import TOKEN, Resource, read_resource

Json = dict[str, Any]
Found = tuple[str, str, str]
SCHEMA = "SCHEMA_VALIDATION_FAILED"


def problems(state: Json, at: str, kind: str, *, jsonpath: bool) -> Iterator[Found]:
    """The code, sentence and place of each problem of a state of its type.

    Args:
        kind: of the machine, ``STANDARD`` or ``EXPRESS``.
    """
    if state["Type"] == "Task":
        yield from _task(state, at, kind)
    elif state["Type"] == "Choice":
        yield from _choice(state, at, jsonpath)
    elif state["Type"] == "Wait":
        yield from _wait(state, at, jsonpath)


def _task(state: Json, at: str, kind: str) -> Iterator[Found]:
    arn = state.get("Resource")
    if not isinstance(arn, str):
        return
    resource = read_resource(arn)
    if resource is None:
        words = (
            f"The resource provided {arn} is not recognized. The value is not a valid resource "
            "ARN, or the resource is not available in this region."
        )
        yield (SCHEMA, words, f"{at}/Resource")
    elif unknown := _unknown(state, resource):
        words = f'The field "{unknown}" is not supported by Step Functions'
        yield (SCHEMA, words, f"{at}/{_given(state)}")
    elif kind == "EXPRESS" and resource.pattern:
        pattern = TOKEN if resource.pattern == TOKEN else resource.pattern.partition(":")[0]
        words = f"Express state machine does not support '.{pattern}' service integration"
        words += " " if pattern == TOKEN else ""  # as AWS writes it
        yield (SCHEMA, words, f"{at}/Resource")
    elif kind == "EXPRESS" and resource.kind == "Activity":
        words = "Express state machine does not support Activity ARN"
        yield (SCHEMA, words, f"{at}/Resource")


def _wait(state: Json, at: str, jsonpath: bool) -> Iterator[Found]:
    stamp = state.get("Timestamp")
    dynamic = not jsonpath and is_expression(stamp)
    if isinstance(stamp, str) and not dynamic and moment_of(stamp) is None:
        yield (SCHEMA, "String does not match RFC3339 timestamp", f"{at}/Timestamp")


def _given(state: Json) -> str:
    return "Parameters" if "Parameters" in state else "Arguments"


def _unknown(state: Json, resource: Resource) -> str | None:
    """A parameter that the service's action does not have."""
    given = state.get(_given(state))
    if resource.integration is None or not isinstance(given, dict):
        return None
    known = resource.integration.parameters()
    names = (name.removesuffix(".$") for name in given)
    return next((name for name in names if name.lower() not in known), None)


def _choice(state: Json, at: str, jsonpath: bool) -> Iterator[Found]:
    rules = state.get("Choices")
    if not isinstance(rules, list) or not rules:
        yield (SCHEMA, "Expected a non-empty array", f"{at}/Choices")
        return
    for number, rule in enumerate(rules):
        where = f"{at}/Choices[{number}]"
        if "Next" not in rule:
            yield (SCHEMA, "These fields are required: [Next]", where)
        if jsonpath:
            yield from _rule(rule, where)
        elif "Condition" not in rule:
            yield (SCHEMA, "These fields are required: [Condition]", where)


def _rule(rule: Any, at: str) -> Iterator[Found]:
    if not isinstance(rule, dict):
        yield (SCHEMA, "Expected value of type [OBJECT]", at)
        return
    for name in ("And", "Or"):
        inner = rule.get(name, [])
        if not isinstance(inner, list):
            yield (SCHEMA, "Expected value of type [ARRAY]", f"{at}/{name}")
            continue
        for number, each in enumerate(inner):
            yield from _rule(each, f"{at}/{name}[{number}]")
    if "Not" in rule:
        yield from _rule(rule["Not"], f"{at}/Not")
    if not {"And", "Or", "Not"} & set(rule):
        if "Variable" not in rule:
            yield (SCHEMA, "These fields are required: [Variable]", at)
        comparison = operator_of(rule)
        if comparison is None:
            yield (SCHEMA, "A comparison operator is required", at)
        elif not is_kind(kind := _compared(comparison), rule[comparison]):
            yield (SCHEMA, f"Expected value of type [{kind}]", f"{at}/{comparison}")


def _compared(name: str) -> str:
    """What a comparison is made with."""
    if name.startswith("Is") or name == "BooleanEquals":
        return "BOOLEAN"
    return "NUMBER" if name.startswith("Numeric") and not name.endswith("Path") else "STRING"
