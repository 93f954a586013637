"""Conditions of CloudWatch Logs' filter patterns: ``$.code >= 400 && $.path != "/a*"``.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, NoReturn

from labkit.cloud.engine.patience import patient
from labkit.cloud.json_text import is_number
from labkit.cloud.operations import AwsError
from labkit.cloud.wildcards import with_stars

Matches = Callable[[Any], bool]
Steps = list[str | int]
_TOKEN = re.compile(
    r"""\s*(&&|\|\||[()]|!=|<=|>=|=|<|>|"(?:[^"\\]|\\.)*"|%[^%]*%|\$[^\s=!<>()&|]*|[^\s=!<>()&|]+)"""
)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS = {"TRUE": True, "FALSE": False, "NULL": None}
#: What a path leads to where there is nothing.
NOWHERE = object()


def invalid(pattern: str) -> AwsError:
    """The refusal of a pattern."""
    return AwsError("InvalidParameterException", f"Invalid filter pattern: {pattern}")


def expression(token: str) -> Matches:
    """``%an expression%``: a text in which it is found."""
    try:
        found = patient(re.compile(token.strip("%")), _too_slow)
    except re.error as error:
        words = f"Invalid regular expression in filter pattern: {token}"
        raise AwsError("InvalidParameterException", words) from error
    return lambda value: isinstance(value, str) and found.search(value) is not None


def _too_slow(words: str) -> NoReturn:
    raise AwsError("InvalidParameterException", words)


def plain(token: str) -> str:
    """A token without its quotation marks."""
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


class Condition:
    """A condition; ``&&`` binds more than ``||``.

    Args:
        text: the condition.
        pattern: what it is a part of.

    Raises:
        AwsError: ``InvalidParameterException``.
    """

    def __init__(self, text: str, pattern: str) -> None:
        self._pattern, self._tokens = pattern, _TOKEN.findall(text.strip())
        if not self._tokens:
            raise invalid(pattern)
        #: Whether it holds of a value.
        self.holds = self._either()
        if self._tokens:
            raise invalid(pattern)

    def path(self, selector: str) -> Steps:
        """Where a selector leads to."""
        return steps(selector)

    def size(self, value: Any) -> float | None:
        """A value as a number that is less or more."""
        return value if is_number(value) else None

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
                raise invalid(self._pattern)
            return inner
        path, sign = self.path(self._next()), self._next().upper()
        compare = self._comparison(sign, self._next())
        return lambda event: compare(at(event, path))

    def _comparison(self, sign: str, wanted: str) -> Matches:
        if sign == "IS" and wanted.upper() in _WORDS:
            known = _WORDS[wanted.upper()]
            return lambda value: value is known
        if (sign, wanted.upper()) == ("NOT", "EXISTS"):
            return lambda value: value is NOWHERE
        if sign in ("=", "!="):
            same = _equals(wanted)
            return same if sign == "=" else lambda v: v is not NOWHERE and not same(v)
        if sign not in _ORDERS or number_of(wanted) is None:
            raise invalid(self._pattern)
        order, bound = _ORDERS[sign], number_of(wanted)
        return lambda value: (size := self.size(value)) is not None and order(size, bound)

    def _next(self) -> str:
        if not self._tokens:
            raise invalid(self._pattern)
        return str(self._tokens.pop(0))

    def _taken(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        self._tokens.pop(0)
        return True


def _equals(wanted: str) -> Matches:
    """Equal to a number, or to a text in which stars stand for anything; like an expression."""
    if wanted == "*":
        return lambda value: value is not NOWHERE
    if wanted.startswith("%"):
        return expression(wanted)
    number = number_of(wanted)
    shape = with_stars(map(re.escape, plain(wanted).split("*")))

    def same(value: Any) -> bool:
        if is_number(value):
            return bool(value == number)
        return isinstance(value, str) and shape.fullmatch(value) is not None

    return same


def steps(selector: str) -> Steps:
    """``$.a.b[0]`` as names and places."""
    found = re.findall(r"\[\"?'?([^\]\"']+)\"?'?\]|\.([^.\[]+)", selector.removeprefix("$"))
    return [int(name) if name.isdigit() else name or plain for name, plain in found]


def at(value: Any, path: Steps) -> Any:
    """What a path leads to."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return NOWHERE
    return value


def number_of(text: str) -> float | None:
    """A text as a number, if it is one."""
    try:
        return float(text)
    except ValueError:
        return None
