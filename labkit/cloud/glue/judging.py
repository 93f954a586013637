"""What Glue refuses of jobs, triggers and workflows, whose records moto keeps.

A name that is taken is not made anew: moto would lose what it had. The same job may be asked for
again, as a client does that did not see the answer.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html
"""

from __future__ import annotations

from typing import Any

from botocore import xform_name

from labkit.cloud.glue.schedule import check_schedule
from labkit.cloud.glue.words import exists, invalid
from labkit.cloud.operations import AwsError, Context

Members = dict[str, Any]
_NAMED = {"CreateTrigger": "triggers", "CreateWorkflow": "workflows"}


def judge_call(context: Context, parameters: Members) -> None:
    """Raise for what Glue does not take; other calls are passed on."""
    backend, name = context.cloud.backend("glue", context.region), parameters.get("Name")
    if context.operation == "CreateJob" and name in backend.jobs:
        _check_same(backend.jobs[name], parameters)
    if context.operation == "CreateTrigger" and parameters.get("Type") == "SCHEDULED":
        _check_scheduled(parameters)
    records = _NAMED.get(context.operation)
    if records and name in getattr(backend, records):
        raise exists(f"{records[:-1].capitalize()} {name}")


def _check_same(job: Any, parameters: Members) -> None:
    """Raise unless a job of this name is what is asked for."""
    asked = {xform_name(k): v for k, v in parameters.items() if k != "Tags"}
    if any(getattr(job, member, value) != value for member, value in asked.items()):
        words = f"Job with name: {job.name} already submitted with different configuration."
        raise AwsError("IdempotentParameterMismatchException", words)


def _check_scheduled(parameters: Members) -> None:
    if not parameters.get("Schedule"):
        raise invalid("Schedule cannot be null or empty for a trigger of type SCHEDULED")
    check_schedule(parameters["Schedule"])
