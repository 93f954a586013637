"""The language of DataBrew's conditions: in a data set's path, and in the checks of a rule.

Conditions such as ``:col starts_with :prefix`` or, without a left side, ``is_between :a and :b``,
joined by ``and``, ``or``, ``not`` and brackets. A word with a colon is a substitution variable,
whose value stands in a map beside the expression. Words are without case. Sources:
https://docs.aws.amazon.com/databrew/latest/dg/datasets.multiple-files.html#conditions.for.dynamic.datasets
https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-available-checks.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"\s*(:\w+|`[^`]*`|[\w.]+|==|!=|<=|>=|[<>=(),])")
#: What a condition may compare with: a variable, a column, or a number or truth as it stands.
_VALUE = re.compile(r":\w+|`[^`]*`|[0-9.]+|true|false")

#: What an expression may say → the condition's one name.
CONDITIONS = {
    "is": "==", "eq": "==", "==": "==", "=": "==", "!=": "!=", "is_not": "!=",
    "contains": "contains", "starts_with": "starts_with", "ends_with": "ends_with",
    "matches": "matches", "in": "in", "is_between": "between", "between": "between",
    "less_than": "<", "lt": "<", "<": "<", "less_than_equal": "<=", "lte": "<=", "<=": "<=",
    "greater_than": ">", "gt": ">", ">": ">", "greater_than_equal": ">=", "gte": ">=", ">=": ">=",
    "after": "after", "before": "before", "relative_after": "relative_after",
    "relative_before": "relative_before", "is_missing": "missing", "missing": "missing",
}  # fmt: skip
#: What a comparison's name does to two values.
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class BadExpression(ValueError):
    """An expression that does not read. Args: a sentence that says why."""


@dataclass(frozen=True)
class Operand:
    """What a condition tests.

    Args:
        function: ``""`` for a value as it is, ``LENGTH``, or ``AGG`` for a statistic.
        arguments: variables, names in backticks and the name of a statistic, as written.
    """

    function: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """One condition. Without an operand it is about the parameter or column at hand."""

    operand: Operand | None
    condition: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Group:
    """Conditions joined by one word; ``not`` has one part."""

    word: str
    parts: tuple[Tree, ...]


Tree = Comparison | Group


def parse_expression(text: str) -> Tree:
    """An expression as a tree.

    >>> parse_expression("starts_with :a").values
    (':a',)

    Raises:
        BadExpression: it does not read.
    """
    return _Reader(text).whole()


def comparisons_of(tree: Tree) -> list[Comparison]:
    """All conditions of a tree."""
    if isinstance(tree, Comparison):
        return [tree]
    return [test for part in tree.parts for test in comparisons_of(part)]


def holds(tree: Tree, judge: Callable[[Comparison], bool]) -> bool:
    """Whether a tree is true, each of its conditions judged alone."""
    if isinstance(tree, Comparison):
        return judge(tree) is not tree.negated
    parts = (holds(part, judge) for part in tree.parts)
    if tree.word == "not":
        return not next(parts)
    return all(parts) if tree.word == "and" else any(parts)


def sql_of(tree: Tree, write: Callable[[Comparison], str]) -> str:
    """A tree as SQL, each of its conditions written alone."""
    if isinstance(tree, Comparison):
        return f"NOT ({write(tree)})" if tree.negated else f"({write(tree)})"
    parts = [sql_of(part, write) for part in tree.parts]
    if tree.word == "not":
        return f"NOT ({parts[0]})"
    return "(" + f" {tree.word.upper()} ".join(parts) + ")"


def value_of(variable: str, values: Mapping[str, str]) -> str:
    """The value behind a substitution variable; any other word stands for itself.

    Raises:
        BadExpression: the map has no such variable.
    """
    if not variable.startswith(":"):
        return variable
    if variable not in values:
        known = ", ".join(values) or "none"
        raise BadExpression(f"The variable {variable} has no value. There are: {known}.")
    return values[variable]


class _Reader:
    """Reads an expression word by word."""

    def __init__(self, text: str) -> None:
        self.text, self.words, self.at = text, _words(text), 0

    def whole(self) -> Tree:
        tree = self._either()
        if self._peek():
            raise self._unexpected()
        return tree

    def _either(self) -> Tree:
        return self._joined("or", self._both)

    def _both(self) -> Tree:
        return self._joined("and", self._one)

    def _joined(self, word: str, read: Callable[[], Tree]) -> Tree:
        parts = [read()]
        while self._accept(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Group(word, tuple(parts))

    def _one(self) -> Tree:
        if self._peek() == "not" and self._peek(1) == "(":
            self.at += 1
            return Group("not", (self._one(),))
        if self._accept("("):
            tree = self._either()
            self._expect(")")
            return tree
        return self._test()

    def _test(self) -> Comparison:
        operand = self._operand()
        negated = self._accept("not")
        condition, also_negated = self._condition()
        values = self._values(condition)
        return Comparison(operand, condition, values, negated is not also_negated)

    def _operand(self) -> Operand | None:
        word = self._peek()
        if word.startswith((":", "`")):
            return Operand("", (self._take(),))
        if word in ("length", "agg") and self._peek(1) == "(":
            function = self._take().upper()
            return Operand(function, self._arguments())
        return None

    def _arguments(self) -> tuple[str, ...]:
        self._expect("(")
        found = [self._take()]
        while self._accept(","):
            found.append(self._take())
        self._expect(")")
        return tuple(found)

    def _condition(self) -> tuple[str, bool]:
        """The condition's one name, and whether ``is not`` turns it round."""
        negated = False
        if self._peek() == "is" and self._peek(1) in ("not", "between", "missing", "in"):
            self.at += 1
            negated = self._accept("not")
            if self._peek() not in ("between", "missing", "in"):
                return "==", negated
        return self._named(), negated

    def _named(self) -> str:
        word = self._peek()
        if word not in CONDITIONS:
            raise self._unexpected()
        self.at += 1
        return CONDITIONS[word]

    def _values(self, condition: str) -> tuple[str, ...]:
        if condition == "missing":
            return ()
        first = self._value()
        if condition != "between":
            return (first,)
        self._expect("and")
        return first, self._value()

    def _value(self) -> str:
        if not _VALUE.fullmatch(self._peek()):
            raise self._unexpected()
        return self._take()

    def _peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.words[at].lower() if at < len(self.words) else ""

    def _take(self) -> str:
        if not self._peek():
            raise self._unexpected()
        self.at += 1
        return self.words[self.at - 1]

    def _accept(self, word: str) -> bool:
        found = self._peek() == word
        self.at += found
        return found

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._unexpected()

    def _unexpected(self) -> BadExpression:
        word = self._peek()
        where = f"'{word}' cannot stand there" if word else "it ends too soon"
        return BadExpression(f"The expression '{self.text}' does not read: {where}.")


def _words(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _WORD.match(text, at)
        if not match:
            raise BadExpression(f"The expression '{text}' does not read at '{text[at:]}'.")
        found.append(match[1])
        at = match.end()
    return found
