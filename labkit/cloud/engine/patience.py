"""Regular expressions that might never end, tried out where they can be stopped.

Python's ``re`` tries all ways to match, twice as many with each letter for a pattern such as
``(a+)+$``, and no other thread of the process runs meanwhile. So a pattern that has many ways to
divide a text (`pattern_ways`) looks at it in a process of its own first.
"""

from __future__ import annotations

import atexit
import json
import re
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, cast

from labkit.cloud.engine.pattern_ways import Ways, from_anywhere, from_one_place

LIMIT_S = 10.0
#: Two to the power of this many steps are taken unasked: seconds.
MOST_BITS = 28
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


def patient(
    pattern: re.Pattern[str],
    fail: Callable[[str], NoReturn],
    *,
    judged: re.Pattern[str] | None = None,
) -> re.Pattern[str]:
    """A pattern that ends: itself, or one that calls `fail` when it takes too long.

    Args:
        judged: a simpler pattern that has as many ways.
    """
    ways = from_one_place(judged or pattern)
    if ways == Ways():
        return pattern
    return cast("re.Pattern[str]", _Patient(pattern, ways, from_anywhere(judged or pattern), fail))


class _Patient:
    """As much of a pattern as functions use."""

    def __init__(
        self,
        pattern: re.Pattern[str],
        from_one_place: Ways,
        from_anywhere: Ways,
        fail: Callable[[str], NoReturn],
    ) -> None:
        self._pattern, self._fail = pattern, fail
        self._there = from_one_place, from_one_place.longest(MOST_BITS)
        self._anywhere = from_anywhere, from_anywhere.longest(MOST_BITS)
        self.groups, self.groupindex = pattern.groups, pattern.groupindex
        self.pattern, self.flags = pattern.pattern, pattern.flags

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        self._try("search", text, start)
        return self._pattern.search(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        self._try("fullmatch", text)
        return self._pattern.fullmatch(text)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        self._try("match", text, start)
        return self._pattern.match(text, start)

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        self._try("finditer", text, start)
        return self._pattern.finditer(text, start)

    def sub(self, replacement: Any, text: str, count: int = 0) -> str:
        self._try("finditer", text)
        return self._pattern.sub(replacement, text, count)

    def split(self, text: str, maxsplit: int = 0) -> list[str | Any]:
        self._try("finditer", text)
        return self._pattern.split(text, maxsplit)

    def _try(self, how: str, text: str, start: int = 0) -> None:
        ways, longest = self._there if how in ("match", "fullmatch") else self._anywhere
        if len(text) <= longest or ways.bits_of(text) <= MOST_BITS:
            return
        asked = (self.pattern, self.flags, how, text, start)
        if not _ends(json.dumps(asked).encode() + b"\n"):
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
