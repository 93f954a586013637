"""Deliveries: what EventBridge and S3 have to hand to a function, a queue, a topic or a workflow.

A delivery is on disk before the call that caused it is answered, and one thread works them off in
order, so that no call waits for its consequences; only who looks at a target finds there what was
sent before. Targets are reached through AWS's own API.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
)

from labkit.cloud import loopback
from labkit.cloud.access.admission import refusal
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events import warehouses
from labkit.cloud.lambdas import lineage
from labkit.cloud.lambdas.invoke import queue_for_service
from labkit.cloud.operations import AwsError

log = logging.getLogger(__name__)

KIND = "events.delivery"
Delivery = dict[str, Any]
Send = Callable[[Any, Delivery], Any]
# Who else carries what a service sends, by the service's principal.
CARRIERS: dict[str, Callable[[Cloud, Delivery], None]] = {}
# Who looks at a target, and how long such a call waits at most for what is on its way.
LOOKS = {
    ("sqs", "PurgeQueue"),
    ("sqs", "ReceiveMessage"),
    ("logs", "DescribeLogStreams"),
    ("logs", "FilterLogEvents"),
    ("logs", "GetLogEvents"),
    ("stepfunctions", "ListExecutions"),
}
PATIENCE_S = 3.0
# Who sends as it is, where no role is named: the others' roles are asked, or nobody.
BY_POLICY = ("events.amazonaws.com", "s3.amazonaws.com")
# Names of deliveries, in order; an event among them is set when all before it have been made.
_WAITING: queue.Queue[str | threading.Event] = queue.Queue()
_COUNT = itertools.count()


def deliver(
    cloud: Cloud, *, service: str, source: str, target: dict[str, Any], text: str, event: str = ""
) -> None:
    """Hand a text to a target, soon.

    Args:
        service: the AWS service that sends, such as ``events.amazonaws.com``.
        source: the ARN of the rule or bucket that it comes from.
        target: as EventBridge keeps it: ``Arn`` and the parameters of its kind.
        text: what the target gets.
        event: the id of the event that it tells of, if any.
    """
    name = f"{time.time_ns():020d}-{next(_COUNT)}"
    item = {"name": name, "service": service, "source": source, "target": target, "text": text}
    item |= {"lineage": lineage.current(), "event": event}
    cloud.records(KIND)[name] = item
    _WAITING.put(name)


def settle() -> None:
    """Wait until what has been handed over so far is delivered."""
    made = threading.Event()
    _WAITING.put(made)
    made.wait(PATIENCE_S)


@on_start
def start(cloud: Cloud) -> None:
    """Work off what waits, now and from now on."""
    for name in sorted(cloud.records(KIND)):
        _WAITING.put(name)
    threading.Thread(target=_work, args=(cloud,), name="deliveries", daemon=True).start()


def _work(cloud: Cloud) -> None:
    while True:
        name = _WAITING.get()
        if isinstance(name, threading.Event):
            name.set()
            continue
        try:
            _deliver(cloud, name)
        except Exception:  # such as a full disk: it is made again at the next start
            log.exception("delivery %s could not be ended", name)


def _deliver(cloud: Cloud, name: str) -> None:
    records = cloud.records(KIND)
    item = records.get(name)
    if item is None:
        return
    try:
        with lineage.resumed(item.get("lineage", "")):
            _send(cloud, item)
    except (ConnectionClosedError, EndpointConnectionError):
        return  # this local AWS is ending: it is made when it starts again
    except (AwsError, BotoCoreError, ClientError) as error:
        log.warning("%s could not reach %s: %s", item["source"], item["target"]["Arn"], error)
        _bury(cloud, item, error)
    except Exception as error:
        log.exception("%s could not reach %s", item["source"], item["target"]["Arn"])
        _bury(cloud, item, error)
    del records[name]


def _send(cloud: Cloud, item: Delivery) -> None:
    arn = item["target"]["Arn"]
    kind, region, account = arn.split(":")[2:5]
    if account not in ("", cloud.account):  # its names may be this account's, too
        raise AwsError("AccessDeniedException", f"{arn} is in another account", 403)
    if carry := CARRIERS.get(item["service"]):
        carry(cloud, item)
    elif kind == "lambda":
        if not queue_for_service(cloud, item["service"], item["source"], arn, item["text"]):
            raise AwsError("AccessDeniedException", f"{item['service']} may not invoke {arn}", 403)
    elif kind == "events":
        with cloud.changing("events"):
            _to_bus(cloud.backend("events", region), item)
    else:
        _check(cloud, item)
        service, send = SENDERS[kind]
        send(loopback.client(cloud, service, region), item)


def _check(cloud: Cloud, item: Delivery) -> None:
    """Raise unless the policy of a queue or a topic lets the service in, or a role does it.

    Raises:
        AwsError: ``AccessDenied``.
    """
    service, target = item["service"], item["target"]
    if service not in BY_POLICY or "RoleArn" in target:
        return
    if why := refusal(cloud, service, item["source"], target["Arn"]):
        raise AwsError("AccessDenied", why, 403)


def _bury(cloud: Cloud, item: Delivery, error: Exception) -> None:
    """Put what could not be delivered in the target's dead-letter queue, if it has one.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """
    queue = item["target"].get("DeadLetterConfig", {}).get("Arn")
    if not queue:
        return
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    code = error.code if isinstance(error, AwsError) else code
    facts = {
        "RULE_ARN": item["source"],
        "TARGET_ARN": item["target"]["Arn"],
        "ERROR_CODE": next((v for k, v in REASONS.items() if k in code), "ERROR_FROM_TARGET"),
        "ERROR_MESSAGE": str(error),
    }
    attributes = {k: {"DataType": "String", "StringValue": v} for k, v in facts.items()}
    letter = item | {"target": {"Arn": queue}, "attributes": attributes}
    try:
        _check(cloud, letter)
        _to_queue(loopback.client(cloud, "sqs", queue.split(":")[3]), letter)
    except (AwsError, BotoCoreError, ClientError) as lost:
        log.warning("nor its dead-letter queue %s: %s", queue, lost)


# Targets ------------------------------------------------------------------------------------------


def _to_queue(sqs: Any, item: Delivery) -> None:
    name = item["target"]["Arn"].rpartition(":")[2]
    group = item["target"].get("SqsParameters", {})
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    more = {"MessageAttributes": item["attributes"]} if "attributes" in item else {}
    sqs.send_message(QueueUrl=url, MessageBody=item["text"], **group, **more)


def _to_topic(sns: Any, item: Delivery) -> None:
    more = {"MessageAttributes": item["attributes"]} if "attributes" in item else {}
    if item.get("service") == "s3.amazonaws.com":
        more["Subject"] = "Amazon S3 Notification"
    if subject := item["target"].get("Subject"):
        more["Subject"] = subject
    sns.publish(TopicArn=item["target"]["Arn"], Message=item["text"], **more)


def _to_log(logs: Any, item: Delivery) -> None:
    group, stream = item["target"]["Arn"].split(":")[6], str(uuid.uuid4())
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    event = {"timestamp": int(time.time() * 1000), "message": item["text"]}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


def _to_machine(states: Any, item: Delivery) -> None:
    """Its name is the event's and the delivery's: one that is made twice starts one execution."""
    number = str(uuid.uuid5(uuid.NAMESPACE_OID, item["source"] + item["name"]))
    name = "_".join(filter(None, (item.get("event"), number)))
    with contextlib.suppress(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=item["target"]["Arn"], name=name, input=item["text"])


def _to_workflow(glue: Any, item: Delivery) -> None:
    glue.start_workflow_run(Name=item["target"]["Arn"].rpartition("/")[2])


def _to_bus(buses: Any, item: Delivery) -> None:
    """Not by PutEvents, which takes no events of AWS's own."""
    event = json.loads(item["text"])
    buses.put_events([
        {
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
            "Resources": event.get("resources", []),
            "EventBusName": item["target"]["Arn"],
        }
    ])  # fmt: skip


def _to_stream(firehose: Any, item: Delivery) -> None:
    name = item["target"]["Arn"].rpartition("/")[2]
    firehose.put_record(DeliveryStreamName=name, Record={"Data": item["text"].encode()})


# Service in a target's ARN → the client and what it is asked.
SENDERS: dict[str, tuple[str, Send]] = {
    "sqs": ("sqs", _to_queue),
    "sns": ("sns", _to_topic),
    "logs": ("logs", _to_log),
    "states": ("stepfunctions", _to_machine),
    "glue": ("glue", _to_workflow),
    "firehose": ("firehose", _to_stream),
    "kinesis": ("kinesis", warehouses.to_stream),
    "redshift": ("redshift-data", warehouses.to_warehouse),
    "redshift-serverless": ("redshift-data", warehouses.to_warehouse),
}
KINDS = ("events", "lambda", *SENDERS)
# A part of a target's error code → why the delivery failed, as EventBridge tells it.
REASONS = {
    "AccessDenied": "NO_PERMISSIONS",
    "NonExistent": "NO_RESOURCE",
    "NotFound": "NO_RESOURCE",
    "DoesNotExist": "NO_RESOURCE",
    "Throttl": "THROTTLING",
    "Validation": "INVALID_PARAMETER",
}
