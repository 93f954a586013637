"""What a trigger starts, and when one that waits for others' ends has seen enough.

Source: https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.glue import crawlers, jobs


def fire(cloud: Cloud, region: str, action: dict[str, Any], **more: str) -> None:
    """Start an action's crawler or job.

    Args:
        more: arguments that the job gets beside the action's.

    Raises:
        AwsError, or moto's own: there is none, or it runs already.
    """
    if crawler := action.get("CrawlerName"):
        crawlers.start(cloud, region, crawler)
        return
    job, arguments = str(action.get("JobName")), (action.get("Arguments") or {}) | more
    with cloud.changing("glue"):
        jobs.start(cloud, region, job, Arguments=arguments, Timeout=action.get("Timeout"))


def is_met(
    trigger: Any, met: list[int], ended: dict[str, str], state: str
) -> tuple[bool, list[int]]:
    """Whether an end is the last that a trigger waits for.

    Args:
        met: which of its conditions others have met before.
        ended: ``{"JobName": "nightly"}``.
        state: that it ended in.

    Returns:
        Whether the trigger fires; the conditions met, none once it has.
    """
    found, touched = set(met), False
    conditions = [each.as_dict() for each in trigger.predicate.conditions]
    for at, condition in enumerate(conditions):
        if ended.items() <= condition.items():
            fits = state in (condition.get("State"), condition.get("CrawlState"))
            touched = touched or fits
            found = found | {at} if fits else found - {at}
    either = trigger.predicate.as_dict().get("Logical") == "ANY"
    fires = touched and (either or len(found) == len(conditions))
    return fires, [] if fires else sorted(found)
