"""Queues and topics in a stack, changed in place.

moto drops a topic with its subscriptions to change its name in messages, and changes two of a
queue's attributes. Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
and https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud import stacks
from labkit.cloud.stacks.calls import ask
from labkit.cloud.stacks.kinds import Kind, Members, Part

# What a queue has where its template does not say.
_QUEUE = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedrivePolicy": "",
    "VisibilityTimeout": "30",
}
_UNTOLD = {"SignatureVersion": "1", "TracingConfig": "PassThrough"}
_OF_TOPICS = ("DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig")


def _queue(members: Members) -> Members:
    told: Members = {"QueueName": members.pop("QueueName")}
    if tags := members.pop("Tags", None):
        told["tags"] = tags
    return told | {"Attributes": members}


def _queue_changes(members: Members) -> Members:
    said = {k: v for k, v in members["Attributes"].items() if k != "FifoQueue"}
    return {"Attributes": _QUEUE | said}


def _topic(members: Members) -> Members:
    told = {"Name": members.pop("TopicName")}
    kept = {
        name: members.pop(name) for name in (*_OF_TOPICS, "Subscription", "Tags") if name in members
    }
    return told | kept | {"Attributes": members}


def _end(properties: Members) -> str:
    """The end of the name that one which keeps its messages in order is given."""
    fifo = properties.get("FifoQueue", properties.get("FifoTopic"))
    return ".fifo" if str(fifo).lower() == "true" else ""


def _attribute(name: str) -> Part:
    def told(members: Members, value: Any) -> tuple[str, Members]:
        return "SetTopicAttributes", {
            "TopicArn": _arn(members),
            "AttributeName": name,
            "AttributeValue": value,
        }

    return Part(name, told, lambda members, _: told(members, _UNTOLD.get(name, "")))


def _subscribe(members: Members, said: Members) -> tuple[str, Members]:
    return "Subscribe", {"TopicArn": _arn(members), **said}


def _unsubscribe(members: Members, said: Members) -> tuple[str, Members]:
    return "Unsubscribe", {"SubscriptionArn": _subscription(_arn(members), said["Endpoint"])}


def _subscription(topic: str, endpoint: Any) -> str:
    """The ARN by which a topic knows an endpoint."""
    listed = ask("sns", "ListSubscriptionsByTopic", {"TopicArn": topic})["Subscriptions"]
    arns = [e["SubscriptionArn"] for e in listed if e["Endpoint"] == str(endpoint)]
    found = [arn for arn in arns if arn.startswith("arn:")]  # not one that waits for confirmation
    return str(found[0]) if found else f"{topic}:none"


class _Pairs(Part):
    """Attributes that the first call takes together, and a change one by one."""

    def items(self, members: Members) -> list[Any]:
        pairs = (members.get(self.name) or {}).items()  # what a policy is of goes before it
        return [{name: value} for name, value in sorted(pairs, key=lambda e: e[0] != _SCOPE)]


def _set(members: Members, pair: Members) -> tuple[str, Members]:
    ((name, value),) = pair.items()
    return "SetSubscriptionAttributes", {
        "SubscriptionArn": _subscription(members["TopicArn"], members["Endpoint"]),
        "AttributeName": name,
        "AttributeValue": value,
    }


_SCOPE = "FilterPolicyScope"
_UNSET = {"FilterPolicy": "{}", "RawMessageDelivery": "false", _SCOPE: "MessageAttributes"}
#: What of a subscription is changed in place.
SUBSCRIBED = _Pairs(
    "Attributes",
    _set,
    lambda members, pair: _set(members, {name: _UNSET.get(name, "") for name in pair}),
    first=False,
)


def _arn(members: Members) -> str:
    return stacks.caller().arn(members["Name"], "sns")


MESSAGES = {
    "AWS::SNS::Topic": Kind(
        "sns",
        "CreateTopic",
        drop="DeleteTopic",
        name="TopicName",
        id="TopicArn",
        end=_end,
        by={"TopicArn": "TopicArn"},
        shaped=_topic,
        parts=(*map(_attribute, _OF_TOPICS), Part("Subscription", _subscribe, _unsubscribe)),
        attributes={"TopicName": "Name"},
    ),
    "AWS::SQS::Queue": Kind(
        "sqs",
        "CreateQueue",
        "SetQueueAttributes",
        "DeleteQueue",
        name="QueueName",
        id="QueueUrl",
        end=_end,
        by={"QueueUrl": "QueueUrl"},
        shaped=_queue,
        changed=_queue_changes,
        attributes={"Arn": "arn:aws:sqs:{Region}:{Account}:{QueueName}"},
    ),
}
