"""What a schedule calls: a templated target by its ARN, or any action of any service.

Calls are made as the target's role, which must exist and trust Scheduler.

Sources: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html and
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from labkit.cloud.access.service_roles import Untrusting, client_as, find_role, trusts
from labkit.cloud.cloud import Cloud
from labkit.cloud.events.delivery import CARRIERS, Delivery, deliver
from labkit.cloud.events.rules import iso
from labkit.cloud.events.schedule import BadSchedule
from labkit.cloud.operations import AwsError, Context, not_here
from labkit.cloud.scheduler import expressions
from labkit.cloud.states import sdk
from labkit.cloud.states.errors import StateFailed

SERVICE = "scheduler.amazonaws.com"
_UNIVERSAL = re.compile(r"arn:[\w-]+:scheduler:::aws-sdk:(?P<service>[\w-]+):(?P<action>\w+)")
_NEEDS = {"events": "EventBridgeParameters", "kinesis": "KinesisParameters"}
_OF_A_GROUP = ("CreateSchedule", "DeleteScheduleGroup", "ListSchedules")
Json = dict[str, Any]


def judge_call(context: Context, parameters: Json) -> None:
    """Raise for groups that are there or are not, schedules never due, targets never reached."""
    _judge_group(context, parameters)
    if "ResourceArn" in parameters:
        _judge_tagged(context, parameters["ResourceArn"])
    if context.operation not in ("CreateSchedule", "UpdateSchedule"):
        return
    expression = parameters["ScheduleExpression"]
    try:
        expressions.read(expression, parameters.get("ScheduleExpressionTimezone", "UTC"))
    except BadSchedule as error:
        words = f"Invalid Schedule Expression {error}."
        raise AwsError("ValidationException", words) from error
    _judge_start(expression, parameters.get("StartDate"))
    window = parameters["FlexibleTimeWindow"]
    if window["Mode"] == "FLEXIBLE" and "MaximumWindowInMinutes" not in window:
        words = "MaximumWindowInMinutes must be provided when FlexibleTimeWindow mode is FLEXIBLE."
        raise AwsError("ValidationException", words)
    group = context.arn(f"schedule-group/{parameters.get('GroupName', 'default')}")
    _judge_target(context, parameters["Target"], group)


def _judge_start(expression: str, start: datetime.datetime | None) -> None:
    """A schedule that recurs cannot have begun; one that does not has no start at all."""
    oldest = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=5)
    if start and start < oldest and not expression.startswith("at("):
        words = "The StartDate you specify cannot be earlier than 5 minutes ago."
        raise AwsError("ValidationException", words)


def _judge_group(context: Context, parameters: Json) -> None:
    """moto makes a group anew, and loses its schedules, as it does of the default group that it
    deletes; of an unknown one it lists none, and stumbles where it is to add or delete.

    Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-group.html
    """
    groups = context.backend("scheduler").schedule_groups
    name = parameters.get("Name")
    if context.operation == "CreateScheduleGroup" and name in groups:
        raise AwsError("ConflictException", f"Schedule group {name} already exists.", 409)
    if context.operation == "DeleteScheduleGroup" and name == "default":
        words = "The default schedule group cannot be deleted."
        raise AwsError("ValidationException", words)
    group = parameters.get("GroupName")
    if context.operation == "DeleteScheduleGroup":
        group = name
    if context.operation in _OF_A_GROUP and group and group not in groups:
        words = f"Schedule group {group} does not exist."
        raise AwsError("ResourceNotFoundException", words, 404)


def _judge_tagged(context: Context, arn: str) -> None:
    """Raise unless there is the group whose tags are meant; moto would tag anything."""
    groups = context.backend("scheduler").schedule_groups.values()
    if all(each.arn != arn for each in groups):
        words = f"Schedule group {arn.rpartition('/')[2]} does not exist."
        raise AwsError("ResourceNotFoundException", words, 404)


def _judge_target(context: Context, target: Json, group: str) -> None:
    arn = target["Arn"]
    if universal := _UNIVERSAL.fullmatch(arn):
        name = sdk.botocore_name(universal["service"])
        if name is None or sdk.operation_of(name, universal["action"]) is None:
            raise AwsError("ValidationException", f"{arn} is not a valid target.")
    elif not _kind(arn):
        raise AwsError("ValidationException", "Provided Arn is not in correct format.")
    elif _kind(arn) not in SENDERS:
        raise not_here("scheduler", context.operation, f"no target of {_kind(arn)}")
    elif (needs := _NEEDS.get(_kind(arn))) and needs not in target:
        raise AwsError("ValidationException", f"{needs} must be provided for the target {arn}.")
    role = find_role(context.cloud, target["RoleArn"])
    if role is not None and not trusts(context.cloud, role, SERVICE, source=group):
        raise AwsError(
            "ValidationException",
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the "
            "role.",
        )


def send(cloud: Cloud, schedule: Any, moment: float) -> None:
    """Put on record that a schedule's target is to be called."""
    filled = {
        "<aws.scheduler.schedule-arn>": schedule.arn,
        "<aws.scheduler.scheduled-time>": iso(moment),
        "<aws.scheduler.execution-id>": uuid.uuid4().hex[:16],
        "<aws.scheduler.attempt-number>": "1",
    }
    text = schedule.target.get("Input") or _default(cloud, schedule, moment)
    for name, value in filled.items():
        text = text.replace(name, value)
    deliver(cloud, service=SERVICE, source=schedule.arn, target=schedule.target, text=text)


def _default(cloud: Cloud, schedule: Any, moment: float) -> str:
    """What a target gets when its schedule says nothing."""
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": cloud.account,
        "time": iso(moment),
        "region": schedule.arn.split(":")[3],
        "resources": [schedule.arn],
        "detail": "{}",
    }
    return "{}" if _UNIVERSAL.fullmatch(schedule.target["Arn"]) else json.dumps(event)


def carry(cloud: Cloud, item: Delivery) -> None:
    """Call a target as its role.

    Raises:
        AwsError: the role cannot be taken on, or the service refused.
    """
    arn, region = item["target"]["Arn"], item["source"].split(":")[3]
    group = item["source"].replace(":schedule/", ":schedule-group/").rpartition("/")[0]

    def client(service: str) -> Any:
        return client_as(cloud, item["target"]["RoleArn"], SERVICE, service, region, group)

    try:
        if universal := _UNIVERSAL.fullmatch(arn):
            name = str(sdk.botocore_name(universal["service"]))
            operation = str(sdk.operation_of(name, universal["action"]))
            sdk.call(client(name), operation, json.loads(item["text"]), first=False)
        else:
            service, ask = SENDERS[_kind(arn)]
            ask(client(service), item["target"], item["text"], item["name"])
    except Untrusting as error:
        raise AwsError("AccessDeniedException", str(error), 403) from error
    except StateFailed as error:
        raise AwsError(str(error.error), str(error.cause)) from error


CARRIERS[SERVICE] = carry


def _kind(arn: str) -> str:
    return [*arn.split(":"), "", "", ""][2]


def _invoke(client: Any, target: Json, text: str, name: str) -> None:
    client.invoke(FunctionName=target["Arn"], InvocationType="Event", Payload=text.encode())


def _start(client: Any, target: Json, text: str, name: str) -> None:
    number = str(uuid.uuid5(uuid.NAMESPACE_OID, name))
    with contextlib.suppress(client.exceptions.ExecutionAlreadyExists):
        client.start_execution(stateMachineArn=target["Arn"], name=number, input=text)


def _queue(client: Any, target: Json, text: str, name: str) -> None:
    url = client.get_queue_url(QueueName=target["Arn"].rpartition(":")[2])["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody=text, **target.get("SqsParameters", {}))


def _publish(client: Any, target: Json, text: str, name: str) -> None:
    client.publish(TopicArn=target["Arn"], Message=text)


def _put_event(client: Any, target: Json, text: str, name: str) -> None:
    said = target["EventBridgeParameters"]
    entry = {"Source": said["Source"], "DetailType": said["DetailType"], "Detail": text}
    client.put_events(Entries=[entry | {"EventBusName": target["Arn"]}])


def _put_record(client: Any, target: Json, text: str, name: str) -> None:
    stream = target["Arn"].rpartition("/")[2]
    client.put_record(DeliveryStreamName=stream, Record={"Data": text.encode()})


def _put_into_stream(client: Any, target: Json, text: str, name: str) -> None:
    key = target["KinesisParameters"]["PartitionKey"]
    stream = target["Arn"].rpartition("/")[2]
    client.put_record(StreamName=stream, Data=text.encode(), PartitionKey=key)


# Service in a target's ARN → the client and what it is asked.
SENDERS: dict[str, tuple[str, Callable[[Any, Json, str, str], None]]] = {
    "lambda": ("lambda", _invoke),
    "states": ("stepfunctions", _start),
    "sqs": ("sqs", _queue),
    "sns": ("sns", _publish),
    "events": ("events", _put_event),
    "firehose": ("firehose", _put_record),
    "kinesis": ("kinesis", _put_into_stream),
}
