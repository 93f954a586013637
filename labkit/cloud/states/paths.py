"""JSONPath as Step Functions reads it, which is Jayway's dialect.

A definite path (``$.order.items[0]``) leads to one value, or fails. One with a wildcard, a slice, a
filter or ``..`` gives the list of all that it finds, which may be empty.

Source: https://github.com/json-path/JsonPath and
https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from labkit.cloud.states.filters import Filter, read_filter

Nodes = list[Any]
Step = Callable[[Nodes, Any], Nodes]
_TOKEN = re.compile(
    r"""
    \.\.(?P<deep>\*|[\w\-$@]+)?          # ..name, ..* and .. before a bracket
    | \.(?P<call>\w+)\(\)                # .length()
    | \.(?P<name>\*|[^\s.\[\]()'"*]+)    # .name and .*
    | (?:(?<!\.)\.)?\[\s*(?:             # [0] and .[0]
        (?P<wild>\*)
        | (?P<slice>-?\d*\s*:\s*-?\d*(?:\s*:\s*-?\d*)?)
        | (?P<index>-?\d+(?:\s*,\s*-?\d+)*)
        | (?P<keys>(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
            (?:\s*,\s*(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))*)
        | \?\s*\((?P<filter>.*?)\)(?=\s*\](?:$|[.\[]))
      )\s*\]
    """,
    re.VERBOSE,
)
_KEY = re.compile(r"""'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)\"""")


class BadPath(ValueError):
    """Not a JSONPath. Args: the text."""


class NothingThere(LookupError):
    """A definite path leads nowhere. Args: the path."""


@dataclass(frozen=True)
class Path:
    """A path that was read.

    Args:
        text: as it was written, from its ``$`` on.
        steps: what each part of it does.
        definite: it leads to one value.
        keys: its names and positions, where it has nothing else: a reference path.
    """

    text: str
    steps: tuple[Step, ...]
    definite: bool
    keys: tuple[str | int, ...] | None

    def find(self, root: Any) -> Any:
        """What the path leads to.

        Raises:
            NothingThere: it is definite and leads nowhere.
        """
        nodes = [root]
        for step in self.steps:
            nodes = step(nodes, root)
        if not self.definite:
            return nodes
        if not nodes:
            raise NothingThere(self.text)
        return nodes[0]


@functools.lru_cache(maxsize=4096)
def read_path(text: str) -> Path:
    """Read a path that begins with ``$``.

    >>> read_path("$.a[1]").find({"a": [5, 6]})
    6
    >>> read_path("$..b").find({"a": {"b": 1}, "b": 2})
    [2, 1]

    Raises:
        BadPath: it is none.
    """
    if not text.startswith("$"):
        raise BadPath(text)
    at, steps, keys = 1, [], []
    definite, reference = True, True
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or (found.lastgroup is None and found[0] != ".."):
            raise BadPath(text)
        step, single, key = _step(found, text)
        steps.append(step)
        definite &= single
        reference &= key is not None
        keys.append(key)
        at = found.end()
    return Path(text, tuple(steps), definite, tuple(keys) if reference else None)  # type: ignore[arg-type]


def write(path: Path, document: Any, value: Any) -> Any:
    """A document with a value put where a reference path leads; what is missing is made.

    Raises:
        NothingThere: the path goes through something that is no object.
    """
    return _put(document, path.keys or (), value, path.text)


def _put(document: Any, keys: tuple[str | int, ...], value: Any, text: str) -> Any:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(key, int):
        if not isinstance(document, list) or not -len(document) <= key < len(document):
            raise NothingThere(text)
        return [
            _put(each, rest, value, text) if n == key % len(document) else each
            for n, each in enumerate(document)
        ]
    if not isinstance(document, dict):
        raise NothingThere(text)
    return document | {key: _put(document.get(key, {}), rest, value, text)}


# Steps --------------------------------------------------------------------------------------------


def _step(found: re.Match[str], text: str) -> tuple[Step, bool, str | int | None]:
    """What a token does, whether it leads to one thing, and its key in a reference path."""
    kind, word = found.lastgroup, found[found.lastgroup] if found.lastgroup else ""
    if kind is None:
        return _everything, False, None
    if kind == "deep":
        return _deep(word), False, None
    if kind == "wild" or word == "*":
        return _children, False, None
    if kind == "call":
        return _function(word, text), True, None
    if kind == "name":
        return _named([word]), True, word
    if kind == "keys":
        names = [_unescaped(a or b) for a, b in _KEY.findall(word)]
        return _named(names), len(names) == 1, names[0] if len(names) == 1 else None
    if kind == "index":
        numbers = [int(each) for each in word.split(",")]
        return _indexed(numbers), len(numbers) == 1, numbers[0] if len(numbers) == 1 else None
    if kind == "slice":
        return _sliced(word), False, None
    return _filtered(word, text), False, None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _named(names: list[str]) -> Step:
    def step(nodes: Nodes, root: Any) -> Nodes:
        return [node[n] for node in nodes if isinstance(node, dict) for n in names if n in node]

    return step


def _indexed(numbers: list[int]) -> Step:
    def step(nodes: Nodes, root: Any) -> Nodes:
        lists = [node for node in nodes if isinstance(node, list)]
        return [node[n] for node in lists for n in numbers if -len(node) <= n < len(node)]

    return step


def _sliced(text: str) -> Step:
    parts = [int(each) if each.strip() else None for each in text.split(":")]

    def step(nodes: Nodes, root: Any) -> Nodes:
        return [each for node in nodes if isinstance(node, list) for each in node[slice(*parts)]]

    return step


def _children(nodes: Nodes, root: Any) -> Nodes:
    return [child for node in nodes for child in _inside(node)]


def _inside(node: Any) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def _everything(nodes: Nodes, root: Any) -> Nodes:
    return [each for node in nodes for each in _walk(node)]


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for child in _inside(node):
        yield from _walk(child)


def _deep(name: str) -> Step:
    def step(nodes: Nodes, root: Any) -> Nodes:
        all_nodes = _everything(nodes, root)
        return _children(all_nodes, root) if name == "*" else _named([name])(all_nodes, root)

    return step


def _filtered(text: str, path: str) -> Step:
    try:
        test: Filter = read_filter(text)
    except ValueError as error:
        raise BadPath(path) from error

    def step(nodes: Nodes, root: Any) -> Nodes:
        found: Nodes = []
        for node in nodes:
            found += [e for e in (node if isinstance(node, list) else [node]) if test(e, root)]
        return found

    return step


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "length": len,
    "size": len,
    "min": min,
    "max": max,
    "sum": sum,
    "avg": lambda numbers: sum(numbers) / len(numbers),
    "keys": list,
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
}


def _function(name: str, path: str) -> Step:
    if name not in FUNCTIONS:
        raise BadPath(path)

    def step(nodes: Nodes, root: Any) -> Nodes:
        values = nodes[0] if len(nodes) == 1 and isinstance(nodes[0], (list, dict, str)) else nodes
        try:
            return [FUNCTIONS[name](values)]
        except (TypeError, ValueError, IndexError, ZeroDivisionError):
            return []

    return step
