"""Policies within a user, group or role, and what a role trusts: of either version of the language.

A document without ``Version`` is of 2008-10-17, as older templates write it; IAM wants 2012-10-17
of managed policies alone. moto wants it of all but a new role's trust.

All are told percent-encoded, which clients undo: moto encodes those of some answers, so that others
told a ``%3A`` as a colon.

Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyVersion.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.serialize import never_return, url_encode
from moto.iam.responses import IamResponse

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.json_text import parse_json
from labkit.cloud.operations import Answer, Context, operation

_TRUST = "AssumeRolePolicyDocument"
_ENCODED = (
    *(
        f"{call}Response.Role.{_TRUST}"
        for call in ("CreateServiceLinkedRole", "UpdateRoleDescription")
    ),
    f"ListRolesResponse.Roles.Role.{_TRUST}",
    f"InstanceProfile.Roles.Role.{_TRUST}",
    f"RoleDetailList.RoleDetail.{_TRUST}",
    "GetPolicyVersionResponse.PolicyVersion.Document",
)
_NOT_TOLD = tuple(
    f"CreateRoleResponse.Role.{name}" for name in ("MaxSessionDuration", "RoleLastUsed")
)


@on_start
def tell_encoded(_: Cloud) -> None:
    """Let moto's answers tell so; of a new role they tell too much."""
    known: Any = IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER
    known.update(dict.fromkeys(_ENCODED, url_encode) | dict.fromkeys(_NOT_TOLD, never_return))


@operation("iam", "PutUserPolicy", alone=True)
def put_user_policy(
    context: Context, *, UserName: str, PolicyName: str, PolicyDocument: str
) -> Answer:
    """A user's own policy, new or another."""
    return _put(context, "user", UserName, PolicyName, PolicyDocument)


@operation("iam", "PutGroupPolicy", alone=True)
def put_group_policy(
    context: Context, *, GroupName: str, PolicyName: str, PolicyDocument: str
) -> Answer:
    """A group's own policy, new or another."""
    return _put(context, "group", GroupName, PolicyName, PolicyDocument)


@operation("iam", "PutRolePolicy", alone=True)
def put_role_policy(
    context: Context, *, RoleName: str, PolicyName: str, PolicyDocument: str
) -> Answer:
    """A role's own policy, new or another."""
    return _put(context, "role", RoleName, PolicyName, PolicyDocument)


@operation("iam", "UpdateAssumeRolePolicy", alone=True)
def update_assume_role_policy(context: Context, *, RoleName: str, PolicyDocument: str) -> Answer:
    """Whom a role trusts from now on."""
    iam = context.backend("iam")
    with context.cloud.changing("iam"):
        iam.update_assume_role_policy(RoleName, _latest(PolicyDocument))  # judges it
        iam.get_role(RoleName).assume_role_policy_document = PolicyDocument
    return {}


def _put(context: Context, kind: str, name: str, policy: str, document: str) -> Answer:
    iam = context.backend("iam")
    with context.cloud.changing("iam"):
        getattr(iam, f"put_{kind}_policy")(name, policy, _latest(document))  # judges it
        getattr(iam, f"get_{kind}")(name).put_policy(policy, document)
    return {}


def _latest(document: str) -> str:
    """A document of the older version as one of the latest; another as it is."""
    try:
        read: Any = parse_json(document)
    except ValueError:
        return document
    if not isinstance(read, dict) or read.get("Version", "2008-10-17") != "2008-10-17":
        return document
    return json.dumps(read | {"Version": "2012-10-17"})
