"""What a function gets of a topic that it is subscribed to: the notification, queued as an event.

moto calls the function inside of the publication, with an invented topic, subject and attributes.
It also opens the addresses that are subscribed; here none is, as SNS sends nothing before an
endpoint has confirmed.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html and
https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html
"""

from __future__ import annotations

import json
import logging
from typing import Any

import moto.sns.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.filter_policies import is_for
from labkit.cloud.lambdas.invoke import queue_for_service
from labkit.cloud.messages import fan_out
from labkit.cloud.messages.notifications import notification
from labkit.cloud.operations import AwsError

SENDER = "sns.amazonaws.com"
log = logging.getLogger(__name__)
Json = dict[str, Any]
_publish: Any = models.Subscription.publish
# Who hands a message to subscriptions other than functions, by their protocol.
SENDERS: dict[str, Any] = {"sqs": fan_out.to_queue}


@on_start
def install(cloud: Cloud) -> None:
    """Let moto's subscriptions tell functions so."""

    def publish(subscription: Any, message: str, message_id: str, **said: Any) -> None:
        if subscription.protocol in ("http", "https"):
            return
        if send := SENDERS.get(subscription.protocol):
            send(cloud, subscription, message, message_id, **said)
            return
        if subscription.protocol != "lambda":
            _publish(subscription, message, message_id, **said)
            return
        attributes = said.get("message_attributes")
        if not is_for(subscription, message, attributes):
            return
        if said.get("message_structure") == "json":
            message = fan_out.text_for(message, "lambda")
        told = notification(subscription, message, message_id, said.get("subject"), attributes)
        if not _is_heard(cloud, subscription, told):
            letter = json.dumps(told, sort_keys=True, indent=2)
            fan_out.to_dead_letters(cloud, subscription, letter)

    models.Subscription.publish = publish  # type: ignore[method-assign, assignment]


def _is_heard(cloud: Cloud, subscription: Any, told: Json) -> bool:
    """Invoke the function, if it is there and lets the topic in."""
    event = json.dumps({"Records": [_record(subscription, told)]})
    arn, function = subscription.topic.arn, subscription.endpoint
    try:
        return queue_for_service(cloud, SENDER, arn, function, event)
    except AwsError as error:
        log.warning("%s did not invoke %s: %s", arn, function, error)
        return False


def _record(subscription: Any, told: Json) -> Json:
    """A notification as a function gets it; HTTP writes two of its names otherwise."""
    named = {name.replace("URL", "Url"): value for name, value in told.items()}
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": {"Subject": None, "MessageAttributes": {}} | named,
    }
