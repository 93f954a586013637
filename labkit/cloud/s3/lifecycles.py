"""A bucket's lifecycle rules: moto drops members of theirs, and names none.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
"""

from __future__ import annotations

import re
import uuid
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from labkit.cloud.operations import AwsError
from labkit.cloud.s3.documents import Document, invalid, malformed

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_LONGEST_ID, _MOST_RULES = 255, 1000
_LEAST = "x-amz-transition-default-minimum-object-size"
_LEASTS = {"all_storage_classes_128K", "varies_by_storage_class"}
_ACTIONS = (
    "Expiration",
    "Transition",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
    "AbortIncompleteMultipartUpload",
)
_POSITIVE = (
    ("Expiration", "Days"),
    ("NoncurrentVersionExpiration", "NoncurrentDays"),
    ("NoncurrentVersionTransition", "NoncurrentDays"),
)
_CLASSES = {"DEEP_ARCHIVE", "GLACIER", "GLACIER_IR", "INTELLIGENT_TIERING", "ONEZONE_IA",
            "STANDARD_IA"}  # fmt: skip
_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d(T00:00:00(\.0+)?(Z|\+00:00)?)?")


def check(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise unless a bucket may have these rules; each gets a name."""
    rules = list(document.root.iter("Rule"))
    names = [rule.findtext("ID") or "" for rule in rules]
    given = [name for name in names if name]
    if (least := request.header(_LEAST)) and least not in _LEASTS:
        words = f"Invalid TransitionDefaultMinimumObjectSize found: {least}"
        raise AwsError("InvalidRequest", words)
    if not 0 < len(rules) <= _MOST_RULES:
        raise malformed()
    if not {*document.texts("Status")} <= {"Enabled", "Disabled"}:
        raise malformed()
    if any(len(name) > _LONGEST_ID for name in names):
        raise invalid("ID length should not exceed allowed limit of 255")
    if len(set(given)) < len(given):
        raise invalid("Rule ID must be unique. Found same ID for more than one rule")
    if not set(document.texts("StorageClass")) <= _CLASSES:
        raise malformed()
    for text in document.texts("Date"):
        if not _MIDNIGHT.fullmatch(text):
            raise invalid("'Date' must be at midnight GMT", "Date", text)
    for rule in rules:
        if not any(rule.find(action) is not None for action in _ACTIONS):
            words = "At least one action needs to be specified in a rule"
            raise AwsError("InvalidRequest", words)
        if (wanted := rule.find("Filter")) is not None and len(wanted) > 1:
            raise malformed()
        if any(not len(each) for action in _ACTIONS for each in rule.findall(action)):
            raise malformed()
        if any(len(each) > 1 for each in rule.findall("Expiration")):
            raise malformed()
        _check_days(rule)
        _check_tags(rule)
        _check_sizes(rule)
        name_rule(rule)


def headers(request: Request) -> dict[str, str]:
    """What is told of the smallest object that the rules move, besides the rules."""
    return {_LEAST: request.header(_LEAST) or "all_storage_classes_128K"}


def name_rule(rule: ET.Element) -> None:
    """Give a rule without a name one of its own."""
    if not rule.findtext("ID"):
        for each in rule.findall("ID"):
            rule.remove(each)
        name = ET.Element("ID")
        name.text = str(uuid.uuid4())
        rule.insert(0, name)


def _check_days(rule: ET.Element) -> None:
    for action, unit in _POSITIVE:
        for days in (each.text or "" for each in rule.findall(f"{action}/{unit}")):
            if not days.isdigit() or not int(days):
                raise invalid(f"'{unit}' for {action} action must be a positive integer")


def _check_tags(rule: ET.Element) -> None:
    names = [each.findtext("Key") for each in rule.iter("Tag")]
    if len(set(names)) < len(names):
        raise AwsError("InvalidRequest", "Duplicate Tag Keys are not allowed.")
    for action in ("AbortIncompleteMultipartUpload", "Expiration/ExpiredObjectDeleteMarker"):
        if names and rule.find(action) is not None:
            words = f"{action.rpartition('/')[2]} cannot be specified with Tags."
            raise AwsError("InvalidRequest", words)


def _check_sizes(rule: ET.Element) -> None:
    least, most = (rule.findtext(f".//ObjectSize{n}Than") for n in ("Greater", "Less"))
    if least and most and int(least) >= int(most):
        words = "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."
        raise AwsError("InvalidRequest", words)
