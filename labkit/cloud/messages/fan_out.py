"""How a topic's message comes to who is subscribed.

moto takes ``"false"`` for true, so that a queue that asked for no raw delivery had raw messages,
hands binary attributes over in a form that the queue cannot be read with, and fails a publication
for all when one subscribed queue is gone.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from typing import Any

from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from labkit.cloud.access.admission import refusal
from labkit.cloud.cloud import Cloud
from labkit.cloud.events.filter_policies import is_for
from labkit.cloud.messages.attributes import is_true
from labkit.cloud.messages.notifications import notification

SENDER = "sns.amazonaws.com"
log = logging.getLogger(__name__)
Json = dict[str, Any]


def to_queue(
    cloud: Cloud,
    subscription: Any,
    message: str,
    message_id: str,
    *,
    subject: str | None = None,
    message_attributes: Json | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> None:
    """Send a message to the queue that is subscribed, else to its dead-letter queue, if any."""
    topic = subscription.topic
    if not is_for(subscription, message, message_attributes):
        return
    if message_structure == "json":
        message = text_for(message, "sqs")
    sent: Json = {}
    if is_true(subscription.attributes.get("RawMessageDelivery")):
        body = message
        sent = {name: _of_queue(each) for name, each in (message_attributes or {}).items()}
    else:
        told = notification(subscription, message, message_id, subject, message_attributes)
        body = json.dumps(told, sort_keys=True, indent=2)
    if not deduplication_id and is_true(topic.content_based_deduplication):
        deduplication_id = hashlib.sha256(message.encode()).hexdigest()
    _send(cloud, subscription, body, sent, group_id, deduplication_id, subscription.endpoint)


def text_for(message: str, protocol: str) -> str:
    """What a message in JSON says to a protocol: its own text, and no other value, or the default.

    >>> text_for('{"default": "a", "sqs": {"b": 1}, "lambda": "c"}', "sqs")
    'a'
    """
    said: Json = json.loads(message)
    own = said.get(protocol)
    return own if isinstance(own, str) else str(said["default"])


def to_dead_letters(cloud: Cloud, subscription: Any, text: str) -> None:
    """Send what a subscription could not be told to its dead-letter queue, if it has one."""
    _send(cloud, subscription, text, {}, None, None)


def _send(
    cloud: Cloud,
    subscription: Any,
    body: str,
    sent: Json,
    group: str | None,
    known: str | None,
    *to: str,
) -> None:
    """Send to a queue, else to the dead-letter queue: it is gone or lets no topic in."""
    redrive = json.loads(subscription.attributes.get("RedrivePolicy") or "{}")
    for arn in filter(None, (*to, redrive.get("deadLetterTargetArn"))):
        *_, region, account, name = arn.split(":")
        if why := refusal(cloud, SENDER, subscription.topic.arn, arn):
            log.warning("%s did not reach %s: %s", subscription.topic.arn, arn, why)
            continue
        try:
            sqs_backends[account][region].send_message(
                name,
                body,
                message_attributes=sent,
                deduplication_id=known if name.endswith(".fifo") else None,
                group_id=group,
                validate_group_id=False,
            )
            return
        except QueueDoesNotExist:
            continue


def _of_queue(attribute: Json) -> Json:
    """An attribute as SQS has it."""
    kind, value = attribute["Type"], attribute["Value"]
    if kind.startswith("Binary"):
        return {"DataType": kind, "BinaryValue": base64.b64decode(value)}
    return {"DataType": kind, "StringValue": str(value)}
