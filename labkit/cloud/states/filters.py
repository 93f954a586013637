"""The filters of a JSONPath: ``[?(@.price < 10 && @.kind == 'book')]``.

Source: https://github.com/json-path/JsonPath#filter-operators
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from typing import Any, NoReturn

from labkit.cloud.engine.patience import patient
from labkit.cloud.json_text import same
from labkit.cloud.states.errors import runtime

Filter = Callable[[Any, Any], bool]
Operand = Callable[[Any, Any], Any]
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<path>[@$](?:\.\.?[\w\-*]+(?:\(\))?|\[(?:'[^']*'|"[^"]*"|[^\]'"]*)\])*)
    | (?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<regex>/(?:\\.|[^/\\])+/i?)
    | (?P<list>\[[^\]]*\])
    | (?P<word>true|false|null|in|nin|contains|empty|size)\b
    | (?P<mark>&&|\|\||==|!=|<=|>=|=~|[<>!()])
    )""",
    re.VERBOSE,
)
_NOTHING = object()


def read_filter(text: str) -> Filter:
    """A filter that tells whether a node stays, given it and the document.

    Raises:
        ValueError: it does not parse.
    """
    reader = _Reader(text)
    test = reader.either()
    if reader.tokens:
        raise ValueError(text)
    return test


class _Reader:
    """Reads alternatives of conjunctions of comparisons."""

    def __init__(self, text: str) -> None:
        self.tokens, at = [], 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                raise ValueError(text)
            self.tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
            at = found.end()

    def either(self) -> Filter:
        left = self.both()
        while self.take("||"):
            left = _either(left, self.both())
        return left

    def both(self) -> Filter:
        left = self.one()
        while self.take("&&"):
            left = _both(left, self.one())
        return left

    def one(self) -> Filter:
        if self.take("!"):
            inner = self.one()
            return lambda node, root: not inner(node, root)
        if self.take("("):
            inner = self.either()
            if not self.take(")"):
                raise ValueError("a bracket is missing")
            return inner
        left = self.operand()
        if self.tokens and self.tokens[0][1] in COMPARISONS:
            return _comparison(left, self.tokens.pop(0)[1], self.operand())
        return lambda node, root: left(node, root) is not _NOTHING

    def take(self, mark: str) -> bool:
        if self.tokens and self.tokens[0] == ("mark", mark):
            del self.tokens[0]
            return True
        return False

    def operand(self) -> Operand:
        if not self.tokens:
            raise ValueError("an operand is missing")
        kind, text = self.tokens.pop(0)
        if kind == "path":
            return _path(text)
        if kind not in CONSTANTS:
            raise ValueError(text)
        value = CONSTANTS[kind](text)
        return lambda node, root: value


def _path(text: str) -> Operand:
    from labkit.cloud.states.paths import NothingThere, read_path

    path = read_path("$" + text[1:])

    def find(node: Any, root: Any) -> Any:
        try:
            return path.find(node if text[0] == "@" else root)
        except NothingThere:
            return _NOTHING

    return find


def _text(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def _regex(text: str) -> re.Pattern[str]:
    body, _, flags = text[1:].rpartition("/")
    try:
        return patient(re.compile(body, re.IGNORECASE if flags == "i" else 0), _too_slow)
    except re.error as error:
        raise ValueError(text) from error


def _too_slow(message: str) -> NoReturn:
    raise runtime(message)


CONSTANTS: dict[str, Callable[[str], Any]] = {
    "text": _text,
    "number": json.loads,
    "word": json.loads,
    "list": lambda text: json.loads(text.replace("'", '"')),
    "regex": _regex,
}


def _either(left: Filter, right: Filter) -> Filter:
    return lambda node, root: left(node, root) or right(node, root)


def _both(left: Filter, right: Filter) -> Filter:
    return lambda node, root: left(node, root) and right(node, root)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(left: Any, right: Any) -> bool:
        try:
            return compare(left, right)
        except TypeError:
            return False

    return test


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": same,
    "!=": lambda left, right: not same(left, right),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "=~": lambda left, right: isinstance(left, str) and right.fullmatch(left) is not None,
    "in": lambda left, right: isinstance(right, list) and left in right,
    "nin": lambda left, right: isinstance(right, list) and left not in right,
    "contains": lambda left, right: isinstance(left, (list, str)) and right in left,
    "size": lambda left, right: isinstance(left, (list, str)) and len(left) == right,
    "empty": lambda left, right: isinstance(left, (list, str)) and (not left) is right,
}


def _comparison(left: Operand, sign: str, right: Operand) -> Filter:
    compare = COMPARISONS[sign]

    def test(node: Any, root: Any) -> bool:
        one, other = left(node, root), right(node, root)
        if one is _NOTHING or other is _NOTHING:
            return sign == "!=" and one is not other
        return bool(compare(one, other))

    return test
