"""What Lambda refuses of a new function: where it lies, its code, its variables' size, its layers.

moto makes a function of any name, an ARN too, and of no code.
Sources: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from labkit.cloud.constraints import refusal
from labkit.cloud.lambdas.naming import account_in, plain
from labkit.cloud.operations import AwsError, Context

Members = dict[str, Any]
_LONGEST_NAME, _MOST_BYTES, _MOST_TAGS, _MOST_LAYERS = 64, 4096, 50, 5
_SNAPPED = re.compile(r"java(1[17]|2\d).*|python3\.(1[2-9]|[2-9]\d)|dotnet([89]|\d\d)")
_SOURCES = ("ZipFile", "S3Bucket", "ImageUri")


def check_place(context: Context, parameters: Members) -> None:
    """Raise for a function of another account or region: moto takes this account's of its name.

    Raises:
        AwsError: ``AccessDeniedException``, of which Lambda says no more, and
            ``ResourceNotFoundException``.
    """
    name = str(parameters.get("FunctionName") or parameters.get("Resource"))
    if account_in(name) not in ("", context.account):
        raise AwsError("AccessDeniedException", "", 403)
    parts = name.split(":")
    if parts[0] == "arn" and len(parts) > 3 and parts[3] != context.region:
        where = f"Functions from '{parts[3]}' are not reachable in this region"
        raise AwsError("ResourceNotFoundException", f"{where} ('{context.region}')", 404)


def check_name(context: Context, parameters: Members) -> None:
    name = plain(parameters["FunctionName"], context.account, context.region)
    if len(name) > _LONGEST_NAME:
        must = f"have length less than or equal to {_LONGEST_NAME}"
        raise refusal(name, "functionName", must, "InvalidParameterValueException")


def check_code(context: Context, parameters: Members) -> None:
    code = parameters.get("Code") or {}
    if not any(code.get(source) for source in _SOURCES):
        raise _invalid("Please provide a source for function code.")
    if (parameters.get("PackageType") == "Image") != ("ImageUri" in code):
        raise _invalid("An ImageUri goes with the package type Image, and with it alone.")


def check_variables(context: Context, parameters: Members) -> None:
    given = (parameters.get("Environment") or {}).get("Variables", {})
    text = json.dumps(given, separators=(",", ":"), ensure_ascii=False)
    if given and len(text.encode()) > _MOST_BYTES:
        raise _invalid(
            "Lambda was unable to configure your environment variables because the environment "
            f"variables you have provided exceeded the 4KB limit. String measured: {text}"
        )


def check_layers(context: Context, parameters: Members) -> None:
    """Raise for too many layers, one twice, one elsewhere, or one of this account that is not."""
    known, seen = context.backend("lambda").layers_versions_by_arn, dict[str, str]()
    asked, lost = parameters.get("Layers") or (), ""
    if len(asked) > _MOST_LAYERS:
        raise _invalid(f"Cannot reference more than {_MOST_LAYERS} layers.")
    for arn in asked:
        layer = arn.rpartition(":")[0]
        if layer.split(":")[3] != context.region:
            words = "Layers are not in the same region as the function. Layers are expected to be"
            raise _invalid(f"{words} in region {context.region}.")
        is_own = f":{context.account}:" in arn
        lost = lost or (arn if not is_own else "")  # moto takes this account's of its name
        if is_own and known(arn) is None:
            raise _invalid(f"Layer version {arn} does not exist.")
        if layer in seen:
            raise _invalid(
                "Two different versions of the same layer are not allowed to be referenced in the "
                f"same function. {seen[layer]} and {arn} are versions of the same layer."
            )
        seen[layer] = arn
    if lost:
        raise _invalid(f"Layer version {lost} does not exist.")


def check_snapped(context: Context, parameters: Members) -> None:
    """Raise for a runtime of which no snapshot is taken.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
    """
    on = (parameters.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions"
    if on and (runtime := parameters.get("Runtime")) and not _SNAPPED.fullmatch(runtime):
        raise _invalid(f"{runtime} is not supported for SnapStart enabled functions.")


def check_tagged(context: Context, parameters: Members) -> None:
    """Raise for tags of a version or alias, and of an event source mapping that is not there.

    Raises:
        AwsError: ``InvalidParameterValueException``, ``ResourceNotFoundException``.
    """
    arn = parameters["Resource"]
    if ":" in arn.partition(":function:")[2]:
        words = "Tags on function aliases and versions are not supported. Please specify a"
        raise _invalid(f"{words} function ARN.")
    mapping = arn.partition(":event-source-mapping:")[2]
    if mapping and context.backend("lambda").get_event_source_mapping(mapping) is None:
        raise AwsError("ResourceNotFoundException", f"Event source mapping not found: {arn}", 404)


def check_tags(context: Context, parameters: Members) -> None:
    told = parameters.get("Tags") or {}
    arn = parameters.get("Resource") or ""
    if arn and not told:
        raise _invalid("An error occurred and the request cannot be processed.")
    if ":function:" in arn:
        name = arn.rpartition(":function:")[2]
        known = context.backend("lambda").list_functions()
        had = [each.tags for each in known if each.function_name == name]
        told = (had[0] if had else {}) | told
    if len(told) > _MOST_TAGS:
        raise _invalid("Number of tags exceeds resource tag limit.")


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterValueException", words)
