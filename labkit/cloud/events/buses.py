"""EventBridge's buses: who may put events on one, and what is told of each.

moto adds a policy's statements to those that are there, and takes away whatever the same principal
was allowed before; on AWS a policy replaces the one that was, and a statement only its namesake.

Sources: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html and
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html
"""

from __future__ import annotations

import time
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.models import EventBusPolicyStatement

from labkit.cloud import paging
from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.moto_calls import from_moto
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

_MOST = 100


@operation("events", "ListEventBuses")
def list_event_buses(
    context: Context, *, NamePrefix: str = "", Limit: int = _MOST, NextToken: str | None = None
) -> Answer:
    """Buses by name, each with its policy and when it was made and changed."""
    buses = context.backend("events").event_buses
    told = [_told(buses[name]) for name in sorted(buses) if name.startswith(NamePrefix)]
    bad = AwsError("ValidationException", "The pagination token is not valid.")
    return paging.page("EventBuses", told, min(Limit, _MOST), NextToken, bad, question=NamePrefix)


@operation("events", "UpdateEventBus", alone=True)
def update_event_bus(
    context: Context,
    *,
    Name: str = "default",
    Description: str | None = None,
    KmsKeyIdentifier: str = "",
    DeadLetterConfig: Answer | None = None,
    LogConfig: Answer | None = None,
) -> Answer:
    """What is not said is taken away; a description is by an empty one alone.

    Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateEventBus.html
    """
    if LogConfig:
        raise not_here("events", context.operation, "buses write no logs")
    with context.cloud.changing("events"):
        bus = _bus(context, Name)
        if Description is not None:
            bus.description = Description
        bus.kms_key_identifier, bus.dead_letter_config = KmsKeyIdentifier, DeadLetterConfig
        bus.last_modified_time = time.time()
    told = {"Name": bus.name, "Arn": bus.arn, "Description": bus.description}
    told |= {"KmsKeyIdentifier": KmsKeyIdentifier, "DeadLetterConfig": DeadLetterConfig}
    return {k: v for k, v in told.items() if v}


@operation("events", "PutPermission", alone=True)
def put_permission(
    context: Context, *, EventBusName: str = "default", Policy: str = "", **statement: Any
) -> Answer:
    """Let others put events on a bus, by a statement or by a policy that says all of it."""
    with context.cloud.changing("events"):
        bus = _bus(context, EventBusName)
        bus._statements = _policy(Policy) if Policy else _with(context, bus, **statement)
    return {}


@operation("events", "RemovePermission", alone=True)
def remove_permission(
    context: Context,
    *,
    EventBusName: str = "default",
    StatementId: str = "",
    RemoveAllPermissions: bool = False,
) -> Answer:
    with context.cloud.changing("events"):
        bus = _bus(context, EventBusName)
        if RemoveAllPermissions:
            bus.remove_statements()
        elif not bus.remove_statement(StatementId):
            words = "Statement with the provided id does not exist."
            raise AwsError("ResourceNotFoundException", words)
    return {}


def _told(bus: Any) -> Answer:
    told = {"Name": bus.name, "Arn": bus.arn, "Policy": bus.policy, "Description": bus.description}
    times = {"CreationTime": bus.creation_time, "LastModifiedTime": bus.last_modified_time}
    return {k: v for k, v in (told | times).items() if v}


def _bus(context: Context, name: str) -> Any:
    try:
        return context.backend("events").describe_event_bus(name.rpartition("/")[2])
    except JsonRESTError as error:
        raise from_moto(error) from error


def _policy(text: str) -> dict[str, EventBusPolicyStatement]:
    try:
        said: Any = parse_json(text)
        statements = said["Statement"]
        several = statements if isinstance(statements, list) else [statements]
        return {each["Sid"]: EventBusPolicyStatement.from_dict(each) for each in several}
    except (BadJson, KeyError, TypeError) as error:
        words = "This policy contains invalid Json, or a statement without its members."
        raise AwsError("ValidationException", words) from error


def _with(
    context: Context,
    bus: Any,
    *,
    StatementId: str | None = None,
    Action: str | None = None,
    Principal: str | None = None,
    Condition: dict[str, str] | None = None,
) -> dict[str, EventBusPolicyStatement]:
    """A bus's statements and one more, which moto judges; the account ``*`` is everybody."""
    before = dict(bus._statements)
    try:
        context.backend("events")._put_permission_from_params(
            bus, Action, Principal, StatementId, Condition
        )
    except JsonRESTError as error:
        raise from_moto(error) from error
    made = bus._statements[StatementId]
    if Principal == "*":
        made.principal = Principal
    return {**before, str(StatementId): made}
