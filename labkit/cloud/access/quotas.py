"""What IAM has no more room for: letters of policies, policies and groups of one, a name twice.

White space is not counted, and capitals do not tell two names apart. moto knows most of the sizes
without judging by them.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from labkit.cloud.operations import AwsError, Context

_INLINE = {"User": 2048, "Group": 5120, "Role": 10_240}
_MOST_ATTACHED, _MOST_GROUPS = 10, 10
# Operation → the member with a document, its most letters, and what the quota is called.
_SIZES = {
    "CreatePolicy": ("PolicyDocument", 6144, "PolicySize"),
    "CreatePolicyVersion": ("PolicyDocument", 6144, "PolicySize"),
    "CreateRole": ("AssumeRolePolicyDocument", 2048, "ACLSizePerRole"),
    "UpdateAssumeRolePolicy": ("PolicyDocument", 2048, "ACLSizePerRole"),
}
_NAME = "{kind} with name {name} already exists."
# Operation → the member with a new name, the records that have others, and what is said if not.
_NAMES: dict[str, tuple[str, Callable[[Any], Iterable[Any]], str]] = {
    "CreateUser": ("UserName", lambda iam: iam.users.values(), _NAME),
    "CreateGroup": ("GroupName", lambda iam: iam.groups.values(), _NAME),
    "UpdateUser": ("NewUserName", lambda iam: iam.users.values(), _NAME),
    "UpdateGroup": ("NewGroupName", lambda iam: iam.groups.values(), _NAME),
    "CreateRole": ("RoleName", lambda iam: iam.roles.values(), _NAME),
    "CreateInstanceProfile": (
        "InstanceProfileName",
        lambda iam: iam.instance_profiles.values(),
        "Instance Profile {name} already exists.",
    ),
    "CreatePolicy": (
        "PolicyName",
        lambda iam: (p for p in iam.managed_policies.values() if DEFAULT_ACCOUNT_ID in p.arn),
        "A policy called {name} already exists. Duplicate names are not allowed.",
    ),
}


def check_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for what would be more than IAM keeps of its kind.

    Raises:
        AwsError: ``LimitExceeded``, ``EntityAlreadyExists``, ``NoSuchEntity``.
    """
    iam, name = context.backend("iam"), context.operation
    if name in _NAMES:
        _check_name(iam, name, parameters)
    if name in _SIZES:
        member, most, called = _SIZES[name]
        _check_number(_length(parameters[member]), most, called)
    for kind in _INLINE:
        if name == f"Put{kind}Policy":
            _check_inline(_record(iam, kind, parameters), kind, parameters)
        elif name == f"Attach{kind}Policy":
            attached = {*_record(iam, kind, parameters).managed_policies, parameters["PolicyArn"]}
            _check_number(len(attached), _MOST_ATTACHED, f"PoliciesPer{kind}")
    if name == "AddUserToGroup":
        user = _record(iam, "User", parameters)
        groups = {each.name for each in iam.groups.values() if user in each.users}
        _check_number(len(groups | {parameters["GroupName"]}), _MOST_GROUPS, "GroupsPerUser")


def _check_name(iam: Any, operation: str, parameters: dict[str, Any]) -> None:
    member, records, words = _NAMES[operation]
    name, kind = parameters.get(member, ""), operation[len("Create") :]
    renamed = parameters.get(f"{kind}Name") if member.startswith("New") else None
    others = (each.name for each in records(iam) if each.name != renamed)
    if name.lower() in map(str.lower, others):
        raise AwsError("EntityAlreadyExists", words.format(kind=kind, name=name), 409)


def _check_inline(record: Any, kind: str, parameters: dict[str, Any]) -> None:
    documents = {**record.policies, parameters["PolicyName"]: parameters["PolicyDocument"]}
    most = _INLINE[kind]
    if sum(map(_length, documents.values())) > most:
        words = f"Maximum policy size of {most} bytes exceeded for {kind.lower()} {record.name}"
        raise AwsError("LimitExceeded", words, 409)


def _check_number(number: int, most: int, called: str) -> None:
    if number > most:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for {called}: {most}", 409)


def _record(iam: Any, kind: str, parameters: dict[str, Any]) -> Any:
    find = {"User": iam.get_user, "Group": iam.get_group, "Role": iam.get_role}[kind]
    return find(parameters[f"{kind}Name"])  # or NoSuchEntity


def _length(document: str) -> int:
    return len("".join(document.split()))
