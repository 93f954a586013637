"""What a call of IAM names must be there, told in IAM's words.

moto has other words for most, takes a boundary that is none, so that its owner may do nothing, and
leaves a user whose log-in must be renewed without one.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html and answers of AWS as
https://github.com/localstack/localstack/tree/main/tests/aws/services/iam keeps them
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.operations import AwsError, Context

_IS_POLICY = re.compile(r"arn:[\w-]+:iam::(\d{12}|aws):policy/.+")
# Members that name a record, moto's records of that kind, and what is said where there is none.
_NAMED = {
    "InstanceProfileName": ("instance_profiles", "Instance Profile {} cannot be found."),
    "UserName": ("users", "The user with name {} cannot be found."),
    "GroupName": ("groups", "The group with name {} cannot be found."),
    "RoleName": ("roles", "The role with name {} cannot be found."),
}
_MAKES = re.compile("Create(User|Group|Role|InstanceProfile)")
_INLINE = re.compile("(?:Get|Delete)(User|Group|Role)Policy")
_GIVES = re.compile("(?:Attach|Detach)(?:User|Group|Role)Policy")
_DEVICE = re.compile("DeactivateMFADevice|DeleteVirtualMFADevice|ResyncMFADevice")
# What is of the caller where no user is named.
_OWN = {
    *("CreateAccessKey", "DeleteAccessKey", "ListAccessKeys", "UpdateAccessKey"),
    *("DeleteSigningCertificate", "ListSigningCertificates", "UpdateSigningCertificate"),
    *("CreateLoginProfile", "DeleteLoginProfile", "GetLoginProfile", "GetUser"),
    *("ListMFADevices", "UploadSigningCertificate"),
}
_LOG_IN = re.compile("(?:Get|Update|Delete)LoginProfile")


def check_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a name that none has.

    Raises:
        AwsError: ``NoSuchEntity``; ``ValidationError`` and ``InvalidInput`` for no policy's ARN,
            ``EntityAlreadyExists`` for a second password.
    """
    iam, name = context.backend("iam"), context.operation
    is_user = ":user/" in context.principal.arn
    if name in _OWN and "UserName" not in parameters and not is_user:  # moto makes a user up
        words = "Must specify userName when calling with non-User credentials"
        raise AwsError("ValidationError", words)
    records = {} if _MAKES.fullmatch(name) else _records(iam, parameters)
    if inline := _INLINE.fullmatch(name):
        kind, policy = inline[1], parameters["PolicyName"]
        if policy not in records[f"{kind}Name"].policies:
            raise _missing(f"The {kind.lower()} policy with name {policy} cannot be found.")
    user = records.get("UserName")
    if user and _LOG_IN.fullmatch(name) and not user.password:
        raise _missing(f"Login Profile for User {user.name} cannot be found.")
    if user and name == "CreateLoginProfile" and user.password:
        words = f"Login Profile for user {user.name} already exists."
        raise AwsError("EntityAlreadyExists", words, 409)
    if name == "RemoveRoleFromInstanceProfile":
        role, profile = records["RoleName"], records["InstanceProfileName"]
        if role not in profile.roles:
            raise _missing(_NAMED["RoleName"][1].format(role.name))
    _check_things(iam, name, user, parameters)
    if "PolicyArn" in parameters and not name.startswith("Simulate"):
        _check_policy(iam, name, parameters["PolicyArn"], parameters.get("VersionId"))
    if boundary := parameters.get("PermissionsBoundary"):
        _check_boundary(iam, boundary)


def _records(iam: Any, parameters: dict[str, Any]) -> dict[str, Any]:
    """moto's records of all that a call names, by member."""
    found = {}
    for member, (kind, words) in _NAMED.items():
        if name := parameters.get(member):
            records = getattr(iam, kind).values()
            record = next((each for each in records if each.name == name), None)
            if record is None:
                raise _missing(words.format(name))
            found[member] = record
    return found


def _check_things(iam: Any, operation: str, user: Any, parameters: dict[str, Any]) -> None:
    """Raise for keys and certificates that a user has not, and for devices that are none."""
    key = parameters.get("SSHPublicKeyId")
    if user and key and key not in {each.ssh_public_key_id for each in user.ssh_public_keys}:
        raise _missing(f"The Public Key with id {key} cannot be found.")
    if _DEVICE.fullmatch(operation):
        number = parameters["SerialNumber"]
        if number not in (user.mfa_devices if user else iam.virtual_mfa_devices):
            raise _missing(f"MFA Device with serial number {number} does not exist.")
    if operation == "EnableMFADevice":
        number = parameters["SerialNumber"]
        if any(number in each.mfa_devices for each in iam.users.values()):
            raise AwsError("EntityAlreadyExists", "MFA Device is already in use.", 409)
    if operation == "CreateVirtualMFADevice":
        end = f":mfa{parameters.get('Path') or '/'}{parameters['VirtualMFADeviceName']}"
        if any(number.endswith(end) for number in iam.virtual_mfa_devices):
            raise AwsError("EntityAlreadyExists", "MFA device already exists.", 409)
    if operation == "CreateOpenIDConnectProvider":
        url = parameters["Url"]
        end = f":oidc-provider/{url.partition('://')[2]}"
        if any(arn.endswith(end) for arn in iam.open_id_providers):
            words = f"Provider with url {url} already exists."
            raise AwsError("EntityAlreadyExists", words, 409)


def _check_policy(iam: Any, operation: str, arn: str, version: str | None) -> None:
    policy = iam.managed_policies.get(arn)
    if _GIVES.fullmatch(operation):
        if not _IS_POLICY.fullmatch(arn):
            raise AwsError("InvalidInput", f"ARN {arn} is not valid.")
        if policy is None and operation.startswith("Attach"):
            raise _missing(f"Policy {arn} does not exist or is not attachable.")
    if version is not None:
        versions = policy.versions if policy else ()
        if version not in {each.version_id for each in versions}:
            raise _missing(f"Policy {arn} version {version} does not exist or is not attachable.")
    elif policy is None:
        raise _missing(f"Policy {arn} was not found.")


def _check_boundary(iam: Any, arn: str) -> None:
    if not _IS_POLICY.fullmatch(arn):
        raise AwsError("InvalidInput", f"ARN {arn} is not valid.")
    if arn not in iam.managed_policies:
        raise _missing(f"Scope ARN: {arn} does not exist or is not attachable.")


def _missing(words: str) -> AwsError:
    return AwsError("NoSuchEntity", words, 404)
