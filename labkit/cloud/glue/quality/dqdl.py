"""DQDL, read: a ruleset's text becomes rules.

What is in AWS's language and cannot be evaluated here is refused by its name: dynamic rules (which
AWS knows in ETL jobs alone), labels, constants, and sources.

Sources: https://docs.aws.amazon.com/glue/latest/dg/dqdl.html and https://github.com/awslabs/dqdl
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar


class BadRuleset(ValueError):
    """A text that is no ruleset. Args: what is wrong with it."""


@dataclass(frozen=True)
class Keyword:
    """A value that has no text: ``NULL``, ``EMPTY`` or ``WHITESPACES_ONLY``."""

    name: str


@dataclass(frozen=True)
class Span:
    """A length of time: ``24 hours``."""

    seconds: float


@dataclass(frozen=True)
class Moment:
    """The time of evaluation, and how much later is meant: ``(now() - 3 days)``."""

    later_s: float = 0


Item = TypeVar("Item")
Operand = float | str | Keyword | Span | Moment


@dataclass(frozen=True)
class Condition:
    """What must hold of a value.

    Args:
        operator: ``=``, ``!=``, ``>``, ``>=``, ``<``, ``<=``, ``between``, ``in`` or ``matches``.
        operands: two of ``between``, any number of ``in``, one of others.
        negated: whether it begins with ``not``.
    """

    operator: str
    operands: tuple[Operand, ...]
    negated: bool = False


@dataclass(frozen=True)
class Rule:
    """One rule, or an analyzer.

    Args:
        type: ``IsComplete``.
        parameters: names of columns, mostly.
        condition: what must hold of what is measured.
        where: Spark's SQL of the rows that are looked at.
        threshold: what must hold of the share of rows that meet the condition.
        text: as it was written.
    """

    type: str
    parameters: tuple[str, ...]
    condition: Condition | None = None
    where: str | None = None
    threshold: Condition | None = None
    text: str = ""


@dataclass(frozen=True)
class Composite:
    """Rules that hold together: all of them (``and``), or one (``or``)."""

    operator: str
    rules: tuple[Rule | Composite, ...]
    text: str = ""


@dataclass(frozen=True)
class Ruleset:
    """What a text says."""

    rules: tuple[Rule | Composite, ...] = ()
    analyzers: tuple[Rule, ...] = ()


_TOKENS = re.compile(
    r"""(?P<gap>\s+|\#[^\n]*)
    |(?P<text>"(?:\\.|[^"\\])*")
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_$][\w.]*)
    |(?P<sign><=|>=|!=|[-+=<>()\[\],{}:*/])""",
    re.VERBOSE | re.DOTALL,
)
_COMPARISONS = ("=", "!=", ">", ">=", "<", "<=")
_RESERVED = ("and", "or", "between", "in", "not", "matches", "where", "with", "labels")
_KEYWORDS = ("NULL", "EMPTY", "WHITESPACES_ONLY")
_UNITS = {"minutes": 60, "hours": 3600, "days": 86400}
_DYNAMIC = "Dynamic rules are only supported in AWS Glue ETL"


def parse(text: str) -> Ruleset:
    """The rules and analyzers of a text.

    >>> parse('Rules = [ RowCount > 10 ]').rules[0].condition
    Condition(operator='>', operands=(10.0,), negated=False)

    Raises:
        BadRuleset: it is none, or says what cannot be evaluated here.
    """
    return _Parser(text).document()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise BadRuleset(f"{_place(text, at)} unexpected character {text[at]!r}")
        if match.lastgroup != "gap":
            found.append(_Token(str(match.lastgroup), match[0], at, match.end()))
        at = match.end()
    return [*found, _Token("end", "the end", at, at)]


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"line {line}:{at - text.rfind(chr(10), 0, at) - 1}:"


class _Parser:
    """Goes over a text's tokens once."""

    def __init__(self, text: str) -> None:
        self._text, self._tokens, self._at = text, _tokens(text), 0

    def document(self) -> Ruleset:
        found: dict[str, list[Rule | Composite]] = {}
        while not self._is("end"):
            section = self._take("word").text
            if section not in ("Rules", "Analyzers") or section in found:
                why = f"unexpected {section}; a ruleset has Rules and Analyzers"
                raise self._wrong(why, back=1)
            self._sign("=")
            found[section] = self._list(self._rule)
        if not found:
            raise self._wrong("a ruleset begins with Rules = [")
        analyzers = [each for each in found.get("Analyzers", ()) if isinstance(each, Rule)]
        if len(analyzers) < len(found.get("Analyzers", ())):
            raise self._wrong("analyzers cannot be combined")
        return Ruleset(tuple(found.get("Rules", ())), tuple(analyzers))

    def _rule(self) -> Rule | Composite:
        start = self._now.start
        if self._accept("("):
            return self._composite(start)
        kind = self._take("word").text
        parameters = []
        while self._is("text") or (self._is("word") and self._now.text not in _RESERVED):
            parameters.append(self._unquoted())
        condition = self._condition() if self._begins_condition() else None
        where = threshold = None
        while self._is("word"):
            if self._word("where"):
                where = self._unquoted()
            elif self._word("with"):
                if not self._word("threshold"):
                    raise self._wrong("expected threshold")
                threshold = self._condition()
            else:
                break
        return Rule(kind, tuple(parameters), condition, where, threshold, self._since(start))

    def _composite(self, start: int) -> Rule | Composite:
        rules = [self._rule()]
        self._sign(")")
        operator = ""
        while self._is("word") and self._now.text.lower() in ("and", "or"):
            word = self._take("word").text.lower()
            if operator not in ("", word):
                raise self._wrong("and and or stand together only in parentheses", back=1)
            operator = word
            self._sign("(")
            rules.append(self._rule())
            self._sign(")")
        return Composite(operator, tuple(rules), self._since(start)) if operator else rules[0]

    def _begins_condition(self) -> bool:
        return self._now.text in (*_COMPARISONS, "between", "in", "not", "matches")

    def _condition(self) -> Condition:
        negated = self._word("not")
        operator = self._next().text
        if operator == "between":
            low = self._operand()
            if not self._word("and"):
                raise self._wrong("expected and")
            return Condition(operator, (low, self._operand()), negated)
        if operator == "in":
            return Condition(operator, tuple(self._list(self._operand)), negated)
        if operator == "matches" or (operator in _COMPARISONS and not negated):
            return Condition(operator, (self._operand(),), negated)
        raise self._wrong(f"unexpected {operator}", back=1)

    def _operand(self) -> Operand:
        if self._is("text"):
            return self._unquoted()
        if self._accept("("):
            moment = self._moment()
            self._sign(")")
            return moment
        if self._is("number") or self._now.text == "-":
            return self._number()
        word = self._now.text
        if word == "now":
            return self._moment()
        if word.upper() in _KEYWORDS:
            return Keyword(self._next().text.upper())
        if self._is("word"):
            raise self._wrong(_DYNAMIC)
        raise self._wrong(f"unexpected {word}")

    def _number(self) -> Operand:
        sign = -1 if self._accept("-") else 1
        number = sign * float(self._take("number").text)
        if self._is("sign") and self._now.text in ("*", "/", "+", "-"):
            raise self._wrong(_DYNAMIC)
        if self._is("word") and self._now.text in _UNITS:
            return Span(number * _UNITS[self._next().text])
        return number

    def _moment(self) -> Moment:
        if not self._word("now"):
            raise self._wrong("expected now()")
        self._sign("(")
        self._sign(")")
        if self._now.text not in ("-", "+"):
            return Moment()
        sign = -1 if self._next().text == "-" else 1
        span = self._number()
        if not isinstance(span, Span):
            raise self._wrong("expected a number of days, hours or minutes")
        return Moment(sign * span.seconds)

    def _list(self, item: Callable[[], Item]) -> list[Item]:
        """``[item, item]``, which may be empty."""
        self._sign("[")
        found: list[Item] = []
        while not self._accept("]"):
            if found:
                self._sign(",")
            found.append(item())
        return found

    def _unquoted(self) -> str:
        token = self._next()
        if token.kind not in ("text", "word"):
            raise self._wrong(f"expected a text in quotes, not {token.text}", back=1)
        return token.text[1:-1].replace('\\"', '"') if token.kind == "text" else token.text

    # Tokens ---------------------------------------------------------------------------------------

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _is(self, kind: str) -> bool:
        return self._now.kind == kind

    def _next(self) -> _Token:
        token = self._now
        if token.kind != "end":
            self._at += 1
        return token

    def _take(self, kind: str) -> _Token:
        if not self._is(kind):
            raise self._wrong(f"unexpected {self._now.text}")
        return self._next()

    def _accept(self, sign: str) -> bool:
        found = self._is("sign") and self._now.text == sign
        self._at += found
        return found

    def _word(self, word: str) -> bool:
        found = self._is("word") and self._now.text == word
        self._at += found
        return found

    def _sign(self, sign: str) -> None:
        if not self._accept(sign):
            raise self._wrong(f"expected {sign}, not {self._now.text}")

    def _since(self, start: int) -> str:
        return " ".join(self._text[start : self._tokens[self._at - 1].end].split())

    def _wrong(self, why: str, *, back: int = 0) -> BadRuleset:
        return BadRuleset(f"{_place(self._text, self._tokens[self._at - back].start)} {why}")
