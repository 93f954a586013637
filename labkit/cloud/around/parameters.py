"""What Systems Manager refuses of a parameter, and that AWS's own ones are not the account's.

moto would keep the former; of AWS's public parameters it tells among the account's as soon as one
of them has been read; and who labels a parameter that is not there leaves one without a version, on
which all its lists stumble from then on.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html,
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html and
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from moto.ssm.models import SimpleSystemManagerBackend

from labkit.cloud import paging
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.constraints import refusal
from labkit.cloud.engine.patience import patient
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

_PUBLIC = "/aws/"
_ARN = re.compile(r"^arn:[\w-]+:ssm:[\w-]*:\d*:parameter(?=/)")
_NAME = re.compile(r"/?[\w.-]+(/[\w.-]+)*", re.ASCII)
_MOST_LEVELS, _MOST_NAMES = 15, 10
_MOST = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}

_TIERS = (
    "from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete "
    "the advanced parameter and recreate it as a standard parameter."
)
_match_one: Any = SimpleSystemManagerBackend._match_filters
_LARGER = {
    "Standard": " To create a larger parameter value, upgrade the parameter to use the "
    "advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager"
    "/latest/userguide/parameter-store-advanced-parameters.html"
}


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a name or value that a parameter may not have, and for a path that is none."""
    if context.operation == "GetParametersByPath" and not parameters["Path"].startswith("/"):
        words = "The parameter doesn't meet the parameter name requirements."
        raise AwsError("ValidationException", f'{words} It must begin with a forward slash "/".')
    if parameters.get("Shared"):
        raise not_here("ssm", context.operation, "parameters that other accounts share")
    listed = {"DescribeParameters": "", "GetParametersByPath": parameters.get("Path", "")}
    if not listed.get(context.operation, _PUBLIC).startswith(_PUBLIC):
        _forget_public(context)
    if context.operation == "DeregisterTargetFromMaintenanceWindow" and parameters.get("Safe"):
        _check_unused(context, parameters["WindowId"], parameters["WindowTargetId"])
    if context.operation in ("LabelParameterVersion", "UnlabelParameterVersion"):
        _check_known(context, parameters["Name"])
    if context.operation in ("PutParameter", "GetParameter", "DeleteParameter"):
        _check_name(parameters["Name"])
    if context.operation == "PutParameter":
        _check_value(parameters)
        _check_type(context, parameters)
    if context.operation == "GetParameters" and len(parameters["Names"]) > _MOST_NAMES:
        raise refusal(parameters["Names"], "names", "have length less than or equal to 10")


@operation("ssm", "DescribeParameters")
def describe_parameters(
    context: Context,
    *,
    Filters: list[Any] | None = None,
    ParameterFilters: list[Any] | None = None,
    MaxResults: int = _MOST_NAMES,
    NextToken: str | None = None,
    **_: Any,
) -> Answer:
    """Parameters in pages of any size; moto's have ten."""
    found = context.backend("ssm").describe_parameters(Filters, ParameterFilters)
    told = [each.describe_response_object(False) for each in found]
    bad = AwsError("InvalidNextToken", "The specified token is not valid.")
    asked = (Filters, ParameterFilters)
    return paging.page("Parameters", told, MaxResults, NextToken, bad, question=asked)


def _check_unused(context: Context, window_id: str, target: str) -> None:
    """Raise for a target that a task of its maintenance window is for.

    Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeregisterTargetFromMaintenanceWindow.html
    """
    window = context.backend("ssm").windows.get(window_id)
    for task in window.tasks.values() if window else ():
        if any(target in each.get("Values", ()) for each in task.targets or ()):
            raise AwsError("TargetInUseException", f"Target {target} is referenced in a task.")


def _check_name(name: str) -> None:
    """Raise for what is no name, nor the ARN of a parameter, with or without a version or label."""
    name = _ARN.sub("", name).partition(":")[0]
    if not _NAME.fullmatch(name):
        raise AwsError(
            "ValidationException",
            'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a '
            "path, it can consist of sub-paths divided by slash symbol; each sub-path can be "
            "formed as a mix of letters, numbers and the following 3 symbols .-_",
        )
    if name.count("/") > _MOST_LEVELS:
        words = (
            f"A hierarchy can have a maximum of {_MOST_LEVELS} levels. For more information, see"
        )
        where = "Requirements and constraints for parameter names in the AWS Systems Manager User"
        raise AwsError("HierarchyLevelLimitExceededException", f"{words} {where} Guide.")
    if "/" in name[1:] and name[0] != "/":
        raise AwsError("ValidationException", "Parameter name must be a fully qualified name.")


def _too_slow(words: str) -> NoReturn:
    raise AwsError("InvalidAllowedPatternException", words)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        words = f"The request doesn't meet the regular expression requirement: {error}"
        raise AwsError("InvalidAllowedPatternException", words) from error


def _check_value(parameters: dict[str, Any]) -> None:
    value, pattern = parameters["Value"], parameters.get("AllowedPattern")
    if pattern and not patient(_compiled(pattern), _too_slow).search(value):
        words = f"Parameter value, {value}, failed to satisfy AllowedPattern: {pattern}"
        raise AwsError("ParameterPatternMismatchException", words)
    tier = parameters.get("Tier") or "Standard"
    if tier not in _MOST:
        raise refusal(tier, "tier", f"satisfy enum value set: [{', '.join(_MOST)}]")
    if len(value.encode()) > _MOST[tier]:
        words = f"{tier} tier parameters support a maximum parameter value of {_MOST[tier]}"
        raise AwsError("ValidationException", f"{words} characters.{_LARGER.get(tier, '')}")


def _check_known(context: Context, name: str) -> None:
    if not context.backend("ssm")._parameters.get(name):
        raise AwsError("ParameterNotFound", f"Parameter {name} not found.")


def _check_type(context: Context, parameters: dict[str, Any]) -> None:
    known = context.backend("ssm")._parameters
    versions = known.get(known.normalize_name(parameters["Name"]))
    wanted = parameters.get("Type")
    overwrites = parameters.get("Overwrite") and versions
    if overwrites and wanted not in (None, versions[-1].parameter_type):
        words = "You can't change the type of a parameter. You must create a new, unique parameter."
        raise AwsError("HierarchyTypeMismatchException", words)
    if overwrites and versions[-1].tier == "Advanced" and parameters.get("Tier") == "Standard":
        words = "This parameter uses the advanced-parameter tier. You can't downgrade a parameter"
        raise AwsError("ValidationException", f"{words} {_TIERS}")


def _match(backend: Any, parameter: Any, filters: list[dict[str, Any]] | None = None) -> bool:
    """Whether a parameter is what filters ask for: one of its labels is enough.

    moto wants all of its labels named, and looks at no further filter after a tag without a value.
    """
    labels = [each for each in filters or () if each["Key"] == "Label"]
    if any(not {*each.get("Values", ())} & {*parameter.labels} for each in labels):
        return False
    others = [each for each in filters or () if each["Key"] != "Label"]
    return bool(all(_match_one(backend, parameter, [each]) for each in others))


@on_start
def install(_: Cloud) -> None:
    """Let moto filter so."""
    SimpleSystemManagerBackend._match_filters = _match  # type: ignore[method-assign, assignment]


def _forget_public(context: Context) -> None:
    """Take AWS's public parameters from the account's, until they are asked for.

    So are those without a version, which an earlier version of labkit may have kept.
    """
    with context.cloud.lock("ssm"):
        known = context.backend("ssm")._parameters
        for name in [name for name, each in known.items() if name.startswith(_PUBLIC) or not each]:
            del known[name]
        for each in ("amis", "region_defaults", "service_defaults", "ecs_amis"):
            setattr(known, f"latest_{each}_loaded", False)
