"""The clock of EventBridge Scheduler, which is that of EventBridge's rules.

What recurs and fell due while the server was down is not made up for; what was due once is.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import moto.scheduler.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.clock import Clock, run
from labkit.cloud.scheduler import expressions, targets

KIND = "scheduler.schedule"
CHANGES = ("create_schedule", "update_schedule", "delete_schedule", "delete_schedule_group")


@dataclass(frozen=True)
class Scheduled:
    """A schedule as a clock sees it."""

    arn: str
    scheduled_expression: str
    schedule: Any
    region: str


def scheduled(cloud: Cloud) -> Iterator[Scheduled]:
    """The enabled schedules."""
    for region, backend in list(models.scheduler_backends[cloud.account].items()):
        for group in list(backend.schedule_groups.values()):
            for each in list(group.schedules.values()):
                if each.state in ("ENABLED", None):  # an update that says nothing enables
                    yield Scheduled(each.arn, _expression(each), each, region)


def fire(cloud: Cloud, due: Scheduled, moment: float) -> None:
    """Send a schedule's input to its target; one that is over may delete itself."""
    targets.send(cloud, due.schedule, moment)
    if _is_last(due, moment) and due.schedule.action_after_completion == "DELETE":
        with cloud.changing("scheduler"):
            backend = models.scheduler_backends[cloud.account][due.region]
            backend.schedule_groups[due.schedule.group_name].delete_schedule(due.schedule.name)


def made(due: Scheduled, now: float) -> float:
    """When a schedule was made or changed, so that one which was due before the clock looked fires.

    Args:
        due: the schedule.
        now: when the clock looks, in seconds since 1970.
    """
    return min(now, float(due.schedule.last_modified_date))


def _is_last(due: Scheduled, moment: float) -> bool:
    times = expressions.rewritten(due.scheduled_expression)
    return times.once or times.after(moment, moment) is None


def _expression(schedule: Any) -> str:
    return expressions.written(
        schedule.schedule_expression,
        schedule.schedule_expression_timezone,
        _seconds(schedule.start_date),
        _seconds(schedule.end_date),
    )


def _seconds(date: Any) -> float | None:
    if isinstance(date, str):
        date = datetime.datetime.fromisoformat(date)
    return date.timestamp() if isinstance(date, datetime.datetime) else date and float(date)


@on_start
def start(cloud: Cloud) -> None:
    """Start the clock, and have it look again whenever a schedule changes."""
    clock = Clock(
        cloud, fire=fire, scheduled=scheduled, parse=expressions.rewritten, kind=KIND, since=made
    )
    run(clock, models.EventBridgeSchedulerBackend, CHANGES)
