"""CloudWatch Logs' names and filter patterns.

A pattern is terms (all of them; ``?`` any of them; ``-`` none of them; ``"a phrase"``;
``%an expression%``), a condition in braces on JSON messages, or columns in brackets of messages
whose fields stand between blanks. moto takes what it does not know for a pattern that everything
matches: such ones are refused here.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any, Protocol

import moto.logs.models as models
from moto.logs.metric_filters import MetricFilters

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.logs.columns import Columns
from labkit.cloud.logs.conditions import (
    NOWHERE,
    Condition,
    Matches,
    at,
    expression,
    invalid,
    plain,
    steps,
)
from labkit.cloud.logs.events import check_batch
from labkit.cloud.logs.groups import CLASS, check_deletion
from labkit.cloud.logs.searches import check_group, name_of
from labkit.cloud.operations import AwsError, Context, not_here

_TERM = re.compile(r"""\s*([?-]?)\s*("(?:[^"\\]|\\.)*"|%[^%]*%|[^\s"]+)""")
_RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
_EVERYTHING = ("", "*", "[]")


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for names and patterns that are none."""
    if context.operation == "CreateLogGroup" and parameters.get("logGroupClass", CLASS) != CLASS:
        raise not_here("logs", context.operation, f"log groups are {CLASS}")
    check_group(context, parameters)
    if context.operation == "DeleteLogGroup":
        check_deletion(context, parameters["logGroupName"])
    if context.operation == "PutLogEvents":
        check_batch(parameters["logEvents"])
    if "logStreamName" in parameters:
        group = parameters.get("logGroupName") or parameters.get("logGroupIdentifier", "")
        _check_stream(context, parameters["logStreamName"], name_of(group))
    days = parameters.get("retentionInDays")
    if days is not None and days not in _RETENTIONS:
        raise _invalid(f"Invalid retention value. Valid values are: {list(_RETENTIONS)}")
    pattern_of(parameters.get("filterPattern") or "")


def _check_stream(context: Context, name: str, group: str | None) -> None:
    """Raise for a stream that is not there, or is already: moto speaks of its group."""
    found = context.backend("logs").groups.get(group)
    if found is None:
        return
    if context.operation == "CreateLogStream" and name in found.streams:
        words = "The specified log stream already exists"
        raise AwsError("ResourceAlreadyExistsException", words)
    if context.operation != "CreateLogStream" and name not in found.streams:
        words = "The specified log stream does not exist."
        raise AwsError("ResourceNotFoundException", words)


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterException", words)


class Pattern(Protocol):
    """A filter pattern."""

    def matches(self, message: str) -> bool:
        """Whether a message fits."""

    def field(self, message: str, selector: str) -> Any:
        """What a selector such as ``$.code`` finds in it, ``None`` where that is nothing."""


def pattern_of(text: str) -> Pattern:
    """A pattern of its text.

    Raises:
        AwsError: ``InvalidParameterException``.
    """
    text = text.strip()
    if text in _EVERYTHING:
        return _Terms("")
    kinds: dict[str, Callable[[str], Pattern]] = {"{": _Braces, "[": Columns}
    return kinds.get(text[0], _Terms)(text)


@on_start
def match_as_logs(cloud: Cloud) -> None:
    """Let moto filter by whole patterns, subscribers too, and keep one metric filter of a name."""
    models.EventMessageFilter = _Filter  # type: ignore[misc, assignment]
    models.LogStream._send_log_events = _send_matching  # type: ignore[method-assign, assignment]
    MetricFilters.add_filter = _put_filter  # type: ignore[method-assign, assignment]


_add_filter = MetricFilters.add_filter
_send: Any = models.LogStream._send_log_events


def _put_filter(filters: MetricFilters, name: str, pattern: str, group: str, told: str) -> None:
    filters.delete_filter(name, group)
    _add_filter(filters, name, pattern, group, told)
    made: Any = filters.metric_filters[-1]
    made |= {"creationTime": int(time.time() * 1000), "applyOnTransformedLogs": False}


def _send_matching(
    stream: Any, *, filter_name: str, log_events: list[dict[str, Any]], **where: Any
) -> None:
    """Send a subscription what its pattern matches."""
    matches = _Filter(stream.log_group.subscription_filters[filter_name].filter_pattern).matches
    if wanted := [each for each in log_events if matches(each["message"])]:
        _send(stream, filter_name=filter_name, log_events=wanted, **where)


class _Filter:
    def __init__(self, pattern: str | None) -> None:
        self.matches = pattern_of(pattern or "").matches


class _Braces:
    """A condition in braces on messages that are JSON."""

    def __init__(self, text: str) -> None:
        if not text.endswith("}"):
            raise invalid(text)
        self._condition = Condition(text[1:-1], text)

    def matches(self, message: str) -> bool:
        found = _json(message)
        return found is not NOWHERE and self._condition.holds(found)

    def field(self, message: str, selector: str) -> Any:
        found = at(_json(message), steps(selector))
        return None if found is NOWHERE else found


def _json(message: str) -> Any:
    try:
        return json.loads(message)
    except ValueError:
        return NOWHERE


class _Terms:
    """Terms, all, any or none of which a message has."""

    def __init__(self, text: str) -> None:
        found: dict[str, list[Matches]] = {"": [], "?": [], "-": []}
        for sign, term in _TERM.findall(text):
            found[sign].append(_holds(term))
        self._needed, self._any_of, self._none_of = found.values()

    def matches(self, message: str) -> bool:
        if any(term(message) for term in self._none_of):
            return False
        if self._needed or self._none_of or not self._any_of:  # "?" has no effect beside others
            return all(term(message) for term in self._needed)
        return any(term(message) for term in self._any_of)

    def field(self, message: str, selector: str) -> Any:
        return None


def _holds(term: str) -> Matches:
    if term.startswith("%"):
        return expression(term)
    text = plain(term)
    return lambda message: text in message
