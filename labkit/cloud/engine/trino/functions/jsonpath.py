"""SQL/JSON paths: ``lax $.items[*].sku``, what JSON_VALUE and its kin read.

A path gives a sequence of items. ``lax`` opens arrays where a member is asked, takes a single value
for an array of one, and passes over what is not there; ``strict`` fails. Filters, methods and
arithmetic are not read. Source: https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from labkit.cloud.engine.trino.functions.documents import dump, parse_document
from labkit.cloud.engine.trino.functions.entry import Udf

Step = Callable[[Any, bool], Iterable[Any]]


class PathFailed(LookupError):
    """A strict path asks for what is not there."""


class PathRefused(ValueError):
    """A path that is not read here. ``args[0]`` is its text."""


@dataclass(frozen=True)
class Path:
    """A mode and the steps from ``$`` on."""

    strict: bool
    steps: tuple[Step, ...]

    def items(self, value: Any) -> list[Any]:
        """The items that the path finds in a document."""
        found = [value]
        for step in self.steps:
            found = [item for one in found for item in step(one, self.strict)]
        return found


_START = re.compile(r"\s*(?:(lax|strict)\s+)?\$")
_BOUND = r"(?:\d+|last(?:\s*-\s*\d+)?)"
_RANGE = rf"{_BOUND}(?:\s+to\s+{_BOUND})?"
_STEP = re.compile(
    rf"""\s*(?:\.\s*(?P<every>\*)
    | \.\s*(?P<name>[A-Za-z_]\w*)(?!\w|\s*\()
    | \.\s*"(?P<quoted>(?:[^"]|"")*)"
    | \[\s*(?P<all>\*)\s*\]
    | \[\s*(?P<places>{_RANGE}(?:\s*,\s*{_RANGE})*)\s*\])""",
    re.X,
)


@lru_cache(maxsize=256)
def parse_path(text: str) -> Path:
    """Read a path.

    >>> parse_path("lax $.a[last].b").items({"a": [{"b": 1}, {"b": 2}]})
    [2]

    Raises:
        PathRefused: it is not one of steps.
    """
    start = _START.match(text)
    if not start:
        raise PathRefused(text)
    at, steps = start.end(), []
    while text[at:].strip():
        found = _STEP.match(text, at)
        if not found:
            raise PathRefused(text)
        steps.append(_step(found))
        at = found.end()
    return Path(start[1] == "strict", tuple(steps))


def _step(found: re.Match[str]) -> Step:
    if found["every"]:
        return partial(_members, None)
    if found["all"]:
        return _elements
    if found["places"]:
        return partial(_places, tuple(re.split(r"\s*,\s*", found["places"])))
    name = found["name"] or found["quoted"].replace('""', '"')
    return partial(_members, name)


def _members(name: str | None, value: Any, strict: bool) -> Iterable[Any]:
    if isinstance(value, list) and not strict:
        return [item for one in value if isinstance(one, dict) for item in _member(name, one)]
    if not isinstance(value, dict) or (name is not None and name not in value):
        return _nothing(strict)
    return _member(name, value)


def _member(name: str | None, value: dict[str, Any]) -> list[Any]:
    if name is None:
        return list(value.values())
    return [value[name]] if name in value else []


def _elements(value: Any, strict: bool) -> Iterable[Any]:
    if isinstance(value, list):
        return value
    return _nothing(True) if strict else [value]


def _places(ranges: tuple[str, ...], value: Any, strict: bool) -> Iterable[Any]:
    items = list(_elements(value, strict))
    found: list[Any] = []
    for each in ranges:
        low, _, high = re.sub(r"\s+to\s+", ":", each).partition(":")
        first, last = _place(low, items), _place(high or low, items)
        if strict and not 0 <= first <= last < len(items):
            raise PathFailed
        found += items[max(first, 0) : last + 1] if last >= 0 else []
    return found


def _place(text: str, items: list[Any]) -> int:
    if not text.startswith("last"):
        return int(text)
    return len(items) - 1 - int(text[4:].replace("-", "").strip() or 0)


def _nothing(strict: bool) -> list[Any]:
    if strict:
        raise PathFailed
    return []


def _found(text: str, path: str) -> list[str] | None:
    """The items as JSON, None where the document or a strict path fails."""
    try:
        return [dump(item) for item in parse_path(path).items(parse_document(text))]
    except (PathFailed, ValueError, RecursionError):
        return None


UDFS = (Udf("trino_json_path", _found, ("VARCHAR", "VARCHAR"), "VARCHAR[]"),)
