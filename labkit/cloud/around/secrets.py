"""Secrets Manager's versions: a staging label is at one at a time, and ``AWSCURRENT`` is the value.

moto moves the label and goes on telling the value of before; one that is to be deleted gets
another value.

Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import moto.secretsmanager.models as models
from botocore.session import Session

from labkit.cloud.access.policy_language import read_document
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.json_text import BadJson
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")
_CHOICES = ("SecretIdList", "Filters")
_VALUES = ("SecretString", "SecretBinary")
# What cannot be done with a secret that is to be deleted.
_OF_THE_LIVING = frozenset(
    (
        *("GetSecretValue", "PutSecretValue", "UpdateSecret", "RotateSecret", "TagResource"),
        *("UntagResource", "UpdateSecretVersionStage", "PutResourcePolicy", "DeleteResourcePolicy"),
    )
)
CURRENT, PENDING, _PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for what Secrets Manager does not take; other calls are passed on."""
    if all(map(parameters.get, _VALUES)):
        words = "You can't specify both a binary secret value and a string secret value"
        raise AwsError("InvalidParameterException", f"{words} in the same secret.")
    if context.operation == "PutSecretValue" and not {*parameters} & {*_VALUES}:
        words = "You must provide either SecretString or SecretBinary."
        raise AwsError("InvalidRequestException", words)
    if context.operation == "BatchGetSecretValue" and not {*parameters} & {*_CHOICES}:
        words = "Either 'SecretIdList' or 'Filters' must be provided."
        raise AwsError("InvalidParameterException", words)
    if "ResourcePolicy" in parameters:
        _check_policy(parameters["ResourcePolicy"], private=parameters.get("BlockPublicPolicy"))
    if context.operation == "CreateSecret":
        _check_new(context, parameters["Name"])
    elif context.operation == "DeleteSecret":
        _check_deletion(context, **parameters)
    elif "SecretId" in parameters:
        secret = find(context, parameters["SecretId"])
        if context.operation in _OF_THE_LIVING and secret.is_deleted():
            words = "You can't perform this operation on the secret because it was marked for"
            raise AwsError("InvalidRequestException", f"{words} deletion.")
        if context.operation == "GetSecretValue":
            _check_value(secret, **parameters)


@operation("secretsmanager", "DescribeSecret")
def describe_secret(context: Context, *, SecretId: str) -> Answer:
    """What is known of a secret; versions without a label are deprecated and left out."""
    known = find(context, SecretId).to_dict()
    labelled = {key: each for key, each in known.pop("VersionIdsToStages", {}).items() if each}
    told = given(known)
    return told | ({"VersionIdsToStages": labelled} if labelled else {})


@operation("secretsmanager", "ListSecretVersionIds")
def list_secret_version_ids(
    context: Context,
    *,
    SecretId: str,
    MaxResults: int = 100,
    NextToken: str | None = None,
    IncludeDeprecated: bool = False,
) -> Answer:
    secret = find(context, SecretId)
    versions = [
        {
            "VersionId": name,
            "CreatedDate": version["createdate"],
            "KmsKeyIds": [_key_told(secret)],
            **({"VersionStages": labels} if (labels := version["version_stages"]) else {}),
        }
        for name, version in secret.versions.items()
        if version["version_stages"] or IncludeDeprecated
    ]
    refusal = AwsError("InvalidNextTokenException", "Invalid token.")
    told = page("Versions", versions, MaxResults, NextToken, refusal)
    return told | {"ARN": secret.arn, "Name": secret.name}


def _key_told(secret: Any) -> str:
    own = secret.kms_key_id not in (None, "alias/aws/secretsmanager")
    return str(secret.kms_key_id) if own else "DefaultEncryptionKey"


@operation("secretsmanager", "UpdateSecretVersionStage", alone=True)
def update_secret_version_stage(
    context: Context,
    *,
    SecretId: str,
    VersionStage: str,
    RemoveFromVersionId: str | None = None,
    MoveToVersionId: str | None = None,
) -> Answer:
    secret = find(context, SecretId)
    if MoveToVersionId:
        _check_label(secret, VersionStage, RemoveFromVersionId, MoveToVersionId)
    elif VersionStage == CURRENT:
        words = "You can only move staging label AWSCURRENT to a different secret version. It can't"
        raise AwsError("InvalidParameterException", f"{words} be completely removed.")
    with context.cloud.changing("secretsmanager"):
        arn, name = context.backend("secretsmanager").update_secret_version_stage(
            SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId
        )
        if VersionStage == CURRENT and MoveToVersionId:
            secret.set_default_version_id(MoveToVersionId)
    return {"ARN": arn, "Name": name}


@operation("secretsmanager", "ReplicateSecretToRegions")
def replicate_secret_to_regions(
    context: Context,
    *,
    SecretId: str,
    AddReplicaRegions: list[dict[str, str]],
    ForceOverwriteReplicaSecret: bool = False,
) -> Answer:
    """Copies in other Regions, told by the secret's ARN, for which moto has the name asked for."""
    secret, backend = find(context, SecretId), context.backend("secretsmanager")
    _check_regions(each.get("Region", "") for each in AddReplicaRegions)
    with context.cloud.changing("secretsmanager"):
        _, status = backend.replicate_secret_to_regions(
            SecretId, AddReplicaRegions, ForceOverwriteReplicaSecret
        )
    return {"ARN": secret.arn, "ReplicationStatus": status}


def _check_regions(names: Iterable[str]) -> None:
    """Raise for a Region that there is not, by its name."""
    known = Session().get_available_regions("secretsmanager")
    if unknown := [name for name in names if name not in known]:
        raise AwsError("InvalidParameterException", f"Invalid replica region: {unknown[0]}")


@operation("secretsmanager", "RemoveRegionsFromReplication")
def remove_regions_from_replication(
    context: Context, *, SecretId: str, RemoveReplicaRegions: list[str]
) -> Answer:
    secret, backend = find(context, SecretId), context.backend("secretsmanager")
    with context.cloud.changing("secretsmanager"):
        _, status = backend.remove_regions_from_replication(SecretId, RemoveReplicaRegions)
    return {"ARN": secret.arn, "ReplicationStatus": status}


@on_start
def keep_labels(cloud: Cloud) -> None:
    """Let a new current value take from the others only the labels that it is given."""
    secrets: Any = models.FakeSecret
    secrets.reset_default_version = _make_current


def _make_current(secret: Any, version: dict[str, Any], name: str) -> None:
    labels = list(version["version_stages"])
    _end_rotation(secret)
    secret.remove_version_stages_from_old_versions([*labels, _PREVIOUS])
    if (former := secret.versions.get(secret.default_version_id)) is not None:
        former["version_stages"].append(_PREVIOUS)
    secret.versions[name] = version | {"version_stages": labels}
    secret.set_default_version_id(name)


def _end_rotation(secret: Any) -> None:
    """Take ``AWSPENDING`` from the current version: that rotation is over, moto says it goes on."""
    for version in secret.versions.values():
        stages = version["version_stages"]
        if CURRENT in stages and PENDING in stages:
            stages.remove(PENDING)


def _check_label(secret: Any, label: str, left: str | None, target: str) -> None:
    """Raise where a label would be at two versions, or at none: moto takes it away first."""
    if target not in secret.versions:
        raise AwsError("InvalidParameterException", f"Not a valid version: {target}")
    has = (name for name, each in secret.versions.items() if label in each["version_stages"])
    holder = next(has, None)
    if holder not in (None, left, target):
        words = f"Staging label {label} is currently attached to version {holder}, so you must"
        raise AwsError(
            "InvalidParameterException",
            f"The parameter RemoveFromVersionId can't be empty. {words} explicitly reference that "
            "version in RemoveFromVersionId.",
        )


def _check_policy(text: str, *, private: bool | None) -> None:
    """Raise for what is no policy, and for one that lets everybody in where that is not wanted."""
    try:
        said = read_document(text)["Statement"]
    except (BadJson, ValueError) as error:
        words = "This resource policy contains invalid Json."
        raise AwsError("MalformedPolicyDocumentException", words) from error
    if private and any(map(_is_public, said if isinstance(said, list) else [said])):
        words = "You set the BlockPublicPolicy parameter and the resource policy did not prevent"
        raise AwsError("PublicPolicyException", f"{words} broad access to the secret.")


def _is_public(statement: dict[str, Any]) -> bool:
    """Whether a statement lets everybody in, on no condition."""
    said = statement.get("Principal")
    named = said.get("AWS") if isinstance(said, dict) else said
    to_all = "*" in (named if isinstance(named, list) else [named])
    return to_all and statement.get("Effect") == "Allow" and not statement.get("Condition")


def _check_new(context: Context, name: str) -> None:
    _check_name(name)
    secret = context.backend("secretsmanager").secrets.get(name)
    if secret is not None and secret.is_deleted():
        words = "You can't create this secret because a secret with this name is already"
        raise AwsError("InvalidRequestException", f"{words} scheduled for deletion.")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        words = "Invalid name. Must be a valid name containing alphanumeric characters, or any of"
        raise AwsError("ValidationException", f"{words} the following: -/_+=.@!")


def _check_deletion(
    context: Context,
    *,
    SecretId: str,
    RecoveryWindowInDays: int | None = None,
    ForceDeleteWithoutRecovery: bool = False,
) -> None:
    words = ""
    if ForceDeleteWithoutRecovery and RecoveryWindowInDays:
        words = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
    elif RecoveryWindowInDays is not None and not 7 <= RecoveryWindowInDays <= 30:
        words = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
    if words:
        raise AwsError("InvalidParameterException", words)
    if not ForceDeleteWithoutRecovery:
        find(context, SecretId)
    elif not SecretId.startswith("arn:"):
        _check_name(SecretId)


def _check_value(
    secret: Any, *, VersionId: str | None = None, VersionStage: str | None = None, **_: Any
) -> None:
    missing = ""
    if VersionId:
        missing = "" if VersionId in secret.versions else f"VersionId: {VersionId}"
        if not missing and VersionStage not in (
            None,
            *secret.versions[VersionId]["version_stages"],
        ):
            words = "You provided a VersionStage that is not associated to the provided VersionId."
            raise AwsError("InvalidRequestException", words)
    elif not any(
        (VersionStage or CURRENT) in each["version_stages"] for each in secret.versions.values()
    ):
        missing = f"staging label: {VersionStage or CURRENT}"
    if missing:
        words = "Secrets Manager can't find the specified secret value for"
        raise AwsError("ResourceNotFoundException", f"{words} {missing}")


def find(context: Context, name: str) -> Any:
    """moto's record of a secret, its versions' labels by name, as they are told."""
    found = context.backend("secretsmanager").secrets.get(name)
    if found is None:
        if not name.startswith("arn:"):
            _check_name(name)
        words = "Secrets Manager can't find the specified secret."
        raise AwsError("ResourceNotFoundException", words)
    for version in found.versions.values():
        version["version_stages"].sort()
    return found
