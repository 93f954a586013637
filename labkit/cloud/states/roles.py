"""The role that an execution acts as: it must exist and trust Step Functions.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
"""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any

import boto3
from botocore.config import Config

from labkit.cloud.access import identities
from labkit.cloud.access.policy_language import Question, Verdict, judge, read_document
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.states.errors import StateFailed

SERVICE, ACTION = "states.amazonaws.com", "sts:AssumeRole"
SESSION_S = 12 * 3600
UNTRUSTED = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is "
    "authorized to assume the provided role."
)
_OPTIONS = Config(
    inject_host_prefix=False,
    connect_timeout=60,
    read_timeout=960,
    max_pool_connections=50,
    retries={"total_max_attempts": 1},
)
_CLIENTS: dict[tuple[str, ...], tuple[float, Any]] = {}
_LOCK = threading.Lock()


def check_role(cloud: Cloud, arn: str) -> None:
    """Raise when a role does not let Step Functions in.

    A role that is not there yet is let through: its execution will say so at its first task.

    Raises:
        AwsError: ``AccessDeniedException``.
    """
    if (role := find_role(cloud, arn)) is not None and not trusts(cloud, role, arn):
        raise AwsError("AccessDeniedException", UNTRUSTED)


def find_role(cloud: Cloud, arn: str) -> Any:
    """moto's record of a role, ``None`` when there is none."""
    roles = cloud.backend("iam").roles.values()
    return next((role for role in roles if role.arn == arn), None)


def trusts(cloud: Cloud, role: Any, arn: str) -> bool:
    """Whether a role's trust policy names Step Functions."""
    try:
        document = read_document(role.assume_role_policy_document)
    except ValueError:
        document = identities.NOTHING
    said = document["Statement"]
    statements = [{"Resource": arn} | each for each in ([said] if isinstance(said, dict) else said)]
    keys: dict[str, str | list[str]] = {"aws:sourceaccount": cloud.account}
    services = (SERVICE, f"states.{cloud.region}.amazonaws.com")
    verdicts = [
        judge(
            {"Statement": statements},
            Question(Principal(service, cloud.account), ACTION, arn, keys),
            has_principal=True,
        )
        for service in services
    ]
    return Verdict.DENIED not in verdicts and Verdict.ALLOWED in verdicts


def client_of(cloud: Cloud, role: str, service: str, region: str) -> Any:
    """A boto3 client that acts as a role.

    Raises:
        StateFailed: the role cannot be taken on.
    """
    key = (cloud.endpoint, role, service, region)
    with _LOCK:
        until, found = _CLIENTS.get(key, (0.0, None))
        if until < time.time() or find_role(cloud, role) is None:
            found = _session(cloud, role, region).client(
                service, endpoint_url=cloud.endpoint, config=_OPTIONS
            )
            _CLIENTS[key] = time.time() + SESSION_S / 2, found
    return found


def _session(cloud: Cloud, arn: str, region: str) -> boto3.Session:
    role = find_role(cloud, arn)
    if role is None or not trusts(cloud, role, arn):
        raise StateFailed(
            "States.Permissions", f"The role {arn} cannot be assumed. {UNTRUSTED}", located=True
        )
    with cloud.changing("sts"):
        session = cloud.backend("sts").assume_role(
            region_name=region,
            role_session_name=uuid.uuid4().hex,
            role_arn=arn,
            policy=None,
            duration=SESSION_S,
            external_id=None,
        )
    credentials = (session.access_key_id, session.secret_access_key, session.session_token)
    return boto3.Session(*credentials, region_name=region)
