"""Composite alarms, which are in alarm by the states of others, and what may not be deleted.

Suppressors of their actions and rings of them are refused.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
and https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloudwatch import alarm_rules, alarm_states
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation


@operation("cloudwatch", "PutCompositeAlarm", alone=True)
def put_composite_alarm(
    context: Context,
    *,
    AlarmName: str,
    AlarmRule: str,
    AlarmDescription: str | None = None,
    ActionsEnabled: bool = True,
    AlarmActions: list[str] | None = None,
    OKActions: list[str] | None = None,
    InsufficientDataActions: list[str] | None = None,
    Tags: list[dict[str, str]] | None = None,
    **more: Any,
) -> Answer:
    """The alarm has its state at once.

    Raises:
        AwsError: ``ValidationError``, ``NotImplementedException``.
    """
    if more:
        raise not_here("cloudwatch", context.operation, f"no {', '.join(more)}")
    backend: Any = context.backend("cloudwatch")
    names = alarm_rules.read(AlarmRule).names
    if missing := sorted(names - backend.alarms.keys()):
        words = f"as alarms [{', '.join(missing)}] in the alarm rule do not exist"
        raise AwsError("ValidationError", f"Could not save the composite alarm {words}")
    if AlarmName in names or any(AlarmName in _all_below(backend, each) for each in names):
        raise not_here("cloudwatch", context.operation, "no ring of alarms")
    nothing = ("namespace", "metric_name", "comparison_operator", "evaluation_periods", "period")
    alarm = backend.put_metric_alarm(
        name=AlarmName,
        **dict.fromkeys((*nothing, "threshold", "statistic")),
        description=AlarmDescription,
        dimensions=[],
        actions_enabled=ActionsEnabled,
        alarm_actions=AlarmActions or [],
        ok_actions=OKActions or [],
        insufficient_data_actions=InsufficientDataActions or [],
        rule=AlarmRule,
        tags=Tags,
    )
    alarm_states.settle(context.cloud, context.region, alarm)
    return {}


def _all_below(backend: Any, name: str) -> set[str]:
    """The alarms that an alarm's rule is about, and those of their rules."""
    rule = getattr(backend.alarms.get(name), "rule", None)
    children = alarm_rules.read(rule).names if rule else frozenset()
    return {*children}.union(*(_all_below(backend, each) for each in children))


@operation("cloudwatch", "DeleteAlarms", alone=True)
def delete_alarms(context: Context, *, AlarmNames: list[str]) -> Answer:
    """One composite alarm at most, and none that another is about, unless that goes too.

    Raises:
        AwsError: ``ValidationError``.
    """
    backend: Any = context.backend("cloudwatch")
    composites = {name: each for name, each in backend.alarms.items() if each.rule}
    if len(composites.keys() & {*AlarmNames}) > 1:
        raise AwsError("ValidationError", "Only one composite alarm can be deleted per request.")
    staying = composites.keys() - {*AlarmNames}
    held = {each for name in staying for each in alarm_rules.read(composites[name].rule).names}
    if found := [name for name in AlarmNames if name in held]:
        whom = "it" if len(found) == 1 else "them"
        words = f"as there are composite alarm(s) depending on {whom}."
        raise AwsError("ValidationError", f"Cannot delete {','.join(found)} {words}")
    backend.delete_alarms(AlarmNames)
    return {}
