"""What SQS refuses, and what it tells of a queue.

moto takes attributes and values that are none, and forgets a queue's policy when another attribute
is set.

Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
and https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from labkit.cloud.access.policy_language import is_policy
from labkit.cloud.messages import held, sent
from labkit.cloud.operations import Answer, AwsError, Context, operation, rewrites

_MOST_ENTRIES = 10
_NAME = re.compile(r"[\w-]{1,80}", re.ASCII)
# What a value may be, by attribute; for all others it is a text.
_RANGES = {
    "DelaySeconds": range(901),
    "KmsDataKeyReusePeriodSeconds": range(60, 86_401),
    "MaximumMessageSize": range(1024, 1_048_577),
    "MessageRetentionPeriod": range(60, 1_209_601),
    "ReceiveMessageWaitTimeSeconds": range(21),
    "VisibilityTimeout": range(43_201),
}
_POLICIES = ("Policy", "RedrivePolicy", "RedriveAllowPolicy")
_OTHERS = {*_POLICIES, "KmsMasterKeyId", "SqsManagedSseEnabled"}
_PERMISSIONS = ("allowAll", "denyAll", "byQueue")
_TRUTH = ("true", "false")
_OF_FIFO = {
    "ContentBasedDeduplication": _TRUTH,
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoQueue": _TRUTH,
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
_OF_HIGH_THROUGHPUT = ("DeduplicationScope", "FifoThroughputLimit")
_WORDS = _OF_FIFO | {"SqsManagedSseEnabled": _TRUTH}


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for what SQS does not take; other calls are passed on."""
    _check_account(context, parameters.get("QueueUrl") or "")
    if attributes := parameters.get("Attributes"):
        attributes.update(_in_small_letters(attributes))
    if judge := _JUDGES.get(context.operation):
        judge(context, parameters)
    entries = parameters.get("Entries", ())
    if "Entries" in parameters and not entries:
        words = f"There should be at least one {context.operation}RequestEntry in the request."
        raise AwsError("EmptyBatchRequest", words)
    if len(entries) > _MOST_ENTRIES:
        words = f"Maximum number of entries per request are {_MOST_ENTRIES}. You have sent"
        raise AwsError("TooManyEntriesInBatchRequest", f"{words} {len(entries)}.")
    for entry in entries:
        if not _NAME.fullmatch(entry["Id"]):
            words = "A batch entry id can only contain alphanumeric characters, hyphens and"
            words += " underscores. It can be at most 80 letters long."
            raise AwsError("InvalidBatchEntryId", words)
    ids = [entry["Id"] for entry in entries]
    if twice := next((each for each in ids if ids.count(each) > 1), None):
        raise AwsError("BatchEntryIdsNotDistinct", f"Id {twice} repeated.")


def _in_small_letters(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes whose truths are written as moto knows them: ``True`` is one, too."""
    return {k: v.lower() if _WORDS.get(k) == _TRUTH else v for k, v in attributes.items()}


@rewrites("sqs")
def for_moto(operation: str, body: bytes) -> bytes:
    """A request as moto understands it."""
    if operation != "CreateQueue":
        return body
    asked = json.loads(body)
    return json.dumps(
        asked | {"Attributes": _in_small_letters(asked.get("Attributes") or {})}
    ).encode()


@operation("sqs", "GetQueueAttributes")
def get_queue_attributes(
    context: Context, *, QueueUrl: str, AttributeNames: list[str] | None = None
) -> Answer:
    """What is known of a queue: moments in whole seconds, one kind of encryption."""
    attributes = _attributes(context, find_queue(context, QueueUrl), AttributeNames or [])
    return {"Attributes": attributes} if attributes else {}


def _attributes(context: Context, queue: Any, names: list[str]) -> dict[str, str]:
    asked = [each for each in names if each != "RedriveAllowPolicy"]
    told = {**context.backend("sqs").get_queue_attributes(queue.name, asked)}
    allowed = getattr(queue, "redrive_allow_policy", None)
    if allowed and {"All", "RedriveAllowPolicy"} & {*names}:
        told["RedriveAllowPolicy"] = allowed
    if policy := told.get("RedrivePolicy"):  # in the form that SQS writes
        told["RedrivePolicy"] = json.dumps(json.loads(policy), separators=(",", ":"))
    for moment in {"CreatedTimestamp", "LastModifiedTimestamp"} & {*told}:
        told[moment] = int(float(told[moment]))
    if "SqsManagedSseEnabled" in told and queue.kms_master_key_id:
        told["SqsManagedSseEnabled"] = "false"
    return {name: str(value) for name, value in told.items() if value is not None}


@operation("sqs", "SetQueueAttributes", alone=True)
def set_queue_attributes(context: Context, *, QueueUrl: str, Attributes: dict[str, str]) -> Answer:
    """Attributes that are not named stay as they are."""
    queue = find_queue(context, QueueUrl)
    if queue.fifo_queue and Attributes.get("FifoQueue", "true") != "true":
        words = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not"
        raise AwsError("InvalidAttributeValue", f"{words} supported.")
    _check_attributes(context, queue.fifo_queue, Attributes, queue.queue_arn)
    changed = {"Policy": queue.policy, **Attributes}
    if Attributes.get("SqsManagedSseEnabled") == "true":
        changed["KmsMasterKeyId"] = ""
    with context.cloud.changing("sqs"):
        context.backend("sqs").set_queue_attributes(queue.name, changed)
    return {}


def _check_new(context: Context, parameters: dict[str, Any]) -> None:
    name, attributes = parameters["QueueName"], parameters.get("Attributes") or {}
    fifo = attributes.get("FifoQueue") == "true"
    stem = name.removesuffix(".fifo") if fifo else name
    if not _NAME.fullmatch(stem) or len(name) > 80 or (fifo and stem == name):
        words = "an only include alphanumeric characters, hyphens, or underscores"
        told = f"C{words}. 1 to 80 in length"
        if fifo:
            told = f"The name of a FIFO queue c{words}, must end with .fifo suffix and be 1 to 80 "
            told += "in length"
        raise _bad(told)
    _check_attributes(context, fifo, attributes, context.arn(name))
    if (queue := context.backend("sqs").queues.get(name)) is not None:
        known = _attributes(context, queue, ["All"])
        for each, value in attributes.items():
            if _plainly(each, known.get(each, "")) != _plainly(each, value):
                words = "A queue already exists with the same name and a different value for"
                raise AwsError("QueueNameExists", f"{words} attribute {each}")


def _plainly(name: str, value: str) -> Any:
    return json.loads(value) if name in _POLICIES and value else value


def _check_attributes(context: Context, fifo: bool, attributes: dict[str, str], arn: str) -> None:
    known = {*_RANGES, *_OTHERS, *(_OF_FIFO if fifo else ())}
    for name, value in attributes.items():
        if name not in known:
            words = f"You can specify the {name} only when FifoQueue is set to true."
            told = words if name in _OF_HIGH_THROUGHPUT else f"Unknown Attribute {name}."
            raise AwsError("InvalidAttributeName", told)
        allowed = _RANGES.get(name)
        in_range = allowed is None or (value.isdecimal() and int(value) in allowed)
        if not in_range or value not in _WORDS.get(name, (value,)):
            raise AwsError("InvalidAttributeValue", f"Invalid value for the parameter {name}.")
        if name in _POLICIES and value:
            _check_json(name, value)
    if attributes.get("KmsMasterKeyId") and attributes.get("SqsManagedSseEnabled") == "true":
        words = "You can use one type of server-side encryption (SSE) at one time. You can either"
        raise AwsError("InvalidAttributeName", f"{words} enable KMS SSE or SQS SSE.")
    if redrive := attributes.get("RedrivePolicy"):
        _check_redrive(context, fifo, redrive, arn)
    if allows := attributes.get("RedriveAllowPolicy"):
        _check_allows(allows)


def _check_json(name: str, value: str) -> None:
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict) or (name == "Policy" and not is_policy(value)):
        if name == "Policy":
            raise AwsError("InvalidAttributeValue", "Invalid value for the parameter Policy.")
        raise _bad(f"Value {value} for parameter {name} is invalid. Reason: {name} is not JSON.")


def _check_allows(policy: str) -> None:
    """Raise for what does not say which queues a dead-letter queue takes messages of."""
    wanted = json.loads(policy)
    permission, sources = wanted.get("redrivePermission"), wanted.get("sourceQueueArns")
    why = ""
    if permission not in _PERMISSIONS:
        why = f"redrivePermission must be one of {', '.join(_PERMISSIONS)}."
    elif permission == "byQueue" and not (isinstance(sources, list) and 0 < len(sources) <= 10):
        why = "sourceQueueArns must name one to ten queues where redrivePermission is byQueue."
    elif permission != "byQueue" and sources is not None:
        why = "sourceQueueArns may be given only where redrivePermission is byQueue."
    if wanted and why:
        raise _bad(f"Value {policy} for parameter RedriveAllowPolicy is invalid. Reason: {why}")


def _is_allowed(queue: Any, source: str) -> bool:
    """Whether a dead-letter queue takes messages of another."""
    said = json.loads(getattr(queue, "redrive_allow_policy", None) or "{}")
    permission = said.get("redrivePermission", "allowAll")
    return permission == "allowAll" or source in said.get("sourceQueueArns", ())


def _check_redrive(context: Context, fifo: bool, policy: str, source: str) -> None:
    wanted = json.loads(policy)
    arn, most = str(wanted.get("deadLetterTargetArn", "")), wanted.get("maxReceiveCount")
    queue = context.backend("sqs").queues.get(arn.rpartition(":")[2])
    why = ""
    if not wanted:
        return
    if "deadLetterTargetArn" not in wanted or "maxReceiveCount" not in wanted:
        lacks = "deadLetterTargetArn" if "deadLetterTargetArn" not in wanted else "maxReceiveCount"
        why = f"Redrive policy does not contain mandatory attribute: {lacks}."
    elif not re.fullmatch(r"arn:[\w-]+:sqs:[\w-]+:\d+:[\w.-]+", arn):
        why = "Invalid value for deadLetterTargetArn."
    elif not (str(most).isdecimal() and 1 <= int(most) <= 1000):
        why = f"Invalid value for maxReceiveCount: {most}, valid values are from 1 to 1000 both "
        why += "inclusive."
    elif queue is None or queue.queue_arn != arn:
        why = "Dead letter target does not exist."
    elif queue.fifo_queue != fifo:
        why = "Dead-letter queue must be same type of queue as the source."
    elif not _is_allowed(queue, source):
        why = "The redrive allow policy of the dead-letter queue does not permit this queue."
    if why:
        raise _bad(f"Value {policy} for parameter RedrivePolicy is invalid. Reason: {why}")


def check_message(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a message that the queue does not take, alone or of a batch."""
    queue, body = find_queue(context, parameters["QueueUrl"]), parameters["MessageBody"]
    if not body:
        words = "The request must contain the parameter MessageBody."
        raise AwsError("MissingParameter", words)
    if not sent.is_text(body):
        raise AwsError("InvalidMessageContents", sent.VALID)
    attributes, most = parameters.get("MessageAttributes") or {}, int(queue.maximum_message_size)
    if sent.size(body, attributes) > most:
        what = "are invalid" if context.operation == "SendMessage" else "cannot be validated"
        words = f"Reason: Message must be shorter than {most} bytes."
        raise _bad(f"One or more parameters {what}. {words}")
    if (given := parameters.get("MessageDeduplicationId")) and not queue.fifo_queue:
        words = f"Value {given} for parameter MessageDeduplicationId is invalid. Reason: The"
        raise _bad(f"{words} request includes a parameter that is not valid for this queue type")
    sent.check_attributes(attributes)
    sent.check_system_attributes(parameters.get("MessageSystemAttributes"))
    sent.check_identity(parameters)
    sent.check_delay(parameters)


def _check_asked(_: Context, parameters: dict[str, Any]) -> None:
    sent.check_unseen(parameters)
    sent.check_asked(parameters)
    wanted = parameters.get("MaxNumberOfMessages", 1)
    if not 1 <= wanted <= 10:
        words = "is invalid. Reason: Must be between 1 and 10, if provided."
        raise _bad(f"Value {wanted} for parameter MaxNumberOfMessages {words}")
    wait = parameters.get("WaitTimeSeconds") or 0
    if not 0 <= wait <= 20:
        words = "is invalid. Reason: Must be >= 0 and <= 20, if provided."
        raise _bad(f"Value {wait} for parameter WaitTimeSeconds {words}")


def _check_handle(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a handle that none has, and one that may do nothing to its message any more."""
    sent.check_unseen(parameters)
    queue, handle = find_queue(context, parameters["QueueUrl"]), parameters["ReceiptHandle"]
    deletes, why = context.operation == "DeleteMessage", ""
    message = held.of_handle(queue, handle)
    if message is None and handle not in queue.deleted_messages:
        words = f'The input receipt handle "{handle}" is not a valid receipt handle.'
        raise AwsError("ReceiptHandleIsInvalid", words)
    if message is None and not deletes:
        why = "Message does not exist or is not available for visibility timeout change."
    elif message is not None and deletes and queue.fifo_queue:
        expired = message.visible or message.receipt_handle != handle
        why = "The receipt handle has expired." if expired else ""
    if why:
        raise _bad(f"Value {handle} for parameter ReceiptHandle is invalid. Reason: {why}")


def _check_account(context: Context, url: str) -> None:
    """Raise for the address of another account's queue; moto has this one's of its name."""
    found = re.search(r"/(\d{12})/[^/]+$", url)
    if found and found[1] != context.account:
        words = f"Access to the resource {url[: found.start() + 1]} is denied."
        raise AwsError("AccessDenied", words, 403)


def _check_owner(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a queue of another account."""
    if parameters.get("QueueOwnerAWSAccountId", context.account) != context.account:
        raise AwsError("QueueDoesNotExist", "The specified queue does not exist.")


_JUDGES = {
    "ChangeMessageVisibility": _check_handle,
    "CreateQueue": _check_new,
    "DeleteMessage": _check_handle,
    "AddPermission": sent.check_label,
    "GetQueueUrl": _check_owner,
    "ListQueues": sent.check_page,
    "ReceiveMessage": _check_asked,
    "SendMessage": check_message,
}


def _bad(words: str) -> AwsError:
    return AwsError("InvalidParameterValue", words)


def find_queue(context: Context, url: str) -> Any:
    """moto's record of a queue.

    Raises:
        AwsError: ``QueueDoesNotExist``.
    """
    found = context.backend("sqs").queues.get(url.rpartition("/")[2])
    if found is None:
        raise AwsError("QueueDoesNotExist", "The specified queue does not exist.")
    return found
