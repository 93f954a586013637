"""The clock that starts the jobs of schedules."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.databrew import records, runs
from labkit.cloud.databrew.records import SCHEDULE, Record
from labkit.cloud.events.schedule import parse_schedule
from labkit.cloud.operations import AwsError, Context, Principal

log = logging.getLogger(__name__)
WAKE = threading.Event()  # set when a schedule may have changed
STARTER = "scheduler"


class Timetable:
    """Starts the jobs whose schedules are due.

    Args:
        cloud: whose schedules.
        start: starts a job of a region by name.
        now: the time, in seconds since 1970.
    """

    def __init__(
        self,
        cloud: Cloud,
        start: Callable[[Cloud, str, str], Any],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._cloud, self._start, self._now = cloud, start, now
        self._next: dict[tuple[str, str, str], float] = {}

    def tick(self) -> float | None:
        """Start what is due; gives the seconds until the next schedule is, if any is to be."""
        now = self._now()
        plans = {_key(each): each for each in records.records(self._cloud, SCHEDULE).values()}
        for key in [key for key in self._next if key in plans and self._next[key] <= now]:
            self._begin(plans[key])
            del self._next[key]
        due = {key: self._next.get(key) or _due(key[2], now) for key in plans}
        self._next = {key: moment for key, moment in due.items() if moment is not None}
        return max(0.0, min(self._next.values()) - now) if self._next else None

    def run(self) -> None:
        """Tick for ever."""
        while True:
            WAKE.clear()
            try:
                wait = self.tick()
            except Exception:
                log.exception("the clock of DataBrew's schedules stumbled")
                wait = 60.0
            WAKE.wait(wait)

    def _begin(self, schedule: Record) -> None:
        for name in schedule.get("JobNames", []):
            try:
                self._start(self._cloud, schedule["_"]["region"], name)
            except AwsError as error:
                log.warning("the job %s of %s did not start: %s", name, schedule["Name"], error)


def start_job(cloud: Cloud, region: str, name: str) -> None:
    """Run a job as DataBrew's scheduler."""
    principal = Principal(f"arn:aws:databrew:{region}:{cloud.account}:{STARTER}", cloud.account)
    runs.start(Context(cloud, "databrew", "StartJobRun", region, principal), name)


def _key(schedule: Record) -> tuple[str, str, str]:
    return schedule["_"]["region"], schedule["Name"], schedule["CronExpression"]


def _due(expression: str, now: float) -> float | None:
    return parse_schedule(expression).after(now, now)


@on_start
def follow_schedules(cloud: Cloud) -> None:
    """Start the clock."""
    timetable = Timetable(cloud, start_job)
    threading.Thread(target=timetable.run, name="databrew clock", daemon=True).start()
