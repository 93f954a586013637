"""The KMS keys that QuickSight may use, which an administrator registers.

Who registers a key needs ``kms:CreateGrant`` on it; a grant then lets QuickSight use the key, here
the role in which it reads the account's data. A list of keys takes the place of the former one: a
key that is not in it any more loses its grant.
Sources: https://docs.aws.amazon.com/quicksight/latest/developerguide/cmk-operations.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_UpdateKeyRegistration.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.access.keys import authorize, find_key
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Context
from labkit.cloud.quicksight import service_role
from labkit.cloud.quicksight.words import invalid
from labkit.cloud.state import Records

Record = dict[str, Any]
GRANT = "quicksight"
OPERATIONS = [
    "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom", "ReEncryptTo",
]  # fmt: skip


def registered_keys(cloud: Cloud, region: str) -> set[str]:
    """The ARNs of the keys that are registered in a region."""
    return {each["KeyArn"] for each in registrations(cloud, region)}


def registrations(cloud: Cloud, region: str) -> list[Record]:
    """The registered keys of a region, as the API tells them."""
    return list(_all(cloud).get(region, {}).get("KeyRegistration", []))


def register(context: Context, wanted: list[Record]) -> tuple[list[str], list[Record]]:
    """Register these keys and no others.

    Returns:
        The ARNs of those that can be used, and why the others cannot.
    """
    if sum(bool(each.get("DefaultKey")) for each in wanted) > 1:
        raise invalid("Only one key can be the default key.")
    good: list[Record] = []
    failed: list[Record] = []
    for each in wanted:
        try:
            good.append(_granted(context, each))
        except AwsError as error:
            failed.append(_failure(each, error))
    _replace(context, good, {each["KeyArn"] for each in failed})
    return [each["KeyArn"] for each in good], failed


def forget(cloud: Cloud) -> None:
    """Let go of the keys of all regions."""
    for region in _all(cloud):
        for arn in registered_keys(cloud, region):
            _revoke(cloud, arn)
    _all(cloud).clear()


def _granted(context: Context, wanted: Record) -> Record:
    """A registration, after the key's grant is written."""
    cloud, arn = context.cloud, wanted.get("KeyArn") or ""
    if not arn.startswith(context.arn("key/", "kms")):
        raise invalid(f"{arn} is not the ARN of a key of this account and region.")
    key = find_key(cloud, arn)
    if key.key_spec != "SYMMETRIC_DEFAULT":
        raise invalid(f"{arn} is an asymmetric key, which QuickSight does not support.")
    authorize(cloud, context.principal, "CreateGrant", key, _condition_keys(context))
    if not _grants(key):
        grantee = service_role.role_arn(cloud)
        with cloud.changing("kms"):
            key.add_grant(GRANT, grantee, OPERATIONS, constraints={}, retiring_principal="")
    return {"KeyArn": key.arn, "DefaultKey": bool(wanted.get("DefaultKey"))}


def _replace(context: Context, good: list[Record], failed: set[str]) -> None:
    """Keep these registrations, and former ones that could not be changed; revoke the others."""
    former = registrations(context.cloud, context.region)
    still = [each for each in former if each["KeyArn"] in failed]
    for arn in {e["KeyArn"] for e in former} - {e["KeyArn"] for e in good} - failed:
        _revoke(context.cloud, arn)
    _all(context.cloud)[context.region] = {"KeyRegistration": still + good}


def _condition_keys(context: Context) -> dict[str, str | list[str]]:
    return {
        "kms:grantisforawsresource": "true",
        "kms:viaservice": f"quicksight.{context.region}.amazonaws.com",
        "kms:granteeprincipal": service_role.role_arn(context.cloud),
        "kms:grantoperations": OPERATIONS,
    }


def _failure(wanted: Record, error: AwsError) -> Record:
    arn = wanted.get("KeyArn") or ""
    status = {"AccessDeniedException": 403, "NotFoundException": 404}.get(error.code, 400)
    return {"KeyArn": arn, "Message": error.message, "StatusCode": status, "SenderFault": True}


def _revoke(cloud: Cloud, arn: str) -> None:
    key = cloud.backend("kms", arn.split(":")[3]).keys.get(arn.rpartition("/")[2])
    with cloud.changing("kms"):
        for grant in _grants(key) if key else []:
            key.revoke_grant(grant.id)


def _grants(key: Any) -> list[Any]:
    return [grant for grant in key.grants.values() if grant.name == GRANT]


def _all(cloud: Cloud) -> Records:
    return cloud.records("quicksight.keys")
