"""What Step Functions refuses of an alias, which moto takes as it comes.

An alias leads to one version of a machine, or to two with weights that make 100.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.operations import AwsError, Context
from labkit.cloud.states.words import invalid, no_resource

_OF_ONE = ("DeleteStateMachineAlias", "DescribeStateMachineAlias", "UpdateStateMachineAlias")
OPERATIONS = ("CreateStateMachineAlias", *_OF_ONE)
_VERSION = re.compile(r"arn:[\w-]+:states:[\w-]*:\d*:stateMachine:[^:]+:\d+")


def check_alias(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for routes that lead nowhere, for an alias that is not, or that has others."""
    if context.operation in _OF_ONE:
        _check_known(context, parameters["stateMachineAliasArn"])
    routes = parameters.get("routingConfiguration", [])
    if routes:
        _check_routes(routes)
    if context.operation == "CreateStateMachineAlias":
        _check_new(context, **parameters)


def _check_known(context: Context, arn: str) -> None:
    """Raise for an alias of no machine, too: moto names the machine."""
    machines = context.backend("stepfunctions").state_machines
    named = arn.rpartition(":")[0]
    if ":stateMachine:" in named and all(each.arn != named for each in machines):
        raise no_resource(arn)


def _check_routes(routes: list[dict[str, Any]]) -> None:
    versions = [route["stateMachineVersionArn"] for route in routes]
    weights = [route["weight"] for route in routes]
    received = f"Received: [{', '.join(versions)}]"
    must = "Routing configuration must contain"
    if not all(map(_VERSION.fullmatch, versions)):
        raise invalid(f"{must} state machine version ARNs. {received}")
    if len(set(versions)) < len(versions):
        raise invalid(f"{must} distinct state machine version ARNs. {received}")
    if sum(weights) != 100:
        raise invalid(f"Sum of routing configuration weights must equal 100. Received: {weights}")


def _check_new(
    context: Context,
    *,
    name: str,
    routingConfiguration: list[dict[str, Any]],
    description: str | None = None,
) -> None:
    arn = routingConfiguration[0]["stateMachineVersionArn"].rpartition(":")[0]
    machines = context.backend("stepfunctions").state_machines
    known = next((each.aliases.get(name) for each in machines if each.arn == arn), None)
    if known and (known.routing_configuration, known.description or None) != (
        routingConfiguration,
        description or None,
    ):
        words = "Failed to create alias because an alias with the same name and a different"
        raise AwsError("ConflictException", f"{words} routing configuration already exists.")
