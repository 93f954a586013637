"""Triggers, which start crawlers and jobs: on demand, on a schedule, and when others have ended.

What is due while the server is down is not made up for; what cannot be started is passed over.
Triggers of events and those of workflows stay records.

Source: https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import moto.glue.models as models
from moto.glue.utils import Action, Predicate

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.timetable import Plan, Timetable, follow
from labkit.cloud.glue import crawlers, jobs
from labkit.cloud.glue.endings import HEARERS
from labkit.cloud.glue.judging import check_scheduled
from labkit.cloud.glue.records import answers, glue
from labkit.cloud.glue.words import invalid
from labkit.cloud.operations import Answer, Context, operation

log = logging.getLogger(__name__)


CLOCK = threading.Event()  # set when a schedule may have changed


@answers("CreateTrigger")
def create_trigger(context: Context, **asked: Any) -> Answer:
    """A trigger; on a schedule or a condition it fires once it is activated."""
    predicate = asked.get("Predicate")
    if asked["Type"] == "CONDITIONAL" and not predicate:
        raise invalid("Predicate cannot be null or empty")
    glue(context).create_trigger(
        name=asked["Name"],
        workflow_name=asked.get("WorkflowName"),
        trigger_type=asked["Type"],
        schedule=asked.get("Schedule"),
        predicate=Predicate(predicate) if predicate else None,
        actions=[Action(each) for each in asked.get("Actions", [])],
        description=asked.get("Description"),
        start_on_creation=asked.get("StartOnCreation"),
        tags=asked.get("Tags"),
        event_batching_condition=asked.get("EventBatchingCondition"),
    )
    CLOCK.set()
    return {"Name": asked["Name"]}


@operation("glue", "StartTrigger")
def start_trigger(context: Context, *, Name: str) -> Answer:
    """Fire a trigger on demand, or activate another one."""
    records = glue(context)
    trigger = records.get_trigger(Name)
    if trigger.trigger_type != "ON_DEMAND":
        records.start_trigger(Name)
        CLOCK.set()
        return {"Name": Name}
    for action in trigger.actions:
        _fire(context.cloud, context.region, action.as_dict())
    return {"Name": Name}


@answers("UpdateTrigger")
def update_trigger(context: Context, *, Name: str, TriggerUpdate: dict[str, Any]) -> Answer:
    """Another definition in place of a trigger's; its type and its state stay."""
    trigger = glue(context).get_trigger(Name)
    if trigger.trigger_type == "SCHEDULED":
        check_scheduled(TriggerUpdate)
    predicate = TriggerUpdate.get("Predicate")
    if trigger.trigger_type == "CONDITIONAL" and not predicate:
        raise invalid("Predicate cannot be null or empty")
    trigger.predicate = Predicate(predicate) if predicate else None
    trigger.actions = [Action(each) for each in TriggerUpdate.get("Actions", [])]
    trigger.schedule = TriggerUpdate.get("Schedule")
    trigger.description = TriggerUpdate.get("Description")
    trigger.event_batching_condition = TriggerUpdate.get("EventBatchingCondition")
    trigger.met = []
    CLOCK.set()
    return {"Trigger": trigger.as_dict()}


class Clock(Timetable):
    """Fires the triggers that are due."""

    def plans(self) -> Iterator[Plan]:
        """The triggers whose schedule is followed."""
        for region, backend in list(models.glue_backends[self._cloud.account].items()):
            for trigger in list(backend.triggers.values()):
                if trigger.trigger_type == "SCHEDULED" and _is_active(trigger):
                    yield region, trigger.name, trigger.schedule


@on_start
def follow_schedules(cloud: Cloud) -> None:
    """Start the clock."""

    def fire(cloud: Cloud, region: str, name: str) -> None:
        _fire_all(cloud, region, cloud.backend("glue", region).triggers.get(name))

    follow(Clock(cloud, fire).tick, CLOCK, "trigger clock")


def _hear(cloud: Cloud, region: str, what: str, name: str, state: str) -> None:
    """Fire the triggers whose conditions are all met by this end, or one of them that does."""
    for trigger in list(cloud.backend("glue", region).triggers.values()):
        if trigger.trigger_type == "CONDITIONAL" and _is_active(trigger):
            with cloud.changing("glue"):
                fires = _is_met(trigger, {what: name}, state)
            if fires:
                _fire_all(cloud, region, trigger)


HEARERS.append(_hear)


def _is_met(trigger: Any, ended: dict[str, str], state: str) -> bool:
    """Whether an end is the last that a trigger waits for; what it has met it keeps till then."""
    conditions = [each.as_dict() for each in trigger.predicate.conditions]
    met = set(getattr(trigger, "met", ()))
    touched = False
    for at, condition in enumerate(conditions):
        if ended.items() <= condition.items():
            fits = state in (condition.get("State"), condition.get("CrawlState"))
            touched = touched or fits
            met = met | {at} if fits else met - {at}
    either = trigger.predicate.as_dict().get("Logical") == "ANY"
    fires = touched and (either or len(met) == len(conditions))
    trigger.met = [] if fires else sorted(met)
    return fires


def _is_active(trigger: Any) -> bool:
    return trigger.state == "ACTIVATED" and not trigger.workflow_name


def _fire_all(cloud: Cloud, region: str, trigger: Any) -> None:
    """Start all that a trigger names; what cannot be started is passed over."""
    for action in trigger.actions if trigger else ():
        try:
            _fire(cloud, region, action.as_dict())
        except Exception as error:
            log.warning("the trigger %s could not start %s: %s", trigger.name, action, error)


def _fire(cloud: Cloud, region: str, action: dict[str, Any]) -> None:
    if crawler := action.get("CrawlerName"):
        crawlers.start(cloud, region, crawler)
    if job := action.get("JobName"):
        asked = {member: action.get(member) for member in ("Arguments", "Timeout")}
        with cloud.changing("glue"):
            jobs.start(cloud, region, job, **asked)
