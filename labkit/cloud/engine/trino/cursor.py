"""A place in a statement's words, moved forward by the parser; its errors are Trino's.

Source of the wording: https://github.com/trinodb/trino/blob/master/core/trino-parser/src/main/java/io/trino/sql/parser/ErrorHandler.java
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from labkit.cloud.engine.trino.errors import QueryFailed, failed_at
from labkit.cloud.engine.trino.lexer import RESERVED, Token, tokenize

T = TypeVar("T")


class Cursor:
    """The words of one statement and how far they are read.

    Args:
        text: the statement.
        start: offset of the first character to read; places stay those of the whole text.
    """

    def __init__(self, text: str, start: int = 0) -> None:
        self.text = text
        self.tokens = tokenize(text, start)
        self.at = 0
        self.parameters = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def end(self) -> int:
        """The offset after the word read last."""
        return self.tokens[self.at - 1].end if self.at else self.token.start

    @property
    def written(self) -> str:
        """The word read last in the case that the text writes."""
        token = self.tokens[self.at - 1]
        return self.text[token.start : token.end] if token.kind == "word" else token.text

    def peek(self, *words: str, ahead: int = 0) -> bool:
        """Whether these words or marks come next, in this order."""
        following = self.tokens[self.at + ahead : self.at + ahead + len(words)]
        return len(following) == len(words) and all(map(_is, following, words))

    def peek_any(self, *words: str) -> bool:
        return any(_is(self.token, word) for word in words)

    def accept(self, *words: str) -> bool:
        """Read these words when they come next."""
        found = self.peek(*words)
        if found:
            self.at += len(words)
        return found

    def accept_any(self, *words: str) -> str:
        """Read one of these words; empty when none comes next."""
        for word in words:
            if self.accept(word):
                return word
        return ""

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.accept(word):
                raise self.mismatch(f"'{word}'")

    def expect_any(self, *words: str) -> str:
        found = self.accept_any(*words)
        if not found:
            raise self.mismatch(*(f"'{word}'" for word in words))
        return found

    def take(self, kind: str, called: str) -> str:
        """Read a word of a kind."""
        token = self.token
        if token.kind != kind:
            raise self.mismatch(called)
        self.at += 1
        return token.text

    def is_name(self, ahead: int = 0) -> bool:
        """Whether a name comes next: quoted, or a word that Trino does not reserve."""
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.kind == "quoted" or (token.kind == "word" and token.text not in RESERVED)

    def name(self) -> str:
        """Read a name; names are without case, quoted ones too."""
        if not self.is_name():
            raise self.mismatch("<identifier>")
        token = self.token
        if token.kind == "quoted" and not token.text:
            raise self.failure("Zero-length delimited identifier not allowed")
        self.at += 1
        return token.text.lower()

    def names(self) -> tuple[str, ...]:
        """Read names in brackets."""
        self.expect("(")
        found = self.many(self.name)
        self.expect(")")
        return found

    def qualified(self) -> tuple[str, ...]:
        """Read a name of several parts."""
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.name())
        return tuple(parts)

    def many(self, read: Callable[[], T]) -> tuple[T, ...]:
        """Read one or more with commas between."""
        found = [read()]
        while self.accept(","):
            found.append(read())
        return tuple(found)

    def attempt(self, read: Callable[[], T]) -> T | QueryFailed:
        """Read, or come back to the same place with the failure."""
        at, parameters = self.at, self.parameters
        try:
            return read()
        except QueryFailed as failure:
            self.at, self.parameters = at, parameters
            return failure

    def mismatch(self, *expected: str) -> QueryFailed:
        """The failure for a word that cannot stand here."""
        word = self.text[self.token.start : self.token.end] or "<EOF>"
        wanted = f" Expecting: {', '.join(expected)}" if expected else ""
        return self.failure(f"mismatched input '{word}'.{wanted}")

    def failure(self, message: str) -> QueryFailed:
        return failed_at(self.text, self.token.start, "SYNTAX_ERROR", message)


def _is(token: Token, word: str) -> bool:
    return token.kind in ("word", "mark", "end") and token.text == word
