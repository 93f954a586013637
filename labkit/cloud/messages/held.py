"""A queue's messages, as moto holds them and as rows of the workspace's state.

A message's row is written when it is received, seen again or moved; `apart` is told of that. moto
counts all messages whenever it looks at an attribute of their queue, asks each of them for the
handles that it had, and keeps every handle of those that are deleted for good.

Sources:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html and
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue

from labkit.cloud import apart

REMEMBERED_MS = 300_000
_FIRST_SEQUENCE = 10**19  # all have twenty digits
_MOST_DELETED = 20_000  # handles that are known not to be wrong


def install() -> None:
    """Let moto do so."""
    message: Any = Message
    message.__setattr__ = _change
    message.visible = property(lambda each: time.time() * 1000 > each.visible_at)
    message.delayed = property(lambda each: time.time() * 1000 < each.delayed_until)
    queue: Any = Queue
    queue.attributes = property(_Attributes)
    queue.delete_message = _delete


def ready(queue: Any) -> Iterator[Any]:
    """What may be given: of a FIFO queue group by group, each up to the first that may not.

    A group whose messages are seen again stands behind those that have waited for longer.
    """
    if not queue.fifo_queue:
        yield from (each for each in list(queue._messages) if each.visible and not each.delayed)
        return
    groups: dict[Any, list[Any]] = {}
    for each in queue._messages:
        groups.setdefault(each.group_id, []).append(each)
    for messages in sorted(groups.values(), key=lambda each: _since(each[0])):
        yield from takewhile(lambda each: each.visible and not each.delayed, messages)


def _since(message: Any) -> float:
    """Since when a message may be given, in milliseconds."""
    return max(map(float, (message.sent_timestamp, message.visible_at, message.delayed_until)))


def of_handle(queue: Any, handle: str) -> Any:
    """The message that has a handle, or had it; ``None`` where none has."""
    for each in queue._messages:
        if handle == each.receipt_handle or handle in each._old_receipt_handles:
            return each
    return None


def is_new(queue: Any, message: Any) -> bool:
    """Whether a FIFO queue has not had a message; it has a number from then on.

    One that it has had gets the identity of its first copy. What comes from another queue, of
    which this is the dead-letter queue, is never left out.
    """
    if message.approximate_receive_count or not message.deduplication_id:
        return True
    known = _sent_of_late(queue)
    grouped = queue.deduplication_scope == "messageGroup"
    key = _key(message.group_id if grouped else None, message.deduplication_id)
    if key in known:
        _, message.id, message.sequence_number = known[key]
        return False
    last = vars(queue).get("last_sequence", _FIRST_SEQUENCE)
    queue.last_sequence = max(last + 1, _FIRST_SEQUENCE + time.time_ns())
    message.sequence_number = str(queue.last_sequence)
    known[key] = (time.time() * 1000, message.id, message.sequence_number)
    return True


def forget_sent(queue: Any) -> None:
    """Let a FIFO queue take again what it has had."""
    _sent_of_late(queue).clear()


def _sent_of_late(queue: Any) -> Any:
    """When a message was sent, and who it is, by its key, the oldest first."""
    known = vars(queue).setdefault("numbered", {})
    for key, told in vars(queue).pop("sent_of_late", {}).items():  # as an earlier labkit had it
        known[_key(*key)] = told
    over = time.time() * 1000 - REMEMBERED_MS
    for key in list(takewhile(lambda each: known[each][0] <= over, known)):
        del known[key]
    return known


def _key(group: str | None, name: str) -> str:
    return f"{group or ''} {name}"  # neither has blanks


def _change(message: Any, name: str, value: Any) -> None:
    vars(message)[name] = value
    apart.note(message)


def _delete(queue: Any, handle: str) -> None:
    message = of_handle(queue, handle)
    if message is None and handle not in queue.deleted_messages:
        raise ReceiptHandleIsInvalid
    if message is not None:
        drop(queue, message)


def drop(queue: Any, message: Any) -> None:
    """Let a message go that was deleted, or kept for long enough: its handles are none's now."""
    queue._messages.remove(message)
    deleted = queue.deleted_messages
    if not isinstance(deleted, Mapping):
        deleted = queue.deleted_messages = dict.fromkeys(deleted)
    for each in filter(None, message.all_receipt_handles):
        deleted[each] = None
    while len(deleted) > _MOST_DELETED:
        del deleted[next(iter(deleted))]


class _Attributes(Mapping[str, Any]):
    """A queue's, each found out when it is asked for."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue

    def __getitem__(self, name: str) -> Any:
        if name not in list(self):
            raise KeyError(name)
        value = getattr(self._queue, camelcase_to_underscores(name))
        if name == "RedrivePolicy" and value:
            return json.dumps(value)
        return str(value).lower() if isinstance(value, bool) else value

    def __iter__(self) -> Iterator[str]:
        yield from Queue.BASE_ATTRIBUTES
        if self._queue.fifo_queue:
            yield from Queue.FIFO_ATTRIBUTES
        if self._queue.kms_master_key_id:
            yield from Queue.KMS_ATTRIBUTES

    def __len__(self) -> int:
        return sum(1 for _ in self)
