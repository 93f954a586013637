"""The errors of Step Functions in its own words, the ARNs that it takes, pages of its lists."""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud import paging
from labkit.cloud.operations import Answer, AwsError

_BAD_NAME = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]")
MACHINE, EXECUTION, ACTIVITY, EXPRESS = "stateMachine", "execution", "activity", "express"
MAP_RUN = "mapRun"
FAILED = ("FAILED", "TIMED_OUT", "ABORTED")  # statuses of executions


def check_name(name: str) -> None:
    """Raise unless a name may be given; how long it may be says the model.

    Raises:
        AwsError: ``InvalidName``.
    """
    if not name or _BAD_NAME.search(name):
        raise AwsError("InvalidName", f"Invalid Name: '{name}'")


def check_arn(arn: str, *kinds: str) -> None:
    """Raise unless an ARN is one of Step Functions, of one of these kinds.

    Raises:
        AwsError: ``InvalidArn``.
    """
    if not arn.startswith("arn:"):
        raise AwsError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {arn}'")
    parts = arn.split(":")
    if len(parts) < 7 or parts[2] != "states" or parts[5] not in kinds or not parts[6]:
        wanted = "' or '".join(kinds)
        words = f"Invalid Arn: 'Resource type not valid in this context: {_kind(parts, wanted)}'"
        raise AwsError("InvalidArn", words)


def _kind(parts: list[str], wanted: str) -> str:
    return parts[5] if len(parts) > 5 else wanted


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def no_machine(arn: str) -> AwsError:
    return AwsError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def no_execution(arn: str) -> AwsError:
    return AwsError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def no_resource(arn: str) -> AwsError:
    return AwsError("ResourceNotFound", f"Resource not found: '{arn}'")


def wrong_type() -> AwsError:
    return AwsError(
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )


def page(name: str, items: list[Any], limit: int, token: str, question: object = None) -> Answer:
    """One page of a list under its member's name, with ``nextToken`` when more follow.

    Raises:
        AwsError: ``InvalidToken``, also for a token of another question.
    """
    refusal = AwsError("InvalidToken", f"Invalid Token: '{token}'")
    return paging.page(name, items, limit, token, refusal, following="nextToken", question=question)


def redrivable(record: dict[str, Any]) -> Answer:
    """Whether an execution can be run again from where it failed."""
    status = record["status"]
    if status in FAILED:
        return {"redriveStatus": f"REDRIVABLE{'_BY_MAP_RUN' if 'mapRunArn' in record else ''}"}
    reason = f"Execution is {status} and cannot be redriven"
    return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}
