r"""The words of Athena's Hive statements: DDL, ``SHOW`` and ``DESCRIBE``.

Athena runs these on Hive's grammar: names in backticks, strings in either quotes with backslash
escapes. Where Trino's grammar applies (queries, CTAS, views) the engine's own reader is used.

Sources: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html and
https://github.com/apache/hive/blob/master/parser/src/java/org/apache/hadoop/hive/ql/parse/HiveLexerParent.g
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.trino.errors import failed_at

T = TypeVar("T")
_TOKEN = re.compile(
    r"""
      (?P<space>(?:\s+|--[^\r\n]*|/\*.*?\*/)+)
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<double>"(?:[^"\\]|\\.|"")*")
    | (?P<backquoted>`(?:[^`]|``)*`)
    | (?P<number>\d+(?:\.\d+)?(?![\w]))
    | (?P<word>\w+)
    | (?P<mark><>|!=|<=|>=|[=<>(),.;:?*+\-/%\[\]$|])
    """,
    re.VERBOSE | re.DOTALL,
)
#: https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html without ``time``, ``start``,
#: ``timestamp`` and ``dayofweek``, which the guide's own tables have as columns, the last two in
#: https://docs.aws.amazon.com/athena/latest/ug/elasticloadbalancer-classic-logs.html
#: and https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
RESERVED = frozenset(
    "ALL ALTER AND ARRAY AS AUTHORIZATION BETWEEN BIGINT BINARY BOOLEAN BOTH BY CASE CASHE CAST "
    "CHAR COLUMN CONF CONSTRAINT COMMIT CREATE CROSS CUBE CURRENT CURRENT_DATE CURRENT_TIMESTAMP "
    "CURSOR DATABASE DATE DECIMAL DELETE DESCRIBE DISTINCT DOUBLE DROP ELSE END EXCHANGE "
    "EXISTS EXTENDED EXTERNAL EXTRACT FALSE FETCH FLOAT FLOOR FOLLOWING FOR FOREIGN FROM FULL "
    "FUNCTION GRANT GROUP GROUPING HAVING IF IMPORT IN INNER INSERT INT INTEGER INTERSECT INTERVAL "
    "INTO IS JOIN LATERAL LEFT LESS LIKE LOCAL MACRO MAP MORE NONE NOT NULL NUMERIC OF ON ONLY OR "
    "ORDER OUT OUTER OVER PARTIALSCAN PARTITION PERCENT PRECEDING PRECISION PRESERVE PRIMARY "
    "PROCEDURE RANGE READS REDUCE REGEXP REFERENCES REVOKE RIGHT RLIKE ROLLBACK ROLLUP ROW ROWS "
    "SELECT SET SMALLINT TABLE TABLESAMPLE THEN TO TRANSFORM TRIGGER TRUE TRUNCATE "
    "UNBOUNDED UNION UNIQUEJOIN UPDATE USER USING UTC_TIMESTAMP VALUES VARCHAR VIEWS WHEN WHERE "
    "WINDOW WITH".split()
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|[0-3][0-7]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a statement: its kind, its text as written, and where it starts and ends."""

    kind: str
    text: str
    start: int
    end: int


class Words:
    """A statement's words, read one after another.

    Args:
        text: the statement.
        start: offset of the first character to read.
        double: whether names stand in double quotes, too, as in what Trino runs.
    """

    def __init__(self, text: str, start: int = 0, *, double: bool = False) -> None:
        self.text = text
        self.double = double
        self.quoted: Word | None = None  # the first name that stood in double quotes
        self._next = self.before = self.first = self._read(start)

    @property
    def word(self) -> Word:
        """The word that comes next."""
        return self._next

    def peek(self, *words: str) -> bool:
        """Whether these words come next."""
        at = self._next
        for word in words:
            if at.kind not in ("word", "mark") or at.text.upper() != word:
                return False
            at = self._read(at.end)
        return True

    def accept(self, *words: str) -> bool:
        """Read these words when they come next."""
        if not self.peek(*words):
            return False
        for _ in words:
            self.take()
        return True

    def expect(self, *words: str) -> None:
        """Read these words.

        Raises:
            QueryFailed: others stand here.
        """
        for word in words:
            if not self.accept(word):
                raise self.mismatch(f"'{word}'")

    def take(self) -> Word:
        """Read a word of any kind."""
        self.before, self._next = self._next, self._read(self._next.end)
        return self.before

    def ahead(self, word: Word, count: int) -> list[Word]:
        """This word and those behind it; behind the last is the end, again and again."""
        found = [word]
        while len(found) < count:
            found.append(self._read(found[-1].end))
        return found

    def name(self, reserved: frozenset[str] = RESERVED) -> str:
        """Read a name; names are without case, and reserved words stand in backticks."""
        if self.word.kind not in ("word", "double", "backquoted", "number"):
            raise self.mismatch("<identifier>")
        quoted = self.word.kind == "double" and not self.double
        if quoted or self.word.text.upper() in reserved:
            raise self.failure(f"no viable alternative at input '{self.word.text}'")
        word = self.take()
        if word.kind == "double" and self.quoted is None:
            self.quoted = word
        return word.text.lower() if word.kind in ("word", "number") else word.text[1:-1].lower()

    def qualified(self) -> tuple[str, ...]:
        """Read a name of one to three parts."""
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.name())
        return (
            tuple(p for part in parts for p in part.split(".")) if len(parts) == 1 else tuple(parts)
        )

    def is_string(self) -> bool:
        return self.word.kind in ("string", "double")

    def string(self) -> str:
        """Read a string, its escapes resolved."""
        if not self.is_string():
            raise self.mismatch("<string>")
        return unescape(self.take().text[1:-1])

    def literal(self) -> str:
        """Read a constant: a string, or a number with its sign."""
        if self.is_string():
            return self.string()
        sign = "-" if self.accept("-") else ""
        if self.word.kind != "number":
            raise self.mismatch("<constant>")
        return sign + self.take().text

    def many(self, read: Callable[[], T]) -> list[T]:
        """Read one or more with commas between."""
        found = [read()]
        while self.accept(","):
            found.append(read())
        return found

    def bracketed(self, read: Callable[[], T]) -> list[T]:
        """Read one or more with commas between, in brackets."""
        self.expect("(")
        found = self.many(read)
        self.expect(")")
        return found

    def properties(self) -> dict[str, str]:
        """Read ``('key'='value', ...)``."""
        return dict(self.bracketed(self._property))

    def _property(self) -> tuple[str, str]:
        key = self.string()
        self.expect("=")
        return key, self.string()

    def end(self) -> None:
        """Read the end of the statement.

        Raises:
            QueryFailed: more words follow.
        """
        self.accept(";")
        if self.word.kind != "end":
            raise self.mismatch("<EOF>")

    def mismatch(self, *expected: str) -> QueryFailed:
        """The failure for a word that cannot stand here."""
        wanted = f" Expecting: {', '.join(expected)}" if expected else ""
        return self.failure(f"mismatched input '{self.word.text or '<EOF>'}'.{wanted}")

    def no_alternative(self) -> QueryFailed:
        """The failure for a word that ends what no statement begins with, as measured on AWS.

        Source: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md
        """
        begun = (
            self.text[self.first.start : self.word.end]
            .replace("\r", "\\r")
            .replace("\n", "\\n")
            .replace("\t", "\\t")
        )
        return self.failure(f"no viable alternative at input '{begun}'")

    def failure(self, message: str) -> QueryFailed:
        """A failure at the word that comes next."""
        return failed_at(self.text, self.word.start, "SYNTAX_ERROR", message)

    def _read(self, at: int) -> Word:
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if not found:
                return Word("unknown", self.text[at], at, at + 1)
            if found.lastgroup != "space":
                return Word(str(found.lastgroup), found[0], found.start(), found.end())
            at = found.end()
        return Word("end", "", len(self.text), len(self.text))


def unescape(text: str) -> str:
    r"""A Hive string's content.

    >>> unescape(r"a\tb\\c\001")
    'a\tb\\c\x01'
    """
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    escape = found[1]
    if len(escape) == 5:
        return chr(int(escape[1:], 16))
    if len(escape) == 3:
        return chr(int(escape, 8))
    if escape in "%_":
        return found[0]
    return _ESCAPED.get(escape, escape)
