"""A PartiQL text cut into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<blank>\s+|--[^\n]*|/\*.*?\*/)"
    r"|(?P<text>'(?:[^']|'')*')"
    r'|(?P<quoted>"(?:[^"]|"")*")'
    r"|(?P<ion>`[^`]*`)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<word>[^\W\d][\w$]*|\$[\w$]*)"
    r"|(?P<sign><<|>>|<>|!=|<=|>=|\|\||[()\[\]{},.*+\-/%=<>?:;])",
    re.DOTALL,
)


class Unreadable(Exception):
    """A text that says nothing in PartiQL.

    Args:
        message: why.
        line, column: where, from 1 on.
        kind: of what kind the token is that is too much, ``end`` behind the last.
    """

    def __init__(self, message: str, line: int, column: int, kind: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.kind = message, line, column, kind


@dataclass(frozen=True)
class Token:
    """A token: its kind, its text without quotes, and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """A word or sign in capitals; nothing for a value or a name in quotes."""
        return self.text.upper() if self.kind in ("word", "sign") else ""


def cut(text: str) -> Iterator[Token]:
    """The tokens of a text, and one of the kind ``end``.

    Raises:
        Unreadable: a character begins no token.
    """
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            told = f"{text[place]!r} is not a character of SQL"
            raise Unreadable(told, *where(text, place), kind="character")
        if found.lastgroup != "blank":
            yield Token(str(found.lastgroup), _bare(str(found.lastgroup), found[0]), place)
        place = found.end()
    yield Token("end", "", place)


def where(text: str, place: int) -> tuple[int, int]:
    """The line and the column of a place in a text."""
    before = text[:place]
    return before.count("\n") + 1, place - before.rfind("\n")


def _bare(kind: str, text: str) -> str:
    marks = {"text": "'", "quoted": '"', "ion": "`"}
    if (mark := marks.get(kind)) is None:
        return text
    return text[1:-1].replace(mark * 2, mark)
