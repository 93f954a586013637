"""Who may take on a role: the role must exist, and its trust policy must let the caller in.

A role that does not exist and one that the caller may not take on are refused alike.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.access import identities
from labkit.cloud.access.policy_language import Document, Question, read_document
from labkit.cloud.operations import AwsError, Context

ACTION = "sts:AssumeRole"


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise unless the caller may take on the role that an AssumeRole names.

    Raises:
        AwsError: ``AccessDenied``.
    """
    if context.operation != "AssumeRole":
        return
    cloud, arn = context.cloud, parameters["RoleArn"]
    roles = cloud.backend("iam").roles.values()
    role = next((each for each in roles if each.arn == arn), None)
    question = Question(context.principal, ACTION, arn, _keys(context, parameters))
    why = "because no resource-based policy allows the sts:AssumeRole action"
    if role is not None:
        why = identities.why_refused(cloud, question, _trust(role), delegates=False) or ""
    if why:
        user = f"User: {context.principal.arn} is not authorized to perform: {ACTION}"
        raise AwsError("AccessDenied", f"{user} on resource: {arn}", 403)


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
