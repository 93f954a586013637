"""Scheduled crawls: the calls that turn schedules on and off, and the clock that follows them.

What falls due while a crawl of the same crawler runs, or while the server is down, is skipped.
Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-scheduler.html
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import moto.glue.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.timetable import Plan, Timetable, follow
from labkit.cloud.glue.crawlers import find_crawler, start
from labkit.cloud.glue.records import answers
from labkit.cloud.glue.schedule import WAKE, check_schedule, schedule_state
from labkit.cloud.operations import Answer, AwsError, Context

log = logging.getLogger(__name__)


@answers("UpdateCrawlerSchedule")
def update_crawler_schedule(context: Context, *, CrawlerName: str, Schedule: str = "") -> Answer:
    """Give a crawler another schedule, or none."""
    crawler = find_crawler(context, CrawlerName)
    if Schedule:
        check_schedule(Schedule)
    crawler.schedule, crawler.schedule_state = Schedule, "SCHEDULED"
    WAKE.set()
    return {}


@answers("StartCrawlerSchedule")
def start_crawler_schedule(context: Context, *, CrawlerName: str) -> Answer:
    """Follow a crawler's schedule again."""
    crawler = _scheduled(context, CrawlerName)
    if schedule_state(crawler) == "SCHEDULED":
        raise AwsError("SchedulerRunningException", f"Crawler {CrawlerName} is already scheduled")
    crawler.schedule_state = "SCHEDULED"
    WAKE.set()
    return {}


@answers("StopCrawlerSchedule")
def stop_crawler_schedule(context: Context, *, CrawlerName: str) -> Answer:
    """Keep a crawler's schedule, but do not follow it."""
    crawler = _scheduled(context, CrawlerName)
    if schedule_state(crawler) != "SCHEDULED":
        raise AwsError("SchedulerNotRunningException", f"Crawler {CrawlerName} is not scheduled")
    crawler.schedule_state = "NOT_SCHEDULED"
    return {}


def _scheduled(context: Context, name: str) -> Any:
    crawler = find_crawler(context, name)
    if not crawler.schedule:
        raise AwsError("NoScheduleException", f"Crawler {name} has no schedule")
    return crawler


class Clock(Timetable):
    """Starts the crawlers that are due."""

    def plans(self) -> Iterator[Plan]:
        """The crawlers whose schedule is followed."""
        for region, backend in list(models.glue_backends[self._cloud.account].items()):
            for crawler in list(backend.crawlers.values()):
                if crawler.schedule and schedule_state(crawler) == "SCHEDULED":
                    yield region, crawler.name, crawler.schedule

    def begin(self, region: str, name: str) -> None:
        try:
            self._start(self._cloud, region, name)
        except AwsError as error:
            log.warning("the scheduled crawl of %s was skipped: %s", name, error)


@on_start
def follow_schedules(cloud: Cloud) -> None:
    """Start the clock."""
    follow(Clock(cloud, start).tick, WAKE, "crawler clock")
