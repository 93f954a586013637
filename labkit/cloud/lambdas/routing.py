"""Aliases: the version that one leads to, and the other that gets a share of its calls.

A version that an alias leads to is not deleted.

Source: https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

import random
from typing import Any

from labkit.cloud.operations import AwsError, Context


def routed(context: Context, function: Any, called: str) -> Any:
    """The version that answers a call, by the ARN that was called: an alias may have two."""
    alias = _aliases(context, function).get(called.rpartition(":")[2])
    for version, weight in _weights(alias).items() if alias else ():
        if random.random() < weight:
            backend = context.backend("lambda")
            return backend.get_function(function.function_name, version)
    return function


def check_new(context: Context, function: Any, name: str) -> None:
    """Raise where a function has an alias of this name; moto has another code for it."""
    known = _aliases(context, function)
    if name in known:
        words = f"Alias already exists: {known[name].arn}"
        raise AwsError("ResourceConflictException", words, 409)


def check_unused(context: Context, function: Any, version: str) -> None:
    """Raise where an alias leads to a version that is to be deleted."""
    aliases = _aliases(context, function).values()
    users = [a.name for a in aliases if version in {a.function_version, *_weights(a)}]
    if users:
        words = f"Version {version} is in use by the alias {users[0]}: delete or update it first."
        raise AwsError("ResourceConflictException", words, 409)


def _weights(alias: Any) -> dict[str, float]:
    """The second version of an alias and its share of the calls."""
    return (alias.routing_config or {}).get("AdditionalVersionWeights") or {}


def _aliases(context: Context, function: Any) -> dict[str, Any]:
    backend = context.backend("lambda")
    return {each.name: each for each in backend.list_aliases(function.function_name)}
