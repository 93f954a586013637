"""What Step Functions refuses of tags and aliases, of which moto answers anything.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Context
from labkit.cloud.states import aliases, words
from labkit.cloud.states.activities import check_activity


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise where the resource of a call is not there, or an alias cannot be."""
    if context.operation in aliases.OPERATIONS:
        aliases.check_alias(context, parameters)
    if context.operation == "DescribeActivity":
        check_activity(context, parameters["activityArn"])
    if "resourceArn" in parameters:
        _check_tagged(context, parameters["resourceArn"])


def _check_tagged(context: Context, arn: str) -> None:
    words.check_arn(arn, words.MACHINE, words.ACTIVITY)
    backend = context.backend("stepfunctions")
    known = {each.arn for each in backend.state_machines} | set(backend.activities)
    if arn not in known:
        raise words.no_resource(arn)
