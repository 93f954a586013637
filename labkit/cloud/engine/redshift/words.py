"""Redshift's words: the statements of a text and their tokens.

Where Redshift's grammar is its own (statements of definition and maintenance), `Words` reads token
by token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError
from labkit.cloud.engine.redshift.key_words import KEY_WORDS
from labkit.cloud.engine.redshift.letters import kept, shown
from labkit.cloud.engine.redshift.types import (
    INTEGERS,
    INTERVAL_UNITS,
    LONGEST,
    LONGEST_CHAR,
    NAMES,
    Type,
    named_type,
)

T = TypeVar("T")

#: What an interval's numbers may be of.
UNITS = {name + ending for name in map(str.upper, INTERVAL_UNITS) for ending in ("", "S")}
_BARE = re.compile(r"[a-z_\u0080-\uffff][\w$\u0080-\uffff]*")


class Word(NamedTuple):
    """One token of a statement.

    Args:
        kind: ``word``, ``quoted`` (a name in double quotes), ``string``, ``number``, ``mark``, or
            ``end``.
        text: what it says, without quotes.
        start: its first character in the statement's text, 0-based.
        end: the character after it.
    """

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        return self.text.upper() if self.kind in ("word", "mark") else ""


_TOKEN = re.compile(
    r"""(?P<space>(?:\s+|--[^\n]*|/\*.*?\*/)+)
    |(?P<dollar>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<string>[eE]?'(?:[^'\\]|''|\\.)*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[#A-Za-z_\u0080-\uffff][\w$\#\u0080-\uffff]*)
    |(?P<parameter>[$]\d+|:[A-Za-z_]\w*(?<!:))
    |(?P<mark>::|<>|!=|<=|>=|\|\||:=|=>|.)""",
    re.X | re.S,
)


def words(text: str) -> list[Word]:
    """The tokens of a text, without blanks and comments, ``end`` last."""
    found: list[Word] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "tag" else "dollar"
        if kind != "space" and kind is not None:
            found.append(_word(kind, match))
    return [*found, Word("end", "", len(text), len(text))]


def with_capitals(text: str) -> str:
    """A text in whose names in quotes capitals count."""
    if '"' not in text:
        return text
    return _TOKEN.sub(lambda m: kept(m[0]) if m.lastgroup == "quoted" else m[0], text)


def _word(kind: str, match: re.Match[str]) -> Word:
    text = match[0]
    if match["dollar"]:
        skipped = len(match["tag"] or "") + 2
        kind, text = "string", text[skipped:-skipped]
    elif kind == "string":
        text = unescaped(text[text.index("'") + 1 : -1])
    elif kind == "quoted":
        text = text[1:-1].replace('""', '"')
    return Word(kind, text, match.start(), match.end())


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def unescaped(text: str) -> str:
    """The value of a string: a quote is doubled or escaped, and so is a backslash."""
    return re.sub(
        r"''|\\(.)", lambda m: "'" if m[1] is None else _ESCAPES.get(m[1], m[1]), text, flags=re.S
    )


def quoted_string(text: str) -> str:
    """A text as a string of Redshift's SQL, in which a backslash escapes.

    >>> quoted_string("it's a\\\\b")
    "'it''s a\\\\\\\\b'"
    """
    return quoted_text(shown(text).replace("\\", "\\\\"))


def statements(text: str) -> Iterator[str]:
    """The statements of a text, which semicolons part."""
    start, depth = 0, 0
    for word in words(text):
        if word.kind == "end" or (word.upper == ";" and depth == 0):
            piece = text[start : word.start].strip()
            if len(words(piece)) > 1:
                yield piece
            start = word.end


class Words:
    """A statement's tokens, read one by one."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.words = words(text)

    @property
    def word(self) -> Word:
        return self.words[self.at]

    @property
    def ended(self) -> bool:
        return self.word.kind == "end"

    def peek(self, *wanted: str, ahead: int = 0) -> bool:
        """Whether these words come next."""
        coming = self.words[self.at + ahead : self.at + ahead + len(wanted)]
        return [word.upper for word in coming] == list(wanted)

    def accept(self, *wanted: str) -> bool:
        """Take these words if they come next."""
        found = self.peek(*wanted)
        self.at += len(wanted) if found else 0
        return found

    def accept_one(self, *choices: str) -> str:
        """Take the next word if it is one of these; else nothing."""
        found = self.word.upper
        if found not in choices:
            return ""
        self.at += 1
        return found

    def expect(self, *wanted: str) -> None:
        for one in wanted:
            if not self.accept(one):
                raise self.refuse()

    def take(self) -> Word:
        found = self.word
        if found.kind == "end":
            raise self.refuse()
        self.at += 1
        return found

    def refuse(self) -> RedshiftError:
        """The error of a word that cannot stand here."""
        if self.ended:
            return RedshiftError("syntax error at end of input", SYNTAX)
        near = self.text[self.word.start : self.word.end]
        return RedshiftError(
            f'syntax error at or near "{near}"', SYNTAX, position=self.word.start + 1
        )

    def end(self) -> None:
        """Nothing more may come."""
        self.accept(";")
        if not self.ended:
            raise self.refuse()

    def identifier(self) -> str:
        """A name: lower case whether in quotes or not, as Redshift folds both."""
        if self.word.kind not in ("word", "quoted"):
            raise self.refuse()
        return self.take().text.lower()

    def name(self) -> tuple[str, ...]:
        """A name with dots: ``database.schema.table``."""
        found = [self.identifier()]
        while self.accept("."):
            found.append(self.identifier())
        return tuple(found)

    def names(self) -> list[str]:
        """Names with commas, in brackets."""
        return self.listed(self.identifier)

    def listed(self, read: Callable[[], T]) -> list[T]:
        """Things with commas, in brackets."""
        self.expect("(")
        found = self.each(read)
        self.expect(")")
        return found

    def each(self, read: Callable[[], T]) -> list[T]:
        """Things with commas."""
        found = [read()]
        while self.accept(","):
            found.append(read())
        return found

    def string(self) -> str:
        if self.word.kind != "string":
            raise self.refuse()
        return self.take().text

    def number(self) -> int:
        sign = -1 if self.accept("-") else 1
        if self.word.kind != "number" or not self.word.text.isdigit():
            raise self.refuse()
        return sign * int(self.take().text)

    def type(self) -> Type:
        """A type's name with its numbers."""
        name = self._type_name()
        kept = self._smallest_unit() if name == "interval" else 0
        sizes: list[int] = []
        sized = name == "float" or NAMES.get(name) not in _UNSIZED
        if sized and self.accept("("):
            while not sizes or (len(sizes) < 2 and self.accept(",")):
                longest = LONGEST_CHAR if name in _CHARS else LONGEST
                sizes.append(longest if self.accept("MAX") else self.number())
            self.expect(")")
        zone = self.accept("WITH", "TIME", "ZONE")
        self.accept("WITHOUT", "TIME", "ZONE")
        if kept:
            digits = min(sizes[0] if sizes else 6, 6)
            return Type("interval", kept, digits if kept == len(INTERVAL_UNITS) else 0)
        if name == "float" and sizes:
            return named_type("float4" if sizes[0] < 25 else "float8")
        return named_type(f"{name}tz" if zone else name, tuple(sizes))

    def _type_name(self) -> str:
        for pair, short in _PAIRS.items():
            if self.accept(*pair):
                return short
        name = self.identifier()
        return f"{name}[]" if self.accept("[", "]") else name

    def _smallest_unit(self) -> int:
        """The place of an interval's last unit among `INTERVAL_UNITS`, from 1; 0 without one."""
        last = self.accept_one(*UNITS)
        if last and self.accept("TO"):
            last = self.accept_one(*UNITS)
        return INTERVAL_UNITS.index(last.lower().removesuffix("s")) + 1 if last else 0

    def slice(self, start: int, end: int | None = None) -> str:
        """The text from one token to before another."""
        last = self.words[self.at if end is None else end]
        return self.text[self.words[start].start : last.start].strip()

    def rest(self) -> str:
        """All text that has not been read."""
        found = self.text[self.word.start :].strip().removesuffix(";").strip()
        self.at = len(self.words) - 1
        return found

    def balanced(self) -> str:
        """The text within the brackets that open here."""
        self.expect("(")
        start, depth = self.at, 1
        while depth:
            word = self.take().upper
            depth += {"(": 1, ")": -1}.get(word, 0)
        return self.slice(start, self.at - 1)

    def expression(self, *stops: str) -> str:
        """The text up to a comma, a closing bracket or one of these words, on this level."""
        start, depth = self.at, 0
        while not self.ended and (depth or self.word.upper not in (",", ")", ";", *stops)):
            depth += {"(": 1, ")": -1}.get(self.take().upper, 0)
        if start == self.at:
            raise self.refuse()
        return self.slice(start)


_CHARS = ("char", "character", "nchar", "bpchar")
#: Types without numbers: ``INT(11)`` is MySQL's.
_UNSIZED = {
    *INTEGERS, "bool", "float4", "float8", "date", "super", "geometry", "geography", "hllsketch",
}  # fmt: skip
#: Types of two words.
_PAIRS = {
    ("DOUBLE", "PRECISION"): "float8", ("CHARACTER", "VARYING"): "varchar",
    ("CHAR", "VARYING"): "varchar", ("BINARY", "VARYING"): "varbyte",
    ("NATIONAL", "CHARACTER"): "bpchar",
}  # fmt: skip


def shown_name(name: str) -> str:
    """A name as Redshift writes it: in quotes where it must be."""
    return name if _BARE.fullmatch(name) and name not in KEY_WORDS else quoted_name(name)
