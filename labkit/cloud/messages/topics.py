"""What SNS refuses.

moto publishes empty texts and JSON that is none, and takes endpoints that are none: each message of
such a topic failed.

Sources: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html,
https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.events.filter_policies import what_is_wrong
from labkit.cloud.json_text import object_in
from labkit.cloud.messages import topic_attributes
from labkit.cloud.messages.attributes import check_attributes, is_true
from labkit.cloud.messages.sent import is_identifier
from labkit.cloud.operations import AwsError, Context, not_here

MOST_BYTES = 262_144
_PROTOCOLS = frozenset(
    ("application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs")
)
_SCOPES = ("MessageAttributes", "MessageBody")
_UNSAID = {"FilterPolicyScope": _SCOPES[0], "RawMessageDelivery": "false"}  # of a subscription
_ENDPOINTS = {  # what one is, and what SNS says of others
    "http": (r"http://.+", "Endpoint must match the specified protocol"),
    "https": (r"https://.+", "Endpoint must match the specified protocol"),
    "email": (r"[^@\s;,]+@[^@\s;,]+", "Email address"),
    "email-json": (r"[^@\s;,]+@[^@\s;,]+", "Email address"),
    "firehose": (r"arn:[^:]+:firehose:[^:]*:\d*:deliverystream/.+", "Firehose endpoint ARN"),
    "lambda": (r"arn:[^:]+:lambda:[^:]*:\d*:function:.+", "Lambda endpoint ARN"),
}
_PHONE = re.compile(r"\+?[1-9]\d{1,14}")
_ENTRY = re.compile(r"[\w-]{1,80}", re.ASCII)
_TOKEN = re.compile(r"[0-9a-f]{64,}")
_OF_SUBSCRIPTION = (
    *("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery"),
    *("RedrivePolicy", "ReplayPolicy", "SubscriptionRoleArn"),
)
# Which attributes a topic has: moto takes any, as a topic's name or ARN.
_OF_TOPIC = re.compile(
    "ArchivePolicy|ContentBasedDeduplication|DataProtectionPolicy|DeliveryPolicy|DisplayName|"
    "FifoThroughputScope|KmsMasterKeyId|Policy|SignatureVersion|TracingConfig|"
    "(Application|Firehose|HTTP|Lambda|SQS)(FailureFeedbackRoleArn|SuccessFeedbackRoleArn|"
    "SuccessFeedbackSampleRate)"
)
Json = dict[str, Any]


def judge_call(context: Context, parameters: Json) -> None:
    """Raise for what SNS does not take; other calls are passed on."""
    if "TopicArn" in parameters:
        _check_arn(parameters["TopicArn"])
    keys = [each["Key"] for each in parameters.get("Tags") or ()]
    if len(keys) != len({*keys}):
        raise _bad("Duplicated keys are not allowed.")
    if judge := _JUDGES.get(context.operation):
        judge(context, parameters)


def is_delivery_policy(text: str | None) -> bool:
    """Whether it is none, or an object of objects in JSON."""
    policy = object_in(text or "{}")
    http = None if policy is None else policy.get("http", {})
    return isinstance(http, dict) and isinstance(http.get("defaultHealthyRetryPolicy", {}), dict)


def _check_topic(context: Context, parameters: Json) -> None:
    if parameters.get("DataProtectionPolicy"):
        raise not_here("sns", context.operation, "messages are not looked through")
    for name in parameters.get("Attributes") or ():
        if name != "FifoTopic" and not _OF_TOPIC.fullmatch(name):
            raise _bad(f"Attributes Reason: Unknown attribute {name}")
    if not is_delivery_policy((parameters.get("Attributes") or {}).get("DeliveryPolicy")):
        raise _bad("Attributes Reason: DeliveryPolicy: failed to parse JSON.")
    attributes = parameters.get("Attributes") or {}
    fifo = attributes.get("FifoTopic") == "true"
    for name, value in attributes.items():
        if why := topic_attributes.wrong_with(name, value, fifo=fifo):
            raise _bad(f"Attributes Reason: {why}")
    sns = context.backend("sns")
    topic = sns.topics.get(context.arn(parameters["Name"]))
    if topic and not all(topic_attributes.has(topic, *each) for each in attributes.items()):
        raise _bad("Attributes Reason: Topic already exists with different attributes")
    tags = {each["Key"]: each["Value"] for each in parameters.get("Tags") or ()}
    if topic and not tags.items() <= sns.list_tags_for_resource(topic.arn).items():
        raise _bad("Tags Reason: Topic already exists with different tags")


def _check_topic_attribute(context: Context, parameters: Json) -> None:
    """Raise for what is no attribute of a topic's.

    Source: https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
    """
    if not _OF_TOPIC.fullmatch(parameters["AttributeName"]):
        raise _bad("AttributeName")
    given = parameters.get("AttributeValue")
    if parameters["AttributeName"] == "DeliveryPolicy" and not is_delivery_policy(given):
        raise _bad("DeliveryPolicy: failed to parse JSON.")
    topic = _find(context, parameters["TopicArn"])
    fifo = is_true(topic.fifo_topic)
    if why := topic_attributes.wrong_with(parameters["AttributeName"], given or "", fifo=fifo):
        raise _bad(why)


def _check_asked(_: Context, parameters: Json) -> None:
    arn = parameters["SubscriptionArn"]
    _check_arn(arn, "SubscriptionArn")
    if arn.count(":") == 5:
        raise _bad("SubscriptionId")


def _check_subscription(context: Context, parameters: Json) -> None:
    topic, endpoint = _find(context, parameters["TopicArn"]), parameters.get("Endpoint", "")
    if (protocol := parameters["Protocol"]) not in _PROTOCOLS:
        raise _bad(f"Amazon SNS does not support this protocol string: {protocol}")
    form, words = _ENDPOINTS.get(protocol, ("", ""))
    if form and not re.fullmatch(form, endpoint):
        raise _bad(words)
    attributes = parameters.get("Attributes") or {}
    _check_kinds(topic, protocol, endpoint, attributes)
    for name, value in attributes.items():
        if why := _wrong(name, value, attributes.get("FilterPolicyScope"), endpoint):
            raise _bad(f"Attributes Reason: {why}")
    for each in context.backend("sns").subscriptions.values():
        same = (each.topic.arn, each.protocol, each.endpoint) == (topic.arn, protocol, endpoint)
        if same and not plain(attributes).items() <= (_UNSAID | plain(each.attributes)).items():
            raise _bad("Attributes Reason: Subscription already exists with different attributes")


def _check_kinds(topic: Any, protocol: str, endpoint: str, attributes: Json) -> None:
    """Raise for what a topic of its kind cannot be subscribed by."""
    why = ""
    if protocol == "sqs" and endpoint.endswith(".fifo") and not topic.fifo_topic:
        why = "FIFO SQS Queues can not be subscribed to standard SNS topics"
    elif protocol != "sqs" and topic.fifo_topic:
        why = "Please use FIFO SQS queue"
    if why:
        raise _bad(f"Invalid parameter: Endpoint Reason: {why}")
    if protocol == "firehose" and not attributes.get("SubscriptionRoleArn"):
        raise _bad("SubscriptionRoleArn")


def plain(attributes: Json) -> Json:
    """Attributes of a subscription with their truth in small letters."""
    raw = attributes.get("RawMessageDelivery")
    return attributes | ({} if raw is None else {"RawMessageDelivery": str(raw).lower()})


def _refuse_token(_: Context, parameters: Json) -> None:
    """Raise for any token: nothing is sent to who would confirm that it came."""
    if not _TOKEN.fullmatch(parameters["Token"]):
        raise AwsError("InvalidParameter", "Invalid token")
    raise _bad("Token")


def _check_attribute(context: Context, parameters: Json) -> None:
    known = context.backend("sns").subscriptions.get(parameters["SubscriptionArn"])
    if known is None:
        raise AwsError("NotFound", "Subscription does not exist", 404)
    name, value = parameters["AttributeName"], parameters.get("AttributeValue", "")
    if name not in _OF_SUBSCRIPTION:
        raise _bad("AttributeName")
    if why := _wrong(name, value, known.attributes.get("FilterPolicyScope"), known.endpoint):
        raise _bad(why)


def _wrong(name: str, value: str, scope: str | None, endpoint: str) -> str:
    """What is wrong with an attribute of a subscription, in SNS's words."""
    if name == "RawMessageDelivery" and value.lower() not in ("true", "false"):
        return f"{name}: Invalid value [{value}]. Must be true or false."
    if name == "FilterPolicyScope" and value not in _SCOPES:
        words = "Please use either MessageBody or MessageAttributes"
        return f"{name}: Invalid value [{value}]. {words}"
    if name in ("FilterPolicy", "RedrivePolicy") and value:
        parsed = object_in(value)
        if parsed is None:
            return f"{name}: failed to parse JSON."
        if name == "FilterPolicy":
            return what_is_wrong(parsed, scope)
        arn = str(parsed.get("deadLetterTargetArn", ""))
        if parsed and arn.count(":") != 5:
            return f"{name}: deadLetterTargetArn is an invalid arn"
        if parsed and endpoint.endswith(".fifo") and not arn.endswith(".fifo"):
            words = "must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
            return f"{name}: {words}"
    return ""


def _check_publication(context: Context, parameters: Json) -> None:
    arn = parameters.get("TopicArn") or parameters.get("TargetArn")
    if number := parameters.get("PhoneNumber"):
        if not _PHONE.fullmatch(number):
            raise _bad(f"PhoneNumber Reason: {number} is not valid to publish to")
        if arn is not None:
            raise _bad("PhoneNumber Reason: a topic or an endpoint is given beside it")
        return
    if arn is None:
        raise _bad("TopicArn or TargetArn Reason: no value for required parameter")
    _check_arn(arn)
    if ":endpoint/" in arn:
        if arn not in context.backend("sns").platform_endpoints:
            raise _bad("TargetArn Reason: No endpoint found for the target arn specified")
        return
    _check_message(_find(context, arn), parameters)


def _check_batch(context: Context, parameters: Json) -> None:
    topic, entries = (
        _find(context, parameters["TopicArn"]),
        parameters["PublishBatchRequestEntries"],
    )
    if not entries:
        raise AwsError("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(entries) > 10:
        words = "The batch request contains more entries than permissible."
        raise AwsError("TooManyEntriesInBatchRequest", words)
    if len({each["Id"] for each in entries}) < len(entries):
        words = "Two or more batch entries in the request have the same Id."
        raise AwsError("BatchEntryIdsNotDistinct", words)
    for entry in entries:
        if not _ENTRY.fullmatch(entry["Id"]):
            words = "The Id of a batch entry in a batch request doesn't abide by the specification."
            raise AwsError("InvalidBatchEntryId", words)
        _check_message(topic, entry)
    if sum(map(_size, entries)) > MOST_BYTES:
        words = "The length of all the messages put together is more than the limit."
        raise AwsError("BatchRequestTooLong", words)


def _check_message(topic: Any, parameters: Json) -> None:
    """Raise for a message that the topic does not publish."""
    message, subject = parameters["Message"], parameters.get("Subject")
    if not message:
        raise _bad("Empty message")
    if subject is not None and not (0 < len(subject) <= 100 and "\n" not in subject):
        raise _bad("Subject")
    if _size(parameters) > MOST_BYTES:
        raise _bad("Message too long")
    if topic.fifo_topic and not parameters.get("MessageGroupId"):
        raise _bad("The MessageGroupId parameter is required for FIFO topics")
    for member in ("MessageGroupId", "MessageDeduplicationId"):
        if (given := parameters.get(member)) and not is_identifier(given):
            raise _bad(member)
    known = parameters.get("MessageDeduplicationId") or is_true(topic.content_based_deduplication)
    if topic.fifo_topic and not known:
        words = "The topic should either have ContentBasedDeduplication enabled or"
        raise _bad(f"{words} MessageDeduplicationId provided explicitly")
    if parameters.get("MessageStructure") == "json":
        parsed = object_in(message)
        if parsed is None:
            raise _bad("Message Structure - JSON message body failed to parse")
        if not isinstance(parsed.get("default"), str):
            raise _bad("Message Structure - No default entry in JSON message body")
    check_attributes(parameters.get("MessageAttributes"))


def _size(parameters: Json) -> int:
    """The bytes of a message and its attributes: names, types and values."""
    texts, blobs = [parameters["Message"]], 0
    for name, attribute in (parameters.get("MessageAttributes") or {}).items():
        texts += [name, attribute["DataType"], attribute.get("StringValue", "")]
        blobs += len(attribute.get("BinaryValue", "")) * 3 // 4  # a form has it in base64
    return blobs + sum(len(each.encode()) for each in texts)


_JUDGES = {
    "ConfirmSubscription": _refuse_token,
    "CreateTopic": _check_topic,
    "GetSubscriptionAttributes": _check_asked,
    "Publish": _check_publication,
    "PublishBatch": _check_batch,
    "SetSubscriptionAttributes": _check_attribute,
    "SetTopicAttributes": _check_topic_attribute,
    "Subscribe": _check_subscription,
    "Unsubscribe": _check_asked,
}


def _check_arn(arn: str, member: str = "TopicArn") -> None:
    if (elements := len(arn.split(":"))) < 6:
        raise _bad(f"{member} Reason: An ARN must have at least 6 elements, not {elements}")


def _find(context: Context, arn: str) -> Any:
    found = context.backend("sns").topics.get(arn)
    if found is None:
        raise AwsError("NotFound", "Topic does not exist", 404)
    return found


def _bad(words: str) -> AwsError:
    return AwsError("InvalidParameter", f"Invalid parameter: {words}")
