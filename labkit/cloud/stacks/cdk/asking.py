"""CDK's ``AwsCustomResource``: a call of AWS's SDK when it is made, changed or dropped.

The SDK is that for JavaScript, whose names of services and calls are others than here.
Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, UnknownServiceError
from botocore.response import StreamingBody

from labkit.cloud.stacks.cdk.request import Refused, Request
from labkit.cloud.stacks.fitting import fit
from labkit.cloud.stacks.kinds import Members

_OWN = "PHYSICAL:RESOURCEID:"
# The SDK's names of services, without their signs, where they are others.
_SERVICES = {
    "applicationautoscaling": "application-autoscaling",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "eventbridge": "events",
    "redshiftdata": "redshift-data",
    "redshiftserverless": "redshift-serverless",
    "sfn": "stepfunctions",
    "stepfunctions": "stepfunctions",
}


def ask(request: Request) -> Members:
    """Make the call that belongs to the request, if one does, and tell its answer.

    Raises:
        Refused: there is no such call, or it is made in another role.
    """
    calls = {verb: json.loads(request.said.get(verb) or "null") for verb in _VERBS}
    call, named = calls[request.verb], request.event.get("PhysicalResourceId")
    if request.verb == "Create":
        ids = [_id(calls[verb]) for verb in _VERBS]
        named = next(filter(None, ids), request.event["LogicalResourceId"])
    named = _id(call) or named
    if not call:
        return {"PhysicalResourceId": named}
    if call.get("assumedRoleArn"):
        words = "AwsCustomResource in another role is not available in the local AWS."
        raise Refused(words)
    try:
        answer = dict(_flat(_made(request, call, named)))
    except ClientError as error:
        ignored = call.get("ignoreErrorCodesMatching")
        if not ignored or not re.search(ignored, error.response["Error"]["Code"]):
            raise
        answer = {}
    wanted = tuple(
        [call["outputPath"]] if call.get("outputPath") else call.get("outputPaths", [""])
    )
    path = (call.get("physicalResourceId") or {}).get("responsePath")
    return {
        "PhysicalResourceId": answer.get(path) if path else named,
        "Data": {name: value for name, value in answer.items() if name.startswith(wanted)},
    }


_VERBS = ("Create", "Update", "Delete")


def _id(call: Members | None) -> str | None:
    return ((call or {}).get("physicalResourceId") or {}).get("id")


def _made(request: Request, call: Members, named: str | None) -> Members:
    client = _client(request, call)
    wanted = call["action"].removesuffix("Command").lower()
    model = client.meta.service_model
    names = {name.lower(): name for name in model.operation_names}
    if wanted not in names:
        words = f"Unable to find command named: {call['action']} in service {call['service']}"
        raise Refused(words)
    shape = model.operation_model(names[wanted]).input_shape
    told = _with_id(call.get("parameters") or {}, named)
    answer = getattr(client, xform_name(names[wanted]))(**(fit(shape, told) if shape else {}))
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def _client(request: Request, call: Members) -> Any:
    name = call["service"].removeprefix("@aws-sdk/client-").lower()
    known = _SERVICES.get(name.replace("-", ""), name)
    try:
        return request.client(known, call.get("region") or "")
    except UnknownServiceError as error:
        raise Refused(f"Package @aws-sdk/client-{name} does not exist.") from error


def _with_id(value: Any, named: str | None) -> Any:
    """Parameters with the resource's name where it is asked for."""
    if isinstance(value, dict):
        return {name: _with_id(each, named) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_id(each, named) for each in value]
    return named if value == _OWN else value


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Plain values under their paths, as ``Buckets.0.Name``; of times the SDK tells none."""
    items = enumerate(value) if isinstance(value, list) else ()
    for name, each in value.items() if isinstance(value, dict) else items:
        yield from _flat(each, f"{path}.{name}" if path else str(name))
    if isinstance(value, StreamingBody):
        value = value.read()
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, (str, int, float)):
        yield path, value
