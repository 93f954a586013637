"""Triggers, which start crawlers and jobs: on demand, on a schedule, and when others have ended.

What is due while the server is down is not made up for; what cannot be started is passed over.
Triggers of events stay records; those of workflows fire within a run (`workflows`).

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
from labkit.cloud.glue import workflows
from labkit.cloud.glue.endings import HEARERS
from labkit.cloud.glue.firing import fire, is_met
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
        predicate=_predicate(predicate),
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
    if trigger.workflow_name:
        workflows.begin(context.cloud, context.region, trigger.workflow_name)
        return {"Name": Name}
    for action in trigger.actions:
        fire(context.cloud, context.region, action.as_dict())
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
    trigger.predicate = _predicate(predicate)
    trigger.actions = [Action(each) for each in TriggerUpdate.get("Actions", [])]
    trigger.schedule = TriggerUpdate.get("Schedule")
    trigger.description = TriggerUpdate.get("Description")
    trigger.event_batching_condition = TriggerUpdate.get("EventBatchingCondition")
    trigger.met = []
    CLOCK.set()
    return {"Trigger": trigger.as_dict()}


def _predicate(said: dict[str, Any] | None) -> Predicate | None:
    """What a trigger waits for; of several conditions for all, unless ANY is said."""
    return Predicate({"Logical": "AND"} | said) if said else None


class Clock(Timetable):
    """Fires the triggers that are due."""

    def plans(self) -> Iterator[Plan]:
        """The triggers whose schedule is followed."""
        for region, backend in list(models.glue_backends[self._cloud.account].items()):
            for trigger in list(backend.triggers.values()):
                if trigger.trigger_type == "SCHEDULED" and trigger.state == "ACTIVATED":
                    yield region, trigger.name, trigger.schedule


@on_start
def follow_schedules(cloud: Cloud) -> None:
    """Start the clock."""

    def start(cloud: Cloud, region: str, name: str) -> None:
        trigger = cloud.backend("glue", region).triggers.get(name)
        if trigger and trigger.workflow_name:
            workflows.begin(cloud, region, trigger.workflow_name)
        elif trigger:
            _fire_all(cloud, region, trigger)

    follow(Clock(cloud, start).tick, CLOCK, "trigger clock")


def _hear(cloud: Cloud, region: str, what: str, name: str, state: str) -> None:
    """Fire the triggers that waited for this end alone, or for it at last."""
    for trigger in list(cloud.backend("glue", region).triggers.values()):
        free = trigger.state == "ACTIVATED" and not trigger.workflow_name
        if trigger.trigger_type == "CONDITIONAL" and free:
            with cloud.changing("glue"):
                fires, met = is_met(trigger, getattr(trigger, "met", []), {what: name}, state)
                trigger.met = met
            if fires:
                _fire_all(cloud, region, trigger)


HEARERS.append(_hear)


def _fire_all(cloud: Cloud, region: str, trigger: Any) -> None:
    """Start all that a trigger names; what cannot be started is passed over."""
    for action in trigger.actions:
        try:
            fire(cloud, region, action.as_dict())
        except Exception as error:
            log.warning("the trigger %s could not start %s: %s", trigger.name, action, error)
