"""CloudWatch's alarms as they are told, and what has become of them.

moto finds a new alarm OK that nobody has judged, and keeps no history.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmsForMetric.html
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from botocore import xform_name
from moto.cloudwatch.models import CloudWatchBackend
from moto.core.utils import utcnow

from labkit.cloud import protocol
from labkit.cloud.members import in_utc
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page

Json = dict[str, Any]
METRIC_ALARM, COMPOSITE_ALARM = "MetricAlarm", "CompositeAlarm"
_MOST = 50
_REFUSAL = AwsError("InvalidNextToken", "The next token specified is invalid.")
# Where moto has what is called otherwise.
_ATTRIBUTES = {
    "AlarmName": "name",
    "AlarmDescription": "description",
    "AlarmRule": "rule",
    "AlarmConfigurationUpdatedTimestamp": "configuration_updated_timestamp",
    "Metrics": "metric_data_queries",
    "StateTransitionedTimestamp": "state_updated_timestamp",
}
_put: Any = CloudWatchBackend.put_metric_alarm


def _made(self: Any, name: str, *args: Any, **members: Any) -> Any:
    """Have a new alarm without data, and one that is changed stay in its state."""
    before = self.alarms.get(name)
    if before and bool(before.rule) != bool(members.get("rule")):
        raise AwsError("ValidationError", f"{name} is a {kind_of(before)}")
    alarm = _put(self, name, *args, **members)
    alarm.history = before.history if before else []
    alarm.state_value = "INSUFFICIENT_DATA"
    if before:
        alarm.state_value, alarm.state_reason = before.state_value, before.state_reason
        alarm.state_reason_data = before.state_reason_data
    kind, told = ("Update", "updatedAlarm") if before else ("Create", "createdAlarm")
    facts = {"version": "1.0", "type": kind, told: _configuration(alarm)}
    note(alarm, "ConfigurationUpdate", f'Alarm "{name}" {kind.lower()}d', facts)
    return alarm


CloudWatchBackend.put_metric_alarm = _made  # type: ignore[method-assign]


def note(alarm: Any, kind: str, summary: str, data: Json) -> None:
    """Put down what has become of an alarm.

    Args:
        kind: ``ConfigurationUpdate``, ``StateUpdate`` or ``Action``.
        summary: in a sentence.
        data: in full.
    """
    alarm.history.append({
        "AlarmName": alarm.name,
        "AlarmType": kind_of(alarm),
        "Timestamp": utcnow(),
        "HistoryItemType": kind,
        "HistorySummary": summary,
        "HistoryData": json.dumps(data),
    })  # fmt: skip


def kind_of(alarm: Any) -> str:
    """``MetricAlarm``, or ``CompositeAlarm``."""
    return COMPOSITE_ALARM if alarm.rule else METRIC_ALARM


@operation("cloudwatch", "DescribeAlarms")
def describe_alarms(
    context: Context,
    *,
    AlarmNames: list[str] | None = None,
    AlarmNamePrefix: str = "",
    AlarmTypes: list[str] | None = None,
    StateValue: str | None = None,
    ActionPrefix: str = "",
    MaxRecords: int = _MOST,
    NextToken: str | None = None,
    **more: Any,
) -> Answer:
    """The alarms by name, composite ones where their type is asked for.

    Raises:
        AwsError: ``InvalidNextToken``.
    """
    if any(more.values()):
        raise not_here("cloudwatch", context.operation, f"no {', '.join(more)}")
    found = [
        (kind_of(alarm), told(alarm))
        for name, alarm in sorted(context.backend("cloudwatch").alarms.items())
        if (not AlarmNames or name in AlarmNames)
        and name.startswith(AlarmNamePrefix)
        and StateValue in (None, alarm.state_value)
        and kind_of(alarm) in (AlarmTypes or [METRIC_ALARM])
        and _has_action(alarm, ActionPrefix)
    ]
    answer = page("Alarms", found, MaxRecords, NextToken, _REFUSAL)
    here = answer.pop("Alarms")
    kinds = (METRIC_ALARM, COMPOSITE_ALARM, "LogAlarm")  # of which there are none
    return answer | {f"{kind}s": [each for of, each in here if of == kind] for kind in kinds}


def _has_action(alarm: Any, prefix: str) -> bool:
    actions = [*alarm.alarm_actions, *alarm.ok_actions, *alarm.insufficient_data_actions]
    return not prefix or any(each.startswith(prefix) for each in actions)


@operation("cloudwatch", "DescribeAlarmsForMetric")
def describe_alarms_for_metric(
    context: Context, *, Dimensions: list[Json] | None = None, **asked: Any
) -> Answer:
    """The alarms of a metric with exactly these dimensions, and with what else is asked for."""
    dimensions = {(each["Name"], each["Value"]) for each in Dimensions or []}
    found = [
        alarm
        for alarm in context.backend("cloudwatch").alarms.values()
        if {(each.name, each.value) for each in alarm.dimensions or []} == dimensions
        and all(_attribute(alarm, name) == value for name, value in asked.items())
    ]
    return {"MetricAlarms": [told(each) for each in found]}


@operation("cloudwatch", "DescribeAlarmHistory")
def describe_alarm_history(
    context: Context,
    *,
    AlarmName: str | None = None,
    AlarmTypes: list[str] | None = None,
    HistoryItemType: str | None = None,
    StartDate: datetime | None = None,
    EndDate: datetime | None = None,
    MaxRecords: int = 100,
    NextToken: str | None = None,
    ScanBy: str = "TimestampDescending",
    **_: Any,
) -> Answer:
    """What has become of one alarm or of all that are there, the last first.

    Raises:
        AwsError: ``InvalidNextToken``.
    """
    start, end = (in_utc(each) if each else None for each in (StartDate, EndDate))
    found = [
        item
        for alarm in context.backend("cloudwatch").alarms.values()
        for item in alarm.history
        if isinstance(item, dict)  # not what moto notes
        and AlarmName in (None, alarm.name)
        and HistoryItemType in (None, item["HistoryItemType"])
        and item["AlarmType"] in (AlarmTypes or [METRIC_ALARM])
        and (start is None or in_utc(item["Timestamp"]) >= start)
        and (end is None or in_utc(item["Timestamp"]) <= end)
    ]
    found.sort(key=lambda item: in_utc(item["Timestamp"]), reverse=ScanBy != "TimestampAscending")
    return page("AlarmHistoryItems", found, MaxRecords, NextToken, _REFUSAL)


def told(alarm: Any) -> Json:
    """An alarm of moto's as the service's model has it."""
    model: Any = protocol.service_model("cloudwatch")
    made: Json = _shaped(model.shape_for(kind_of(alarm)), alarm)
    if made.get("StateReasonData") == "{}":
        del made["StateReasonData"]
    if not made.get("Metrics"):
        made.pop("Metrics", None)
    return made


def _configuration(alarm: Any) -> Json:
    """What an alarm is told to do, as histories have it."""
    names = {name: value for name, value in told(alarm).items() if not name.startswith("State")}
    del names["AlarmConfigurationUpdatedTimestamp"]
    return {name[:1].lower() + name[1:]: value for name, value in names.items()}


def _shaped(shape: Any, value: Any) -> Any:
    if value is None:
        return None
    if shape.type_name == "list":
        return [_shaped(shape.member, each) for each in value]
    if shape.type_name != "structure":
        return value
    found = {n: _shaped(each, _attribute(value, n)) for n, each in shape.members.items()}
    return {name: each for name, each in found.items() if each is not None}


def _attribute(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name)
    return getattr(value, _ATTRIBUTES.get(name, xform_name(name)), None)
