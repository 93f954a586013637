"""Permissions boundaries of users: what their policies can give them at most.

moto keeps those of roles alone.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import Role, User

from labkit.cloud.access.paths import listed
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import Answer, AwsError, Context, operation


@on_start
def tell_of_users(cloud: Cloud) -> None:
    """Let moto's answers tell of a user what they do of a role."""
    User.permissions_boundary_arn = None  # type: ignore[attr-defined]
    Role.permissions_boundary = _boundary  # type: ignore[assignment, method-assign]
    User.permissions_boundary = _boundary  # type: ignore[attr-defined]


@property  # type: ignore[misc]
def _boundary(holder: Any) -> dict[str, str] | None:
    """A holder's boundary, of the one kind that there is, as IAM calls it."""
    arn = holder.permissions_boundary_arn
    kind = {"PermissionsBoundaryType": "Policy"}
    return kind | {"PermissionsBoundaryArn": arn} if arn else None


@operation("iam", "CreateUser", alone=True)
def create_user(
    context: Context,
    *,
    UserName: str,
    Path: str = "/",
    PermissionsBoundary: str | None = None,
    Tags: list[dict[str, str]] | None = None,
) -> Answer:
    """A user, with a boundary where one is named."""
    iam = context.backend("iam")
    with context.cloud.changing("iam"):
        user = iam.create_user(context.region, UserName, Path, Tags)
        user.permissions_boundary_arn = PermissionsBoundary
    told = listed("User", user) | {"PermissionsBoundary": user.permissions_boundary, "Tags": Tags}
    return {"User": {name: value for name, value in told.items() if value}}


@operation("iam", "PutUserPermissionsBoundary")
def put_user_permissions_boundary(
    context: Context, *, UserName: str, PermissionsBoundary: str
) -> Answer:
    """Another boundary of a user."""
    iam = context.backend("iam")
    user = iam.get_user(UserName)  # or NoSuchEntity
    with context.cloud.changing("iam"):
        user.permissions_boundary_arn = PermissionsBoundary
    return {}


@operation("iam", "DeleteUserPermissionsBoundary")
def delete_user_permissions_boundary(context: Context, *, UserName: str) -> Answer:
    """No boundary any more."""
    user = context.backend("iam").get_user(UserName)
    if user.permissions_boundary_arn is None:
        words = f"The user with name {UserName} does not have a permissions boundary."
        raise AwsError("NoSuchEntity", words, 404)
    with context.cloud.changing("iam"):
        user.permissions_boundary_arn = None
    return {}
