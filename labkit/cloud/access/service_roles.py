"""Roles that an AWS service takes on to act for their owner: they must exist and trust it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html
"""

from __future__ import annotations

import datetime
import os
import threading
import time
import uuid
from typing import Any

import boto3
from botocore.config import Config
from moto.core.utils import utcnow

from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import Verdict, judge, read_document
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Principal

_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
ACTION, SESSION_S = "sts:AssumeRole", 12 * 3600
#: How long a session that has ended is known, so that its caller is told that it has.
REMEMBERED = datetime.timedelta(days=1)
_OPTIONS = Config(
    inject_host_prefix=False,
    connect_timeout=60,
    read_timeout=960,
    max_pool_connections=50,
    retries={"total_max_attempts": 1},
)
#: The access keys of what services, functions and jobs call in their roles.
SERVICES_KEYS: set[str] = set()
_CLIENTS: dict[tuple[str, ...], tuple[float, Any]] = {}
_LOCK = threading.Lock()


class Untrusting(Exception):
    """A role is not there, or does not let a service in. Args: its ARN, the service."""

    def __str__(self) -> str:
        return f"{self.args[1]} is not authorized to assume the role {self.args[0]}"


def find_role(cloud: Cloud, arn: str) -> Any:
    """moto's record of a role, ``None`` when there is none."""
    roles = cloud.backend("iam").roles.values()
    return next((role for role in roles if role.arn == arn), None)


def trusts(
    cloud: Cloud, role: Any, service: str, *, source: str = "", external_id: str = ""
) -> bool:
    """Whether a role's trust policy lets a service (``states.amazonaws.com``) in.

    Args:
        source: the ARN of what the service acts for, ``aws:SourceArn`` in the policy's conditions.
        external_id: ``sts:ExternalId`` there.
    """
    try:
        document = read_document(role.assume_role_policy_document)
    except ValueError:
        return False
    said = document["Statement"]
    statements = [said] if isinstance(said, dict) else said
    policy = {"Statement": [{"Resource": role.arn} | each for each in statements]}
    told = {"aws:sourcearn": source, "sts:externalid": external_id}
    keys: dict[str, str | list[str]] = {name: value for name, value in told.items() if value}
    keys["aws:sourceaccount"] = cloud.account
    principals = (service, service.replace(".", f".{cloud.region}.", 1))
    questions = [Question(Principal(p, cloud.account), ACTION, role.arn, keys) for p in principals]
    verdicts = [judge(policy, question, has_principal=True) for question in questions]
    return Verdict.DENIED not in verdicts and Verdict.ALLOWED in verdicts


def client_as(
    cloud: Cloud, role: str, acting: str, service: str, region: str, source: str = ""
) -> Any:
    """A boto3 client of a service, as a service that acts in a role.

    Args:
        role: its ARN.
        acting: the principal that takes it on, such as ``states.amazonaws.com``.
        source: the ARN of what it acts for.

    Raises:
        Untrusting: it may not.
    """
    found = find_role(cloud, role)
    if found is None or not trusts(cloud, found, acting, source=source):
        raise Untrusting(role, acting)
    key = (cloud.endpoint, role, found.id, service, region)
    with _LOCK:
        until, client = _CLIENTS.get(key, (0.0, None))
        if until < time.time():
            session = _session(cloud, role, region)
            client = session.client(service, endpoint_url=cloud.endpoint, config=_OPTIONS)
            _CLIENTS[key] = time.time() + SESSION_S / 2, client
    return client


def surroundings(cloud: Cloud, region: str) -> dict[str, str]:
    """The environment of a process that acts in a role: the system's own, and this cloud."""
    ours = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return ours | {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ALLOW_HTTP": "true",
        # Nothing of the machine's own AWS accounts.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def credentials(cloud: Cloud, role: str, name: str, region: str) -> dict[str, str]:
    """Credentials of a new session of a role, as the environment variables of a process.

    Args:
        role: its ARN.
        name: the session's.
    """
    with cloud.changing("sts"):
        forget_ended(cloud)
        session = cloud.backend("sts").assume_role(
            region_name=region,
            role_session_name=name,
            role_arn=role,
            policy=None,
            duration=SESSION_S,
            external_id=None,
        )
    SERVICES_KEYS.add(session.access_key_id)
    return {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
    }


def forget_ended(cloud: Cloud) -> None:
    """Drop the sessions that ended a day ago, in any role: processes begin one each, for ever."""
    sts, iam, last = cloud.backend("sts"), cloud.backend("iam"), utcnow() - REMEMBERED
    for session in [each for each in sts.assumed_roles if each.expiration < last]:
        sts.assumed_roles.remove(session)
        iam.access_keys.pop(session.access_key_id, None)
        SERVICES_KEYS.discard(session.access_key_id)


def _session(cloud: Cloud, role: str, region: str) -> boto3.Session:
    key, secret, token = credentials(cloud, role, uuid.uuid4().hex, region).values()
    return boto3.Session(key, secret, token, region_name=region)
