"""When crawlers run by themselves: cron expressions of six fields, in UTC.

A schedule more often than every five minutes is refused. Source:
https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
"""

from __future__ import annotations

import itertools
import threading
from typing import Any

from labkit.cloud.events.schedule import BadSchedule, Cron, parse_schedule
from labkit.cloud.glue.words import invalid

LEAST_MINUTES = 5
WAKE = threading.Event()  # set when a schedule may have changed


def check_schedule(expression: str) -> None:
    """Refuse an expression that Glue does not take.

    >>> check_schedule("cron(15 12 * * ? *)")

    Raises:
        AwsError: ``InvalidInputException``, with what is wrong.
    """
    try:
        schedule = parse_schedule(expression)
    except BadSchedule as error:
        raise invalid(f"Schedule expression {expression} is not valid") from error
    if not isinstance(schedule, Cron):
        raise invalid(
            f"Schedule expression {expression} is not valid: it must be a cron expression"
        )
    gaps = (later - sooner for sooner, later in itertools.pairwise(sorted(schedule.minutes)))
    if min(gaps, default=60) < LEAST_MINUTES:
        raise invalid(f"Schedule expression {expression} is not valid: 5 minutes is the least")


def schedule_state(crawler: Any) -> str:
    """SCHEDULED or NOT_SCHEDULED: whether a crawler's schedule is followed."""
    return str(getattr(crawler, "schedule_state", "SCHEDULED"))
