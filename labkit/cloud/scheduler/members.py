"""What a schedule has where a call does not say it: moto leaves it out, or as it was.

An update says all of a schedule anew; moto kept what was to become of the one that is over, so that
it went although it was to stay.

Sources: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html and
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
"""

from __future__ import annotations

import json
from typing import Any

from botocore import xform_name

from labkit.cloud.operations import Answer, Context, operation, rewrites

_STAYS = "NONE"
_TOLD = (
    *("Description", "EndDate", "FlexibleTimeWindow", "GroupName", "KmsKeyArn", "Name"),
    *("ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "State", "Target"),
)


@rewrites("scheduler")
def with_action(name: str, body: bytes) -> bytes:
    """A new schedule's request, which says what becomes of it when it is over."""
    if name != "CreateSchedule":
        return body
    return json.dumps({"ActionAfterCompletion": _STAYS} | json.loads(body)).encode()


@operation("scheduler", "UpdateSchedule", alone=True)
def update_schedule(
    context: Context, *, ActionAfterCompletion: str = _STAYS, **asked: Any
) -> Answer:
    said = {"State": "ENABLED"} | asked
    told: dict[str, Any] = {xform_name(name): said.get(name) for name in _TOLD}
    told |= {name: told[name].timestamp() for name in ("start_date", "end_date") if told[name]}
    with context.cloud.changing("scheduler"):
        changed = context.backend("scheduler").update_schedule(**told)
        changed.action_after_completion = ActionAfterCompletion
    return {"ScheduleArn": changed.arn}
