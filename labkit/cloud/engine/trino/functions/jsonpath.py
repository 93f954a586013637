"""SQL/JSON paths: ``lax $.items[*].sku ? (@ starts with "A")``, what JSON_VALUE and its kin read.

A path gives a sequence of items. ``lax`` opens arrays where a member is asked, takes a single value
for an array of one, and passes over what is not there; ``strict`` fails.
Source: https://trino.io/docs/current/functions/json.html#json-path-language

This reads the text into the steps and conditions beside it, each a function of where it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from labkit.cloud.engine.trino.functions import jsonpath_conditions as conditions
from labkit.cloud.engine.trino.functions import jsonpath_steps as steps
from labkit.cloud.engine.trino.functions.jsonpath_conditions import Condition
from labkit.cloud.engine.trino.functions.jsonpath_steps import Items, Place


class PathRefused(ValueError):
    """A path that is not read here. ``args[0]`` is its text."""


_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Path:
    """A mode and what gives the items."""

    strict: bool
    find: Items
    names: frozenset[str] = frozenset()

    def items(self, value: Any, variables: Mapping[str, list[Any]] = _NONE) -> list[Any]:
        """The items that the path finds in a document; a variable gives one item or none."""
        return self.find(Place(value, value, self.strict, variables))


@lru_cache(maxsize=256)
def parse_path(text: str) -> Path:
    """Read a path.

    >>> parse_path("lax $.a[last].b").items({"a": [{"b": 1}, {"b": 2}]})
    [2]
    >>> parse_path("lax $.a ? (@ > 1)").items({"a": [1, 2, 3]})
    [2, 3]

    Raises:
        PathRefused: it is none of Trino's.
    """
    mode = re.match(r"\s*(lax|strict)\b", text)
    if not mode:
        raise PathRefused(text)
    words = _words(text, mode.end())
    names = frozenset(word[1:] for word in words if word[0] == "$" and word != "$")
    reader = _Grammar(text, words)
    found = reader.sums()
    if reader.words:
        raise PathRefused(text)
    return Path(mode[1] == "strict", found, names)


_WORD = re.compile(
    r"""\s*(?P<word>"(?:[^"\\]|\\.|"")*" | \d+(?:\.\d*)?(?:[eE][+-]?\d+)? | [A-Za-z_]\w*
    | \$[A-Za-z_]\w* | \.\. | == | <> | != | <= | >= | && | \|\| | [$@.*\[\](),?<>!+/%-] )""",
    re.X,
)


def _words(text: str, at: int) -> list[str]:
    found = []
    while text[at:].strip():
        word = _WORD.match(text, at)
        if not word:
            raise PathRefused(text)
        found.append(word["word"])
        at = word.end()
    return found


class _Grammar:
    """Reads by Trino's grammar of paths, a method a rule."""

    def __init__(self, text: str, words: list[str]) -> None:
        self.text, self.words = text, words

    def take(self, *wanted: str) -> str:
        """The next word when it is one of these, else the empty text."""
        return self.words.pop(0) if self.words and self.words[0] in wanted else ""

    def need(self, *wanted: str) -> None:
        if not all(map(self.take, wanted)):
            raise PathRefused(self.text)

    def next(self) -> str:
        if not self.words:
            raise PathRefused(self.text)
        return self.words.pop(0)

    # Values

    def sums(self) -> Items:
        return self._chain(("+", "-"), self._products)

    def _products(self) -> Items:
        return self._chain(("*", "/", "%"), self._signed)

    def _chain(self, operators: tuple[str, ...], read: Callable[[], Items]) -> Items:
        found = read()
        while op := self.take(*operators):
            found = partial(steps.arithmetic, op, found, read())
        return found

    def _signed(self) -> Items:
        sign = self.take("+", "-")
        if sign:
            return partial(steps.signed, sign, self._signed())
        return self._accessors()

    def _accessors(self) -> Items:
        found = self._primary()
        while word := self.take(".", "..", "[", "?"):
            found = partial(steps.each, _ACCESSORS[word](self), found)
        return found

    def _primary(self) -> Items:
        word = self.next()
        if word in _PLACES:
            return _PLACES[word]
        if word[0] == "$":
            return partial(steps.variable, word[1:])
        if word[0].isdigit() or word[0] == '"' or word in ("true", "false", "null"):
            return partial(steps.constant, json.loads(word, parse_float=_constant))
        if word != "(":
            raise PathRefused(self.text)
        found = self.sums()
        self.need(")")
        return found

    # Accessors

    def member(self) -> Items:
        """``.name``, ``."name"``, ``.*`` or a method."""
        word = self.next()
        if self.words[:1] == ["("] and word in steps.METHODS:
            self.need("(", ")")
            return steps.METHODS[word]
        return partial(steps.members, self._name(word))

    def descendants(self) -> Items:
        return partial(steps.descendants, self._name(self.next()))

    def _name(self, word: str) -> str | None:
        if word == "*":
            return None
        if word[0] == '"':
            return word[1:-1].replace('""', '"')
        if not re.match(r"[A-Za-z_]", word) or self.words[:1] == ["("]:
            raise PathRefused(self.text)
        return word

    def subscripts(self) -> Items:
        if self.take("*"):
            self.need("]")
            return steps.elements
        ranges = [self._range()]
        while not self.take("]"):
            self.need(",")
            ranges.append(self._range())
        return partial(steps.places, tuple(ranges))

    def _range(self) -> tuple[Items, Items]:
        low = self.sums()
        return low, self.sums() if self.take("to") else low

    def filter(self) -> Items:
        self.need("(")
        found = partial(conditions.filtered, self._either())
        self.need(")")
        return found

    # Conditions

    def _either(self) -> Condition:
        found = self._both()
        while self.take("||"):
            found = partial(conditions.either, found, self._both())
        return found

    def _both(self) -> Condition:
        found = self._not()
        while self.take("&&"):
            found = partial(conditions.both, found, self._not())
        return found

    def _not(self) -> Condition:
        return partial(conditions.negated, self._not()) if self.take("!") else self._condition()

    def _condition(self) -> Condition:
        if self.words[:2] == ["exists", "("]:
            self.need("exists")
            return partial(conditions.exists, self._primary())
        inner = self._bracketed() if self.words[:1] == ["("] else None
        return inner or self._comparison()

    def _bracketed(self) -> Condition | None:
        """A condition in brackets; None, with nothing read, where a value stands in them."""
        words = list(self.words)
        self.need("(")
        try:
            found = self._either()
            self.need(")")
        except PathRefused:
            self.words = words
            return None
        is_unknown = self.take("is") and self.take("unknown")
        return partial(conditions.unknown, found) if is_unknown else found

    def _comparison(self) -> Condition:
        left = self.sums()
        if self.take("starts"):
            self.need("with")
            return partial(conditions.starts_with, left, self.sums())
        op = self.next()
        if op not in conditions.COMPARED:
            raise PathRefused(self.text)
        return partial(conditions.compared, op, left, self.sums())


_ACCESSORS: dict[str, Callable[[_Grammar], Items]] = {
    ".": _Grammar.member,
    "..": _Grammar.descendants,
    "[": _Grammar.subscripts,
    "?": _Grammar.filter,
}
_PLACES: dict[str, Items] = {"$": steps.root, "@": steps.current, "last": steps.last}


def _constant(text: str) -> float | Decimal:
    """A path's own number: a decimal, unless it has an exponent."""
    return float(text) if "e" in text.lower() else Decimal(text)
