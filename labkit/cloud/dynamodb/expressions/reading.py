"""DynamoDB's expressions, read: conditions, projections and updates as trees.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
and, for the grammar, https://github.com/architect/dynalite/blob/main/db/conditionParser.pegjs
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"[#:]\w+|\w+|<=|>=|<>|[^\s\w]", re.ASCII)
_NAME = re.compile(r"#\w+|[A-Za-z_]\w*", re.ASCII)
_VALUE = re.compile(r":\w+", re.ASCII)
_NUMBER = re.compile(r"[0-9]+")
_END = "<EOF>"
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_WORDS = ("AND", "OR", "NOT", "IN", "BETWEEN")
_SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")


class Unreadable(ValueError):
    """An expression that does not follow the grammar; its text says where."""


@dataclass(frozen=True)
class Node:
    """A part of an expression.

    Attributes:
        kind: ``path``, ``value``, ``call``, or an operator.
        parts: a path's names, as they are written, and places; a placeholder; a function's name
            and its arguments; what an operator stands between.
    """

    kind: str
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Condition:
    """What must hold.

    Attributes:
        top: the tree.
        is_redundant: whether something stands in two pairs of parentheses.
    """

    top: Node
    is_redundant: bool


def read_condition(text: str) -> Condition:
    """A condition, or a filter, or a condition on keys.

    >>> read_condition("a.#b[1] = :v AND NOT begins_with(c, :w)").top.parts[1].kind
    'NOT'

    Raises:
        Unreadable: it is none.
    """
    reader = _Reader(text, _WORDS)
    top = reader.any_of()
    if top.kind in ("path", "value"):
        raise reader.wrong()
    return Condition(reader.whole(top), reader.is_redundant)


def read_projection(text: str) -> list[Node]:
    """The paths of a projection.

    Raises:
        Unreadable: it is none.
    """
    reader = _Reader(text)
    found: list[Node] = reader.whole(reader.listed(reader.path))
    return found


def read_update(text: str) -> list[tuple[str, list[tuple[Node, Node | None]]]]:
    """The sections of an update, and for each of its changes the path and what comes of it.

    Raises:
        Unreadable: it is none.
    """
    reader = _Reader(text, _SECTIONS)
    sections: list[tuple[str, list[tuple[Node, Node | None]]]] = []
    while not sections or reader.token != _END:
        word = reader.token.upper()
        if word not in _SECTIONS:
            raise reader.wrong()
        reader.take()
        changes = {"SET": reader.assignment, "REMOVE": reader.removal}.get(word, reader.change)
        sections.append((word, reader.listed(changes)))
    return sections


class _Reader:
    """What is read of a text, token by token."""

    def __init__(self, text: str, words: tuple[str, ...] = ()) -> None:
        self._text, self._words = text, words
        self._places = [found.span() for found in _TOKEN.finditer(text)]
        self._at = 0
        self.is_redundant = False

    @property
    def token(self) -> str:
        """The next one."""
        return self._token(self._at)

    def _token(self, at: int) -> str:
        return self._text[slice(*self._places[at])] if at < len(self._places) else _END

    def take(self, *wanted: str) -> str:
        """The next token, which must be one of some where there are any."""
        token = self.token
        if token == _END or (wanted and token.upper() not in wanted):
            raise self.wrong()
        self._at += 1
        return token

    def wrong(self) -> Unreadable:
        """Why the next token cannot stand where it does."""
        near = self._places[max(0, self._at - 1) : self._at + 2] or [(0, 0)]
        text = self._text[near[0][0] : near[-1][1]]
        return Unreadable(f'Syntax error; token: "{self.token}", near: "{text}"')

    def whole(self, found: Any) -> Any:
        """What was found, if nothing comes after it."""
        if self.token != _END:
            raise self.wrong()
        return found

    def listed(self, each: Callable[[], Any]) -> list[Any]:
        """Several of a kind with commas between them."""
        found = [each()]
        while self.token == ",":
            self.take()
            found.append(each())
        return found

    def any_of(self) -> Node:
        """Conditions of which one must hold."""
        return self._joined("OR", self.all_of)

    def all_of(self) -> Node:
        """Conditions that must all hold."""
        return self._joined("AND", self._negated)

    def _joined(self, word: str, each: Callable[[], Node]) -> Node:
        found = [each()]
        while self.token.upper() == word:
            if found[-1].kind in ("path", "value"):
                raise self.wrong()
            self.take()
            found.append(each())
        return Node(word, tuple(found)) if found[1:] else found[0]

    def _negated(self) -> Node:
        if self.token.upper() == "NOT":
            self.take()
            return Node("NOT", (self._negated(),))
        return self._compared(self._in_parentheses() if self.token == "(" else self._operand())

    def _in_parentheses(self) -> Node:
        begins = self._at
        self.take("(")
        inner = self.any_of()
        self.take(")")
        doubled = self._token(begins + 1) == "(" and self._token(self._at - 2) == ")"
        self.is_redundant |= doubled and self._closes(begins + 1) == self._at - 2
        return inner

    def _closes(self, begins: int) -> int:
        """Where a parenthesis that begins somewhere ends."""
        depth = 0
        for at in range(begins, self._at):
            depth += {"(": 1, ")": -1}.get(self._token(at), 0)
            if not depth:
                return at
        return -1

    def _compared(self, left: Node) -> Node:
        """A comparison, if one begins with what was read."""
        word = self.token.upper()
        if word not in (*_COMPARISONS, "BETWEEN", "IN"):
            if left.kind in ("path", "value") and word != ")":
                raise self.wrong()
            return left
        self.take()
        if word == "BETWEEN":
            low = self._operand()
            self.take("AND")
            return Node(word, (left, low, self._operand()))
        if word == "IN":
            self.take("(")
            others = self.listed(self._operand)
            self.take(")")
            return Node(word, (left, *others))
        return Node(word, (left, self._operand()))

    def _operand(self) -> Node:
        if self.token == "(":
            return self._inside(self._operand)
        if _VALUE.fullmatch(self.token):
            return Node("value", (self.take(),))
        if self._token(self._at + 1) == "(" and _NAME.fullmatch(self.token):
            name = self._name()
            self.take("(")
            arguments = self.listed(self._operand)
            self.take(")")
            return Node("call", (name, *arguments))
        return self.path()

    def _inside(self, read: Callable[[], Node]) -> Node:
        self.take("(")
        inner = read()
        self.take(")")
        return inner

    def path(self) -> Node:
        """A path to an attribute or to what is in it."""
        parts: list[str | int] = [self._name()]
        while self.token in ("[", "."):
            if self.take() == ".":
                parts.append(self._name())
                continue
            if not _NUMBER.fullmatch(self.token):
                raise self.wrong()
            parts.append(int(self.take()))
            self.take("]")
        return Node("path", tuple(parts))

    def _name(self) -> str:
        if not _NAME.fullmatch(self.token) or self.token.upper() in self._words:
            raise self.wrong()
        return self.take()

    def assignment(self) -> tuple[Node, Node | None]:
        """What an attribute is set to."""
        path = self.path()
        self.take("=")
        return path, self._sum()

    def _sum(self) -> Node:
        left = self._inside(self._sum) if self.token == "(" else self._operand()
        if self.token not in ("+", "-"):
            return left
        return Node(self.take(), (left, self._operand()))

    def removal(self) -> tuple[Node, Node | None]:
        """What is removed."""
        return self.path(), None

    def change(self) -> tuple[Node, Node | None]:
        """What is added to an attribute, or taken from it."""
        path = self.path()
        if not _VALUE.fullmatch(self.token):
            raise self.wrong()
        return path, Node("value", (self.take(),))
