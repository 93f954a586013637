"""Function URLs: a function has one, and each of its aliases one of its own.

moto has one for all, names no alias in it, and drops of a change that it streams, or that its CORS
is taken away. They are kept on the function; nothing answers at the address.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html
"""

from __future__ import annotations

import hashlib
from typing import Any

from moto.core.utils import utcnow

from labkit.cloud.lambdas.finding import find, no_resource, plain_arn, qualifier_in, unqualified
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

Members = dict[str, Any]


@operation("lambda", "CreateFunctionUrlConfig", alone=True)
def create_function_url_config(
    context: Context,
    *,
    FunctionName: str,
    AuthType: str,
    Qualifier: str = "",
    InvokeMode: str = "BUFFERED",
    **more: Any,
) -> Answer:
    Qualifier = Qualifier or qualifier_in(FunctionName)
    function, arn = _asked(context, FunctionName, Qualifier)
    if Qualifier in (known := _urls(context, function)):
        raise AwsError(
            "ResourceConflictException",
            f"Failed to create function url config for [functionArn = {arn}]. Error message:  "
            "FunctionUrlConfig exists for this Lambda function",
            409,
        )
    now, number = _now(), hashlib.sha256(f"{arn} {_now()}".encode()).hexdigest()[:32]
    made = {
        "FunctionUrl": f"https://{number}.lambda-url.{context.region}.on.aws/",
        "FunctionArn": arn,
        "AuthType": AuthType,
        "CreationTime": now,
        "LastModifiedTime": now,
        "InvokeMode": InvokeMode,
    }
    _keep(context, function, known | {Qualifier: _with_cors(made, more)})
    return _urls(context, function)[Qualifier]


@operation("lambda", "GetFunctionUrlConfig")
def get_function_url_config(context: Context, *, FunctionName: str, Qualifier: str = "") -> Answer:
    return _found(context, FunctionName, Qualifier or qualifier_in(FunctionName))


@operation("lambda", "UpdateFunctionUrlConfig", alone=True)
def update_function_url_config(
    context: Context, *, FunctionName: str, Qualifier: str = "", **changed: Any
) -> Answer:
    """What is said is changed; empty CORS is taken away."""
    Qualifier = Qualifier or qualifier_in(FunctionName)
    url = _found(context, FunctionName, Qualifier)
    function, _ = _asked(context, FunctionName, Qualifier)
    said = {name: changed[name] for name in ("AuthType", "InvokeMode") if changed.get(name)}
    url = _with_cors(url | said | {"LastModifiedTime": _now()}, changed)
    _keep(context, function, _urls(context, function) | {Qualifier: url})
    return url


@operation("lambda", "DeleteFunctionUrlConfig", alone=True)
def delete_function_url_config(context: Context, *, FunctionName: str, Qualifier: str = "") -> None:
    Qualifier = Qualifier or qualifier_in(FunctionName)
    _found(context, FunctionName, Qualifier)
    function, _ = _asked(context, FunctionName, Qualifier)
    left = {k: v for k, v in _urls(context, function).items() if k != Qualifier}
    _keep(context, function, left)


@operation("lambda", "ListFunctionUrlConfigs")
def list_function_url_configs(
    context: Context, *, FunctionName: str, Marker: str | None = None, MaxItems: int = 50
) -> Answer:
    urls = _urls(context, _asked(context, FunctionName, "")[0])
    refusal = AwsError("InvalidParameterValueException", "Invalid marker")
    told = [urls[name] for name in sorted(urls)]
    return page("FunctionUrlConfigs", told, MaxItems, Marker, refusal, following="NextMarker")


def _asked(context: Context, name: str, alias: str) -> tuple[Any, str]:
    """The function, and the ARN that a URL of it or of its alias is of.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    try:
        find(context.cloud, name, alias or None, context.region)
    except AwsError as error:
        reads = context.operation.startswith(("Get", "Delete"))
        words = "Function does not exist"
        lost = AwsError("ResourceNotFoundException", words, 404)
        raise (no_resource() if reads else lost) from error
    function = find(context.cloud, unqualified(name), None, context.region)
    return function, plain_arn(function) + (f":{alias}" if alias else "")


def _found(context: Context, name: str, alias: str) -> Members:
    function, _ = _asked(context, name, alias)
    if url := _urls(context, function).get(alias):
        return url
    raise no_resource()


def _urls(context: Context, function: Any) -> dict[str, Members]:
    """URLs by their aliases, ``""`` for the function's own; one goes with its alias."""
    aliases = context.backend("lambda").list_aliases(function.function_name)
    there = {"", *(each.name for each in aliases)}
    kept = getattr(function, "urls", None) or _of_moto(function)
    return {alias: url for alias, url in kept.items() if alias in there}


def _of_moto(function: Any) -> dict[str, Members]:
    """The URL of an earlier state."""
    url = function.url_config and function.url_config.to_dict()
    return {"": url | {"InvokeMode": url["InvokeMode"].upper()}} if url else {}


def _keep(context: Context, function: Any, urls: dict[str, Members]) -> None:
    with context.cloud.changing("lambda"):
        function.urls, function.url_config = urls, None


def _with_cors(url: Members, said: Members) -> Members:
    if "Cors" not in said:
        return url
    plain = {name: value for name, value in url.items() if name != "Cors"}
    return plain | ({"Cors": said["Cors"]} if said["Cors"] else {})


def _now() -> str:
    return utcnow().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
