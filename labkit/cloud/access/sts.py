"""Temporary credentials: of a role, which must exist and let the caller in, or of a user.

A role that does not exist and one that the caller may not take on are refused alike. A user's
session may do what the user may.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from moto.core.utils import utcnow
from moto.iam.utils import generate_access_key_id_from_account_id, random_alphanumeric
from moto.sts.utils import random_session_token

from labkit.cloud.access import identities
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import Document, read_document
from labkit.cloud.access.service_roles import forget_ended
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

ACTION = "sts:AssumeRole"
_IS_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
_USUAL_S = 43_200
_CHAINED_S = 3600  # of a session that a role begins; of each, unless its role says more


@dataclass(frozen=True)
class UserSession:
    """A user's session, which stands beside moto's records of the sessions of roles."""

    arn: str
    user_id: str
    account_id: str
    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime.datetime
    policy: str = ""


@operation("sts", "GetSessionToken")
def get_session_token(context: Context, *, DurationSeconds: int = _USUAL_S, **_: Any) -> Answer:
    """The caller's own rights, for a while.

    Raises:
        AwsError: ``AccessDenied`` to a role's session.
    """
    users = context.backend("iam").users.values()
    user = next((each for each in users if each.arn == context.principal.arn), None)
    if user is None:
        words = "Cannot call GetSessionToken with session credentials"
        raise AwsError("AccessDenied", words, 403)
    session = _begin(user, context.account, DurationSeconds)
    with context.cloud.changing("sts"):
        forget_ended(context.cloud)
        context.backend("sts").assumed_roles.append(session)
    return {
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": session.expiration,
        }
    }


@operation("sts", "GetFederationToken")
def get_federation_token(context: Context, **_: Any) -> Answer:
    raise not_here("sts", "GetFederationToken", "take on a role")


def _begin(user: Any, account: str, duration_s: int) -> UserSession:
    return UserSession(
        user.arn,
        user.id,
        account,
        generate_access_key_id_from_account_id(account, prefix="ASIA", total_length=20),
        random_alphanumeric(40),
        random_session_token(),
        utcnow() + datetime.timedelta(seconds=duration_s),
    )


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise unless the caller may take on the role that an AssumeRole names.

    Raises:
        AwsError: ``AccessDenied``; ``ValidationError`` and ``InvalidParameterValue`` for what is
            no ARN and for tags that cannot be.
    """
    if context.operation != "AssumeRole":
        return
    if parameters.get("PolicyArns"):
        raise not_here("sts", "AssumeRole", "a session's managed policies; pass it a Policy")
    cloud, arn = context.cloud, parameters["RoleArn"]
    if not _IS_ARN.fullmatch(arn):
        raise AwsError("ValidationError", f"{arn} is invalid")
    _check_tags(parameters)
    roles = cloud.backend("iam").roles.values()
    role = next((each for each in roles if each.arn == arn), None)
    question = Question(context.principal, ACTION, arn, _keys(context, parameters))
    why = "because no resource-based policy allows the sts:AssumeRole action"
    if role is not None:
        why = identities.why_refused(cloud, question, _trust(role), delegates=False) or ""
    if why:
        user = f"User: {context.principal.arn} is not authorized to perform: {ACTION}"
        raise AwsError("AccessDenied", f"{user} on resource: {arn}", 403)
    _check_duration(context, role, parameters.get("DurationSeconds") or 0)
    with cloud.lock("sts"):
        forget_ended(cloud)


def _check_tags(parameters: dict[str, Any]) -> None:
    """Raise for a session's tags whose keys are twins, and for keys to hand on that it has not."""
    keys = [each["Key"].lower() for each in parameters.get("Tags") or ()]
    if len({*keys}) < len(keys):
        words = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        raise AwsError("InvalidParameterValue", words)
    if {*map(str.lower, parameters.get("TransitiveTagKeys") or ())} - {*keys}:
        words = "The specified transitive tag key must be included in the requested tags."
        raise AwsError("InvalidParameterValue", words)


def _check_duration(context: Context, role: Any, seconds: int) -> None:
    """Raise for a session that is longer than the role lets it be, or than a chain of roles may.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    if context.principal.role_arn and seconds > _CHAINED_S:
        words = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
        raise AwsError("ValidationError", f"{words}by role chaining")
    if seconds > int(role.max_session_duration or _CHAINED_S):
        words = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise AwsError("ValidationError", words)


def _trust(role: Any) -> Document:
    """A role's trust policy; its statements name no resource, for that is the role."""
    try:
        document = read_document(role.assume_role_policy_document)
    except ValueError:
        return identities.NOTHING
    said = document["Statement"]
    statements = [said] if isinstance(said, dict) else said
    return document | {"Statement": [{"Resource": role.arn} | each for each in statements]}


def _keys(context: Context, parameters: dict[str, Any]) -> dict[str, str | list[str]]:
    keys = identities.global_keys(context.cloud, context.principal)
    if "ExternalId" in parameters:
        keys["sts:externalid"] = parameters["ExternalId"]
    return keys | {"sts:rolesessionname": parameters["RoleSessionName"]}
