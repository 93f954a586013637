"""The role in which QuickSight reads the account's data: ``aws-quicksight-service-role-v0``.

It is made when the account signs up, and may use Athena at first. The console's page "Security and
permissions" adds buckets to its policy ``AWSQuickSightS3Policy``; code adds a policy of its own.
A data source that names another role is read in that one.
Source: https://docs.aws.amazon.com/quicksight/latest/user/accessing-data-sources.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from labkit.cloud.access.service_roles import find_role
from labkit.cloud.cloud import Cloud

NAME, PATH, SERVICE = "aws-quicksight-service-role-v0", "/service-role/", "quicksight.amazonaws.com"
_ATHENA = "AWSQuicksightAthenaAccess"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    ],
}


def role_arn(cloud: Cloud) -> str:
    """The ARN that the role has, when there is one."""
    return f"arn:aws:iam::{cloud.account}:role{PATH}{NAME}"


def make(cloud: Cloud) -> None:
    """Make the role, unless it is there from an earlier subscription."""
    if find_role(cloud, role_arn(cloud)) is not None:
        return
    with cloud.changing("iam"):
        iam = cloud.backend("iam")
        iam.create_role(
            role_name=NAME,
            assume_role_policy_document=json.dumps(_TRUST),
            path=PATH,
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration="3600",
        )
        _allow_athena(iam)


def _allow_athena(iam: Any) -> None:
    """Attach AWS's own policy, or put its text where AWS's policies are not there."""
    arn = f"arn:aws:iam::aws:policy{PATH}{_ATHENA}"
    if arn in iam.managed_policies:
        iam.attach_role_policy(arn, NAME)
    else:
        text = json.dumps(json.loads(aws_managed_policies_data)[_ATHENA]["Document"])
        iam.put_role_policy(NAME, _ATHENA, text)
