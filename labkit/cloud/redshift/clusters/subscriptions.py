"""Event subscriptions: what happens to clusters and snapshots, told to a topic of SNS.

A new subscription tells its topic once that it can. A message is JSON under names of its own, as
people's functions read it. Redshift's role for topics is not judged here.

Sources: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-event-notifications.html and
https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateEventSubscription.html
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.events.delivery import deliver
from labkit.cloud.operations import Answer, AwsError, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import CLUSTER, SNAPSHOT, SUBSCRIPTION
from labkit.cloud.redshift.clusters.listing import listing
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault, invalid_value

SERVICE = "redshift.amazonaws.com"
_GUIDE = "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-event-notifications.html"
_TOPIC = re.compile(r"arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+")
_NAME = re.compile(r"[a-z](?!.*--)[a-z0-9-]{0,254}(?<!-)", re.IGNORECASE)
_CATEGORIES = ("configuration", "management", "monitoring", "security", "pending")
_SEVERITIES = ("ERROR", "INFO")
_SOURCES = (
    "cluster",
    "cluster-parameter-group",
    "cluster-security-group",
    "cluster-snapshot",
    "scheduled-action",
)
# Sources that are looked for when a subscription names them.
_LOOKED_FOR = {"cluster": CLUSTER, "cluster-snapshot": SNAPSHOT}
# Members of a call, and what a subscription calls them.
_TOLD = {
    "SnsTopicArn": "SnsTopicArn",
    "SourceType": "SourceType",
    "SourceIds": "SourceIdsList",
    "EventCategories": "EventCategoriesList",
    "Severity": "Severity",
    "Enabled": "Enabled",
}


@answers("CreateEventSubscription")
def create_event_subscription(
    context: Context, *, SubscriptionName: str, Tags: list[Record] | None = None, **members: Any
) -> Answer:
    if not _NAME.fullmatch(SubscriptionName):
        raise invalid_value(f"The subscription name {SubscriptionName} is not valid.")
    _check(context, members, members)
    begun: Record = {"CustomerAwsId": context.account, "CustSubscriptionId": SubscriptionName}
    begun |= {"SubscriptionCreationTime": records.now(), "Severity": "INFO", "Enabled": True}
    told = begun | {"SourceIdsList": [], "EventCategoriesList": [], "Tags": Tags or []}
    made = records.create(context, SUBSCRIPTION, SubscriptionName, told | _renamed(members))
    _try(context, made)
    return {"EventSubscription": _shown(context.cloud, made)}


@answers("ModifyEventSubscription")
def modify_event_subscription(context: Context, *, SubscriptionName: str, **members: Any) -> Answer:
    found = records.find(context, SUBSCRIPTION, SubscriptionName)
    _check(context, members, {"SourceType": found.get("SourceType")} | members)
    changed = records.put(context.cloud, SUBSCRIPTION, found | _renamed(members))
    if changed["SnsTopicArn"] != found["SnsTopicArn"]:
        _try(context, changed)
    return {"EventSubscription": _shown(context.cloud, changed)}


@answers("DeleteEventSubscription")
def delete_event_subscription(context: Context, *, SubscriptionName: str) -> Answer:
    found = records.find(context, SUBSCRIPTION, SubscriptionName)
    records.remove(context.cloud, SUBSCRIPTION, found)
    return {}


@answers("DescribeEventSubscriptions")
def describe_event_subscriptions(
    context: Context, *, SubscriptionName: str | None = None, **page: Any
) -> Answer:
    def show(record: Record) -> Record:
        return _shown(context.cloud, record)

    member = "EventSubscriptionsList"
    return listing(context, SUBSCRIPTION, member, name=SubscriptionName, show=show, **page)


def tell(cloud: Cloud, region: str, event: Record, title: str) -> None:
    """Tell the topics of all subscriptions to an event.

    Args:
        event: as DescribeEvents tells it.
        title: what has happened, in the message's subject.
    """
    for each in records.every(cloud, SUBSCRIPTION):
        if each["_"]["region"] == region and _wants(each, event):
            text = json.dumps(_message(region, event))
            _publish(cloud, each, f"[Amazon Redshift {event['Severity']}] - {title}", text)


def _wants(subscription: Record, event: Record) -> bool:
    """Whether all of a subscription's filters let an event through: INFO lets errors, too."""
    names = [name.lower() for name in subscription["SourceIdsList"]]
    categories = {name.lower() for name in subscription["EventCategoriesList"]}
    return (
        subscription["Enabled"]
        and subscription.get("SourceType", event["SourceType"]) == event["SourceType"]
        and (not names or event["SourceIdentifier"].lower() in names)
        and (not categories or bool(categories & {*event["EventCategories"]}))
        and (subscription["Severity"] == "INFO" or event["Severity"] == "ERROR")
    )


def _message(region: str, event: Record) -> Record:
    moment, name = event["Date"], event["SourceIdentifier"]
    told = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))
    place = f"https://console.aws.amazon.com/redshift/home?region={region}"
    return {
        "Event Source": event["SourceType"],
        "Resource": name,
        "Event Time": f"{told}.{int(moment * 1000) % 1000:03}",
        "Identifier Link": f"{place}#cluster-details:cluster={name} ",
        "Severity": event["Severity"],
        "Category": [category.capitalize() for category in event["EventCategories"]],
        "About this Event": f"{_GUIDE}#{event.get('EventId', '')} ",
        "Event Message": event["Message"],
    }


def _try(context: Context, subscription: Record) -> None:
    text = f"Successfully sent a test message to topic {subscription['SnsTopicArn']}"
    _publish(context.cloud, subscription, "[Amazon Redshift INFO] - Test Topic", text)


def _publish(cloud: Cloud, subscription: Record, subject: str, text: str) -> None:
    target = {"Arn": subscription["SnsTopicArn"], "Subject": subject}
    deliver(cloud, service=SERVICE, source=subscription["SnsTopicArn"], target=target, text=text)


def _renamed(members: Record) -> Record:
    told = {_TOLD[k]: v for k, v in members.items() if v is not None}
    if "EventCategoriesList" in told:
        told["EventCategoriesList"] = [name.lower() for name in told["EventCategoriesList"]]
    return told


def _shown(cloud: Cloud, record: Record) -> Record:
    there = _is_there(cloud, record["SnsTopicArn"])
    return records.shown(record) | {"Status": "active" if there else "topic-not-exist"}


def _is_there(cloud: Cloud, topic: str) -> bool:
    return topic in cloud.backend("sns", topic.split(":")[3]).topics


def _check(context: Context, members: Record, told: Record) -> None:
    """Raise for a topic, sources, categories and a severity that there are not.

    Args:
        told: what holds with the members.
    """
    topic = members.get("SnsTopicArn")
    if topic and not _TOPIC.fullmatch(topic):
        raise fault("SNSInvalidTopicFault", f"The topic {topic} is not valid.")
    if topic and not _is_there(context.cloud, topic):
        raise fault("SNSTopicArnNotFoundFault", f"The topic {topic} does not exist.")
    kind = told.get("SourceType")
    if kind and kind not in _SOURCES:
        raise invalid_value(f"Invalid source type: {kind}. Use one of {', '.join(_SOURCES)}.")
    if members.get("SourceIds") and not kind:
        raise invalid_value("A source type must be specified with source identifiers.")
    for name in members.get("SourceIds") or ():
        looked = _LOOKED_FOR.get(kind or "")
        if looked and not records.look_up(context.cloud, context.region, looked, name):
            raise fault("SourceNotFoundFault", f"The source {name} could not be found.")
    for category in members.get("EventCategories") or ():
        if category.lower() not in _CATEGORIES:
            raise _unknown("SubscriptionCategoryNotFoundFault", "category", category)
    severity = members.get("Severity")
    if severity and severity not in _SEVERITIES:
        raise _unknown("SubscriptionSeverityNotFoundFault", "severity", severity)


def _unknown(code: str, noun: str, value: str) -> AwsError:
    return fault(code, f"The event {noun} {value} is not one of the allowed values.")
