"""Which messages a queue gives, and what becomes of a batch that it is given.

A FIFO queue gives a group's messages in their order: what is behind one in flight waits for it.
moto passes over the first of several that become visible again together, so that the second comes
before it, and holds a group back whose first message is there; it refuses a whole batch for one
message, and knows messages that a purge has taken.

Sources:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html and
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
"""

from __future__ import annotations

import copy
import re
import time
from typing import Any

import moto.sqs.models as models
from moto.sqs.exceptions import PurgeQueueInProgress
from moto.sqs.responses import SQSResponse

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.messages import held
from labkit.cloud.messages import moves as message_moves  # noqa: F401 (calls of the same service)
from labkit.cloud.messages.queues import check_message, find_queue
from labkit.cloud.messages.sent import check_batch
from labkit.cloud.operations import Answer, AwsError, Context, operation

_answer: Any = SQSResponse.receive_message
_CAME_FROM = "DeadLetterQueueSourceArn"


@on_start
def give_as_queues(cloud: Cloud) -> None:
    """Let moto's queues give messages in SQS's order, and have attributes of other letters."""
    SQSResponse.receive_message = _answer_with_source  # type: ignore[method-assign]
    backends: Any = models.SQSBackend
    backends.receive_message = _receive
    held.install()
    models.ATTRIBUTE_NAME_PATTERN = re.compile(r"[\w.-]+")


def _answer_with_source(self: Any) -> Any:
    """moto's answer, and of which queue each message of a dead-letter queue was."""
    answer, members = _answer(self), ("AttributeNames", "MessageSystemAttributeNames")
    asked = {each for member in members for each in self._get_param(member, [])}
    if asked & {"All", _CAME_FROM} and answer.result.get("Messages"):
        queue = self.sqs_backend.get_queue(self._get_queue_name())
        given = {each["MessageId"] for each in answer.result["Messages"]}
        froms = {e.id: getattr(e, "came_from", None) for e in queue._messages if e.id in given}
        for told in answer.result["Messages"]:
            if source := froms.get(told["MessageId"]):
                told.setdefault("Attributes", {})[_CAME_FROM] = source
    return answer


def _receive(
    backend: Any,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Any]:
    """Messages that are in flight from now on; nobody waits here for others to come."""
    queue = backend.get_queue(queue_name)
    names = ["All" if each == "*" else each for each in message_attribute_names or ()]
    queue._pending_messages = set()  # moto's own: a message's time tells whether it is in flight
    oldest = (time.time() - queue.message_retention_period) * 1000
    given: list[Any] = []
    for message in held.ready(queue):
        if len(given) == count:
            break
        if message.sent_timestamp < oldest:
            held.drop(queue, message)
            continue
        if _is_dead(queue, message):
            queue._messages.remove(message)
            message.came_from = queue.queue_arn
            queue.dead_letter_queue.add_message(message)
            continue
        message.mark_received(visibility_timeout=visibility_timeout)
        message.change_visibility(visibility_timeout)  # which moto leaves as it was if it is 0
        told = copy.deepcopy(message)
        models._filter_message_attributes(told, names)
        given.append(told)
    return given


def _is_dead(queue: Any, message: Any) -> bool:
    redrive = queue.redrive_policy
    if queue.dead_letter_queue is None or not redrive:
        return False
    return bool(message.approximate_receive_count >= int(redrive["maxReceiveCount"]))


@operation("sqs", "SendMessageBatch")
def send_message_batch(context: Context, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> Answer:
    """Send what may be sent of up to ten messages, and tell of the others why not."""
    queue, failed, entries = find_queue(context, QueueUrl), [], {}
    check_batch(queue.fifo_queue, Entries)
    for number, entry in enumerate(Entries):
        try:
            check_message(context, {"QueueUrl": QueueUrl, **entry})
        except AwsError as error:
            if error.code == "MissingParameter":
                raise
            why = {"SenderFault": True, "Code": error.code, "Message": error.message}
            failed.append({"Id": entry["Id"], **why})
        else:
            entries[str(number)] = {"MessageAttributes": {}, "DelaySeconds": None, **entry}
    with context.cloud.changing("sqs"):
        sent, late = context.backend("sqs").send_message_batch(queue.name, entries)
    lists = {"Successful": [_sent(queue, each) for each in sent], "Failed": [*failed, *late]}
    return {member: each for member, each in lists.items() if each}


def _sent(queue: Any, message: Any) -> Answer:
    told = {
        "Id": message.user_id,
        "MessageId": message.id,
        "MD5OfMessageBody": message.body_md5,
        "MD5OfMessageAttributes": message.attribute_md5 if message.message_attributes else None,
        "SequenceNumber": message.sequence_number if queue.fifo_queue else None,
    }
    return {member: each for member, each in told.items() if each}


@operation("sqs", "PurgeQueue")
def purge_queue(context: Context, *, QueueUrl: str) -> Answer:
    """Take all messages; a FIFO queue forgets that it had them."""
    queue = find_queue(context, QueueUrl)
    with context.cloud.changing("sqs"):
        try:
            context.backend("sqs").purge_queue(queue.name)
        except PurgeQueueInProgress as error:
            raise AwsError("PurgeQueueInProgress", error.message, 403) from error
        held.forget_sent(queue)
    return {}


@operation("sqs", "ListQueueTags")
def list_queue_tags(context: Context, *, QueueUrl: str) -> Answer:
    tags = find_queue(context, QueueUrl).tags
    return {"Tags": tags} if tags else {}
