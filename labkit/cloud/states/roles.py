"""The role that an execution acts as: it must exist and trust Step Functions.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.access.service_roles import Untrusting, client_as, find_role, trusts
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError
from labkit.cloud.states.errors import StateFailed

SERVICE = "states.amazonaws.com"
UNTRUSTED = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is "
    "authorized to assume the provided role."
)


def check_role(cloud: Cloud, arn: str) -> None:
    """Raise when a role does not let Step Functions in.

    A role that is not there yet is let through: its execution will say so at its first task.

    Raises:
        AwsError: ``AccessDeniedException``.
    """
    if (role := find_role(cloud, arn)) is not None and not trusts(cloud, role, SERVICE):
        raise AwsError("AccessDeniedException", UNTRUSTED)


def client_of(cloud: Cloud, role: str, service: str, region: str) -> Any:
    """A boto3 client that acts as a role.

    Raises:
        StateFailed: the role cannot be taken on.
    """
    try:
        return client_as(cloud, role, SERVICE, service, region)
    except Untrusting as error:
        words = f"The role {role} cannot be assumed. {UNTRUSTED}"
        raise StateFailed("States.Permissions", words, located=True) from error
