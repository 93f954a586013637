"""IAM's users, groups and instance profiles below a path; moto tells all, whatever is asked for.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page


@operation("iam", "ListUsers")
def list_users(
    context: Context, *, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int = 100
) -> Answer:
    """Users by name, without their boundaries and tags, which AWS tells of one user alone."""
    users = context.backend("iam").users.values()
    found = _below(PathPrefix, users, lambda each: listed("User", each))
    return _page("Users", found, Marker, MaxItems)


@operation("iam", "ListGroups")
def list_groups(
    context: Context, *, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int = 100
) -> Answer:
    groups = context.backend("iam").groups.values()
    found = _below(PathPrefix, groups, lambda each: listed("Group", each))
    return _page("Groups", found, Marker, MaxItems)


@operation("iam", "ListInstanceProfiles")
def list_instance_profiles(
    context: Context, *, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int = 100
) -> Answer:
    profiles = context.backend("iam").instance_profiles.values()
    return _page("InstanceProfiles", _below(PathPrefix, profiles, _profile), Marker, MaxItems)


def _below(prefix: str, kept: Iterable[Any], told: Callable[[Any], Answer]) -> list[Answer]:
    """What lies below a path, by name."""
    found = (each for each in kept if each.path.startswith(prefix))
    return [told(each) for each in sorted(found, key=attrgetter("name"))]


def listed(kind: str, kept: Any) -> Answer:
    """What lists tell of each, under members that have its kind's name."""
    return {
        "Path": kept.path,
        f"{kind}Name": kept.name,
        f"{kind}Id": kept.id,
        "Arn": kept.arn,
        "CreateDate": kept.create_date,
    }


def _profile(profile: Any) -> Answer:
    roles = [
        listed("Role", role) | {"AssumeRolePolicyDocument": role.assume_role_policy_document}
        for role in profile.roles
    ]
    return listed("InstanceProfile", profile) | {"Roles": roles}


def _page(member: str, found: list[Answer], marker: str | None, size: int) -> Answer:
    refusal = AwsError("ValidationError", "Invalid Marker.")
    told = page(member, found, size, marker, refusal, following="Marker")
    return told | {"IsTruncated": "Marker" in told}
