"""Schedules: when jobs run by themselves.

A cron expression of six fields, in UTC. What falls due while the local AWS is down is not made up
for. Source: https://docs.aws.amazon.com/databrew/latest/dg/jobs.recipe.html#jobs.cron
"""

from __future__ import annotations

import itertools
from typing import Any

from labkit.cloud.databrew import records
from labkit.cloud.databrew.jobs.timetable import WAKE, plain
from labkit.cloud.databrew.records import JOB, SCHEDULE, Record, answers, lists, shown
from labkit.cloud.databrew.words import invalid
from labkit.cloud.events.schedule import BadSchedule, Cron, parse_schedule
from labkit.cloud.operations import Answer, Context

LEAST_MINUTES = 5


@answers("CreateSchedule")
def create_schedule(
    context: Context,
    *,
    Name: str,
    CronExpression: str,
    JobNames: list[str] | None = None,
    Tags: Any = None,
) -> Answer:
    """A new schedule, followed from now on."""
    members = _checked(context, CronExpression, JobNames)
    records.create(context, SCHEDULE, Name, {"Tags": Tags, **members})
    WAKE.set()
    return {"Name": Name}


@answers("UpdateSchedule")
def update_schedule(
    context: Context, *, Name: str, CronExpression: str, JobNames: list[str] | None = None
) -> Answer:
    """Change when a schedule's jobs run, or which."""
    records.find(context, SCHEDULE, Name)
    records.update(context, SCHEDULE, Name, _checked(context, CronExpression, JobNames))
    WAKE.set()
    return {"Name": Name}


@answers("DescribeSchedule")
def describe_schedule(context: Context, *, Name: str) -> Answer:
    return shown(records.find(context, SCHEDULE, Name))


@lists("ListSchedules", "Schedules")
def list_schedules(context: Context, *, JobName: str | None = None) -> list[Record]:
    """All schedules, or those of one job."""
    found = [shown(each) for each in records.listed(context, SCHEDULE)]
    return [each for each in found if JobName in (None, *each.get("JobNames", []))]


@answers("DeleteSchedule")
def delete_schedule(context: Context, *, Name: str) -> Answer:
    records.remove(context, SCHEDULE, Name)
    WAKE.set()
    return {"Name": Name}


def _checked(context: Context, expression: str, names: list[str] | None) -> records.Record:
    """The members of a schedule, once its jobs exist and it says when."""
    try:
        schedule = parse_schedule(plain(expression))
    except BadSchedule as error:
        raise invalid(f"The cron expression {expression} is not valid.") from error
    if not isinstance(schedule, Cron):
        raise invalid(f"The schedule {expression} is no cron expression.")
    minutes = sorted(schedule.minutes)
    if any(hour + 1 in schedule.hours for hour in schedule.hours):
        minutes.append(minutes[0] + 60)
    if any(later - minute < LEAST_MINUTES for minute, later in itertools.pairwise(minutes)):
        raise invalid(f"The schedule {expression} is faster than every {LEAST_MINUTES} minutes.")
    for name in names or []:
        if records.look_up(context.cloud, context.region, JOB, name) is None:
            raise invalid(JOB.missing.format(name=name))  # CreateSchedule has no other error
    return {"CronExpression": expression, "JobNames": names}
