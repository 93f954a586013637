"""CDK's ``Provider``: the function of a custom resource returns its answer, and does not send it.

Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#provider-framework
"""

from __future__ import annotations

import json

from labkit.cloud.stacks.cdk.request import Refused, Request
from labkit.cloud.stacks.kinds import Members

_ASKED, _WAITED = "USER_ON_EVENT_FUNCTION_ARN", "USER_IS_COMPLETE_FUNCTION_ARN"
_OTHER = 'DELETE: cannot change the physical resource ID from "{}" to "{}" during deletion'  # CDK's


def provide(request: Request) -> Members:
    """Ask the user's function, and take what it returns for the answer.

    Raises:
        Refused: it failed, or there is one that is asked whether all is done.
    """
    variables = request.function.environment_vars or {}
    if _WAITED in variables:
        words = "isCompleteHandler of CDK's Provider is not available in the local AWS."
        raise Refused(words)
    arn, payload = variables[_ASKED], json.dumps(request.event)
    answer = request.client("lambda").invoke(FunctionName=arn, Payload=payload.encode())
    text = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        why = json.loads(text).get("errorMessage", "error")
        raise Refused(f"{why}\n\nLogs: /aws/lambda/{arn.rpartition(':')[2]}\n")
    told = json.loads(text or "null") or {}
    if not isinstance(told, dict):
        raise Refused(f'return values from user-handlers must be JSON objects. got: "{text}"')
    _check(request, told)
    return {name: told[name] for name in ("PhysicalResourceId", "Data") if told.get(name)}


def _check(request: Request, told: Members) -> None:
    """Raise for another name in the end: nothing would be dropped by that."""
    was = request.event.get("PhysicalResourceId")
    if request.verb == "Delete" and told.get("PhysicalResourceId", was) != was:
        raise Refused(_OTHER.format(was, told["PhysicalResourceId"]))
