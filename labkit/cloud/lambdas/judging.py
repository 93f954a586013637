"""What Lambda refuses of a function and what belongs to it, before moto keeps it.

Sources: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and
https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import moto.awslambda.models as models
from moto.core.utils import utcnow

from labkit.cloud import protocol
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.constraints import refusal
from labkit.cloud.lambdas import (
    codes,
    creating,
    json_logs,
    layers,
    networks,
    permissions,
    routing,
    sources,
    zips,
)
from labkit.cloud.lambdas.finding import arn_of, find, no_resource, qualifier_in
from labkit.cloud.operations import AwsError, Context, not_here

Members = dict[str, Any]
LONGEST_S, MOST_MEMORY_MB = 900, 10_240
# Runtimes that no function is made or changed with any more:
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_GONE = {
    *("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x"),
    *("nodejs12.x", "nodejs14.x", "python2.7", "python3.6", "python3.7", "java8", "go1.x"),
    *("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "ruby2.5", "ruby2.7"),
    "provided",
}


def judge_call(context: Context, parameters: Members) -> None:
    """Raise for what Lambda does not take; other calls are passed on."""
    creating.check_place(context, parameters)
    _check_qualifiers(parameters)
    for check in _CHECKS.get(context.operation, ()):
        check(context, parameters)


def _check_qualifiers(parameters: Members) -> None:
    """Raise where a function's name says another version or alias than the qualifier."""
    named, asked = qualifier_in(str(parameters.get("FunctionName"))), parameters.get("Qualifier")
    if named and asked and named != asked:
        raise _invalid(
            "The derived qualifier from the function name does not match the specified qualifier."
        )


def _check_members(context: Context, parameters: Members) -> None:
    _check_runtime(parameters.get("Runtime"))
    if (timeout_s := parameters.get("Timeout") or 0) > LONGEST_S:  # the model does not say it
        raise refusal(timeout_s, "timeout", f"have value less than or equal to {LONGEST_S}")
    if (memory_mb := parameters.get("MemorySize") or 0) > MOST_MEMORY_MB:  # nor this
        raise refusal(memory_mb, "memorySize", f"have value less than or equal to {MOST_MEMORY_MB}")
    if parameters.get("FileSystemConfigs"):
        raise not_here("lambda", context.operation, "there are no file systems")


def _check_role(context: Context, parameters: Members) -> None:
    """Raise for another role that is not there, as for a new function's."""
    role = parameters.get("Role")
    known = context.backend("iam").roles.values()
    if role and f":{context.account}:" in role and all(each.arn != role for each in known):
        raise _invalid("The role defined for the function cannot be assumed by Lambda.")


def _check_runs(context: Context, parameters: Members) -> None:
    """Raise for code that nobody could run: a zip has a runtime and a handler."""
    runtime = parameters.get("Runtime", "")
    handled = parameters.get("Handler") or runtime.startswith("provided")
    if parameters.get("PackageType", "Zip") == "Zip" and not (runtime and handled):
        raise _invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment "
            "packages."
        )


def _check_variables(context: Context, parameters: Members) -> None:
    given = (parameters.get("Environment") or {}).get("Variables", {})
    if taken := [name for name in given if name in _RESERVED]:
        raise _invalid(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            f"for modification. Reserved keys used in this request: {', '.join(taken)}"
        )


def _check_function(context: Context, parameters: Members) -> None:
    """Raise for a version or alias: those are not changed."""
    if _qualifier(parameters) not in ("", "$LATEST"):
        raise _invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do not "
            "support this operation. Please specify either a function name or an unqualified "
            "function ARN."
        )


def _check_whole(context: Context, parameters: Members) -> None:
    """Raise for a function that is named with any qualifier, be it $LATEST."""
    _check_function(context, parameters | {"Qualifier": _qualifier(parameters).lstrip("$")})


def _check_known(context: Context, parameters: Members) -> None:
    find(context.cloud, parameters["FunctionName"], None, context.region)


def _check_latest(context: Context, parameters: Members) -> None:
    find(context.cloud, parameters["FunctionName"], "$LATEST", context.region)


def _qualifier(parameters: Members) -> str:
    """The version or alias that is asked for, by itself or as a part of the function's name."""
    return str(parameters.get("Qualifier") or qualifier_in(parameters["FunctionName"]))


def _check_deletion(context: Context, parameters: Members) -> None:
    """Raise for the version that a function is, and for an alias: moto drops the version of it."""
    qualifier = _qualifier(parameters)
    if qualifier == "$LATEST":
        raise _invalid("$LATEST version cannot be deleted without deleting the function.")
    if qualifier and not qualifier.isdigit():
        raise _invalid("Deletion of aliases is not currently supported.")


def _check_runtime(runtime: str | None) -> None:
    model: Any = protocol.service_model("lambda")
    known = model.shape_for("Runtime").enum
    if runtime is not None and runtime not in known:
        raise _invalid(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
            f"value set: [{', '.join(known)}] or be a valid ARN"
        )
    if runtime in _GONE:
        words = "is no longer supported for creating or updating AWS Lambda functions. We recommend"
        words += " you use a supported runtime while creating or updating functions."
        raise _invalid(f"The runtime parameter of {runtime} {words}")


def _check_source(context: Context, parameters: Members) -> None:
    if not any(parameters.get(name) for name in ("ZipFile", "S3Bucket", "ImageUri")):
        raise _invalid("Please provide a source for function code.")


def _check_zip(context: Context, parameters: Members) -> None:
    holder = parameters.get("Code") or parameters.get("Content") or parameters
    given = holder.get("ZipFile")
    if given is None and holder.get("S3Bucket") and holder.get("S3Key"):
        given = codes.in_s3(context.account, holder)
    elif given is not None and len(given) > zips.MOST_ZIPPED:
        words = f"Zipped size must be smaller than {zips.MOST_ZIPPED} bytes"
        raise AwsError("RequestEntityTooLargeException", words, 413)
    if given is not None and (why := zips.problem(given)):
        raise _invalid(why)


def _check_mapping(context: Context, parameters: Members) -> None:
    """Raise where there is no such mapping, of which moto says nothing."""
    mappings = context.backend("lambda").list_event_source_mappings(None, None)
    if all(each.uuid != parameters["UUID"] for each in mappings):
        raise no_resource()


def _check_alias(context: Context, parameters: Members) -> None:
    name, version = parameters["FunctionName"], parameters["FunctionVersion"]
    function = find(context.cloud, name, version, context.region)
    routing.check_new(context, function, parameters["Name"])
    routing.check_weights(context, function, parameters)


def _check_changed_alias(context: Context, parameters: Members) -> None:
    function = find(context.cloud, parameters["FunctionName"], None, context.region)
    routing.check_revision(context, function, parameters)
    routing.check_weights(context, function, parameters)


def _check_version(context: Context, parameters: Members) -> None:
    if version := _qualifier(parameters):
        function = find(context.cloud, parameters["FunctionName"], None, context.region)
        routing.check_unused(context, function, version)


def _check_revision(context: Context, parameters: Members) -> None:
    """Raise where a function is not as the client saw it last."""
    if seen := parameters.get("RevisionId"):
        function = find(context.cloud, parameters["FunctionName"], None, context.region)
        if function.get_configuration()["RevisionId"] != seen:
            raise permissions.stale("GetFunction/GetAlias")


def _check_code(context: Context, parameters: Members) -> None:
    """Raise where the code that is to be published is another."""
    function = find(context.cloud, parameters["FunctionName"], None, context.region)
    now, seen = function.get_configuration()["CodeSha256"], parameters.get("CodeSha256")
    if seen and seen != now:
        raise _invalid(
            f"CodeSHA256 ({seen}) is different from current CodeSHA256 in $LATEST ({now}). Please "
            "try again with the CodeSHA256 in $LATEST."
        )


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterValueException", words)


# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
_RESERVED = {
    *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
    *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_RUNTIME_API"),
    *("AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "LAMBDA_TASK_ROOT"),
    *("AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "LAMBDA_RUNTIME_DIR"),
    *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
}
_CHECKS: dict[str, tuple[Callable[[Context, Members], None], ...]] = {
    "CreateFunction": (
        *(creating.check_name, _check_members, _check_runs, creating.check_code, codes.check),
        _check_zip,
        *(_check_variables, creating.check_variables, creating.check_layers, creating.check_tags),
        *(creating.check_snapped, networks.check, json_logs.check),
    ),
    "TagResource": (creating.check_tagged, creating.check_tags),
    **dict.fromkeys(("UntagResource", "ListTags"), (creating.check_tagged,)),
    "GetLayerVersion": (layers.check_number, layers.check_there),
    **dict.fromkeys(
        ("DeleteLayerVersion", "AddLayerVersionPermission"),
        (layers.check_number,),
    ),
    "CreateAlias": (_check_alias,),
    "UpdateAlias": (_check_changed_alias,),
    "ListVersionsByFunction": (_check_known,),
    "PutFunctionConcurrency": (_check_whole, _check_latest),
    "DeleteFunction": (_check_deletion, _check_version),
    "UpdateFunctionConfiguration": (
        *(_check_function, _check_members, _check_variables, creating.check_variables),
        *(creating.check_layers, creating.check_snapped, networks.check, json_logs.check),
        *(_check_role, _check_revision),
    ),
    "UpdateFunctionCode": (
        *(_check_function, _check_source, codes.check_kind, codes.check, _check_zip),
        _check_revision,
    ),
    "PublishVersion": (_check_revision, _check_code),
    "PublishLayerVersion": (codes.check, _check_zip),
    "AddPermission": (permissions.check_new,),
    "CreateEventSourceMapping": (sources.check_new,),
    "UpdateEventSourceMapping": (_check_mapping, sources.check_changed),
    "DeleteEventSourceMapping": (_check_mapping,),
}


@on_start
def tell_times_as_lambda(cloud: Cloud) -> None:
    """Let moto write when a function was changed as Lambda does: to the thousandth of a second."""
    models.iso_8601_datetime_with_nanoseconds = _moment


@on_start
def tell_revisions(cloud: Cloud) -> None:
    """Let a function's configuration tell its revision, which changes whenever it does."""
    functions: Any = models.LambdaFunction
    functions.get_configuration = _with_revision


_get_configuration: Any = models.LambdaFunction.get_configuration


def _with_revision(function: Any, on_create: bool = False) -> Members:
    told: Members = _get_configuration(function, on_create=on_create)
    plain = {k: v for k, v in told.items() if k not in ("State", "LastUpdateStatus")}
    letters = getattr(function, "dead_letter_config", None)
    more = {"DeadLetterConfig": letters} if letters and letters.get("TargetArn") else {}
    lines = json_logs.settings(function) | {"LogGroup": function.logs_group_name}
    more |= {"LoggingConfig": lines} | _snapped(function)
    if getattr(function, "has_variables", False):  # or said that it has none
        more["Environment"] = {"Variables": function.environment_vars}
    policy = [s for s in function.policy.statements if s.get("Resource") == arn_of(function)]
    told = {k: v for k, v in told.items() if v or k != "Layers"}
    text = json.dumps([plain | more, policy], sort_keys=True, default=str)
    return told | more | {"RevisionId": str(uuid.uuid5(uuid.NAMESPACE_URL, text))}


def _snapped(function: Any) -> Members:
    said = (getattr(function, "snap_start", None) or {}).get("ApplyOn", "None")
    on = said == "PublishedVersions" and str(function.version) != "$LATEST"
    return {"SnapStart": {"ApplyOn": said, "OptimizationStatus": "On" if on else "Off"}}


def _moment() -> str:
    return f"{utcnow().isoformat(timespec='milliseconds').removesuffix('+00:00')}+0000"
