"""Users: somebody whom IAM knows, or who signs in to QuickSight with a name and a password.

A user of an IAM role is named after the role and the session. One whom IAM does not know is not
active until an invitation by mail is taken up, which here nobody can.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RegisterUser.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, principals, records
from labkit.cloud.quicksight.accounts import custom_permissions, namespaces, principal_ids
from labkit.cloud.quicksight.kinds import GROUP, USER
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import invalid, not_found, not_here

_IAM = re.compile(r"arn:aws:iam::\d{12}:(user|role)/(?:.*/)?([^/]+)")
_KEPT = ("CustomPermissionsName", "ExternalLoginFederationProviderType", "ExternalLoginId")


@answers("RegisterUser")
def register_user(
    context: Context,
    *,
    Namespace: str,
    IdentityType: str,
    Email: str,
    UserRole: str,
    UserName: str | None = None,
    IamArn: str | None = None,
    SessionName: str | None = None,
    Tags: list[Record] | None = None,
    **options: Any,
) -> Answer:
    """Let somebody into QuickSight."""
    namespaces.check(context, Namespace)
    if IdentityType == "IAM_IDENTITY_CENTER":
        raise not_here("RegisterUser", "there is no IAM Identity Center")
    name = iam_name(IamArn, SessionName) if IamArn else UserName
    if not name:
        needed = "IamArn" if IdentityType == "IAM" else "UserName"
        raise invalid(f"{needed} is required for the identity type {IdentityType}.")
    _check_role(context, UserRole)
    login = _login(context, options)
    identity: Record = {"IdentityType": IdentityType, "Active": bool(IamArn)}
    if IamArn:
        identity["PrincipalId"] = principal_ids.of_iam(context, IamArn, SessionName)
    user = register(context, Namespace, name, Email, UserRole, identity | login, tags=Tags)
    invitation = f"https://{context.region}.quicksight.aws.amazon.com/sn/auth/signin"
    return {"User": user} | ({} if IamArn else {"UserInvitationUrl": invitation}) | {"Status": 201}


@answers("UpdateUser")
def update_user(
    context: Context,
    *,
    Namespace: str,
    UserName: str,
    Email: str,
    Role: str,
    UnapplyCustomPermissions: bool = False,
    **options: Any,
) -> Answer:
    """Change a user's mail address, role and restrictions."""
    found = find(context, Namespace, UserName)
    _check_role(context, Role)
    changes: Record = {"Email": Email, "Role": Role} | _login(context, options)
    if UnapplyCustomPermissions:
        changes["CustomPermissionsName"] = None
    return {"User": records.update(context, USER, found["_"]["id"], changes)}


@answers("DescribeUser")
def describe_user(context: Context, *, Namespace: str, UserName: str) -> Answer:
    return {"User": find(context, Namespace, UserName)}


@lists("ListUsers", "UserList")
def list_users(context: Context, *, Namespace: str) -> list[Record]:
    return namespaces.listed(context, USER, Namespace)


@answers("DeleteUser")
def delete_user(context: Context, *, Namespace: str, UserName: str) -> Answer:
    """Delete a user, also from its groups."""
    _delete(context, find(context, Namespace, UserName))
    return {}


@answers("DeleteUserByPrincipalId")
def delete_user_by_principal_id(context: Context, *, Namespace: str, PrincipalId: str) -> Answer:
    for user in records.listed(context, USER):
        if (user["_"]["namespace"], user["PrincipalId"]) == (Namespace, PrincipalId):
            _delete(context, user)
            return {}
    raise not_found(f"User with principal id {PrincipalId} is not found.")


@answers("UpdateUserCustomPermission")
def update_user_custom_permission(
    context: Context, *, Namespace: str, UserName: str, CustomPermissionsName: str
) -> Answer:
    custom_permissions.find(context, CustomPermissionsName)
    return _restrict(context, Namespace, UserName, CustomPermissionsName)


@answers("DeleteUserCustomPermission")
def delete_user_custom_permission(context: Context, *, Namespace: str, UserName: str) -> Answer:
    return _restrict(context, Namespace, UserName, None)


def register(
    context: Context,
    namespace: str,
    name: str,
    email: str,
    role: str,
    more: Record,
    *,
    tags: list[Record] | None = None,
) -> Record:
    """Put a user on record."""
    known = {"PrincipalId": principal_ids.of_directory(context, "user")}
    members = {"UserName": name, "Email": email, "Role": role} | known | more
    private = {"namespace": namespace}
    return records.create(context, USER, f"{namespace}/{name}", members, tags=tags, private=private)


def find(context: Context, namespace: str, name: str) -> Record:
    """A user's record."""
    return namespaces.find(context, USER, namespace, name)


def iam_name(arn: str, session: str | None) -> str:
    """The name of a user whom IAM knows.

    >>> iam_name("arn:aws:iam::123456789012:role/dean", "mary@example.edu")
    'dean/mary@example.edu'
    """
    named = _IAM.fullmatch(arn)
    if named is None:
        raise invalid(f"IamArn {arn} is not the ARN of an IAM user or role.")
    kind, name = named.groups()
    if kind == "role" and not session:
        raise invalid("SessionName is required for a user of an IAM role.")
    return f"{name}/{session}" if kind == "role" else name


def _check_role(context: Context, role: str) -> None:
    if role.startswith("READER") or role.endswith("_PRO"):
        gate.check_enterprise(context, f"The role {role} is")


def _login(context: Context, options: Record) -> Record:
    """What a call says of a user's restrictions and sign-in, as the record has it."""
    if name := options.get("CustomPermissionsName"):
        custom_permissions.find(context, name)
    found = {name: options[name] for name in _KEPT if name in options}
    url = options.get("CustomFederationProviderUrl")
    return found | ({"ExternalLoginFederationProviderUrl": url} if url else {})


def _restrict(context: Context, namespace: str, name: str, permissions: str | None) -> Answer:
    id = find(context, namespace, name)["_"]["id"]
    records.update(context, USER, id, {"CustomPermissionsName": permissions})
    return {}


def _delete(context: Context, user: Record) -> None:
    with context.cloud.state.together():
        for group in principals.memberships(context.cloud, user):
            members = [name for name in group["_"]["members"] if name != user["UserName"]]
            records.keep(context, GROUP, group["_"]["id"], members=members)
        records.remove(context, USER, user["_"]["id"])
