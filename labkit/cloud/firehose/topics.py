"""What a stream gets of a topic that it is subscribed to: a line a notification, or what was said.

moto sends such messages to nobody. They are delivered as EventBridge's are, so that what has been
published is not lost when the server ends.

Sources:
https://docs.aws.amazon.com/sns/latest/dg/firehose-archived-message-format-S3.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
"""

from __future__ import annotations

import json
import logging
from typing import Any

from botocore.exceptions import ClientError

from labkit.cloud import loopback
from labkit.cloud.cloud import Cloud
from labkit.cloud.events.delivery import CARRIERS, SENDERS, deliver
from labkit.cloud.events.filter_policies import is_for
from labkit.cloud.lambdas import topics
from labkit.cloud.messages import fan_out
from labkit.cloud.messages.attributes import is_true
from labkit.cloud.messages.notifications import notification

log = logging.getLogger(__name__)
Json = dict[str, Any]


def to_stream(cloud: Cloud, subscription: Any, message: str, message_id: str, **said: Any) -> None:
    """Hand a message to the stream that is subscribed, soon."""
    attributes = said.get("message_attributes")
    if not is_for(subscription, message, attributes):
        return
    if said.get("message_structure") == "json":
        message = fan_out.text_for(message, "firehose")
    text, arn = message, subscription.topic.arn
    if not is_true(subscription.attributes.get("RawMessageDelivery")):
        told = notification(subscription, message, message_id, said.get("subject"), attributes)
        unsigned = {name: each for name, each in told.items() if not name.startswith("Sign")}
        text = json.dumps(unsigned, separators=(",", ":")) + "\n"
    target = {"Arn": subscription.endpoint, "Subscription": subscription.arn}
    deliver(cloud, service=fan_out.SENDER, source=arn, target=target, text=text)


def carry(cloud: Cloud, item: Json) -> None:
    """Put a record, else send it to the dead-letter queue of the subscription, if it has one."""
    region, target = item["source"].split(":")[3], item["target"]
    service, send = SENDERS["firehose"]
    try:
        send(loopback.client(cloud, service, target["Arn"].split(":")[3]), item)
    except ClientError as error:
        log.warning("%s did not reach %s: %s", item["source"], target["Arn"], error)
        found = cloud.backend("sns", region).subscriptions.get(target["Subscription"])
        if found is not None:
            with cloud.changing("sqs"):
                fan_out.to_dead_letters(cloud, found, item["text"])


CARRIERS[fan_out.SENDER] = carry
topics.SENDERS["firehose"] = to_stream
