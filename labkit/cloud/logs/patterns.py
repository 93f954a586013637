"""CloudWatch Logs' names and filter patterns.

A pattern is terms (all of them; ``?`` any of them; ``-`` none of them; ``"a phrase"``;
``%an expression%``), or a condition in braces on JSON messages. moto takes what it does not know
for a pattern that everything matches: such ones are refused here.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import operator
import re
import time
from collections.abc import Callable
from typing import Any, NoReturn

import moto.logs.models as models
from moto.logs.metric_filters import MetricFilters

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.engine.patience import patient
from labkit.cloud.json_text import is_number
from labkit.cloud.logs.events import check_batch
from labkit.cloud.logs.groups import CLASS, check_deletion
from labkit.cloud.logs.searches import check_group, name_of
from labkit.cloud.operations import AwsError, Context, not_here
from labkit.cloud.wildcards import with_stars

Matches = Callable[[Any], bool]
_TERM = re.compile(r"""\s*([?-]?)\s*("(?:[^"\\]|\\.)*"|%[^%]*%|[^\s"]+)""")
_TOKEN = re.compile(
    r"""\s*(&&|\|\||[()]|!=|<=|>=|=|<|>|"(?:[^"\\]|\\.)*"|%[^%]*%|\$[^\s=!<>()&|]*|[^\s=!<>()&|]+)"""
)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
_WORDS = {"TRUE": True, "FALSE": False, "NULL": None}
_NOWHERE = object()


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
    pattern = (parameters.get("filterPattern") or "").strip()
    if pattern.startswith("[") and pattern != "[]":
        raise not_here("logs", context.operation, "no patterns of fields between blanks")
    matcher(pattern)


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


def matcher(pattern: str) -> Matches:
    """What tells whether a message fits a pattern.

    Raises:
        AwsError: ``InvalidParameterException``.
    """
    pattern = pattern.strip()
    if pattern.startswith("{"):
        return _Condition(pattern).matches
    return _terms(pattern)


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
        asked = (pattern or "").strip()
        everything = asked in ("", "*", "[]")
        self.matches: Matches = (lambda message: True) if everything else matcher(asked)


def _terms(pattern: str) -> Matches:
    found: dict[str, list[Matches]] = {"": [], "?": [], "-": []}
    for sign, term in _TERM.findall(pattern):
        found[sign].append(_holds(term))
    needed, any_of, none_of = found[""], found["?"], found["-"]

    def matches(message: str) -> bool:
        if any(term(message) for term in none_of):
            return False
        if needed or none_of or not any_of:  # "?" has no effect beside other terms
            return all(term(message) for term in needed)
        return any(term(message) for term in any_of)

    return matches


def _holds(term: str) -> Matches:
    if term.startswith("%"):
        return _expression(term)
    text = _text(term)
    return lambda message: text in message


def _expression(token: str) -> Matches:
    """``%an expression%``: a text in which it is found."""
    try:
        expression = patient(re.compile(token.strip("%")), _too_slow)
    except re.error as error:
        words = f"Invalid regular expression in filter pattern: {token}"
        raise AwsError("InvalidParameterException", words) from error
    return lambda value: isinstance(value, str) and expression.search(value) is not None


def _too_slow(words: str) -> NoReturn:
    raise AwsError("InvalidParameterException", words)


def _text(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


class _Condition:
    """A condition in braces; ``&&`` binds more than ``||``."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        inner = pattern.removeprefix("{").removesuffix("}").strip()
        self._tokens = _TOKEN.findall(inner)
        if not pattern.endswith("}") or not self._tokens:
            raise self._invalid()
        self._whole = self._either()
        if self._tokens:
            raise self._invalid()

    def matches(self, message: str) -> bool:
        try:
            return self._whole(json.loads(message))
        except ValueError:
            return False

    def _invalid(self) -> AwsError:
        return AwsError("InvalidParameterException", f"Invalid filter pattern: {self._pattern}")

    def _either(self) -> Matches:
        parts = [self._both()]
        while self._taken("||"):
            parts.append(self._both())
        return lambda event: any(part(event) for part in parts)

    def _both(self) -> Matches:
        parts = [self._one()]
        while self._taken("&&"):
            parts.append(self._one())
        return lambda event: all(part(event) for part in parts)

    def _one(self) -> Matches:
        if self._taken("("):
            inner = self._either()
            if not self._taken(")"):
                raise self._invalid()
            return inner
        path, sign = _steps(self._next()), self._next().upper()
        compare = self._comparison(sign, self._next())
        return lambda event: compare(_at(event, path))

    def _comparison(self, sign: str, wanted: str) -> Matches:
        if sign == "IS" and wanted.upper() in _WORDS:
            known = _WORDS[wanted.upper()]
            return lambda value: value is known
        if (sign, wanted.upper()) == ("NOT", "EXISTS"):
            return lambda value: value is _NOWHERE
        if sign in ("=", "!="):
            same = _equals(wanted)
            return same if sign == "=" else lambda v: v is not _NOWHERE and not same(v)
        if sign not in _ORDERS or _number(wanted) is None:
            raise self._invalid()
        order, bound = _ORDERS[sign], _number(wanted)
        return lambda value: is_number(value) and order(value, bound)

    def _next(self) -> str:
        if not self._tokens:
            raise self._invalid()
        return str(self._tokens.pop(0))

    def _taken(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        self._tokens.pop(0)
        return True


def _equals(wanted: str) -> Matches:
    """Equal to a number, or to a text in which stars stand for anything; like an expression."""
    if wanted == "*":
        return lambda value: value is not _NOWHERE
    if wanted.startswith("%"):
        return _expression(wanted)
    number = _number(wanted)
    shape = with_stars(map(re.escape, _text(wanted).split("*")))

    def same(value: Any) -> bool:
        if is_number(value):
            return bool(value == number)
        return isinstance(value, str) and shape.fullmatch(value) is not None

    return same


def _steps(selector: str) -> list[str | int]:
    """``$.a.b[0]`` as names and places."""
    found = re.findall(r"\[\"?'?([^\]\"']+)\"?'?\]|\.([^.\[]+)", selector.removeprefix("$"))
    return [int(name) if name.isdigit() else name or plain for name, plain in found]


def _at(value: Any, path: list[str | int]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return _NOWHERE
    return value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
