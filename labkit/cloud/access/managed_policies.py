"""Lists of managed policies, their versions, and of whom one is the boundary.

moto tells the oldest version first, with its document, mixes an account's policies with AWS's
thousand, and does not look at what a policy is used for.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
"""

from __future__ import annotations

import datetime
from typing import Any

from moto.iam.models import AWSManagedPolicy, ManagedPolicy

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

_BAD_MARKER = AwsError("ValidationError", "Invalid Marker.")


@on_start
def tell_of_boundaries(cloud: Cloud) -> None:
    """Let moto's answers tell of how many users and roles a policy is the boundary."""
    count = property(lambda policy: _bounded(cloud.backend("iam"), policy))
    ManagedPolicy.permissions_boundary_usage_count = count  # type: ignore[attr-defined]


@on_start
def tell_of_names(_: Cloud) -> None:
    """Let moto's answers name policies in GetAccountAuthorizationDetails too."""
    ManagedPolicy.policy_name = property(lambda policy: policy.name)  # type: ignore[attr-defined]
    ManagedPolicy.policy_id = property(lambda policy: policy.id)  # type: ignore[attr-defined]


@on_start
def attach_once(_: Cloud) -> None:
    """Let moto count a policy once for whom it is attached to, however often that was asked."""
    ManagedPolicy.attach_to = _attach  # type: ignore[method-assign, assignment]


_attach_to: Any = ManagedPolicy.attach_to


def _attach(policy: Any, holder: Any) -> None:
    if policy.arn not in holder.managed_policies:
        _attach_to(policy, holder)


def _bounded(iam: Any, policy: Any) -> int:
    holders = (*iam.users.values(), *iam.roles.values())
    return sum(getattr(h, "permissions_boundary_arn", None) == policy.arn for h in holders)


@operation("iam", "ListPolicies")
def list_policies(
    context: Context,
    *,
    Scope: str = "All",
    OnlyAttached: bool = False,
    PathPrefix: str = "/",
    PolicyUsageFilter: str | None = None,
    Marker: str | None = None,
    MaxItems: int = 100,
) -> Answer:
    """The account's own policies, then AWS's, by name."""
    iam = context.backend("iam")
    bounds = PolicyUsageFilter == "PermissionsBoundary"

    def is_asked_for(policy: Any) -> bool:
        by_aws = isinstance(policy, AWSManagedPolicy)
        used = _bounded(iam, policy) if bounds else policy.attachment_count
        return (
            Scope in ("All", "AWS" if by_aws else "Local")
            and policy.path.startswith(PathPrefix)
            and (used > 0 or not (OnlyAttached or PolicyUsageFilter))
        )

    found = sorted(
        filter(is_asked_for, iam.managed_policies.values()),
        key=lambda policy: (isinstance(policy, AWSManagedPolicy), policy.name),
    )
    told = page("Policies", found, MaxItems, Marker, _BAD_MARKER, following="Marker")
    told["Policies"] = [_told(iam, policy) for policy in told["Policies"]]
    return told | {"IsTruncated": "Marker" in told}


def _told(iam: Any, policy: Any) -> Answer:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": _bounded(iam, policy),
        "IsAttachable": True,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
    }


@operation("iam", "CreatePolicyVersion", alone=True)
def create_policy_version(
    context: Context, *, PolicyArn: str, PolicyDocument: str, SetAsDefault: bool = False
) -> Answer:
    """Another version of a policy; its document is not told."""
    iam = context.backend("iam")
    with context.cloud.changing("iam"):
        made = iam.create_policy_version(PolicyArn, PolicyDocument, SetAsDefault)
        policy = iam.managed_policies[PolicyArn]
        policy.update_date = datetime.datetime.now(datetime.UTC)
    return {"PolicyVersion": _version(policy, made)}


@operation("iam", "ListPolicyVersions")
def list_policy_versions(
    context: Context, *, PolicyArn: str, Marker: str | None = None, MaxItems: int = 100
) -> Answer:
    """A policy's versions, the latest first."""
    policy = context.backend("iam").managed_policies[PolicyArn]
    latest_first = [_version(policy, each) for each in reversed(policy.versions)]
    told = page("Versions", latest_first, MaxItems, Marker, _BAD_MARKER, following="Marker")
    return told | {"IsTruncated": "Marker" in told}


def _version(policy: Any, version: Any) -> Answer:
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.version_id == policy.default_version_id,
        "CreateDate": version.create_date,
    }
