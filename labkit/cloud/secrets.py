"""Secrets Manager's versions: which one is current, and what would leave a secret without one.

A staging label is at one version at a time; the version with ``AWSCURRENT`` is the secret's value.
moto moves the label and goes on telling the value of before; without a function to rotate it
makes an empty version current.

Sources: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
and https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation

_CURRENT = "AWSCURRENT"


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for what Secrets Manager does not take; other calls are passed on."""
    if parameters.get("SecretString") and parameters.get("SecretBinary"):
        words = "You can't specify both a binary secret value and a string secret value"
        raise AwsError("InvalidParameterException", f"{words} in the same secret.")
    if context.operation == "CreateSecret":
        _check_new(context, parameters["Name"])
    elif context.operation == "ListSecretVersionIds":
        _find(context, parameters["SecretId"])
    elif context.operation == "RotateSecret" and not parameters.get("RotationLambdaARN"):
        _check_rotates(_find(context, parameters["SecretId"]))


@operation("secretsmanager", "UpdateSecretVersionStage")
def update_secret_version_stage(
    context: Context,
    *,
    SecretId: str,
    VersionStage: str,
    RemoveFromVersionId: str | None = None,
    MoveToVersionId: str | None = None,
) -> Answer:
    secret = _find(context, SecretId)
    if MoveToVersionId:
        _check_label(secret, VersionStage, RemoveFromVersionId, MoveToVersionId)
    with context.cloud.changing("secretsmanager"):
        arn, name = _backend(context).update_secret_version_stage(
            SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId
        )
        if VersionStage == _CURRENT and MoveToVersionId:
            secret.set_default_version_id(MoveToVersionId)
    return {"ARN": arn, "Name": name}


def _check_rotates(secret: Any) -> None:
    if not getattr(secret, "rotation_lambda_arn", None):
        words = "No Lambda rotation function ARN is associated with this secret."
        raise AwsError("InvalidRequestException", words)


def _check_label(secret: Any, label: str, left: str | None, target: str) -> None:
    """Raise where a label would be at two versions."""
    has = (name for name, each in secret.versions.items() if label in each["version_stages"])
    holder = next(has, None)
    if holder not in (None, left, target):
        words = f"Staging label {label} is currently attached to version {holder}, so you must"
        raise AwsError(
            "InvalidParameterException",
            f"The parameter RemoveFromVersionId can't be empty. {words} explicitly reference that "
            "version in RemoveFromVersionId.",
        )


def _check_new(context: Context, name: str) -> None:
    secret = _backend(context).secrets.get(name)
    if secret is not None and secret.is_deleted():
        words = "You can't create this secret because a secret with this name is already"
        raise AwsError("InvalidRequestException", f"{words} scheduled for deletion.")


def _find(context: Context, name: str) -> Any:
    found = _backend(context).secrets.get(name)
    if found is None:
        words = "Secrets Manager can't find the specified secret."
        raise AwsError("ResourceNotFoundException", words, 404)
    return found


def _backend(context: Context) -> Any:
    return context.cloud.backend("secretsmanager", context.region)
