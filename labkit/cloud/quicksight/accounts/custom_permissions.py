"""Custom permissions: profiles of what users may not do, applied to users, roles or the account.

They are kept and told; the local QuickSight has no console in which they would take buttons away.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateCustomPermissions.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, records
from labkit.cloud.quicksight.accounts import namespaces
from labkit.cloud.quicksight.kinds import USER, Kind
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import conflict, not_found
from labkit.cloud.state import Records

PROFILE = Kind("custompermission", "CustomPermissions", in_arns="custompermissions")


@answers("CreateCustomPermissions")
def create_custom_permissions(
    context: Context,
    *,
    CustomPermissionsName: str,
    Tags: list[Record] | None = None,
    **members: Any,
) -> Answer:
    """Make a profile."""
    gate.check_enterprise(context, "Custom permissions are")
    members["CustomPermissionsName"] = CustomPermissionsName
    made = records.create(context, PROFILE, CustomPermissionsName, members, tags=Tags)
    return {"Arn": made["Arn"]}


@answers("UpdateCustomPermissions")
def update_custom_permissions(
    context: Context, *, CustomPermissionsName: str, **members: Any
) -> Answer:
    return {"Arn": records.update(context, PROFILE, CustomPermissionsName, members)["Arn"]}


@answers("DescribeCustomPermissions")
def describe_custom_permissions(context: Context, *, CustomPermissionsName: str) -> Answer:
    return {"CustomPermissions": find(context, CustomPermissionsName)}


@lists("ListCustomPermissions", "CustomPermissionsList")
def list_custom_permissions(context: Context) -> list[Record]:
    return records.listed(context, PROFILE)


@answers("DeleteCustomPermissions")
def delete_custom_permissions(context: Context, *, CustomPermissionsName: str) -> Answer:
    """Delete a profile that restricts nobody: what it denies would be allowed without a word."""
    told = [*records.listed(context, USER), *_applied(context).values()]
    if any(each.get("CustomPermissionsName") == CustomPermissionsName for each in told):
        raise conflict(
            f"CustomPermissions {CustomPermissionsName} is applied to users, roles or the account."
        )
    return {"Arn": records.remove(context, PROFILE, CustomPermissionsName)["Arn"]}


@answers("UpdateRoleCustomPermission")
def update_role_custom_permission(
    context: Context, *, Namespace: str, Role: str, CustomPermissionsName: str
) -> Answer:
    """Restrict all users of a role."""
    namespaces.check(context, Namespace)
    return _apply(context, f"{Namespace}/{Role}", CustomPermissionsName)


@answers("DescribeRoleCustomPermission")
def describe_role_custom_permission(context: Context, *, Namespace: str, Role: str) -> Answer:
    return _applied_to(context, f"{Namespace}/{Role}")


@answers("DeleteRoleCustomPermission")
def delete_role_custom_permission(context: Context, *, Namespace: str, Role: str) -> Answer:
    return _lift(context, f"{Namespace}/{Role}")


@answers("UpdateAccountCustomPermission")
def update_account_custom_permission(context: Context, *, CustomPermissionsName: str) -> Answer:
    """Restrict all users of the account."""
    return _apply(context, "account", CustomPermissionsName)


@answers("DescribeAccountCustomPermission")
def describe_account_custom_permission(context: Context) -> Answer:
    return _applied_to(context, "account")


@answers("DeleteAccountCustomPermission")
def delete_account_custom_permission(context: Context) -> Answer:
    return _lift(context, "account")


def find(context: Context, name: str) -> Record:
    """A profile's record."""
    return records.find(context, PROFILE, name)


def forget(context: Context, namespace: str) -> None:
    """Lift what restricts the roles of a namespace that goes."""
    applied = _applied(context)
    for to in [each for each in applied if each.startswith(f"{namespace}/")]:
        del applied[to]


def _apply(context: Context, to: str, name: str) -> Answer:
    find(context, name)
    _applied(context)[to] = {"CustomPermissionsName": name}
    return {}


def _applied_to(context: Context, to: str) -> Answer:
    found = _applied(context).get(to)
    if found is None:
        raise not_found("No custom permissions are applied.")
    return {"CustomPermissionsName": found["CustomPermissionsName"]}


def _lift(context: Context, to: str) -> Answer:
    _applied_to(context, to)
    del _applied(context)[to]
    return {}


def _applied(context: Context) -> Records:
    return context.cloud.records("quicksight.restrictions")
