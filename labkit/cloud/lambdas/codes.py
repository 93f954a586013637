"""A function's code and a layer's: told once, found in S3 by its version, and held once.

moto keeps the text that code came as, too, takes the newest version of an object in S3 whichever is
named, and makes an image of a zip; it drops another architecture, and publishes in a dry run.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
"""

from __future__ import annotations

import base64
from typing import Any

from moto.awslambda import models
from moto.backends import get_backend
from moto.s3.exceptions import S3ClientError

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lambdas.finding import find
from labkit.cloud.operations import Answer, AwsError, Context, operation

Members = dict[str, Any]
_TEXT, _BUCKET, _VERSION = "ZipFile", "S3Bucket", "S3ObjectVersion"
_LOST = {
    "NoSuchBucket": "The specified bucket does not exist",
    "NoSuchKey": "The specified key does not exist.",
    "NoSuchVersion": "The specified version does not exist.",
}
_set_code = models.LambdaFunction._set_function_code
_make_layer = models.LayerVersion.__init__


@operation("lambda", "UpdateFunctionCode", alone=True)
def update_function_code(
    context: Context,
    *,
    FunctionName: str,
    ZipFile: bytes | None = None,
    Architectures: list[str] | None = None,
    Publish: bool = False,
    DryRun: bool = False,
    **said: Any,
) -> Answer:
    """Other code for a function, which is published where that is asked for; or nothing at all."""
    function = find(context.cloud, FunctionName, None, context.region)
    if DryRun:
        return dict(function.get_configuration())
    text = {_TEXT: base64.b64encode(ZipFile)} if ZipFile is not None else {}
    with context.cloud.changing("lambda"):
        function.update_function_code(said | text)
        function.architectures = Architectures or function.architectures
        function.last_modified = models.iso_8601_datetime_with_nanoseconds()
        if Publish:
            function = context.backend("lambda").publish_version(function.function_name)
    return dict(function.get_configuration())


def check(context: Context, parameters: Members) -> None:
    """Raise for code that is told twice, and for code that S3 has not."""
    holder = parameters.get("Code") or parameters.get("Content") or parameters
    if holder.get(_TEXT) and (holder.get(_BUCKET) or holder.get("S3Key")):
        raise _invalid(
            "Please do not provide other FunctionCode parameters when providing a ZipFile."
        )
    if holder.get(_BUCKET) and holder.get("S3Key"):
        in_s3(context.account, holder)


def check_kind(context: Context, parameters: Members) -> None:
    """Raise for an image in the place of a zip, and the other way round."""
    function = find(context.cloud, parameters["FunctionName"], None, context.region)
    is_image, told = function.package_type == "Image", bool(parameters.get("ImageUri"))
    if is_image != told:
        please = "Please provide" if is_image else "Please don't provide"
        kind = f"packageType {function.package_type}"
        raise _invalid(f"{please} ImageUri when updating a function with {kind}.")


def in_s3(account: str, holder: Members) -> bytes:
    """The code that lies in S3, in the version that is named.

    Raises:
        AwsError: ``InvalidParameterValueException``.
    """
    s3: Any = get_backend("s3")[account]["aws"]
    code = "NoSuchVersion" if holder.get(_VERSION) else "NoSuchKey"
    try:
        found = s3.get_object(holder[_BUCKET], holder["S3Key"], version_id=holder.get(_VERSION))
    except S3ClientError as error:
        found, code = None, error.code if error.code in _LOST else code
    if not isinstance(body := getattr(found, "value", None), bytes):
        words = f"S3 Error Code: {code}. S3 Error Message: {_LOST[code]}"
        raise _invalid(f"Error occurred while GetObject. {words}")
    return body


@on_start
def hold_once(_: Cloud) -> None:
    """Let moto take the version that is named, and forget the text when it has read it."""
    models.LambdaFunction._set_function_code = _set  # type: ignore[method-assign, assignment]
    models.LayerVersion.__init__ = _make  # type: ignore[method-assign, assignment]


def _set(function: Any, code: Members) -> None:
    _set_code(function, _with_version(function.account_id, code))
    function.code.pop(_TEXT, None)
    vars(function).setdefault("code_bytes", b"")  # an image's is not here


def _make(layer: Any, spec: Members, account_id: str, region: str) -> None:
    _with_version(account_id, spec["Content"])
    _make_layer(layer, spec, account_id, region)
    layer.content.pop(_TEXT, None)


def _with_version(account: str, code: Members) -> Members:
    """The code itself in the place of an object's version; a new function holds what it is told."""
    if code.get(_VERSION) and _TEXT not in code:
        code[_TEXT] = base64.b64encode(in_s3(account, code))
    return code


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterValueException", words)
