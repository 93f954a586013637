"""IAM's roles and groups in a stack, with their policies.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.stacks.kinds import Kind, Members, Part, kind

Call = tuple[str, Members]


def _policies(noun: str) -> tuple[Part, Part]:
    """The managed policies of a role or group, and its own."""

    def told(members: Members, **more: Any) -> Members:
        return {f"{noun}Name": members[f"{noun}Name"]} | more

    def attach(members: Members, arn: str) -> Call:
        return f"Attach{noun}Policy", told(members, PolicyArn=arn)

    def detach(members: Members, arn: str) -> Call:
        return f"Detach{noun}Policy", told(members, PolicyArn=arn)

    def write(members: Members, policy: Members) -> Call:
        return f"Put{noun}Policy", told(members, **policy)

    def erase(members: Members, policy: Members) -> Call:
        return f"Delete{noun}Policy", told(members, PolicyName=policy["PolicyName"])

    return Part("ManagedPolicyArns", attach, detach), Part("Policies", write, erase)


def _trust(members: Members, document: Any) -> Call:
    told = {"RoleName": members["RoleName"], "PolicyDocument": document}
    return "UpdateAssumeRolePolicy", told


def _tag(members: Members, tag: Members) -> Call:
    return "TagRole", {"RoleName": members["RoleName"], "Tags": [tag]}


def _untag(members: Members, tag: Members) -> Call:
    return "UntagRole", {"RoleName": members["RoleName"], "TagKeys": [tag["Key"]]}


def _join(members: Members, user: str) -> Call:
    return "AddUserToGroup", {"GroupName": members["GroupName"], "UserName": user}


def _leave(members: Members, user: str) -> Call:
    return "RemoveUserFromGroup", {"GroupName": members["GroupName"], "UserName": user}


def _policy_of(noun: str) -> Kind:
    """A policy of one role, group or user."""
    call, names = f"{noun}Policy", ("PolicyName", f"{noun}Name")
    by = {name: name for name in names}
    return Kind("iam", f"Put{call}", f"Put{call}", f"Delete{call}", "", id="|".join(names), by=by)


ROLE = kind(
    "iam",
    "Role",
    name="RoleName",
    parts=(
        *_policies("Role"),
        Part("AssumeRolePolicyDocument", _trust, first=False),
        Part("Tags", _tag, _untag, first=False),
    ),
    attributes={"Arn": "Role.Arn", "RoleId": "Role.RoleId"},
)
IDENTITIES = {
    "AWS::IAM::Group": kind(
        "iam",
        "Group",
        change="",
        name="GroupName",
        parts=_policies("Group"),
        attributes={"Arn": "Group.Arn"},
    ),
    "AWS::IAM::GroupPolicy": _policy_of("Group"),
    "AWS::IAM::Role": ROLE,
    "AWS::IAM::RolePolicy": _policy_of("Role"),
    "AWS::IAM::UserPolicy": _policy_of("User"),
    "AWS::IAM::UserToGroupAddition": Kind(
        "iam", "", name="", parts=(Part("Users", _join, _leave),)
    ),
}
