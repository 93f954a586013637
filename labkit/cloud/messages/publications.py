"""What a FIFO topic does with what it has published in the last five minutes, and its numbers.

moto delivers a message again that has the deduplication ID of one before, where the queue does not
know better, tells no sequence numbers, and keeps all that a topic has ever published.

Sources: https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html and
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

import hashlib
import time
from typing import Any, NamedTuple

import moto.sns.models as models
from moto.sns.responses import SNSResponse

from labkit.cloud.cloud import Cloud, on_start

_KNOWN_S = 300
_FIRST = 10**19  # sequence numbers have 20 digits
_of_topic: Any = models.Topic.publish
_answered: Any = {name: getattr(SNSResponse, name) for name in ("publish", "publish_batch")}
Json = dict[str, Any]


class Heard(NamedTuple):
    """A message that a FIFO topic has published."""

    moment: float
    message_id: str
    sequence: str


@on_start
def install(_: Cloud) -> None:
    """Let moto's topics do so, and its answers tell the numbers."""

    def publish(self: SNSResponse) -> Any:
        answer = _answered["publish"](self)
        _tell([answer.result], _topic(self))
        return answer

    def publish_batch(self: SNSResponse) -> Any:
        answer = _answered["publish_batch"](self)
        _tell(answer.result["Successful"], _topic(self))
        return answer

    models.Topic.publish = _publish  # type: ignore[method-assign, assignment]
    SNSResponse.publish = publish  # type: ignore[method-assign]
    SNSResponse.publish_batch = publish_batch  # type: ignore[method-assign]


def sequence_of(topic: Any) -> str | None:
    """The number of the message that a FIFO topic is publishing; ``None`` for other topics."""
    return f"{_FIRST + topic.__dict__.get('sequence', 0)}" if topic.fifo_topic else None


def _publish(topic: Any, message: str, **said: Any) -> str:
    if not topic.fifo_topic:
        return _send(topic, message, **said)
    moment = time.time()
    heard = {key: each for key, each in _heard(topic).items() if each.moment > moment - _KNOWN_S}
    known = said.get("deduplication_id") or hashlib.sha256(message.encode()).hexdigest()
    by_group = getattr(topic, "fifo_throughput_scope", None) == "MessageGroup"
    key = (said.get("group_id") if by_group else None, known)
    if key not in heard:
        topic.sequence = topic.__dict__.get("sequence", 0) + 1
        message_id = _send(topic, message, **said)
        heard[key] = Heard(moment, message_id, sequence_of(topic) or "")
    topic.heard = heard
    return heard[key].message_id


def _send(topic: Any, message: str, **said: Any) -> str:
    try:
        return str(_of_topic(topic, message, **said))
    finally:
        topic.sent_notifications.clear()


def _heard(topic: Any) -> dict[Any, Heard]:
    found: dict[Any, Heard] = topic.__dict__.get("heard", {})
    return found


def _topic(response: Any) -> Any:
    arn = response._get_param("TargetArn") or response._get_param("TopicArn")
    return response.backend.topics.get(arn)


def _tell(told: list[Json], topic: Any) -> None:
    if topic is None or not topic.fifo_topic:
        return
    numbers = {each.message_id: each.sequence for each in _heard(topic).values()}
    for each in told:
        each["SequenceNumber"] = numbers[each["MessageId"]]
