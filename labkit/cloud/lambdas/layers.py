"""Layers found by ARN, which moto does not answer, and who may have them.

moto takes two statements of one id, and no revision with which one is taken away.

Sources: https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html and
https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
"""

from __future__ import annotations

import contextlib
import json
import uuid
from typing import Any

import moto.awslambda.models as models
from moto.awslambda.exceptions import LambdaClientError

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lambdas.finding import no_resource
from labkit.cloud.lambdas.permissions import stale, taken
from labkit.cloud.operations import Answer, AwsError, Context, operation


@on_start
def tell_as_lambda(_: Cloud) -> None:
    """Let a version have a description always, and a license where it has one."""
    models.LayerVersion.get_layer_version = _told  # type: ignore[method-assign, assignment]


_tell = models.LayerVersion.get_layer_version


def _told(version: models.LayerVersion) -> dict[str, Any]:
    told = {"Description": ""} | _tell(version)
    return {name: value for name, value in told.items() if value or name != "LicenseInfo"}


def check_number(_: Context, parameters: dict[str, Any]) -> None:
    """Raise for a version that no layer has."""
    if parameters["VersionNumber"] < 1:
        words = "Layer Version Cannot be less than 1"
        raise AwsError("InvalidParameterValueException", words)


def check_there(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a version that is not there, of which moto says that it cannot find a layer."""
    name, number = parameters["LayerName"], str(parameters["VersionNumber"])
    try:
        context.backend("lambda").get_layer_version(name, number)
    except LambdaClientError as error:
        raise no_resource() from error


@operation("lambda", "DeleteLayerVersion", alone=True)
def delete_layer_version(context: Context, *, LayerName: str, VersionNumber: int) -> None:
    """Take a version away, but from the functions that have it; one that is gone is no error."""
    backend, number = context.backend("lambda"), str(VersionNumber)
    with context.cloud.changing("lambda"), contextlib.suppress(LambdaClientError):
        version = backend.get_layer_version(LayerName, number)
        users = backend.list_functions("ALL")
        if any(version.arn == layer["Arn"] for each in users for layer in each.layers):
            vars(version._layer).setdefault("gone", {})[number] = version
        backend.delete_layer_version(LayerName, number)


def code_of(backend: Any, arn: str) -> bytes:
    """A layer's code, as the functions have it that were told of it.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html
    """
    name, number = arn.split(":")[6:8]
    version = backend.layers_versions_by_arn(arn) or backend._layers._layers[name].gone[number]
    return bytes(version.code_bytes)


@operation("lambda", "AddLayerVersionPermission", alone=True)
def add_layer_version_permission(
    context: Context,
    *,
    LayerName: str,
    VersionNumber: int,
    StatementId: str,
    RevisionId: str | None = None,
    **said: Any,
) -> Answer:
    policy = _policy(context, LayerName, VersionNumber, RevisionId)
    if any(each["Sid"] == StatementId for each in policy.statements):
        raise taken(StatementId)
    with context.cloud.changing(context.service):
        raw = json.dumps(said | {"StatementId": StatementId})
        statement, revision = policy.add_statement(raw)
    return {"Statement": json.dumps(statement), "RevisionId": revision}


@operation("lambda", "RemoveLayerVersionPermission", alone=True)
def remove_layer_version_permission(
    context: Context,
    *,
    LayerName: str,
    VersionNumber: int,
    StatementId: str,
    RevisionId: str | None = None,
) -> None:
    policy = _policy(context, LayerName, VersionNumber, RevisionId)
    if all(each["Sid"] != StatementId for each in policy.statements):
        words = f"Statement {StatementId} is not found in resource policy."
        raise AwsError("ResourceNotFoundException", words, 404)
    with context.cloud.changing(context.service):
        policy.del_statement(StatementId)
        policy.revision = str(uuid.uuid4())


@operation("lambda", "GetLayerVersionPolicy")
def get_layer_version_policy(context: Context, *, LayerName: str, VersionNumber: int) -> Answer:
    policy = _policy(context, LayerName, VersionNumber, None)
    if not policy.statements:
        words = "No policy is associated with the given resource."
        raise AwsError("ResourceNotFoundException", words, 404)
    told = {"Version": "2012-10-17", "Id": "default", "Statement": policy.statements}
    return {"Policy": json.dumps(told), "RevisionId": policy.revision}


def _policy(context: Context, layer: str, number: int, revision: str | None) -> Any:
    """Who may have a layer's version, as the client saw it last."""
    try:
        version = context.backend("lambda").get_layer_version(layer, str(number))
    except LambdaClientError as error:
        arn = layer if layer.startswith("arn:") else context.arn(f"layer:{layer}", "lambda")
        words = f"Layer version {arn}:{number} does not exist."
        raise AwsError("ResourceNotFoundException", words, 404) from error
    if revision not in (None, version.policy.revision):
        raise stale("GetLayerPolicy")
    return version.policy


@operation("lambda", "GetLayerVersionByArn")
def get_layer_version_by_arn(context: Context, *, Arn: str) -> Answer:
    """A version of a layer: its code's checksum, what it runs on."""
    layers = context.backend("lambda")
    is_own = f":{context.account}:layer:" in Arn
    version = layers.layers_versions_by_arn(Arn) if is_own else None
    if version is None:
        raise no_resource()
    told: Answer = version.get_layer_version()
    return told
