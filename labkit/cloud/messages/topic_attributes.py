"""Which values SNS takes for the attributes of a topic, and whether a topic has them.

moto takes any, among them a policy that no later call can read, and answers who makes a topic that
is there with it, whatever its attributes.

Sources: https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html,
https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html and answers of AWS as
https://github.com/localstack/localstack/tree/main/tests/aws/services/sns keeps them
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import camelcase_to_underscores

from labkit.cloud.access.policy_language import is_policy
from labkit.cloud.json_text import object_in

_LONGEST_NAME = 100
_TRUTH = ("true", "false")
_VALUES = {
    "ContentBasedDeduplication": _TRUTH,
    "FifoThroughputScope": ("Topic", "MessageGroup"),
    "FifoTopic": _TRUTH,
    "SignatureVersion": ("1", "2"),
    "TracingConfig": ("PassThrough", "Active"),
}
_OF_FIFO = ("ContentBasedDeduplication", "FifoThroughputScope")
_IN_JSON = ("Policy", "DeliveryPolicy")


def wrong_with(name: str, value: str, *, fifo: bool) -> str:
    """What is wrong with an attribute, in SNS's words; empty where it may be."""
    if name in _OF_FIFO and not fifo and value != "false":
        told = "Content-based deduplication" if name == _OF_FIFO[0] else name
        return f"{told} can only be set for FIFO topics"
    if name in _VALUES and value not in _VALUES[name]:
        return f"{name}: Invalid value. Must be {' or '.join(_VALUES[name])}."
    if name == "DisplayName" and len(value) > _LONGEST_NAME:
        return name
    if name == "Policy" and value:
        of_topic = is_policy(value) and "Statement" in (object_in(value) or {})
        return "" if of_topic else "Policy Error: null"
    return ""


def has(topic: Any, name: str, value: str) -> bool:
    """Whether moto's topic has an attribute; what it was never told is ``false`` or empty."""
    known = getattr(topic, camelcase_to_underscores(name), None)
    if name in _IN_JSON and known and value:
        return object_in(known) == object_in(value)
    told = str(known if known is not None else "")
    if _VALUES.get(name) == _TRUTH:
        return (told.lower() == "true") == (value == "true")
    return told == value
