"""What a schedule has where a call does not say it: moto leaves it out, or as it was.

An update says all of a schedule anew; moto kept what was to become of the one that is over, so that
it went although it was to stay.

Sources: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html and
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
"""

from __future__ import annotations

import datetime
import json
from typing import Any

from labkit.cloud.operations import Answer, Context, operation, rewrites

_STAYS = "NONE"
Json = dict[str, Any]


@rewrites("scheduler")
def with_action(name: str, body: bytes) -> bytes:
    """A new schedule's request, which says what becomes of it when it is over."""
    if name != "CreateSchedule":
        return body
    return json.dumps({"ActionAfterCompletion": _STAYS} | json.loads(body)).encode()


@operation("scheduler", "UpdateSchedule")
def update_schedule(
    context: Context,
    *,
    Name: str,
    ScheduleExpression: str,
    FlexibleTimeWindow: Json,
    Target: Json,
    GroupName: str | None = None,
    ScheduleExpressionTimezone: str | None = None,
    State: str = "ENABLED",
    ActionAfterCompletion: str = _STAYS,
    StartDate: datetime.datetime | None = None,
    EndDate: datetime.datetime | None = None,
    Description: str | None = None,
    KmsKeyArn: str | None = None,
    **_: Any,
) -> Answer:
    with context.cloud.changing("scheduler"):
        changed = context.backend("scheduler").update_schedule(
            description=Description,
            end_date=EndDate and EndDate.timestamp(),
            flexible_time_window=FlexibleTimeWindow,
            group_name=GroupName,
            kms_key_arn=KmsKeyArn,
            name=Name,
            schedule_expression=ScheduleExpression,
            schedule_expression_timezone=ScheduleExpressionTimezone,
            start_date=StartDate and StartDate.timestamp(),
            state=State,
            target=Target,
        )
        changed.action_after_completion = ActionAfterCompletion
    return {"ScheduleArn": changed.arn}
