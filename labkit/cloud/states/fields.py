"""The fields that a state may have, by its type and its query language.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.states import calls
from labkit.cloud.states.errors import StateFailed
from labkit.cloud.states.paths import BadPath, read_path

OUTERMOST = {"Comment", "StartAt", "States", "TimeoutSeconds", "Version", "QueryLanguage"}
INNER = {"Comment", "StartAt", "States", "ProcessorConfig"}
EVERY_STATE = {"Type", "Comment", "QueryLanguage"}
_NARROWED = {"InputPath", "OutputPath", "Output", "Assign"}
_ONWARD = {*_NARROWED, "Next", "End"}
_RESULT = {*_ONWARD, "ResultPath", "Parameters"}
_WORK = {*_RESULT, "ResultSelector", "Arguments", "Retry", "Catch"}
STATES: dict[str, set[str]] = {
    "Task": {
        *_WORK, "Resource", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds",
        "HeartbeatSecondsPath", "Credentials",
    },
    "Wait": {*_ONWARD, "Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Pass": {*_RESULT, "Result"},
    "Succeed": {*_NARROWED},
    "Fail": {"Error", "ErrorPath", "Cause", "CausePath"},
    "Choice": {*_NARROWED, "Choices", "Default"},
    "Parallel": {*_WORK, "Branches"},
    "Map": {
        *_WORK, "ItemProcessor", "Iterator", "ItemsPath", "Items", "ItemSelector",
        "MaxConcurrency", "MaxConcurrencyPath", "ItemReader", "ItemBatcher", "ResultWriter",
        "Label", "ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
        "ToleratedFailureCount", "ToleratedFailureCountPath",
    },
}  # fmt: skip
_FOLLOWED: list[tuple[str, ...]] = [("Next", "End")]
# Of each of these, a state needs one.
REQUIRED: dict[str, list[tuple[str, ...]]] = {
    "Task": [("Resource",), *_FOLLOWED],
    "Wait": [("Seconds", "SecondsPath", "Timestamp", "TimestampPath"), *_FOLLOWED],
    "Pass": _FOLLOWED,
    "Choice": [("Choices",)],
    "Parallel": [("Branches",), *_FOLLOWED],
    "Map": [("ItemProcessor", "Iterator"), *_FOLLOWED],
}
# Fields that are written out, or found by the path of their name: not both.
DYNAMIC = (
    "TimeoutSeconds", "HeartbeatSeconds", "MaxConcurrency", "ToleratedFailureCount",
    "ToleratedFailurePercentage", "Error", "Cause",
)  # fmt: skip
REFERENCES = ("ResultPath",)
PATHS = (
    "InputPath", "OutputPath", *REFERENCES, "ItemsPath", "SecondsPath", "TimestampPath",
    "TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath", "ErrorPath", "CausePath",
)  # fmt: skip
TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials")
OF_LANGUAGE = {
    "JSONPath": {*PATHS, "Parameters", "ResultSelector", "Result"},
    "JSONata": {"Output", "Arguments", "Items"},
}
# What a field is, whatever its state; those of numbers may be expressions in JSONata.
KINDS = {
    **dict.fromkeys(("Comment", "Next", "Default", "Resource", "StartAt", "Version"), "STRING"),
    **dict.fromkeys(("Branches", "Choices", "Retry", "Catch", "ErrorEquals"), "ARRAY"),
    **dict.fromkeys(("ItemProcessor", "Iterator", "Assign"), "OBJECT"),
    **dict.fromkeys(
        (
            *("Seconds", "TimeoutSeconds", "HeartbeatSeconds", "MaxConcurrency"),
            *("IntervalSeconds", "MaxAttempts", "MaxDelaySeconds", "ToleratedFailureCount"),
        ),
        "INTEGER",
    ),
    "BackoffRate": "NUMBER",
    "End": "BOOLEAN",
}
_MET_BY: dict[str, Callable[[Any], bool]] = {
    "STRING": lambda value: isinstance(value, str),
    "ARRAY": lambda value: isinstance(value, list),
    "OBJECT": lambda value: isinstance(value, dict),
    "BOOLEAN": lambda value: isinstance(value, bool),
    "NUMBER": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "INTEGER": lambda value: isinstance(value, int) and not isinstance(value, bool),
}
NO_PATH = {False: "Value is not a valid JSONPath", True: "Value is not a Reference Path"}


def is_kind(kind: str, value: Any) -> bool:
    """Whether a value is an ``OBJECT``, an ``INTEGER`` or the like."""
    return _MET_BY[kind](value)


def is_path(text: str, name: str) -> bool:
    """Whether a field's text is a path of the kind that the field takes."""
    if name in ("ErrorPath", "CausePath") and calls.is_call(text):
        return is_dynamic(text)
    try:
        path = read_path(_plain(text))
    except BadPath:
        return False
    return name not in REFERENCES or (path.keys is not None and not text.startswith("$$"))


def is_dynamic(text: str) -> bool:
    """Whether a text is a path, or a call of an intrinsic function."""
    try:
        if calls.is_call(text):
            calls.evaluate(text, _known)
        else:
            read_path(_plain(text))
    except ValueError:
        return False
    except StateFailed:
        return True
    return True


def _known(path: str) -> None:
    read_path(_plain(path))


def _plain(text: str) -> str:
    """A path into the context object or a variable as one into the data."""
    if text.startswith("$$"):
        return text[1:]
    if text.startswith("$") and text[1:2].isidentifier():
        return f"$.{text[1:]}"
    return text
