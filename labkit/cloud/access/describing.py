"""What KMS tells of a key: its algorithms, when its material is rotated, and when it goes.

moto gives a MAC key and a key for agreements the algorithms of RSA encryption, keeps of a rotation
only that it is on, tells of a deletion the key's id alone, and of a public key no kind.

Sources: https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html and
https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
"""

from __future__ import annotations

import datetime
from typing import Any

import moto.kms.models as models

from labkit.cloud.access.keys import find_key
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import Answer, AwsError, Context, operation

_ALGORITHMS = ("EncryptionAlgorithms", "SigningAlgorithms")
_OTHERS = {"GENERATE_VERIFY_MAC": "MacAlgorithms", "KEY_AGREEMENT": "KeyAgreementAlgorithms"}
_YEAR = 365
_FROM_MOTO = models.Key.to_dict


@on_start
def describe_as_kms(cloud: Cloud) -> None:
    """Let moto's answers tell of a key what KMS does."""
    models.Key.to_dict = _described  # type: ignore[assignment, method-assign]


def _described(key: Any) -> dict[str, Any]:
    told = _FROM_MOTO(key)["KeyMetadata"]
    told["MultiRegion"] = bool(told["MultiRegion"])
    if member := _OTHERS.get(key.key_usage):
        told = {k: v for k, v in told.items() if k not in _ALGORITHMS}
        told[member] = [_algorithm(key)]
    return {"KeyMetadata": told}


def algorithms(key: Any) -> list[str]:
    """All that a key can be used with."""
    told = _described(key)["KeyMetadata"]
    return [each for member in (*_ALGORITHMS, *_OTHERS.values()) for each in told.get(member) or ()]


def _algorithm(key: Any) -> str:
    """
    >>> from types import SimpleNamespace as Key
    >>> _algorithm(Key(key_usage="GENERATE_VERIFY_MAC", key_spec="HMAC_384"))
    'HMAC_SHA_384'
    """
    mac = key.key_usage == "GENERATE_VERIFY_MAC"
    return str(key.key_spec).replace("HMAC_", "HMAC_SHA_") if mac else "ECDH"


@operation("kms", "EnableKeyRotation", alone=True)
def enable_key_rotation(
    context: Context, *, KeyId: str, RotationPeriodInDays: int = _YEAR, **_: Any
) -> Answer:
    """Say when a key's material is rotated next.

    Raises:
        AwsError: ``UnsupportedOperationException`` for a key that is not symmetric.
    """
    key = find_key(context.cloud, KeyId, context.region)
    if key.key_spec != "SYMMETRIC_DEFAULT":
        raise AwsError("UnsupportedOperationException", "")
    key.key_rotation_status = True
    key.rotation_days, key.rotation_start = RotationPeriodInDays, _now()
    return {}


@operation("kms", "GetKeyRotationStatus")
def get_key_rotation_status(context: Context, *, KeyId: str, **_: Any) -> Answer:
    key = find_key(context.cloud, KeyId, context.region)
    rotates = bool(key.key_rotation_status or key.key_manager == "AWS")
    told = {"KeyId": key.id, "KeyRotationEnabled": rotates}
    return told | (_next_rotation(key) if rotates else {})


def _next_rotation(key: Any) -> Answer:
    """The period of a key that is rotated; one of an earlier state has its year from now."""
    days = getattr(key, "rotation_days", _YEAR)
    start = getattr(key, "rotation_start", None) or _now()
    return {"RotationPeriodInDays": days, "NextRotationDate": start + datetime.timedelta(days=days)}


@operation("kms", "GetPublicKey")
def get_public_key(context: Context, *, KeyId: str, **_: Any) -> Answer:
    """A pair's public half, and all that says how it is used."""
    key = find_key(context.cloud, KeyId, context.region)
    told, members = _described(key)["KeyMetadata"], (*_ALGORITHMS, *_OTHERS.values())
    return {member: told[member] for member in members if told.get(member)} | {
        "KeyId": key.arn,
        "KeySpec": key.key_spec,
        "CustomerMasterKeySpec": key.key_spec,
        "KeyUsage": key.key_usage,
        "PublicKey": context.backend("kms").get_public_key(key.id)[1],
    }


@operation("kms", "GetKeyPolicy")
def get_key_policy(context: Context, *, KeyId: str, PolicyName: str = "default") -> Answer:
    """A key's one policy, by its one name."""
    if PolicyName != "default":
        raise AwsError("NotFoundException", "No such policy exists")
    key = find_key(context.cloud, KeyId, context.region)
    return {"Policy": context.backend("kms").get_key_policy(key.id), "PolicyName": PolicyName}


@operation("kms", "ScheduleKeyDeletion", alone=True)
def schedule_key_deletion(context: Context, *, KeyId: str, PendingWindowInDays: int = 30) -> Answer:
    key = find_key(context.cloud, KeyId, context.region)
    context.backend("kms").schedule_key_deletion(key.id, PendingWindowInDays)
    return {
        "KeyId": key.arn,
        "DeletionDate": key.deletion_date,
        "KeyState": key.key_state,
        "PendingWindowInDays": PendingWindowInDays,
    }


@operation("kms", "CancelKeyDeletion", alone=True)
def cancel_key_deletion(context: Context, *, KeyId: str) -> Answer:
    """Leave the key disabled, as KMS does."""
    key = find_key(context.cloud, KeyId, context.region)
    context.backend("kms").cancel_key_deletion(key.id)
    return {"KeyId": key.arn}


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
