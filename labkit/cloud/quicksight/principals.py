"""Users, groups and namespaces as those who are given something.

A user is also each group that it is in, and its namespace. A namespace stands for all its users;
analyses, dashboards, templates, themes, folders and topics can be given to one, data sources and
data sets cannot. A template can be given to another account too, by the ARN of its root, or to
all as ``*``. Sources: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ResourcePermission.html
and https://github.com/aws-solutions-library-samples/cloud-intelligence-dashboards-framework
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.quicksight import kinds
from labkit.cloud.quicksight.kinds import Kind
from labkit.cloud.quicksight.words import invalid

Record = dict[str, Any]
_KINDS: dict[str, Kind] = {kind.name: kind for kind in (kinds.USER, kinds.GROUP, kinds.NAMESPACE)}
_ACCOUNTS = re.compile(r"\*|arn:aws:iam::\d{12}:root")
_NOT_FOR_NAMESPACES = (kinds.DATA_SOURCE, kinds.DATA_SET)


def find(cloud: Cloud, arn: str) -> Record | None:
    """The record of a user, a group or a namespace that was made."""
    fields = arn.split(":", 5)
    if len(fields) < 6 or fields[2] != "quicksight" or fields[4] != cloud.account:
        return None
    name, _, id = fields[5].partition("/")
    kind = _KINDS.get(name)
    found = cloud.records(f"quicksight.{kind.name}").get(f"{fields[3]}/{id}") if kind else None
    return found if found and found["Arn"] == arn else None


def caller_arn(context: Context) -> str:
    """The ARN of the QuickSight user that the caller is, whether or not it was registered.

    An IAM user is named as in IAM, a role's session by both names, the account's root ``root``.
    """
    arn = context.principal.arn
    name = arn.split(":", 5)[5].partition("/")[2]
    name = name if ":assumed-role/" in arn else name.rpartition("/")[2]
    return context.arn(f"user/default/{name or 'root'}")


def memberships(cloud: Cloud, user: Record) -> list[Record]:
    """The records of the groups that a user is in."""
    private = user["_"]
    return [
        group
        for group in cloud.records(f"quicksight.{kinds.GROUP.name}").values()
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


def check(cloud: Cloud, kind: Kind, given: Iterable[Record]) -> None:
    """Raise when permissions name somebody to whom a resource of this kind cannot be given."""
    if not all(_may_be_given(cloud, kind, each["Principal"]) for each in given):
        raise invalid(
            "One or more principals in resource permissions list are not valid QuickSight users"
        )


def _may_be_given(cloud: Cloud, kind: Kind, arn: str) -> bool:
    if _ACCOUNTS.fullmatch(arn):
        return kind == kinds.TEMPLATE
    if ":namespace/" in arn:
        own = f":{cloud.account}:namespace/default"
        return kind not in _NOT_FOR_NAMESPACES and (arn.endswith(own) or bool(find(cloud, arn)))
    return find(cloud, arn) is not None
