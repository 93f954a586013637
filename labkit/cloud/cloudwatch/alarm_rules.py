"""The rules of composite alarms: ``ALARM(a) AND NOT (OK("b c") OR FALSE)``.

A name with a space, a bracket or a quote stands in quotes; an ARN stands for its alarm. AND goes
before OR. AT_LEAST is refused.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from labkit.cloud.operations import AwsError, not_here

STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[(),]|[^\s()",]+)\s*')
Holds = Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True)
class AlarmRule:
    """A rule, read.

    Args:
        names: of the alarms that it is about.
        holds: whether it is fulfilled by their states.
    """

    names: frozenset[str]
    holds: Holds


@functools.lru_cache(maxsize=256)
def read(text: str) -> AlarmRule:
    """Read a rule.

    >>> rule = read('ALARM(a) AND NOT OK("b c")')
    >>> sorted(rule.names), rule.holds({"a": "ALARM", "b c": "ALARM"})
    (['a', 'b c'], True)

    Raises:
        AwsError: ``ValidationError``.
    """
    words = _TOKEN.findall(text)
    if len("".join(words)) < len(re.sub(r"\s", "", text)):
        raise _unread(text)
    reader = _Reader(text, words)
    try:
        holds = reader.either()
    except RecursionError as error:
        raise _unread(text) from error
    if reader.words:
        raise _unread(text)
    return AlarmRule(frozenset(reader.names), holds)


class _Reader:
    def __init__(self, text: str, words: list[str]) -> None:
        self.text, self.words, self.names = text, words[::-1], list[str]()

    def either(self) -> Holds:
        first = self._both()
        if not self._accept("OR"):
            return first
        second = self.either()
        return lambda states: first(states) or second(states)

    def _both(self) -> Holds:
        first = self._one()
        if not self._accept("AND"):
            return first
        second = self._both()
        return lambda states: first(states) and second(states)

    def _one(self) -> Holds:
        word = self._next()
        if word == "NOT":
            inner = self._one()
            return lambda states: not inner(states)
        if word == "(":
            inner = self.either()
            self._expect(")")
            return inner
        if word in ("TRUE", "FALSE"):
            return lambda _: word == "TRUE"
        if word == "AT_LEAST":
            raise not_here("cloudwatch", "PutCompositeAlarm", "AT_LEAST")
        if word not in STATES:
            raise _unread(self.text)
        self._expect("(")
        name = self._name(self._next())
        self._expect(")")
        self.names.append(name)
        return lambda states: states.get(name) == word

    def _name(self, word: str) -> str:
        if word in ("(", ")", ","):
            raise _unread(self.text)
        named = re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word
        return named.partition(":alarm:")[2] if named.startswith("arn:") else named

    def _next(self) -> str:
        if not self.words:
            raise _unread(self.text)
        return self.words.pop()

    def _accept(self, word: str) -> bool:
        return bool(self.words and self.words[-1] == word and self.words.pop())

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise _unread(self.text)


def _unread(text: str) -> AwsError:
    return AwsError("ValidationError", f"AlarmRule cannot be read: {text[:200]}")
