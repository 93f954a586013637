"""Triggers on demand, which start their crawlers and jobs; moto only marks them as active.

Triggers on a schedule or on a condition, and workflows, stay records.

Source: https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
"""

from __future__ import annotations

from typing import Any

from moto.glue.utils import Action, Predicate

from labkit.cloud.glue import crawlers
from labkit.cloud.glue.jobs import start
from labkit.cloud.glue.judging import check_scheduled
from labkit.cloud.glue.records import answers, glue
from labkit.cloud.glue.words import invalid
from labkit.cloud.operations import Answer, Context, operation


@operation("glue", "StartTrigger")
def start_trigger(context: Context, *, Name: str) -> Answer:
    """Fire a trigger on demand, or activate another one."""
    records = glue(context)
    trigger = records.get_trigger(Name)
    if trigger.trigger_type != "ON_DEMAND":
        records.start_trigger(Name)
        return {"Name": Name}
    for action in trigger.actions:
        _fire(context, action.as_dict())
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
    return {"Trigger": trigger.as_dict()}


def _fire(context: Context, action: dict[str, Any]) -> None:
    if crawler := action.get("CrawlerName"):
        crawlers.start(context.cloud, context.region, crawler)
    if job := action.get("JobName"):
        with context.cloud.changing("glue"):
            start(context, job, Arguments=action.get("Arguments"), Timeout=action.get("Timeout"))
