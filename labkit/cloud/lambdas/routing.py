"""Aliases: the version that one leads to, and the other that gets a share of its calls.

A version that an alias leads to is not deleted. With an alias goes its policy, which moto keeps.

Source: https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

import random
import uuid
from typing import Any

import moto.awslambda.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lambdas.finding import aliases_of, find, plain_arn
from labkit.cloud.lambdas.permissions import stale
from labkit.cloud.operations import AwsError, Context


def routed(cloud: Cloud, function: Any, called: str) -> Any:
    """The version that answers a call, by the ARN that was called: an alias may have two."""
    alias = aliases_of(cloud, function).get(called.rpartition(":")[2])
    for version, weight in _weights(alias).items() if alias else ():
        if random.random() < weight:
            return find(cloud, plain_arn(function), version)
    return function


def check_new(context: Context, function: Any, name: str) -> None:
    """Raise where a function has an alias of this name; moto has another code for it."""
    known = aliases_of(context.cloud, function)
    if name in known:
        words = f"Alias already exists: {known[name].arn}"
        raise AwsError("ResourceConflictException", words, 409)


def check_revision(context: Context, function: Any, asked: dict[str, Any]) -> None:
    """Raise where there is no such alias, or it is not as the client saw it last."""
    alias = aliases_of(context.cloud, function).get(asked["Name"])
    if alias is None:
        words = f"Alias not found: {plain_arn(function)}:{asked['Name']}"
        raise AwsError("ResourceNotFoundException", words, 404)
    if asked.get("RevisionId") not in (None, alias.revision_id):
        raise stale("GetFunction/GetAlias")


def check_weights(context: Context, function: Any, asked: dict[str, Any]) -> None:
    """Raise for shares of calls that could not be had: there are two versions, both published."""
    alias = aliases_of(context.cloud, function).get(asked["Name"])
    said = asked.get("RoutingConfig")
    weights = (said.get("AdditionalVersionWeights") or {}) if said else alias and _weights(alias)
    version = asked.get("FunctionVersion") or (alias and alias.function_version)
    words = ""
    if weights and len(weights) > 1:
        words = "Number of items in AdditionalVersionWeights cannot be greater than 1"
    elif weights and version in weights:
        words = (
            f"Invalid function version {version}. Function version {version} is already included "
            "in routing configuration."
        )
    elif weights and version == "$LATEST":
        words = "$LATEST is not supported for an alias pointing to more than 1 version"
    if words:
        raise AwsError("InvalidParameterValueException", words)
    for other in weights or ():
        find(context.cloud, function.function_name, other, context.region)


def check_unused(context: Context, function: Any, version: str) -> None:
    """Raise where an alias leads to a version that is to be deleted."""
    aliases = aliases_of(context.cloud, function).values()
    users = [a.name for a in aliases if version in {a.function_version, *_weights(a)}]
    if users:
        words = f"Version {version} is in use by the alias {users[0]}: delete or update it first."
        raise AwsError("ResourceConflictException", words, 409)


def _weights(alias: Any) -> dict[str, float]:
    """The second version of an alias and its share of the calls."""
    return (alias.routing_config or {}).get("AdditionalVersionWeights") or {}


@on_start
def renew_revisions(cloud: Cloud) -> None:
    """Let an alias that is changed have another revision; moto keeps its first."""
    aliases: Any = models.LambdaAlias
    aliases.update, aliases.to_json = _update, _told
    models.LambdaStorage.delete_alias = _delete  # type: ignore[method-assign]


_update_alias: Any = models.LambdaAlias.update
_tell_alias: Any = models.LambdaAlias.to_json


def _told(alias: Any) -> dict[str, Any]:
    """An alias, without shares where one version has all."""
    told: dict[str, Any] = _tell_alias(alias)
    return told if _weights(alias) else told | {"RoutingConfig": None}


def _delete(self: Any, name: str, function_name: str) -> None:
    alias = self._get_function_aliases(function_name).pop(name, None)
    policy = self.get_function_by_name_or_arn_with_qualifier(function_name).policy
    if alias:
        policy.statements = [s for s in policy.statements if s.get("Resource") != alias.arn]


def _update(alias: Any, *changes: Any, **named: Any) -> None:
    _update_alias(alias, *changes, **named)
    alias.revision_id = str(uuid.uuid4())
