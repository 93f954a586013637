"""The operations that tell and change the permissions of a kind of resource.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_UpdateDataSetPermissions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import permissions, principals, records
from labkit.cloud.quicksight.kinds import Kind
from labkit.cloud.quicksight.records import Record, answers


def change(
    context: Context,
    kind: Kind,
    id: str,
    given: Sequence[Record] | None,
    taken: Sequence[Record] | None,
) -> Record:
    """Give and take permissions of a resource; gives its record."""
    record = records.find(context, kind, id)
    principals.check(context.cloud, kind, given or [])
    left = permissions.revoke(permissions.held(record), taken or [])
    return records.keep(context, kind, id, permissions=permissions.grant(kind, left, given or []))


def register(kind: Kind) -> None:
    """Answer ``Describe...Permissions`` and ``Update...Permissions`` of a kind."""

    @answers(f"Describe{kind.noun}Permissions")
    def describe(context: Context, **members: Any) -> Answer:
        return told(kind, records.find(context, kind, members[kind.id]))

    @answers(f"Update{kind.noun}Permissions")
    def update(context: Context, **members: Any) -> Answer:
        given, taken = members.get("GrantPermissions"), members.get("RevokePermissions")
        return told(kind, change(context, kind, members[kind.id], given, taken))


def told(kind: Kind, record: Record) -> Answer:
    """A resource's permissions as an answer."""
    arn = {"Arn": record["Arn"], f"{kind.noun}Arn": record["Arn"]}
    return {kind.id: record[kind.id], **arn, "Permissions": permissions.held(record)}
