"""The role that an execution acts as: it must exist and trust Step Functions.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from labkit.cloud.access.service_roles import Untrusting, client_as, find_role, trusts
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError
from labkit.cloud.states.errors import StateFailed

if TYPE_CHECKING:
    from labkit.cloud.states.execution import Execution

SERVICE = "states.amazonaws.com"
_ROLE = re.compile(r"arn:aws(-[a-z-]+)?:iam::\d{12}:role/.+")
UNTRUSTED = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is "
    "authorized to assume the provided role."
)


def check_role(cloud: Cloud, arn: str, machine: str) -> None:
    """Raise when a role does not let Step Functions in for a state machine.

    A role that is not there yet is let through: its execution will say so at its first task.

    Raises:
        AwsError: ``InvalidArn`` or ``AccessDeniedException``.
    """
    if not _ROLE.fullmatch(arn):
        raise AwsError("InvalidArn", f"Invalid Role Arn: '{arn}'")
    role = find_role(cloud, arn)
    if role is not None and not trusts(cloud, role, SERVICE, source=machine):
        raise AwsError("AccessDeniedException", UNTRUSTED)


def client_of(execution: Execution, service: str, role: str = "") -> Any:
    """A boto3 client that acts as a role, its machine's own if none is named.

    Raises:
        StateFailed: the role cannot be taken on.
    """
    hidden, machine = execution.hidden, str(execution.record["stateMachineArn"])
    role = role or hidden["roleArn"]
    try:
        return client_as(execution.cloud, role, SERVICE, service, hidden["region"], machine)
    except Untrusting as error:
        words = f"The role {role} cannot be assumed. {UNTRUSTED}"
        raise StateFailed("States.Permissions", words, located=True) from error
