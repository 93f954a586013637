"""What CloudWatch does when an alarm is told another state: its actions, and an event.

moto only writes the state down. Topics and functions are told; other actions (of EC2, Auto Scaling,
Systems Manager) are not carried out.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""

from __future__ import annotations

import functools
import json
import logging
import uuid
from datetime import datetime
from typing import Any

from botocore.loaders import Loader

from labkit.cloud.cloud import Cloud
from labkit.cloud.cloudwatch import alarm_queries, alarm_rules
from labkit.cloud.cloudwatch.alarms import note
from labkit.cloud.events.rules import emit
from labkit.cloud.lambdas.invoke import queue_for_service
from labkit.cloud.operations import Answer, AwsError, Context, operation

SENDER = "lambda.alarms.cloudwatch.amazonaws.com"
KIND = "CloudWatch Alarm State Change"
_ACTIONS = {
    "ALARM": "alarm_actions",
    "OK": "ok_actions",
    "INSUFFICIENT_DATA": "insufficient_data_actions",
}
log = logging.getLogger(__name__)
Json = dict[str, Any]


@operation("cloudwatch", "SetAlarmState", alone=True)
def set_alarm_state(
    context: Context,
    *,
    AlarmName: str,
    StateValue: str,
    StateReason: str,
    StateReasonData: str | None = None,
) -> Answer:
    """Actions are those of the new state; none are taken where it is the old one."""
    if StateValue not in _ACTIONS:
        value = (
            f"1 validation error detected: Value '{StateValue}' at 'stateValue' failed to satisfy"
        )
        words = "constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"
        raise AwsError("ValidationError", f"{value} {words}")
    alarm = context.backend("cloudwatch").alarms.get(AlarmName)
    if alarm is None:
        raise AwsError("ResourceNotFound", "", 404)
    try:
        json.loads(StateReasonData or "{}")
    except ValueError:
        raise AwsError("InvalidFormat", "StateReasonData is not valid JSON") from None
    change(context.cloud, context.region, alarm, StateValue, StateReason, StateReasonData)
    return {}


def change(
    cloud: Cloud, region: str, alarm: Any, state: str, reason: str, data: str | None
) -> None:
    """Give an alarm a state, and tell of it where it is another than before."""
    before = _state(alarm)
    alarm.update_state(reason, data, state)
    del alarm.history[-1]  # what moto notes
    if before["value"] != state:
        summary = f"Alarm updated from {before['value']} to {state}"
        states = {"oldState": _noted(before), "newState": _noted(_state(alarm))}
        note(alarm, "StateUpdate", summary, {"version": "1.0"} | states)
        _tell(cloud, region, alarm, before)
        for each in list(cloud.backend("cloudwatch", region).alarms.values()):
            if each.rule and alarm.name in alarm_rules.read(each.rule).names:
                settle(cloud, region, each, alarm)


def settle(cloud: Cloud, region: str, alarm: Any, child: Any = None) -> None:
    """Give a composite alarm the state that its rule tells.

    Args:
        child: whose state has changed; that which did last where nothing is told.
    """
    rule, alarms = alarm_rules.read(alarm.rule), cloud.backend("cloudwatch", region).alarms
    children = [alarms[name] for name in sorted(rule.names) if name in alarms]
    state = "ALARM" if rule.holds({each.name: each.state_value for each in children}) else "OK"
    if state == alarm.state_value:
        return
    last = child or max(children, key=lambda each: each.state_updated_timestamp, default=None)
    reason, data = f"AlarmRule is {state == 'ALARM'}", None
    if last:
        when = f"{last.state_updated_timestamp:%A %d %B, %Y %H:%M:%S} UTC"
        reason = f"{last.alarm_arn} transitioned to {last.state_value} at {when}"
        told = {"value": last.state_value, "timestamp": _moment(last.state_updated_timestamp)}
        data = json.dumps({"triggeringAlarms": [{"arn": last.alarm_arn, "state": told}]})
    change(cloud, region, alarm, state, reason, data)


def _noted(state: Json) -> Json:
    """A state as the history has it."""
    told = {"stateValue": state["value"], "stateReason": state["reason"]}
    data = state.get("reasonData")
    return told | ({"stateReasonData": json.loads(data)} if data else {})


def _tell(cloud: Cloud, region: str, alarm: Any, before: Json) -> None:
    described = {
        "alarmName": alarm.name,
        "state": _state(alarm),
        "previousState": before,
        "configuration": _configuration(alarm),
    }
    arn = alarm.alarm_arn
    emit(
        cloud, source="aws.cloudwatch", kind=KIND, detail=described, resources=[arn], region=region
    )
    event = {
        "source": "aws.cloudwatch",
        "alarmArn": arn,
        "accountId": cloud.account,
        "time": described["state"]["timestamp"],
        "region": region,
        "alarmData": described,
    }
    for action in getattr(alarm, _ACTIONS[alarm.state_value]) if alarm.actions_enabled else ():
        service = action.split(":")[2]
        note(alarm, "Action", f"Successfully executed action {action}", {"version": "1.0"})
        if service == "sns":
            _to_topic(cloud, region, action, alarm, before["value"])
        elif service == "lambda":
            _to_function(cloud, arn, action, event)


def _to_function(cloud: Cloud, arn: str, action: str, event: Json) -> None:
    try:
        queue_for_service(cloud, SENDER, arn, action, json.dumps(event))
    except AwsError as error:
        log.warning("%s did not invoke %s: %s", arn, action, error)


def _to_topic(cloud: Cloud, region: str, topic: str, alarm: Any, before: str) -> None:
    """Publish what an alarm says in SNS; a topic that is gone hears nothing."""
    sns = cloud.backend("sns", topic.split(":")[3])
    if topic not in sns.topics:
        log.warning("%s did not notify %s, which is not there", alarm.alarm_arn, topic)
        return
    place = _place(region)
    message = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": cloud.account,
        "AlarmConfigurationUpdatedTimestamp": _moment(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": _moment(alarm.state_updated_timestamp),
        "Region": place,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        **(_children(alarm) if alarm.rule else {"Trigger": _trigger(alarm)}),
    }
    subject = f'{alarm.state_value}: "{alarm.name}" in {place}'
    with cloud.changing("sns"), cloud.changing("sqs"):
        sns.publish(json.dumps(message), arn=topic, subject=subject[:100])


def _children(alarm: Any) -> Json:
    """A composite alarm's rule, and whose state made it hold or not."""
    told = json.loads(alarm.state_reason_data or "{}").get("triggeringAlarms", [])
    states = [(each["arn"], each["state"]) for each in told]
    children = [
        {"Arn": arn, "State": {"Value": state["value"], "Timestamp": state["timestamp"]}}
        for arn, state in states
    ]
    return {"AlarmRule": alarm.rule, "TriggeringChildren": children}


def _trigger(alarm: Any) -> Json:
    metric = {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "StatisticType": "ExtendedStatistic" if alarm.extended_statistic else "Statistic",
        "Statistic": (alarm.extended_statistic or alarm.statistic or "").upper(),
        "Unit": alarm.unit,
        "Dimensions": [{"value": each.value, "name": each.name} for each in alarm.dimensions],
    }
    queries = alarm.metric_data_queries
    return {
        **({"Metrics": alarm_queries.triggering(alarm)} if queries else metric),
        "Period": alarm_queries.period_of(alarm),
        "EvaluationPeriods": alarm.evaluation_periods,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
    }


def _configuration(alarm: Any) -> Json:
    """What an alarm watches, as EventBridge and functions are told."""
    about = {"description": alarm.description} if alarm.description else {}
    if alarm.rule:
        return about | {"alarmRule": alarm.rule}
    if alarm.metric_data_queries:
        return about | {"metrics": alarm_queries.configured(alarm)}
    metric = {
        "namespace": alarm.namespace,
        "name": alarm.metric_name,
        "dimensions": {each.name: each.value for each in alarm.dimensions},
    }
    stat = {"metric": metric, "period": alarm.period, "stat": alarm.statistic}
    number = uuid.uuid5(uuid.NAMESPACE_URL, alarm.alarm_arn)
    return about | {"metrics": [{"id": str(number), "metricStat": stat, "returnData": True}]}


def _state(alarm: Any) -> Json:
    told = {
        "value": alarm.state_value,
        "reason": alarm.state_reason,
        "timestamp": _moment(alarm.state_updated_timestamp),
    }
    data = alarm.state_reason_data
    return told | ({"reasonData": data} if data not in (None, "", "{}") else {})


def _moment(moment: datetime) -> str:
    """A time as alarms say it: ``2026-01-01T00:00:00.000+0000``."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"


@functools.cache
def _place(region: str) -> str:
    """A region in words: ``US East (N. Virginia)``."""
    partitions = Loader().load_data("endpoints")["partitions"]
    known = {name: told for each in partitions for name, told in each["regions"].items()}
    return str(known[region]["description"]) if region in known else region
