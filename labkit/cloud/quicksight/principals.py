"""Users, groups and namespaces as those who are given something.

A user is also each group that it is in, and its namespace.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ResourcePermission.html
"""

from __future__ import annotations

from labkit.cloud.cloud import Cloud
from labkit.cloud.quicksight import kinds, records
from labkit.cloud.quicksight.kinds import Kind
from labkit.cloud.quicksight.records import Record


def find(cloud: Cloud, arn: str) -> Record | None:
    """The record of a user, a group or a namespace."""
    fields = arn.split(":", 5)
    if len(fields) < 6 or fields[2] != "quicksight" or fields[4] != cloud.account:
        return None
    name, _, id = fields[5].partition("/")
    kind = _KINDS.get(name)
    found = records.look_up(cloud, fields[3], kind, id) if kind else None
    return found if found and found["Arn"] == arn else None


def memberships(cloud: Cloud, user: Record) -> list[Record]:
    """The records of the groups that a user is in."""
    private = user["_"]
    return [
        group
        for group in records.records(cloud, kinds.GROUP).values()
        if (group["_"]["region"], group["_"]["namespace"])
        == (private["region"], private["namespace"])
        and user.get("UserName") in group["_"]["members"]
    ]


def names_of(cloud: Cloud, user_arn: str) -> list[str]:
    """The ARNs under which a user may be given something; none for one that there is not."""
    user = find(cloud, user_arn)
    if user is None or "UserName" not in user:
        return []
    private = user["_"]
    namespace = f"arn:aws:quicksight:{private['region']}:{cloud.account}:namespace/"
    return [user_arn, *groups_of(cloud, user_arn), namespace + private["namespace"]]


def groups_of(cloud: Cloud, user_arn: str) -> list[str]:
    """The ARNs of the groups that a user is in."""
    user = find(cloud, user_arn)
    return [group["Arn"] for group in memberships(cloud, user)] if user else []


_KINDS: dict[str, Kind] = {kind.name: kind for kind in (kinds.USER, kinds.GROUP, kinds.NAMESPACE)}
