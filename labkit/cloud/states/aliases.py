"""What Step Functions refuses of an alias, which moto takes as it comes.

An alias leads to one version of a machine, or to two with weights that make 100. One that is not
there can be deleted.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.states import words
from labkit.cloud.states.words import invalid

_OF_ONE = ("DescribeStateMachineAlias", "UpdateStateMachineAlias")
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


@operation("stepfunctions", "DeleteStateMachineAlias", alone=True)
def delete_state_machine_alias(context: Context, *, stateMachineAliasArn: str) -> Answer:
    arn, _, name = stateMachineAliasArn.rpartition(":")
    words.check_arn(arn, words.MACHINE)
    for machine in context.backend("stepfunctions").state_machines:
        if machine.arn == arn:
            machine.aliases.pop(name, None)
    return {}


def has_alias(context: Context, arn: str) -> bool:
    """Whether an ARN is that of an alias."""
    named, _, name = arn.rpartition(":")
    machines = context.backend("stepfunctions").state_machines
    return any(each.arn == named and name in each.aliases for each in machines)


def _check_known(context: Context, arn: str) -> None:
    """Raise for an alias that is not there, or is of no machine: moto names either."""
    if ":stateMachine:" in arn.rpartition(":")[0] and not has_alias(context, arn):
        told = "Request references a resource that does not exist."
        raise AwsError("ResourceNotFound", told)


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
        told = "Failed to create alias because an alias with the same name and a different"
        raise AwsError("ConflictException", f"{told} routing configuration already exists.")
