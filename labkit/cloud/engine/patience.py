"""Regular expressions that might never end, tried out where they can be stopped.

Python's ``re`` tries all ways to match, twice as many with each letter for a pattern such as
``(a+)+$``, and no other thread of the process runs meanwhile. So a pattern that repeats what is of
no fixed length looks at a long text in a process of its own first. See
https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS.
"""

from __future__ import annotations

import atexit
import json
import re
import re._constants as words  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, cast

LIMIT_S = 10.0
SHORT = 20  # letters, in which no time can be lost
_TRY = """
import json, re, sys
for line in sys.stdin:
    pattern, flags, how, text, start = json.loads(line)
    found = getattr(re.compile(pattern, flags), how)(text, start)
    for _ in found if how == "finditer" else (): pass
    print(flush=True)
"""
_lock = threading.Lock()
_running: list[subprocess.Popen[bytes]] = []


def patient(pattern: re.Pattern[str], fail: Callable[[str], NoReturn]) -> re.Pattern[str]:
    """A pattern that ends: itself, or one that calls `fail` when it takes too long."""
    if not is_risky(pattern):
        return pattern
    return cast("re.Pattern[str]", _Patient(pattern, fail))


def is_risky(pattern: re.Pattern[str]) -> bool:
    """Whether something of no fixed length or form is repeated without a bound."""
    return _repeats_freely(parser.parse(pattern.pattern, pattern.flags))


class _Patient:
    """As much of a pattern as functions use."""

    def __init__(self, pattern: re.Pattern[str], fail: Callable[[str], NoReturn]) -> None:
        self._pattern, self._fail = pattern, fail
        self.groups, self.groupindex = pattern.groups, pattern.groupindex
        self.pattern, self.flags = pattern.pattern, pattern.flags

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        self._try("search", text, start)
        return self._pattern.search(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        self._try("fullmatch", text)
        return self._pattern.fullmatch(text)

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        self._try("finditer", text, start)
        return self._pattern.finditer(text, start)

    def sub(self, replacement: Any, text: str, count: int = 0) -> str:
        self._try("finditer", text)
        return self._pattern.sub(replacement, text, count)

    def split(self, text: str, most: int = 0) -> list[str | Any]:
        self._try("finditer", text)
        return self._pattern.split(text, most)

    def _try(self, how: str, text: str, start: int = 0) -> None:
        asked = (self.pattern, self.flags, how, text, start)
        if len(text) > SHORT and not _ends(json.dumps(asked).encode() + b"\n"):
            self._fail(f"The regular expression {self.pattern} takes too long on a text")


def _ends(asked: bytes) -> bool:
    with _lock:
        tried = _process()
        assert tried.stdin
        assert tried.stdout
        tried.stdin.write(asked)
        tried.stdin.flush()
        with selectors.DefaultSelector() as ready:
            ready.register(tried.stdout, selectors.EVENT_READ)
            if ready.select(LIMIT_S) and tried.stdout.readline():
                return True
        _end()
        return False


def _process() -> subprocess.Popen[bytes]:
    if _running and _running[0].poll() is not None:
        _end()
    if not _running:
        command = [sys.executable, "-I", "-S", "-c", _TRY]
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        _running.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing))
    return _running[0]


@atexit.register
def _end() -> None:
    while _running:
        tried = _running.pop()
        tried.kill()
        tried.communicate()


def _repeats_freely(tree: Any) -> bool:
    """Whether a repeat without a bound is in here that has another choice within."""
    for kind, value in tree:
        endless = kind in _REPEATS and value[1] == words.MAXREPEAT
        if endless and _has_choice(value[2]) and not _is_parted(value[2]):
            return True
        if any(map(_repeats_freely, _parts(value))):
            return True
    return False


def _has_choice(tree: Any) -> bool:
    return any(
        kind is words.BRANCH
        or (kind in _REPEATS and value[0] != value[1])
        or any(map(_has_choice, _parts(value)))
        for kind, value in tree
    )


def _is_parted(tree: Any) -> bool:
    """Whether each round begins or ends with a sign that nothing else in it takes: ``(\\w+,)+``.

    Then a text tells where the rounds are, and there is one way to divide it.
    """
    while len(tree) == 1 and tree[0][0] is words.SUBPATTERN:
        tree = tree[0][1][-1]
    first, *later = tree
    *earlier, last = tree
    return _is_apart(first, later) or _is_apart(last, earlier)


def _is_apart(part: Any, others: Any) -> bool:
    kind, sign = part
    plain = kind is words.LITERAL and sign < 128 and not chr(sign).isalnum()
    return plain and not any(_takes(each, chr(sign)) for each in others)


def _takes(part: Any, sign: str) -> bool:
    """Whether a part of a pattern may take this sign; so may all that is not known here."""
    kind, value = part
    if kind in (words.LITERAL, words.NOT_LITERAL):
        return (value == ord(sign)) is (kind is words.LITERAL)
    if kind is words.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    if kind is words.CATEGORY:
        return value not in _CLASSES or re.match(_CLASSES[value], sign) is not None
    if kind is words.IN:
        members = [each for each in value if each[0] is not words.NEGATE]
        return any(_takes(each, sign) for each in members) is (len(members) == len(value))
    if kind in _REPEATS or kind is words.SUBPATTERN:
        return any(_takes(each, sign) for each in value[-1])
    return kind is not words.AT


def _parts(value: Any) -> Iterator[Any]:
    """The patterns within a part of one."""
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _parts(each)


_CLASSES = {
    words.CATEGORY_DIGIT: r"\d", words.CATEGORY_NOT_DIGIT: r"\D", words.CATEGORY_WORD: r"\w",
    words.CATEGORY_NOT_WORD: r"\W", words.CATEGORY_SPACE: r"\s", words.CATEGORY_NOT_SPACE: r"\S",
}  # fmt: skip
_REPEATS = (words.MAX_REPEAT, words.MIN_REPEAT)
