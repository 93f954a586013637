"""SNS's subscriptions, some of which somebody has to confirm: by mail and over HTTP.

Nobody is asked here, so these wait for ever, where moto has them confirmed at once. What waits is
told without its ARN, unless the call that makes it asks for that. Of a topic moto counts none, and
tells few of the attributes that it was given.

Sources: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html,
https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html,
https://docs.aws.amazon.com/cli/latest/reference/sns/get-topic-attributes.html and
https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from moto.core.utils import camelcase_to_underscores

from labkit.cloud.messages.topics import is_delivery_policy, plain
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

_CONFIRMED_BY_SOMEBODY = ("email", "email-json", "http", "https")
_MOST = 100
# How a topic's messages are tried again over HTTP, where it is not told otherwise.
_RETRIES = {
    "minDelayTarget": 20, "maxDelayTarget": 20, "numRetries": 3, "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0, "numMinDelayRetries": 0, "backoffFunction": "linear",
}  # fmt: skip
_REQUESTS = {
    "disableSubscriptionOverrides": False,
    "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
}
_SAID = (  # attributes of a topic that are told where it was given them
    *("ArchivePolicy", "DeliveryPolicy", "FifoThroughputScope", "KmsMasterKeyId"),
    *("SignatureVersion", "TracingConfig"),
    *(
        f"{of}{what}"
        for of in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
        for what in (
            "FailureFeedbackRoleArn",
            "SuccessFeedbackRoleArn",
            "SuccessFeedbackSampleRate",
        )
    ),
)


@operation("sns", "Subscribe", alone=True)
def subscribe(
    context: Context,
    *,
    TopicArn: str,
    Protocol: str,
    Endpoint: str = "",
    Attributes: dict[str, str] | None = None,
    ReturnSubscriptionArn: bool = False,
) -> Answer:
    sns, given = context.backend("sns"), plain(Attributes or {})
    with context.cloud.changing("sns"):
        made = sns.subscribe(TopicArn, Endpoint, Protocol)
        made.attributes.setdefault("SubscriptionPrincipal", context.principal.arn)
        if Protocol in _CONFIRMED_BY_SOMEBODY:
            made.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
        for name in sorted(given, key=lambda each: each != "FilterPolicyScope"):
            sns.set_subscription_attributes(made.arn, name, given[name])
    waits = _waits(made) and not ReturnSubscriptionArn
    return {"SubscriptionArn": "pending confirmation" if waits else made.arn}


@operation("sns", "ListSubscriptions")
def list_subscriptions(context: Context, *, NextToken: str | None = None) -> Answer:
    return _listed(context.backend("sns").subscriptions.values(), NextToken, "")


@operation("sns", "ListSubscriptionsByTopic")
def list_subscriptions_by_topic(
    context: Context, *, TopicArn: str, NextToken: str | None = None
) -> Answer:
    sns = context.backend("sns")
    arn = sns.get_topic(TopicArn).arn
    found = [each for each in sns.subscriptions.values() if each.topic.arn == arn]
    return _listed(found, NextToken, arn)


@operation("sns", "ListTopics")
def list_topics(context: Context, *, NextToken: str | None = None) -> Answer:
    told = [{"TopicArn": arn} for arn in context.backend("sns").topics]
    return _page("Topics", told, NextToken)


@operation("sns", "GetTopicAttributes")
def get_topic_attributes(context: Context, *, TopicArn: str) -> Answer:
    sns = context.backend("sns")
    topic = sns.get_topic(TopicArn)
    wait = [_waits(each) for each in sns.subscriptions.values() if each.topic.arn == topic.arn]
    told = {
        "Owner": topic.account_id,
        "Policy": topic.policy,
        "TopicArn": topic.arn,
        "DisplayName": topic.display_name,
        "EffectiveDeliveryPolicy": _effective(topic.delivery_policy),
        "SubscriptionsPending": str(wait.count(True)),
        "SubscriptionsConfirmed": str(wait.count(False)),
        "SubscriptionsDeleted": str(topic.subscriptions_deleted),
    }
    if topic.fifo_topic:
        told["FifoTopic"] = "true"
        told["ContentBasedDeduplication"] = str(topic.content_based_deduplication).lower()
    said = {name: getattr(topic, camelcase_to_underscores(name), None) for name in _SAID}
    return {"Attributes": told | {name: str(value) for name, value in said.items() if value}}


def _effective(policy: str | None) -> str:
    """The delivery policy of a topic with what it leaves out."""
    said: Any = json.loads(policy or "{}").get("http", {}) if is_delivery_policy(policy) else {}
    retries = _RETRIES | said.get("defaultHealthyRetryPolicy", {})
    told = _REQUESTS | said | {"defaultHealthyRetryPolicy": retries}
    return json.dumps({"http": told}, separators=(",", ":"))


def _listed(found: Iterable[Any], token: str | None, question: str) -> Answer:
    told = [
        {
            "SubscriptionArn": "PendingConfirmation" if _waits(each) else each.arn,
            "Owner": each.owner,
            "Protocol": each.protocol,
            "Endpoint": each.endpoint,
            "TopicArn": each.topic.arn,
        }
        for each in found
    ]
    return _page("Subscriptions", told, token, question)


def _page(
    member: str, told: list[Answer], token: str | None, question: str | None = None
) -> Answer:
    refusal = AwsError("InvalidParameter", "Invalid parameter: NextToken")
    return page(member, told, _MOST, token or None, refusal, question=question)


def _waits(subscription: Any) -> bool:
    return subscription.attributes.get("PendingConfirmation") is True
