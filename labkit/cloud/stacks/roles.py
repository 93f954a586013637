"""IAM's roles in a stack, with their policies.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.stacks.kinds import Members, Part, kind

Call = tuple[str, Members]


def _attach(members: Members, arn: str) -> Call:
    return "AttachRolePolicy", {"RoleName": members["RoleName"], "PolicyArn": arn}


def _detach(members: Members, arn: str) -> Call:
    return "DetachRolePolicy", {"RoleName": members["RoleName"], "PolicyArn": arn}


def _write(members: Members, policy: Members) -> Call:
    return "PutRolePolicy", {"RoleName": members["RoleName"]} | policy


def _erase(members: Members, policy: Members) -> Call:
    name = policy["PolicyName"]
    return "DeleteRolePolicy", {"RoleName": members["RoleName"], "PolicyName": name}


def _trust(members: Members, document: Any) -> Call:
    told = {"RoleName": members["RoleName"], "PolicyDocument": document}
    return "UpdateAssumeRolePolicy", told


def _tag(members: Members, tag: Members) -> Call:
    return "TagRole", {"RoleName": members["RoleName"], "Tags": [tag]}


def _untag(members: Members, tag: Members) -> Call:
    return "UntagRole", {"RoleName": members["RoleName"], "TagKeys": [tag["Key"]]}


ROLE = kind(
    "iam",
    "Role",
    name="RoleName",
    parts=(
        Part("ManagedPolicyArns", _attach, _detach),
        Part("Policies", _write, _erase),
        Part("AssumeRolePolicyDocument", _trust, first=False),
        Part("Tags", _tag, _untag, first=False),
    ),
    attributes={"Arn": "Role.Arn", "RoleId": "Role.RoleId"},
)
