"""Who has a managed policy, what must go before a policy, a group or a user may, and who changes.

moto looks for the first at a page of roles alone; of the second it would take with it what hangs
on it, or leave that behind. A user that moved left its tags and its keys' names behind, a role
whose longest session was changed its description.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

_ALL = (None, "LocalManagedPolicy", "AWSManagedPolicy")  # of kinds, as these are none
_BOUNDARY = "PermissionsBoundary"
_KINDS = {"Group": "PolicyGroups", "User": "PolicyUsers", "Role": "PolicyRoles"}

_POLICIES = {"managed_policies": "detach all policies", "policies": "delete policies"}
# What moto keeps of a group or a user, and what is to be done with it first.
_FIRST = {
    "DeleteGroup": {"users": "remove users from group", **_POLICIES},
    "DeleteUser": {
        **_POLICIES,
        "access_keys": "delete access keys",
        "password": "delete login profile",
        "mfa_devices": "delete MFA device",
        "signing_certificates": "delete signing certificates",
        "ssh_public_keys": "delete SSH public keys",
    },
}


def check_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a deletion that something else stands in the way of.

    Raises:
        AwsError: ``DeleteConflict``; ``NoSuchEntity``: another alias is the account's.
    """
    iam, name = context.backend("iam"), context.operation
    if name == "DeletePolicy":
        _check_policy(iam, parameters["PolicyArn"])
    elif name == "DeleteAccountAlias" and parameters["AccountAlias"] not in iam.account_aliases:
        words = f"The Account Alias {parameters['AccountAlias']} cannot be found."
        raise AwsError("NoSuchEntity", words, 404)
    elif name == "DeleteVirtualMFADevice":
        _check_unused(iam, parameters["SerialNumber"])
    elif name == "DeleteGroup":
        _check_first(name, iam.groups.get(parameters["GroupName"]))
    elif name == "DeleteUser" and (user := iam.users.get(parameters["UserName"])):
        _check_first(name, user)
        if any(user in group.users for group in iam.groups.values()):
            raise _conflict("Cannot delete entity, must remove users from group first.")


@operation("iam", "UpdateGroup", alone=True)
def update_group(
    context: Context, *, GroupName: str, NewPath: str | None = None, NewGroupName: str | None = None
) -> Answer:
    """Another path or name of a group; moto changes no path alone."""
    iam = context.backend("iam")
    with context.cloud.changing("iam"):
        group = iam.groups[GroupName]
        iam.update_group(GroupName, NewGroupName, NewPath)
        group.path = NewPath or group.path
    return {}


@operation("iam", "UpdateUser", alone=True)
def update_user(
    context: Context, *, UserName: str, NewPath: str | None = None, NewUserName: str | None = None
) -> Answer:
    """Another path or name of a user, who keeps what it has."""
    iam = context.backend("iam")
    user = iam.get_user(UserName)  # or NoSuchEntity
    with context.cloud.changing("iam"):
        before, tags = user.arn, iam.tagger.list_tags_for_resource(user.arn)["Tags"]
        iam.tagger.delete_all_tags_for_resource(before)
        iam.update_user(UserName, NewPath, NewUserName)
        iam.tagger.tag_resource(user.arn, tags)
        for key in (*user.access_keys, *user.ssh_public_keys):
            key.user_name = user.name
    return {}


@operation("iam", "UpdateRole", alone=True)
def update_role(
    context: Context,
    *,
    RoleName: str,
    Description: str | None = None,
    MaxSessionDuration: int | None = None,
) -> Answer:
    """Another description and another longest session, where they are given."""
    iam = context.backend("iam")
    role = iam.get_role(RoleName)  # or NoSuchEntity
    with context.cloud.changing("iam"):
        said = role.description if Description is None else Description
        iam.update_role(RoleName, said, MaxSessionDuration or role.max_session_duration)
    return {}


@operation("iam", "UpdateLoginProfile", alone=True)
def update_login_profile(
    context: Context,
    *,
    UserName: str,
    Password: str | None = None,
    PasswordResetRequired: bool | None = None,
) -> Answer:
    """Another password, or that one is to be chosen: what is not given stays."""
    user = context.backend("iam").get_user(UserName)
    with context.cloud.changing("iam"):
        user.password = Password or user.password
        if PasswordResetRequired is not None:
            user.password_reset_required = PasswordResetRequired
    return {}


@operation("iam", "ListEntitiesForPolicy")
def list_entities_for_policy(
    context: Context,
    *,
    PolicyArn: str,
    EntityFilter: str | None = None,
    PathPrefix: str = "/",
    PolicyUsageFilter: str | None = None,
    Marker: str | None = None,
    MaxItems: int = 100,
) -> Answer:
    """Groups, users and roles with a policy, by kind."""
    iam = context.backend("iam")
    iam.get_policy(PolicyArn)  # or NoSuchEntity
    bounds = PolicyUsageFilter == _BOUNDARY
    found = [
        (kind, each)
        for kind, each in _entities(iam)
        if EntityFilter in (kind, *_ALL)
        and (each.path or "/").startswith(PathPrefix)
        and PolicyArn in (_bounds(each) if bounds else each.managed_policies)
    ]
    refusal = AwsError("ValidationError", "Invalid Marker.")
    told = page("found", found, MaxItems, Marker, refusal, following="Marker")
    lists: dict[str, list[Answer]] = {member: [] for member in _KINDS.values()}
    for kind, each in told.pop("found"):
        lists[_KINDS[kind]].append({f"{kind}Name": each.name, f"{kind}Id": each.id})
    return lists | told | {"IsTruncated": "Marker" in told}


def _entities(iam: Any) -> Iterator[tuple[str, Any]]:
    for kind, records in (("Group", iam.groups), ("User", iam.users), ("Role", iam.roles)):
        for each in records.values():
            yield kind, each


def _check_policy(iam: Any, arn: str) -> None:
    if any(arn in each.managed_policies for _, each in _entities(iam)):
        raise _conflict("Cannot delete a policy attached to entities.")
    policy = iam.managed_policies.get(arn)
    if policy is not None and len(policy.versions) > 1:
        raise _conflict(
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions. The default version is deleted with the policy."
        )


def _check_unused(iam: Any, number: str) -> None:
    """Raise for a device that somebody logs in with; moto deletes it, and they keep it."""
    if any(number in user.mfa_devices for user in iam.users.values()):
        raise _conflict("MFA VirtualDevice in use. Must deactivate first.")


def _check_first(operation_name: str, entity: Any) -> None:
    for member, task in _FIRST[operation_name].items():
        if getattr(entity, member, None):
            raise _conflict(f"Cannot delete entity, must {task} first.")


def _conflict(words: str) -> AwsError:
    return AwsError("DeleteConflict", words, 409)


def _bounds(entity: Any) -> set[str]:
    return {str(getattr(entity, "permissions_boundary_arn", None))}
