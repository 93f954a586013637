"""The clock that starts the jobs of schedules."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.databrew import records
from labkit.cloud.databrew.jobs import runs
from labkit.cloud.databrew.records import SCHEDULE, Record
from labkit.cloud.events import timetable
from labkit.cloud.events.timetable import Plan
from labkit.cloud.operations import AwsError, Context, Principal

log = logging.getLogger(__name__)
WAKE = threading.Event()  # set when a schedule may have changed
STARTER = "scheduler"


class Timetable(timetable.Timetable):
    """Starts the jobs whose schedules are due."""

    def plans(self) -> Iterator[Plan]:
        """The schedules."""
        for each in self._schedules():
            yield each["_"]["region"], each["Name"], plain(each["CronExpression"])

    def begin(self, region: str, name: str) -> None:
        for each in self._schedules():
            if (each["_"]["region"], each["Name"]) == (region, name):
                for job in each.get("JobNames", []):
                    self._begin(region, name, job)

    def _schedules(self) -> list[Record]:
        return list(records.records(self._cloud, SCHEDULE).values())

    def _begin(self, region: str, name: str, job: str) -> None:
        try:
            self._start(self._cloud, region, job)
        except AwsError as error:
            log.warning("the job %s of %s did not start: %s", job, name, error)


def plain(expression: str) -> str:
    """A cron expression in small letters where it begins: the console's is ``Cron(...)``.

    >>> plain("Cron(*/15 * * * ? *)")
    'cron(*/15 * * * ? *)'
    """
    return expression[:4].lower() + expression[4:]


def start_job(cloud: Cloud, region: str, name: str) -> None:
    """Run a job as DataBrew's scheduler."""
    principal = Principal(f"arn:aws:databrew:{region}:{cloud.account}:{STARTER}", cloud.account)
    runs.start(Context(cloud, "databrew", "StartJobRun", region, principal), name)


@on_start
def follow_schedules(cloud: Cloud) -> None:
    """Start the clock."""
    timetable.follow(Timetable(cloud, start_job).tick, WAKE, "databrew clock")
