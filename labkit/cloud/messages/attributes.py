"""What SNS refuses of a message's attributes.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html and
https://docs.aws.amazon.com/sns/latest/api/API_MessageAttributeValue.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.messages.sent import is_number
from labkit.cloud.operations import AwsError

_KINDS = ("Binary", "Number", "String")
_MOST_LETTERS = 256
_NO_LETTER = re.compile(r"[^\w.-]", re.ASCII)


def check_attributes(attributes: dict[str, dict[str, Any]] | None) -> None:
    """Raise for the first attribute that is none.

    Raises:
        AwsError: ``ParameterValueInvalid``.
    """
    for name, attribute in (attributes or {}).items():
        if why := _of_name(name) or _of_value(name, **attribute):
            raise AwsError("ParameterValueInvalid", why)


def _of_name(name: str) -> str:
    if len(name) > _MOST_LETTERS:
        return f"Length of message attribute name must be less than {_MOST_LETTERS} bytes."
    if other := _NO_LETTER.search(name):
        words = "was found in the message attribute name. Can only include alphanumeric characters"
        letter = f"#x{ord(other[0]):X}"
        return (
            f"Invalid non-alphanumeric character '{letter}' {words}, hyphens, underscores, or dots."
        )
    for end, how in ((name[:1], "starting"), (name[-1:], "ending")):
        if end == ".":
            return f"Invalid message attribute name {how} with character '.' was found."
    if ".." in name:
        return "Message attribute name can not have successive '.' character."
    return ""


def _of_value(name: str, *, DataType: str, StringValue: str = "", BinaryValue: Any = b"") -> str:
    kind, dot, own = DataType.partition(".")
    if kind not in _KINDS or (dot and not own):
        words = "has an invalid message attribute type, the set of supported type prefixes is"
        return f"The message attribute '{name}' {words} Binary, Number, and String."
    if not StringValue and not BinaryValue:
        words = "must contain non-empty message attribute value for message attribute type"
        return f"The message attribute '{name}' {words} '{DataType}'."
    field = "Binary" if kind == "Binary" else "String"
    if not (BinaryValue if field == "Binary" else StringValue):
        return f"The message attribute '{name}' with type '{DataType}' must use field '{field}'."
    if DataType == "Number" and not is_number(StringValue):
        return f"Could not cast message attribute '{name}' value to number."
    return ""


def is_true(value: Any) -> bool:
    """Whether an attribute is set; moto keeps the client's text."""
    return str(value).lower() == "true"
