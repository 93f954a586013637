"""What SQS refuses of the values in a call: of what names a message, its attributes, its delays.

moto takes waits below nothing, names of any letters and attributes that are none.

Sources:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html and
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError, Context

_MOST_ATTRIBUTES = 10
_LARGEST_PAGE, _LARGEST_BATCH = 1000, 1_048_576
_LONGEST_DELAY, _LONGEST_UNSEEN = 900, 43_200
# What names a group or a copy of a message: letters, digits and punctuation of ASCII.
_IDENTIFIER = re.compile(r"[!-~]{1,128}")
_LABEL = re.compile(r"[\w-]{1,80}", re.ASCII)
_TRACE = "AWSTraceHeader"
_NO_TEXT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
VALID = (
    "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
    "#xE000 to #xFFFD | #x10000 to #x10FFFF"
)
# A name of a message's attribute: not long, no period at its ends or beside another; and
# those that are AWS's own.
_MOST_LETTERS = 256
_ATTRIBUTE = re.compile(r"(?=.{1,256}\Z)[\w-]+(\.[\w-]+)*")  # letters of any script
_RESERVED = re.compile(r"(aws|amazon)\.", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
Json = dict[str, Any]


def check_identity(parameters: Json) -> None:
    """Raise for what names no group and no copy of a message."""
    for member in ("MessageGroupId", "MessageDeduplicationId"):
        given = parameters.get(member)
        if given and not is_identifier(given):
            words = "can only include alphanumeric and punctuation characters. 1 to 128 in length."
            raise bad(f"Value {given} for parameter {member} is invalid. Reason: {member} {words}")


def check_attributes(attributes: Json) -> None:
    """Raise for more attributes than a message has, and for one that is none."""
    if (number := len(attributes)) > _MOST_ATTRIBUTES:
        words = f"exceeds the allowed maximum [{_MOST_ATTRIBUTES}]."
        raise bad(f"Number of message attributes [{number}] {words}")
    for name, attribute in attributes.items():
        _check_attribute(name, **attribute)


def check_system_attributes(attributes: Json | None) -> None:
    """Raise for an attribute other than that of X-Ray, which is a text."""
    for name, attribute in (attributes or {}).items():
        if name != _TRACE:
            raise bad(f"Message (system) attribute '{name}' is not supported.")
        if attribute["DataType"] != "String" or not attribute.get("StringValue"):
            words = "must contain a non-empty value of type 'String'."
            raise bad(f"Message (system) attribute '{name}' {words}")


def check_delay(parameters: Json) -> None:
    """Raise for a message that is to come before it is sent."""
    seconds = parameters.get("DelaySeconds") or 0
    if not 0 <= seconds <= _LONGEST_DELAY:
        words = f"Reason: DelaySeconds must be >= 0 and <= {_LONGEST_DELAY}."
        raise bad(f"Value {seconds} for parameter DelaySeconds is invalid. {words}")


def check_unseen(parameters: Json) -> None:
    """Raise for a time unseen that is below nothing; moto tells of one that is too long."""
    seconds = parameters.get("VisibilityTimeout") or 0
    if seconds < 0:
        words = f"Reason: Must be between 0 and {_LONGEST_UNSEEN}, if provided."
        raise bad(f"Value {seconds} for parameter VisibilityTimeout is invalid. {words}")


def check_asked(parameters: Json) -> None:
    """Raise for what SQS knows of no message."""
    model = protocol.service_model("sqs")
    known = model.shape_for("MessageSystemAttributeName").enum if model else []
    for member in ("AttributeNames", "MessageSystemAttributeNames"):
        for name in parameters.get(member) or ():
            if name not in known:
                raise AwsError("InvalidAttributeName", f"Unknown Attribute {name}.")


def check_page(_: Context, parameters: Json) -> None:
    """Raise for a page of no size."""
    wanted = parameters.get("MaxResults", 1)
    if not 1 <= wanted <= _LARGEST_PAGE:
        words = f"is invalid. Reason: MaxResults must be an integer between 1 and {_LARGEST_PAGE}."
        raise bad(f"Value {wanted} for parameter MaxResults {words}")


def check_label(_: Context, parameters: Json) -> None:
    """Raise for what names no permission."""
    if not _LABEL.fullmatch(label := parameters["Label"]):
        words = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in"
        raise bad(f"Value {label} for parameter Label is invalid. Reason: {words} length.")


def check_batch(fifo: bool, entries: list[Json]) -> None:
    """Raise for messages that are too much together, and for one of no group."""
    sizes = [size(each["MessageBody"], each.get("MessageAttributes") or {}) for each in entries]
    if sum(sizes) > _LARGEST_BATCH:
        words = f"Batch requests cannot be longer than {_LARGEST_BATCH} bytes. You have sent"
        raise AwsError("BatchRequestTooLong", f"{words} {sum(sizes)} bytes.")
    if fifo and not all(each.get("MessageGroupId") for each in entries):
        raise bad("The request must contain the parameter MessageGroupId.")


def bad(words: str) -> AwsError:
    """The refusal of a value."""
    return AwsError("InvalidParameterValue", words)


def is_text(text: str) -> bool:
    """Whether all letters are such as a message may have."""
    return _NO_TEXT.search(text) is None


def is_identifier(text: str) -> bool:
    """Whether a text may name a group or a copy of a message."""
    return _IDENTIFIER.fullmatch(text) is not None


def is_number(text: str) -> bool:
    """Whether a message's attribute of the type Number may have a value."""
    return _NUMBER.fullmatch(text) is not None


def size(body: str, attributes: Json) -> int:
    """The bytes of a message and its attributes: names, types and values."""
    texts = [body, *attributes]
    for each in attributes.values():
        texts += [each["DataType"], each.get("StringValue") or ""]
    blobs = sum(len(each.get("BinaryValue") or b"") for each in attributes.values())
    return blobs + sum(len(each.encode()) for each in texts)


def _check_attribute(
    name: str, *, DataType: str, StringValue: str = "", BinaryValue: bytes = b"", **_: Any
) -> None:
    kind = DataType.partition(".")[0]
    if not _ATTRIBUTE.fullmatch(name) or _RESERVED.match(name):
        words = "is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-),"
        raise bad(f"The message attribute name '{name}' {words} and period (.) characters.")
    if len(DataType) > _MOST_LETTERS:
        raise bad(f"Message (user) attribute '{name}' has an invalid type.")
    if not is_text(StringValue):
        raise bad(VALID)
    value = BinaryValue if kind == "Binary" else StringValue
    if kind in ("String", "Number", "Binary") and not value:
        words = "must contain a non-empty value of type"
        raise bad(f"Message (user) attribute '{name}' {words} '{DataType}'.")
    if kind == "Number" and not is_number(StringValue):
        raise bad(f"Can't cast the value of message (user) attribute '{name}' to a number.")
