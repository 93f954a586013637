"""What is done with events that nobody waits for: how often they are tried, and who is told.

``$LATEST``, each version and each alias have settings of their own; an invocation has those of what
it asked for. moto keeps them for ``$LATEST`` alone; here they lie with moto's record of the version
or the alias, and go with it.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
"""

from __future__ import annotations

from typing import Any

from moto.awslambda.models import EventInvokeConfig
from moto.core.utils import utcnow

from labkit.cloud.cloud import Cloud
from labkit.cloud.lambdas.finding import (
    aliases_of,
    arn_of,
    find,
    plain_arn,
    qualifier_in,
)
from labkit.cloud.lambdas.told import LATEST
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

Json = dict[str, Any]
_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
# Services to which a function's events go on; those that failed go to S3, too.
_DESTINATIONS = ("events", "lambda", "sns", "sqs")
_MOST = 50  # of a page


def settings_of(cloud: Cloud, name: str) -> Json:
    """The settings of what a function's name or ARN says: itself, a version or an alias.

    Raises:
        AwsError: ``ResourceNotFoundException``: there is no such function.
    """
    configured = _configured(_holder(cloud, name, None, None))
    return configured.config if configured else {}


@operation("lambda", "PutFunctionEventInvokeConfig", alone=True)
def put_function_event_invoke_config(
    context: Context, *, FunctionName: str, Qualifier: str | None = None, **said: Any
) -> Answer:
    """Settings in the place of those that were."""
    _check(context, FunctionName, said)
    return _keep(context, _existing(context, FunctionName, Qualifier), said)


@operation("lambda", "UpdateFunctionEventInvokeConfig", alone=True)
def update_function_event_invoke_config(
    context: Context, *, FunctionName: str, Qualifier: str | None = None, **said: Any
) -> Answer:
    """Some of the settings; the others stay."""
    _check(context, FunctionName, said)
    holder = _existing(context, FunctionName, Qualifier)
    known = _found(context, FunctionName, Qualifier).config
    return _keep(context, holder, known | said)


@operation("lambda", "GetFunctionEventInvokeConfig")
def get_function_event_invoke_config(
    context: Context, *, FunctionName: str, Qualifier: str | None = None
) -> Answer:
    return _told(_found(context, FunctionName, Qualifier))


@operation("lambda", "DeleteFunctionEventInvokeConfig", alone=True)
def delete_function_event_invoke_config(
    context: Context, *, FunctionName: str, Qualifier: str | None = None
) -> Answer:
    _found(context, FunctionName, Qualifier)
    holder = _existing(context, FunctionName, Qualifier)
    with context.cloud.changing("lambda"):
        holder.event_invoke_config = []
    return {}


@operation("lambda", "ListFunctionEventInvokeConfigs")
def list_function_event_invoke_configs(
    context: Context, *, FunctionName: str, Marker: str | None = None, MaxItems: int = _MOST
) -> Answer:
    """The settings of a function's latest version, its versions and its aliases."""
    latest = _existing(context, FunctionName.removesuffix(f":{qualifier_in(FunctionName)}"), None)
    versions = context.backend("lambda").list_versions_by_function(latest.function_name)[1:]
    holders = [latest, *versions, *aliases_of(context.cloud, latest).values()]
    told = [_told(each) for each in map(_configured, holders) if each]
    refusal = _invalid("Invalid marker")
    member, following = "FunctionEventInvokeConfigs", "NextMarker"
    return page(member, told, min(MaxItems, _MOST), Marker, refusal, following=following)


# Records ------------------------------------------------------------------------------------------


def _holder(cloud: Cloud, name: str, qualifier: str | None, region: str | None) -> Any:
    """moto's record of what is named: a version, or an alias."""
    function = find(cloud, name, qualifier, region)
    return aliases_of(cloud, function).get(qualifier or qualifier_in(name), function)


def _existing(context: Context, name: str, qualifier: str | None) -> Any:
    try:
        return _holder(context.cloud, name, qualifier, context.region)
    except AwsError as error:
        words = "The function doesn't exist."
        raise AwsError("ResourceNotFoundException", words, 404) from error


def _found(context: Context, name: str, qualifier: str | None) -> Any:
    """The settings that there are.

    Raises:
        AwsError: ``ResourceNotFoundException``: also where there is no such function.
    """
    try:
        configured = _configured(_holder(context.cloud, name, qualifier, context.region))
    except AwsError:
        configured = None
    if configured is None:
        asked = qualifier or qualifier_in(name) or LATEST
        plain = name.rpartition("function:")[2].partition(":")[0]
        arn = f"arn:aws:lambda:{context.region}:{context.account}:function:{plain}:{asked}"
        words = f"The function {arn} doesn't have an EventInvokeConfig"
        raise AwsError("ResourceNotFoundException", words, 404)
    return configured


def _configured(holder: Any) -> Any:
    """Its settings; a version has the list of its function as it was when it was published, too."""
    known = getattr(holder, "event_invoke_config", ())
    return next((each for each in known if each.arn == _arn(holder)), None)


def _arn(holder: Any) -> str:
    return str(holder.arn) if hasattr(holder, "arn") else arn_of(holder)


def _keep(context: Context, holder: Any, config: Json) -> Answer:
    with context.cloud.changing("lambda"):
        made = EventInvokeConfig(_arn(holder), utcnow().isoformat(), config)
        holder.event_invoke_config = [made]
    return _told(made)


def _told(configured: Any) -> Answer:
    """Settings with both sides, and the ARN of what they are for."""
    config: Json = configured.config
    sides = {"OnSuccess": {}, "OnFailure": {}} | (config.get("DestinationConfig") or {})
    arn = configured.arn if qualifier_in(configured.arn) else f"{configured.arn}:{LATEST}"
    known = {"FunctionArn": arn, "LastModified": configured.last_modified}
    return config | known | {"DestinationConfig": sides}


# Checks -------------------------------------------------------------------------------------------


def _check(context: Context, name: str, said: Json) -> None:
    """Raise for settings that say nothing, or of which the function itself is told."""
    if not any(member in said for member in _SETTINGS):
        raise _invalid("You must specify at least one of error handling or destination setting.")
    function = _existing(context, name, None)
    sides = said.get("DestinationConfig") or {}
    for when, each in sides.items():
        arn = each.get("Destination") or ""
        if ":".join(arn.split(":")[:7]) == plain_arn(function):
            raise _invalid("You can't specify the function as a destination for itself.")
        kinds = _DESTINATIONS if when == "OnSuccess" else (*_DESTINATIONS, "s3")
        if arn and arn.split(":")[2] not in kinds:
            raise _invalid(f"The provided destination config {_printed(sides)} is invalid.")
        if arn and _is_lost(context, arn):
            raise _invalid(f"The destination ARN {arn} is invalid.")


def _printed(sides: Json) -> str:
    """Both sides as Lambda's refusals print them."""
    told = [
        f"{name[0].lower()}{name[1:]}={name}(destination={sides[name].get('Destination')})"
        if name in sides
        else f"{name[0].lower()}{name[1:]}=null"
        for name in ("OnSuccess", "OnFailure")
    ]
    return f"DestinationConfig({', '.join(told)})"


def _is_lost(context: Context, arn: str) -> bool:
    """Whether a destination is a function of this account that is not there."""
    if not arn.startswith(f"arn:aws:lambda:{context.region}:{context.account}:"):
        return False
    try:
        find(context.cloud, arn, None, context.region)
    except AwsError:
        return True
    return False


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterValueException", words)
