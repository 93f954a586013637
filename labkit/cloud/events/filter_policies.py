"""SNS's filter policies: which of a topic's messages a subscription is for.

A policy is a pattern as EventBridge has them (AWS reads both with its Ruler), of at most five names
and 150 combinations of values. It is asked of a message's attributes, or of its body's JSON.

moto never matches ``equals-ignore-case`` with capitals, refuses ``cidr``, lets unknown comparisons
match nothing, leaves out ``$or``, and keeps the scope that a policy had when it was set.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html,
https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html and
https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
"""

from __future__ import annotations

import json
from typing import Any

import moto.sns.models as models
from moto.sns.exceptions import SNSInvalidParameter

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.pattern_checks import why_not
from labkit.cloud.events.patterns import matches
from labkit.cloud.json_text import is_number, object_in

_MOST_NAMES, _MOST_COMBINATIONS = 5, 150
_DECIMALS = 6
Json = dict[str, Any]


@on_start
def install(_: Cloud) -> None:
    """Let moto judge policies so, also those that a stack sets."""

    def validate(_: Any, value: Json, scope: str | None) -> None:
        if why := what_is_wrong(value, scope):
            raise SNSInvalidParameter(f"Invalid parameter: {why}")

    models.SNSBackend._validate_filter_policy = validate  # type: ignore[method-assign, assignment]


def is_for(subscription: Any, message: str, attributes: Json | None) -> bool:
    """Whether a subscription's filter policy, if any, takes a message.

    Args:
        attributes: each as ``{"Type": …, "Value": …}``.
    """
    if not (policy := subscription._filter_policy):
        return True
    if subscription.attributes.get("FilterPolicyScope") == "MessageBody":
        return _is_for_body(policy, message)
    # Without any attribute, nothing matches: not even that one does not exist.
    found = {name: _values(**each) for name, each in (attributes or {}).items()}
    return bool(found) and matches(_rounded(policy), found)


def what_is_wrong(policy: Json, scope: str | None) -> str:
    """What is wrong with a filter policy, in SNS's words; empty if nothing is."""
    if len(policy) > _MOST_NAMES:
        return f"FilterPolicy: Filter policy can not have more than {_MOST_NAMES} keys"
    if policy and (why := why_not(policy)):
        return f"FilterPolicy: {why}"
    if scope != "MessageBody" and _is_nested(policy):
        return "Filter policy scope MessageAttributes does not support nested filter policy"
    if _combinations(policy) > _MOST_COMBINATIONS:
        return "FilterPolicy: Filter policy is too complex"
    return ""


def _is_for_body(policy: Json, message: str) -> bool:
    body = object_in(message)
    return body is not None and matches(_rounded(policy), _rounded(body))


def _values(*, Type: str, Value: Any) -> Any:
    """What of an attribute is compared: a text, a number, or each of an array."""
    kind = Type.partition(".")[0]
    if kind == "Number" or Type == "String.Array":
        try:
            return _rounded(json.loads(Value) if isinstance(Value, str) else Value)
        except (ValueError, RecursionError):
            return Value
    return Value


def _rounded(value: Any) -> Any:
    """A value with its numbers cut to the decimals that SNS compares."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if isinstance(value, float) and is_number(value) and abs(value) < float("inf"):
        return int(value * 10**_DECIMALS) / 10**_DECIMALS
    return value


def _is_nested(policy: Json) -> bool:
    branches = policy.get("$or", ())
    return any(isinstance(each, dict) for each in policy.values()) or any(map(_is_nested, branches))


def _combinations(policy: Json, depth: int = 1, so_far: int = 1) -> int:
    """How many ways there are to match: a value counts once for each name that leads to it."""
    for name, asked in policy.items():
        if isinstance(asked, dict):
            so_far = _combinations(asked, depth + 1, so_far)
        elif name == "$or":
            so_far = sum(_combinations(each, depth, so_far) for each in asked)
        else:
            so_far *= len(asked) * depth
    return so_far
