"""EventBridge's rules: which events reach which targets.

moto delivers inside the call, to disabled rules too, and one target that it does not know stops all
rules after it. Here a rule only queues deliveries. A rule without a pattern, which is one with a
schedule, sees no events.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
"""

from __future__ import annotations

import datetime
import json
import re
import time
import uuid
from typing import Any

import moto.events.models as models
import moto.events.notifications as notifications

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.delivery import KINDS, deliver
from labkit.cloud.events.inputs import Event, input_of, unknown_places
from labkit.cloud.events.pattern_checks import read_pattern
from labkit.cloud.events.patterns import matches
from labkit.cloud.events.schedule import BadSchedule, parse_schedule
from labkit.cloud.events.warehouses import addressed
from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

SENDER = "events.amazonaws.com"
_ARN = re.compile(r"arn:[\w-]+:[\w-]+:")
_OF_A_RULE = {"DescribeRule": "Name", "ListTargetsByRule": "Rule"} | dict.fromkeys(
    ("DisableRule", "EnableRule"), "Name"
)
# Services that a rule reaches in a role alone.
_IN_A_ROLE = ("states", "kinesis", "redshift", "redshift-serverless")
_MOST_TARGETS = 5
REQUIRED = ("id", "account", "source", "time", "region", "detail-type")


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for what says nothing, a schedule or a pattern, and for targets never reached."""
    if expression := parameters.get("ScheduleExpression"):
        try:
            parse_schedule(expression)
        except BadSchedule as error:
            words = "Parameter ScheduleExpression is not valid."
            raise AwsError("ValidationException", words) from error
    if pattern := parameters.get("EventPattern"):
        read_pattern(pattern)
    if context.operation in _OF_A_RULE:
        _judge_rule(context, parameters[_OF_A_RULE[context.operation]], parameters)
    if context.operation == "PutTargets":
        _judge_targets(context, **parameters)
    if context.operation == "CreateEventBus" and parameters.get("LogConfig"):
        raise not_here("events", context.operation, "buses write no logs")
    if context.operation == "CreateApiDestination":
        _judge_new(context, parameters["Name"])
    if context.operation == "DeleteEventBus":
        _judge_deletion(context, parameters["Name"])


def _judge_new(context: Context, name: str) -> None:
    """Raise for an API destination that is there: moto would put the new one in its place."""
    if name in context.backend("events").destinations:
        words = f"An api-destination '{name}' already exists."
        raise AwsError("ResourceAlreadyExistsException", words)


def _judge_deletion(context: Context, name: str) -> None:
    """Raise for a bus that has rules: moto ends them too.

    Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html
    """
    bus = context.backend("events").event_buses.get(name)
    if bus is not None and bus.name != "default" and bus.rules:
        raise AwsError("ValidationException", "Event bus can't be deleted since it has rules.")


def _judge_rule(context: Context, rule: str, parameters: dict[str, Any]) -> None:
    """Raise for a rule that there is not; a bus that there is not is told by moto."""
    name = parameters.get("EventBusName", "default").rpartition("/")[2]
    bus = context.backend("events").event_buses.get(name)
    if bus is not None and rule not in bus.rules:
        words = f"Rule {rule} does not exist on EventBus {name}."
        raise AwsError("ResourceNotFoundException", words)


def _judge_targets(
    context: Context, *, Rule: str, Targets: list[dict[str, Any]], EventBusName: str = "default"
) -> None:
    for target in Targets:
        if not _ARN.match(target["Arn"]):
            why = "Provided Arn is not in correct format."
            words = f"Parameter {target['Arn']} is not valid. Reason: {why}"
            raise AwsError("ValidationException", words)
        if target["Arn"].split(":")[2] in _IN_A_ROLE and not target.get("RoleArn"):
            words = f"RoleArn is required for target {target['Arn']}."
            raise AwsError("ValidationException", words)
        _judge_input(target)
    bus = context.backend("events").event_buses.get(EventBusName.rpartition("/")[2])
    if bus is None or Rule not in bus.rules:
        return  # told by moto
    unknown = {_kind_of(target["Arn"]) for target in Targets} - set(KINDS)
    if unknown:
        raise not_here("events", "PutTargets", f"no target of {min(unknown)}")
    if len({each["Id"] for each in (*bus.rules[Rule].targets, *Targets)}) > _MOST_TARGETS:
        words = "The requested resource exceeds the maximum number allowed."
        raise AwsError("LimitExceededException", words)


def _kind_of(arn: str) -> str:
    """The service of a target; of EventBridge's own, buses alone are reached."""
    return "API destinations" if ":api-destination/" in arn else arn.split(":")[2]


def _judge_input(target: dict[str, Any]) -> None:
    """Raise for several inputs of a target, or for variables that have no value.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    told = [name for name in ("Input", "InputPath", "InputTransformer") if name in target]
    wrong = ""
    if len(told) > 1:
        wrong = "Only one of Input, InputPath, or InputTransformer must be provided for target {}."
    elif strange := unknown_places(target.get("InputTransformer") or {"InputTemplate": ""}):
        wrong = f"InputTemplate for target {{}} contains invalid placeholder {strange[0]}."
    elif not _is_json(target.get("Input") or "{}"):
        wrong = "JSON syntax error in input for target {}."
    elif not (target.get("InputPath") or "$").startswith("$"):
        wrong = "Invalid InputPath for target {}."
    if wrong:
        raise AwsError("ValidationException", wrong.format(target["Id"]))


def _is_json(text: str) -> bool:
    try:
        parse_json(text)
    except BadJson:
        return False
    return True


@operation("events", "TestEventPattern")
def check_event_pattern(context: Context, *, EventPattern: str, Event: str) -> Answer:
    """Whether a pattern matches an event.

    Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
    """
    pattern = read_pattern(EventPattern)
    try:
        event = parse_json(Event)
    except BadJson as error:
        raise AwsError("ValidationException", "Parameter Event is not valid.") from error
    if not isinstance(event, dict):
        raise AwsError("ValidationException", "Parameter Event is not valid.")
    for name in REQUIRED:
        if name not in event:
            words = f"Parameter Event is not valid. Reason: {name} is a required argument."
            raise AwsError("ValidationException", words)
    return {"Result": matches(pattern, event)}


def emit(
    cloud: Cloud, *, source: str, kind: str, detail: Any, resources: list[str], region: str
) -> None:
    """Tell EventBridge that something has just happened in an AWS service.

    Args:
        source: such as ``aws.databrew``.
        kind: its ``detail-type``, such as ``DataBrew Job State Change``.
    """
    event = aws_event(
        cloud, source=source, kind=kind, detail=detail, resources=resources, moment=time.time()
    )
    publish(cloud, event | {"region": region}, region)


def publish(cloud: Cloud, event: Event, region: str) -> None:
    """Give an AWS service's own event to the default bus."""
    for rule in list(cloud.backend("events", region).event_buses["default"].rules.values()):
        rule.send_to_targets(event)


def aws_event(
    cloud: Cloud, *, source: str, kind: str, detail: Any, resources: list[str], moment: float
) -> Event:
    """An event as EventBridge writes it.

    Args:
        source: such as ``aws.s3``.
        kind: its ``detail-type``.
        moment: seconds since 1970.
    """
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": kind,
        "source": source,
        "account": cloud.account,
        "time": iso(moment),
        "region": cloud.region,
        "resources": resources,
        "detail": detail,
    }


def fire(cloud: Cloud, rule: Any, moment: float) -> None:
    """Send a rule's scheduled event to its targets."""
    event = aws_event(
        cloud,
        source="aws.events",
        kind="Scheduled Event",
        detail={},
        resources=[rule.arn],
        moment=moment,
    )
    _to_targets(cloud, rule, event)


def iso(moment: Any) -> str:
    """A time as events carry it, in UTC to the second."""
    if isinstance(moment, str):
        try:
            moment = float(moment)
        except ValueError:
            return str(moment)
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@on_start
def install(cloud: Cloud) -> None:
    """Let moto's rules queue deliveries instead of making them."""

    def send_to_targets(rule: Any, original_event: Any, transform_input: bool = True) -> None:
        event = {k: v for k, v in original_event.items() if k != "ingestion-time"}
        event["time"] = iso(event["time"])
        pattern = rule.event_pattern
        if rule.state == "ENABLED" and pattern.get_pattern() and pattern.matches_event(event):
            _to_targets(cloud, rule, event)

    def matches_event(pattern: Any, event: Event) -> bool:
        return matches(pattern.get_pattern(), event)

    models.EventPattern.matches_event = matches_event  # type: ignore[method-assign, assignment]
    models.Rule.send_to_targets = send_to_targets  # type: ignore[method-assign, assignment]
    # CloudTrail's business: these reach a bus only where a trail is.
    notifications._send_safe_notification = lambda *_: None


def _to_targets(cloud: Cloud, rule: Any, event: Event) -> None:
    for target in rule.targets:
        text = input_of(target, event, rule.arn)
        if _is_archive(target["Arn"]):
            archive = json.loads(text)["archive-arn"].rpartition("/")[2]
            rule._send_to_events_archive(archive, event)
        else:
            whither = addressed(target, event)
            told = {"service": SENDER, "source": rule.arn, "event": event["id"]}
            deliver(cloud, target=whither, text=text, **told)


def _is_archive(arn: str) -> bool:
    return arn.split(":")[2] == "events" and arn.split(":")[5] == ""
