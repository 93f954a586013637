"""SQS's message move tasks: a dead-letter queue's messages go where they came from, or elsewhere.

All that is to be moved is moved at once, however few a second were asked for: no task is left
running that could be cancelled. What moves is a new message. Messages in flight stay.

Sources:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

from __future__ import annotations

import base64
import binascii
import json
import time
import uuid
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation

_MOST_KEPT = 10
_UNKNOWN = "CouldNotDetermineMessageSource"


@operation("sqs", "StartMessageMoveTask")
def start_message_move_task(
    context: Context,
    *,
    SourceArn: str,
    DestinationArn: str | None = None,
    MaxNumberOfMessagesPerSecond: int | None = None,
) -> Answer:
    sqs, source = context.backend("sqs"), _queue(context, SourceArn, "SourceArn")
    froms = {each.queue_arn: each for each in sqs.list_dead_letter_source_queues(source.name)}
    if not froms:
        words = "Source queue must be configured as a Dead Letter Queue."
        raise AwsError("InvalidParameterValue", words)
    only = next(iter(froms.values())) if len(froms) == 1 else None
    given = _queue(context, DestinationArn, "DestinationArn") if DestinationArn else None
    task: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "SourceArn": SourceArn,
        "DestinationArn": DestinationArn,
        "MaxNumberOfMessagesPerSecond": MaxNumberOfMessagesPerSecond,
        "StartedTimestamp": int(time.time() * 1000),
    }
    with context.cloud.changing("sqs"):
        messages = [each for each in source._messages if each.visible and not each.delayed]
        moved = 0
        for each in messages:
            target = given or froms.get(getattr(each, "came_from", ""), only)
            if target is None:
                break
            _move(each, source, target)
            moved += 1
        task["ApproximateNumberOfMessagesMoved"] = moved
        task["ApproximateNumberOfMessagesToMove"] = len(messages)
        task["Status"] = "COMPLETED" if moved == len(messages) else "FAILED"
        task["FailureReason"] = None if moved == len(messages) else _UNKNOWN
        source.moves = [task, *_moves(source)][:_MOST_KEPT]
    handle = {"taskId": task["id"], "sourceArn": SourceArn}
    return {"TaskHandle": base64.b64encode(json.dumps(handle).encode()).decode()}


@operation("sqs", "ListMessageMoveTasks")
def list_message_move_tasks(context: Context, *, SourceArn: str, MaxResults: int = 1) -> Answer:
    """The last tasks of a queue, the latest first."""
    tasks = _moves(_queue(context, SourceArn, "SourceArn"))[:MaxResults]
    return {
        "Results": [
            {name: value for name, value in each.items() if name != "id" and value is not None}
            for each in tasks
        ]
    }


@operation("sqs", "CancelMessageMoveTask")
def cancel_message_move_task(context: Context, *, TaskHandle: str) -> Answer:
    try:
        handle = json.loads(base64.b64decode(TaskHandle, validate=True))
        number, arn = handle["taskId"], handle["sourceArn"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        words = "Value for parameter TaskHandle is invalid."
        raise AwsError("InvalidParameterValue", words) from None
    if number not in {each["id"] for each in _moves(_queue(context, arn, "SourceArn"))}:
        raise AwsError("ResourceNotFoundException", "Task does not exist.", 404)
    words = "Only active message move tasks can be cancelled."
    raise AwsError("UnsupportedOperation", words)


def _move(message: Any, source: Any, target: Any) -> None:
    source._messages.remove(message)
    message.id, message.sent_timestamp = str(uuid.uuid4()), int(time.time() * 1000)
    message.approximate_receive_count = message.visible_at = 0
    message.approximate_first_receive_timestamp = None
    target._messages.append(message)


def _moves(queue: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queue.__dict__.get("moves", [])
    return found


def _queue(context: Context, arn: str, member: str) -> Any:
    queues = context.backend("sqs").queues.values()
    found = next((each for each in queues if each.queue_arn == arn), None)
    if found is None:
        words = f"The resource that you specified for the {member} parameter doesn't exist."
        raise AwsError("ResourceNotFoundException", words, 404)
    return found
