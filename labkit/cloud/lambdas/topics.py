"""What a function gets of a topic that it is subscribed to: the notification, queued as an event.

moto calls the function inside of the publication, with an invented topic, subject and attributes.
It also opens the addresses that are subscribed; here none is, as SNS sends nothing before an
endpoint has confirmed.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html and
https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html
"""

from __future__ import annotations

import json
from typing import Any

import moto.sns.models as models

from labkit.cloud.around import topics
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.filter_policies import is_for
from labkit.cloud.lambdas.invoke import queue_for_service

SENDER = "sns.amazonaws.com"
Json = dict[str, Any]
_publish: Any = models.Subscription.publish


@on_start
def install(cloud: Cloud) -> None:
    """Let moto's subscriptions tell functions so."""

    def publish(subscription: Any, message: str, message_id: str, **said: Any) -> None:
        if subscription.protocol in ("http", "https"):
            return
        if subscription.protocol == "sqs":
            topics.to_queue(subscription, message, message_id, **said)
            return
        if subscription.protocol != "lambda":
            _publish(subscription, message, message_id, **said)
            return
        attributes = said.get("message_attributes")
        if not is_for(subscription, message, attributes):
            return
        if said.get("message_structure") == "json":
            message = subscription._parse_message_structure(message, "lambda")
        told = subscription.get_post_data(message, message_id, said.get("subject"), attributes)
        event = json.dumps({"Records": [_record(subscription, told)]})
        queue_for_service(cloud, SENDER, subscription.topic.arn, subscription.endpoint, event)

    models.Subscription.publish = publish  # type: ignore[method-assign, assignment]


def _record(subscription: Any, told: Json) -> Json:
    """A notification as a function gets it; HTTP writes two of its names otherwise."""
    named = {name.replace("URL", "Url"): value for name, value in told.items()}
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": {"Subject": None, "MessageAttributes": {}} | named,
    }
