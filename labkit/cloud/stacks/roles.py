"""IAM's roles, groups, users and managed policies in a stack.

moto drops no policy that somebody has, so that its stack could not be dropped, and gives a user
none of his.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud import stacks
from labkit.cloud.stacks.calls import ask
from labkit.cloud.stacks.kinds import Kind, Members, Part, kind, renaming

Call = tuple[str, Members]


def _naming(noun: str) -> Callable[..., Members]:
    """What names a role, group or user to a call, and what else the call says."""
    return lambda members, **more: {f"{noun}Name": members[f"{noun}Name"]} | more


def _policies(noun: str) -> tuple[Part, Part]:
    """The managed policies of a role or group, and its own."""
    told = _naming(noun)

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


def _tags(noun: str) -> Part:
    told = _naming(noun)
    return Part(
        "Tags",
        lambda members, tag: (f"Tag{noun}", told(members, Tags=[tag])),
        lambda members, tag: (f"Untag{noun}", told(members, TagKeys=[tag["Key"]])),
        first=False,
    )


def _join(members: Members, user: str) -> Call:
    return "AddUserToGroup", {"GroupName": members["GroupName"], "UserName": user}


def _leave(members: Members, user: str) -> Call:
    return "RemoveUserFromGroup", {"GroupName": members["GroupName"], "UserName": user}


def _enter(members: Members, group: str) -> Call:
    return "AddUserToGroup", {"GroupName": group, "UserName": members["UserName"]}


def _quit(members: Members, group: str) -> Call:
    return "RemoveUserFromGroup", {"GroupName": group, "UserName": members["UserName"]}


def _log_in(members: Members, profile: Members) -> Call:
    return "CreateLoginProfile", {"UserName": members["UserName"]} | profile


def _log_out(members: Members, profile: Members) -> Call:
    return "DeleteLoginProfile", {"UserName": members["UserName"]}


def _policy_of(noun: str) -> Kind:
    """A policy of one role, group or user."""
    call, names = f"{noun}Policy", ("PolicyName", f"{noun}Name")
    by = {name: name for name in names}
    return Kind("iam", f"Put{call}", f"Put{call}", f"Delete{call}", "", id="|".join(names), by=by)


def _arn(members: Members) -> str:
    return f"arn:aws:iam::{stacks.caller().account}:policy{members.get('Path', '/')}" + str(
        members["PolicyName"]
    )


def _given_to(noun: str) -> Part:
    """The roles, groups or users that have a managed policy."""

    def told(members: Members, name: str) -> Members:
        return {f"{noun}Name": name, "PolicyArn": _arn(members)}

    return Part(
        f"{noun}s",
        lambda members, name: (f"Attach{noun}Policy", told(members, name)),
        lambda members, name: (f"Detach{noun}Policy", told(members, name)),
    )


def _version(members: Members, document: Any) -> Call:
    """Another version of a managed policy, in the place of the one that holds."""
    where = {"PolicyArn": _arn(members)}
    held = ask("iam", "GetPolicy", where)["Policy"]["DefaultVersionId"]
    ask("iam", "CreatePolicyVersion", where | {"PolicyDocument": document, "SetAsDefault": True})
    return "DeletePolicyVersion", where | {"VersionId": held}


def _bound(members: Members, boundary: str) -> Call:
    told = {"RoleName": members["RoleName"], "PermissionsBoundary": boundary}
    return "PutRolePermissionsBoundary", told


def _unbound(members: Members, _: str) -> Call:
    return "DeleteRolePermissionsBoundary", {"RoleName": members["RoleName"]}


ROLE = kind(
    "iam",
    "Role",
    name="RoleName",
    parts=(
        *_policies("Role"),
        Part("AssumeRolePolicyDocument", _trust, first=False),
        Part("PermissionsBoundary", _bound, _unbound, first=False),
        _tags("Role"),
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
    "AWS::IAM::ManagedPolicy": kind(
        "iam",
        "Policy",
        change="",
        name="ManagedPolicyName",
        id="Policy.Arn",
        by={"PolicyArn": "Policy.Arn"},
        shaped=renaming({"ManagedPolicyName": "PolicyName"}),
        parts=(
            *map(_given_to, ("Role", "Group", "User")),
            Part("PolicyDocument", _version, first=False),
        ),
        attributes={"PolicyArn": "Policy.Arn", "PolicyId": "Policy.PolicyId"},
    ),
    "AWS::IAM::Role": ROLE,
    "AWS::IAM::RolePolicy": _policy_of("Role"),
    "AWS::IAM::ServiceLinkedRole": kind(
        "iam",
        "ServiceLinkedRole",
        change="",
        name="",
        id="Role.RoleName",
        by={"RoleName": "Role.RoleName"},
        attributes={"RoleName": "Role.RoleName"},
    ),
    "AWS::IAM::User": kind(
        "iam",
        "User",
        change="",
        name="UserName",
        parts=(
            *_policies("User"),
            Part("Groups", _enter, _quit),
            Part("LoginProfile", _log_in, _log_out),
            _tags("User"),
        ),
        attributes={"Arn": "User.Arn"},
    ),
    "AWS::IAM::UserPolicy": _policy_of("User"),
    "AWS::IAM::UserToGroupAddition": Kind(
        "iam", "", name="", parts=(Part("Users", _join, _leave),)
    ),
}
