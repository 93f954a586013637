"""Expressions of PartiQL, read from tokens.

A service's own statements are read by the same `Reader`: it asks for words, names, paths and
expressions, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection as Names
from decimal import Decimal
from typing import Any

from labkit.cloud.partiql.tokens import Token, Unreadable, cut, where
from labkit.cloud.partiql.tree import (
    ALL,
    MISSING,
    Call,
    Case,
    Cast,
    Collection,
    Ion,
    Literal,
    Name,
    Operation,
    Parameter,
    Path,
)

# Words that end an expression, so that none of them is taken for a name.
_KEYWORDS = frozenset(
    "AND AS ASC BETWEEN BY CASE CAST DELETE DESC ELSE END ESCAPE FROM IN INSERT INTO IS LIKE LIMIT "
    "NOT OR ORDER REMOVE RETURNING SELECT SET THEN UPDATE VALUE WHEN WHERE".split()
)
_CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None, "MISSING": MISSING}
_COMPARED = {"=", "<>", "!=", "<", "<=", ">", ">="}
# Operators between comparisons and signs, the loosest first.
_JOINED = (("||",), ("+", "-"), ("*", "/", "%"))
_DEEPEST = 40


class Reader:
    """Reads a text from its first token to its last.

    Args:
        text: the text.
        types: what a value may be asked to be by ``IS``.

    Raises:
        Unreadable: by each of its methods, where the text says something else.
    """

    def __init__(self, text: str, types: Names[str] = ("NULL", "MISSING")) -> None:
        self._text, self._tokens, self._at, self._types = text, list(cut(text)), 0, types
        self._parameters = self._depth = 0

    @property
    def next(self) -> Token:
        """The token that comes now."""
        return self._tokens[self._at]

    @property
    def parameters(self) -> int:
        """How many question marks were read."""
        return self._parameters

    def refusal(self, message: str) -> Unreadable:
        """What is wrong with the token that comes now."""
        return Unreadable(message, *where(self._text, self.next.start), kind=self.next.kind)

    def take(self) -> Token:
        """The token that comes now; the one behind it is next."""
        token = self.next
        self._at += 1
        return token

    def accept(self, *words: str) -> bool:
        """Whether these words or signs come now, one after the other; then they are passed."""
        coming = self._tokens[self._at : self._at + len(words)]
        if [each.word for each in coming] != list(words):
            return False
        self._at += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Pass these words or signs."""
        for word in words:
            if not self.accept(word):
                raise self.refusal(f"expected {word}")

    def end(self) -> None:
        """Nothing may come any more, but a semicolon."""
        self.accept(";")
        if self.next.kind != "end":
            raise self.refusal("unexpected token")

    def name(self) -> Name:
        """A name."""
        if self.next.kind == "quoted":
            return Name(self.take().text, is_quoted=True)
        if self.next.kind != "word" or self.next.word in _KEYWORDS:
            raise self.refusal("expected a name")
        return Name(self.take().text)

    def path(self) -> Path:
        """A name and the steps behind it."""
        root = self.name()
        steps: list[Any] = []
        while True:
            if self.accept("."):
                steps.append(ALL if self.accept("*") else self._step())
            elif self.accept("["):
                steps.append(self._place())
                self.expect("]")
            else:
                return Path(root, tuple(steps))

    def listed(self, read: Callable[[], Any], end: str | None = None) -> tuple[Any, ...]:
        """What stands between commas, up to a sign that is passed; with one, also nothing."""
        if end is not None and self.accept(end):
            return ()
        found = [read()]
        while self.accept(","):
            found.append(read())
        if end is not None:
            self.expect(end)
        return tuple(found)

    def expression(self) -> Any:
        """An expression, as long as it goes on."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.refusal("the expression is nested too deep")
        try:
            return self._either("OR", lambda: self._either("AND", self._negated))
        finally:
            self._depth -= 1

    def _either(self, word: str, read: Callable[[], Any]) -> Any:
        found = [read()]
        while self.accept(word):
            found.append(read())
        return found[0] if len(found) == 1 else Operation(word, tuple(found))

    def _negated(self) -> Any:
        turns = 0
        while self.accept("NOT"):
            turns += 1
        found = self._compared()
        return Operation("NOT", (found,)) if turns % 2 else found

    def _compared(self) -> Any:
        found = self._joined(0)
        while True:
            if self.next.word in _COMPARED and self.next.kind == "sign":
                operator = self.take().text.replace("!=", "<>")
                found = Operation(operator, (found, self._joined(0)))
            elif self.accept("IS"):
                found = self._is(found)
            elif self._tokens[self._at + (self.next.word == "NOT")].word in (
                *("BETWEEN", "IN", "LIKE"),
            ):
                negated = self.accept("NOT")
                found = self._judged(self.take().word, found)
                found = Operation("NOT", (found,)) if negated else found
            else:
                return found

    def _is(self, operand: Any) -> Any:
        negated = self.accept("NOT")
        if self.next.word not in self._types:
            raise self.refusal("expected type name")
        found = Operation(f"IS {self.take().word}", (operand,))
        return Operation("NOT", (found,)) if negated else found

    def _judged(self, word: str, operand: Any) -> Any:
        if word == "BETWEEN":
            low = self._joined(0)
            self.expect("AND")
            return Operation("BETWEEN", (operand, low, self._joined(0)))
        if word == "LIKE":
            pattern = self._joined(0)
            escape = (self._joined(0),) if self.accept("ESCAPE") else ()
            return Operation("LIKE", (operand, pattern, *escape))
        return Operation("IN", (operand, self._joined(0)))

    def _joined(self, level: int) -> Any:
        if level == len(_JOINED):
            return self._signed()
        found = self._joined(level + 1)
        while self.next.kind == "sign" and self.next.text in _JOINED[level]:
            found = Operation(self.take().text, (found, self._joined(level + 1)))
        return found

    def _signed(self) -> Any:
        turns = 0
        while self.next.kind == "sign" and self.next.text in "+-":
            turns += self.take().text == "-"
        found = self._single()
        if not turns % 2:
            return found
        if isinstance(found, Literal) and isinstance(found.value, (int, Decimal)):
            return Literal(-found.value)
        return Operation("NEGATED", (found,))

    def _single(self) -> Any:
        token = self.next
        if token.kind in ("text", "number", "ion"):
            self.take()
            return Ion(token.text) if token.kind == "ion" else Literal(_value(token))
        if token.kind == "word" and token.word in _CONSTANTS:
            self.take()
            return Literal(_CONSTANTS[token.word])
        if token.word in _BEGINNINGS:
            self.take()
            return _BEGINNINGS[token.word](self)
        if token.kind == "word" and self._tokens[self._at + 1].word == "(":
            self.take()
            self.take()
            read = _CALLS.get(token.word)
            return Call(token.word, read(self) if read else self.listed(self._argument, ")"))
        return self.path()

    def _argument(self) -> Any:
        return ALL if self.accept("*") else self.expression()

    def _parameter(self) -> Any:
        self._parameters += 1
        return Parameter(self._parameters - 1)

    def _in_brackets(self) -> Any:
        found = self.listed(self.expression, ")")
        return found[0] if len(found) == 1 else Collection("values", found)

    def _pair(self) -> tuple[Any, Any]:
        key = self.expression()
        self.expect(":")
        return key, self.expression()

    def _case(self) -> Any:
        operand = None if self.next.word == "WHEN" else self.expression()
        pairs = []
        while self.accept("WHEN"):
            condition = self.expression()
            self.expect("THEN")
            pairs.append((condition, self.expression()))
        otherwise = self.expression() if self.accept("ELSE") else Literal(None)
        self.expect("END")
        if not pairs:
            raise self.refusal("expected WHEN")
        return Case(operand, tuple(pairs), otherwise)

    def _cast(self) -> Any:
        self.expect("(")
        operand = self.expression()
        self.expect("AS")
        kind = self.name().text.upper()
        sizes = self.listed(self._size, ")") if self.accept("(") else ()
        self.expect(")")
        return Cast(operand, kind, sizes)

    def _size(self) -> int:
        if self.next.kind != "number" or not self.next.text.isdigit():
            raise self.refusal("expected a whole number")
        return int(self.take().text)

    def _step(self) -> Name:
        if self.next.kind not in ("word", "quoted"):
            raise self.refusal("expected a name")
        return Name(self.next.text, is_quoted=self.take().kind == "quoted")

    def _place(self) -> Any:
        if self.accept("*"):
            return ALL
        if self.next.kind == "text":
            return Name(self.take().text, is_quoted=True)
        return self._size()

    def _substring(self) -> tuple[Any, ...]:
        found = [self.expression()]
        for word in ("FROM", "FOR"):
            if self.accept(word) or self.accept(","):
                found.append(self.expression())
        self.expect(")")
        return tuple(found)

    def _trim(self) -> tuple[Any, ...]:
        side = self.take().word if self.next.word in ("BOTH", "LEADING", "TRAILING") else "BOTH"
        characters: Any = Literal(" ")
        if not self.accept("FROM"):
            found = self.expression()
            if not self.accept("FROM"):
                self.expect(")")
                return side, characters, found
            characters = found
        found = self.expression()
        self.expect(")")
        return side, characters, found

    def _extract(self) -> tuple[Any, ...]:
        part = self._step().text.upper()
        self.expect("FROM")
        found = self.expression()
        self.expect(")")
        return part, found

    def _date_part(self) -> tuple[Any, ...]:
        part = self._step().text.upper()
        self.expect(",")
        return part, *self.listed(self.expression, ")")


def _value(token: Token) -> Any:
    if token.kind == "text":
        return token.text
    return int(token.text) if token.text.isdigit() else Decimal(token.text)


# How what begins with a word or a sign is read, and the arguments of functions with words in them.
_BEGINNINGS: dict[str, Callable[[Reader], Any]] = {
    "(": Reader._in_brackets,
    "[": lambda reader: Collection("list", reader.listed(reader.expression, "]")),
    "<<": lambda reader: Collection("bag", reader.listed(reader.expression, ">>")),
    "{": lambda reader: Collection("tuple", reader.listed(reader._pair, "}")),
    "?": Reader._parameter,
    "CASE": Reader._case,
    "CAST": Reader._cast,
}
_CALLS: dict[str, Callable[[Reader], tuple[Any, ...]]] = {
    "DATE_ADD": Reader._date_part,
    "DATE_DIFF": Reader._date_part,
    "EXTRACT": Reader._extract,
    "SUBSTRING": Reader._substring,
    "TRIM": Reader._trim,
}
