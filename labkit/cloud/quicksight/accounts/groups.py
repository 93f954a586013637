"""Groups of users, to whom things are given at once; in the Enterprise edition alone.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateGroup.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, principals, records
from labkit.cloud.quicksight.accounts import namespaces, principal_ids, users
from labkit.cloud.quicksight.kinds import GROUP
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import not_found


@answers("CreateGroup")
def create_group(
    context: Context, *, Namespace: str, GroupName: str, Description: str | None = None
) -> Answer:
    """Make a group without members."""
    gate.check_enterprise(context, "Groups are")
    namespaces.check(context, Namespace)
    id = principal_ids.of_directory(context, "group")
    members = {"GroupName": GroupName, "Description": Description, "PrincipalId": id}
    private = {"namespace": Namespace, "members": []}
    made = records.create(context, GROUP, f"{Namespace}/{GroupName}", members, private=private)
    return {"Group": made, "Status": 201}


@answers("UpdateGroup")
def update_group(
    context: Context, *, Namespace: str, GroupName: str, Description: str | None = None
) -> Answer:
    id = find(context, Namespace, GroupName)["_"]["id"]
    return {"Group": records.update(context, GROUP, id, {"Description": Description})}


@answers("DescribeGroup")
def describe_group(context: Context, *, Namespace: str, GroupName: str) -> Answer:
    return {"Group": find(context, Namespace, GroupName)}


@lists("ListGroups", "GroupList")
def list_groups(context: Context, *, Namespace: str) -> list[Record]:
    return namespaces.listed(context, GROUP, Namespace)


@lists("SearchGroups", "GroupList")
def search_groups(
    context: Context, *, Namespace: str, Filters: list[dict[str, Any]]
) -> list[Record]:
    """The groups whose name starts with something, in any case."""
    start = Filters[0]["Value"].lower()
    groups = namespaces.listed(context, GROUP, Namespace)
    return [group for group in groups if group["GroupName"].lower().startswith(start)]


@answers("DeleteGroup")
def delete_group(context: Context, *, Namespace: str, GroupName: str) -> Answer:
    records.remove(context, GROUP, find(context, Namespace, GroupName)["_"]["id"])
    return {}


@answers("CreateGroupMembership")
def create_group_membership(
    context: Context, *, Namespace: str, GroupName: str, MemberName: str
) -> Answer:
    """Put a user into a group."""
    group = find(context, Namespace, GroupName)
    user = users.find(context, Namespace, MemberName)
    others = [name for name in group["_"]["members"] if name != MemberName]
    records.keep(context, GROUP, group["_"]["id"], members=[*others, MemberName])
    return {"GroupMember": _member(user)}


@answers("DescribeGroupMembership")
def describe_group_membership(
    context: Context, *, Namespace: str, GroupName: str, MemberName: str
) -> Answer:
    group = find(context, Namespace, GroupName)
    _check_member(group, MemberName)
    return {"GroupMember": _member(users.find(context, Namespace, MemberName))}


@lists("ListGroupMemberships", "GroupMemberList")
def list_group_memberships(context: Context, *, Namespace: str, GroupName: str) -> list[Record]:
    group = find(context, Namespace, GroupName)
    return [_member(users.find(context, Namespace, name)) for name in group["_"]["members"]]


@answers("DeleteGroupMembership")
def delete_group_membership(
    context: Context, *, Namespace: str, GroupName: str, MemberName: str
) -> Answer:
    group = find(context, Namespace, GroupName)
    _check_member(group, MemberName)
    left = [name for name in group["_"]["members"] if name != MemberName]
    records.keep(context, GROUP, group["_"]["id"], members=left)
    return {}


@lists("ListUserGroups", "GroupList")
def list_user_groups(context: Context, *, Namespace: str, UserName: str) -> list[Record]:
    """The groups that a user is in."""
    return principals.memberships(context.cloud, users.find(context, Namespace, UserName))


def find(context: Context, namespace: str, name: str) -> Record:
    """A group's record."""
    return namespaces.find(context, GROUP, namespace, name)


def _member(user: Record) -> Record:
    return {"Arn": user["Arn"], "MemberName": user["UserName"]}


def _check_member(group: Record, name: str) -> None:
    if name not in group["_"]["members"]:
        raise not_found(f"{name} is not a member of the group {group['GroupName']}.")
