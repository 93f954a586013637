"""Who has a managed policy: moto looks at a page of roles alone, and never tells the next page.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

_ALL = (None, "LocalManagedPolicy", "AWSManagedPolicy")  # of kinds, as these are none
_BOUNDARY = "PermissionsBoundary"
_KINDS = {"Group": "PolicyGroups", "User": "PolicyUsers", "Role": "PolicyRoles"}


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
    iam = context.cloud.backend("iam")
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


def _bounds(entity: Any) -> set[str]:
    return {str(getattr(entity, "permissions_boundary_arn", None))}
