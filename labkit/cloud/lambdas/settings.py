"""A function's settings, of which moto forgets some.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import moto.awslambda.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lambdas import json_logs, networks, zips
from labkit.cloud.lambdas.finding import arn_of, find
from labkit.cloud.operations import Answer, AwsError, Context, operation

Json = dict[str, Any]
_MOST_CODE, _MOST_AT_ONCE = 80_530_636_800, 1000  # bytes, invocations
_made: Any = models.LambdaFunction.__init__
_updated: Any = models.LambdaFunction.update_configuration
_mapped: Any = models.EventSourceMapping.get_configuration


@on_start
def keep_configurations(cloud: Cloud) -> None:
    """Let moto's functions remember what they are told."""
    functions: Any = models.LambdaFunction
    functions.__init__, functions.update_configuration = _make, _update
    functions.vpc_config = property(networks.told)
    models.EventSourceMapping.get_configuration = _reasoned  # type: ignore[method-assign, assignment]


# What a mapping has that was not told it; only one that reads a stream has more.
_OF_ALL: Json = {"FunctionResponseTypes": [], "MaximumBatchingWindowInSeconds": 0}
_OF_STREAMS: Json = {
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}


def _reasoned(mapping: Any) -> Json:
    """A mapping with what it has untold, and AWS's words for who has changed its state.

    Source: https://docs.aws.amazon.com/cli/latest/reference/lambda/create-event-source-mapping.html
    """
    reads_queue = ":sqs:" in mapping.event_source_arn
    reason = "USER_INITIATED" if reads_queue else "User action"
    told: Json = (_OF_ALL if reads_queue else _OF_ALL | _OF_STREAMS) | _mapped(mapping)
    return told | {"StateTransitionReason": reason}


def _make(function: Any, account_id: str, spec: Json, *more: Any, **named: Any) -> None:
    _made(function, account_id, spec, *more, **named)
    function.dead_letter_config = None
    if network := spec.get("VpcConfig"):
        function._vpc_config = networks.placed(function, network)
    _keep(function, spec)


def _update(function: Any, updates: Json) -> Any:
    said = {k: v for k, v in updates.items() if v != {}}  # that says nothing: AWS changes nothing
    _keep(function, said)
    if network := said.get("VpcConfig"):
        said["VpcConfig"] = networks.placed(function, network)
    function.last_modified = models.iso_8601_datetime_with_nanoseconds()
    return _updated(function, said)


# What moto forgets of a function, or of its update, and where a record has it.
_KEPT = {
    "DeadLetterConfig": "dead_letter_config",
    "KMSKeyArn": "kms_key_arn",
    "SnapStart": "snap_start",
    "TracingConfig": "tracing_config",
}


def _keep(function: Any, said: Json) -> None:
    for member in _KEPT.keys() & said.keys():
        setattr(function, _KEPT[member], said[member])
    if storage := said.get("EphemeralStorage"):
        function.ephemeral_storage = storage["Size"]
    if "Environment" in said:
        function.has_variables = "Variables" in said["Environment"]
    if lines := said.get("LoggingConfig"):
        function.logging_config = json_logs.merged(getattr(function, "logging_config", None), lines)
        function.logs_group_name = lines.get("LogGroup") or function.logs_group_name


@operation("lambda", "PutRuntimeManagementConfig", alone=True)
def put_runtime_management_config(
    context: Context,
    *,
    FunctionName: str,
    UpdateRuntimeOn: str,
    Qualifier: str | None = None,
    RuntimeVersionArn: str | None = None,
) -> Answer:
    """When a version's runtime is to be updated; here it never is.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_PutRuntimeManagementConfig.html
    """
    if (UpdateRuntimeOn == "Manual") != bool(RuntimeVersionArn):
        words = "A runtime version ARN goes with the update mode Manual, and with it alone."
        raise AwsError("InvalidParameterValueException", words)
    function = find(context.cloud, FunctionName, Qualifier, context.region)
    with context.cloud.changing("lambda"):
        function.runtime_management = {
            "UpdateRuntimeOn": UpdateRuntimeOn,
            "RuntimeVersionArn": RuntimeVersionArn,
        }
    return _managed(function)


@operation("lambda", "GetRuntimeManagementConfig")
def get_runtime_management_config(
    context: Context, *, FunctionName: str, Qualifier: str | None = None
) -> Answer:
    return _managed(find(context.cloud, FunctionName, Qualifier, context.region))


@operation("lambda", "GetAccountSettings")
def get_account_settings(context: Context) -> Answer:
    """How much the account's functions and layers are, and may be.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
    """
    backend = context.backend("lambda")
    layers = [each["LayerName"] for each in backend.list_layers()]
    codes = [*backend.list_functions("ALL"), *chain(*map(backend.list_layer_versions, layers))]
    latest = list(backend.list_functions())
    reserved = sum(int(each.reserved_concurrency or 0) for each in latest)
    return {
        "AccountLimit": {
            "TotalCodeSize": _MOST_CODE,
            "CodeSizeUnzipped": zips.MOST_UNZIPPED,
            "CodeSizeZipped": zips.MOST_ZIPPED,
            "ConcurrentExecutions": _MOST_AT_ONCE,
            "UnreservedConcurrentExecutions": _MOST_AT_ONCE - reserved,
        },
        "AccountUsage": {
            "TotalCodeSize": sum(int(each.code_size) for each in codes),
            "FunctionCount": len(latest),
        },
    }


def _managed(function: Any) -> Answer:
    said = getattr(function, "runtime_management", {"UpdateRuntimeOn": "Auto"})
    told = {"FunctionArn": arn_of(function)} | said
    return {name: value for name, value in told.items() if value}
