"""The clock of refresh schedules: begins the imports that are due.

What falls due while the local AWS is down is not made up for. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RefreshFrequency.html
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.clock import Clock
from labkit.cloud.events.schedule import BadSchedule
from labkit.cloud.events.timetable import follow
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.ingestions import running
from labkit.cloud.quicksight.kinds import DATA_SET
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.words import invalid
from labkit.cloud.scheduler import expressions

KIND = "quicksight.schedule"
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_CLOCKS: dict[int, Clock] = {}


@dataclass(frozen=True)
class Scheduled:
    """A refresh schedule as a clock sees it."""

    arn: str
    scheduled_expression: str
    region: str
    data_set: str
    refresh: str


def schedules(data_set: Record) -> dict[str, Record]:
    """The refresh schedules of a data set, by their id."""
    return dict(data_set["_"].get("schedules") or {})


def check(schedule: Record, others: Iterable[Record]) -> None:
    """Raise when a schedule's frequency makes no times, or is not for it.

    Args:
        others: the data set's other schedules.
    """
    frequency, kind = schedule["ScheduleFrequency"], schedule["RefreshType"]
    interval, day = frequency["Interval"], frequency.get("RefreshOnDay") or {}
    needed = _DAYS.get(interval)
    if needed and not day.get(needed):
        raise invalid(f"A {interval} refresh needs RefreshOnDay.{needed}.")
    if interval in _MINUTES and kind != "INCREMENTAL_REFRESH":
        raise invalid(f"The interval {interval} is for incremental refreshes.")
    within = (*_MINUTES, "HOURLY")
    if interval in within and any(
        each["ScheduleFrequency"]["Interval"] == interval for each in others
    ):
        raise invalid(f"A data set has one schedule of the interval {interval}.")
    try:
        expressions.judged(expression(schedule))
    except BadSchedule as error:
        raise invalid(f"The schedule's frequency is not valid: {error}") from error


def expression(schedule: Record) -> str:
    """A refresh schedule in the text that the scheduler's clocks read.

    >>> expression({"ScheduleFrequency": {"Interval": "DAILY", "TimeOfTheDay": "06:30"}})
    '["cron(30 6 * * ? *)", "UTC", null, null]'
    """
    frequency = schedule["ScheduleFrequency"]
    start = schedule.get("StartAfterDateTime")
    zone = frequency.get("Timezone") or "UTC"
    return expressions.written(_cron(frequency, start), zone, start)


def look_again(cloud: Cloud) -> None:
    """Tell the clock that schedules have changed."""
    if clock := _CLOCKS.get(id(cloud)):
        clock.changed.set()


def _cron(frequency: Record, start: float | None) -> str:
    minute, hour = _time_of_day(frequency, start)
    interval, day = frequency["Interval"], frequency.get("RefreshOnDay") or {}
    if interval in _MINUTES:
        return f"rate({_MINUTES[interval]} minutes)"
    if interval == "HOURLY":
        return f"cron({minute} * * * ? *)"
    if interval == "WEEKLY":
        return f"cron({minute} {hour} ? * {(day.get('DayOfWeek') or 'SUNDAY')[:3]} *)"
    if interval == "MONTHLY":
        date = day.get("DayOfMonth") or "1"
        last = "L" if date == "LAST_DAY_OF_MONTH" else date
        return f"cron({minute} {hour} {last} * ? *)"
    return f"cron({minute} {hour} * * ? *)"


_MINUTES = {"MINUTE15": 15, "MINUTE30": 30}
_DAYS = {"WEEKLY": "DayOfWeek", "MONTHLY": "DayOfMonth"}


def _time_of_day(frequency: Record, start: float | None) -> tuple[int, int]:
    """Minute and hour of the frequency, or of the schedule's start."""
    if text := frequency.get("TimeOfTheDay"):
        found = _CLOCK.fullmatch(text)
        if not found:
            raise invalid(f"The time of the day is written HH:MM, not {text}.")
        return int(found[2]), int(found[1])
    if start is None:
        return 0, 0
    moment = datetime.datetime.fromtimestamp(start, datetime.UTC)
    return moment.minute, moment.hour


def scheduled(cloud: Cloud) -> Iterator[Scheduled]:
    """All refresh schedules."""
    for record in list(records.records(cloud, DATA_SET).values()):
        for each in schedules(record).values():
            yield Scheduled(
                each["Arn"], expression(each), record["_"]["region"], record["DataSetId"],
                each["RefreshType"],
            )  # fmt: skip


def fire(cloud: Cloud, due: Scheduled, _: float) -> None:
    """Begin the import that a schedule is for."""
    with cloud.lock("quicksight"):
        record: Any = records.look_up(cloud, due.region, DATA_SET, due.data_set)
        if record is not None and record["ImportMode"] == "SPICE":
            running.begin(
                cloud, due.region, record, request=due.refresh, id=None, source="SCHEDULED"
            )


@on_start
def start(cloud: Cloud) -> None:
    """Start the clock."""
    clock = Clock(cloud, fire=fire, scheduled=scheduled, parse=expressions.rewritten, kind=KIND)
    _CLOCKS[id(cloud)] = clock
    follow(clock.tick, clock.changed, "refresh schedules")
