"""The expressions of BOOLEAN_OPERATION and CASE_OPERATION, read into SQL.

Columns stand in back ticks, aggregates in back ticks with a colon; comparisons, ``and``, ``or`` and
``!`` join a handful of functions. Null is neither true nor false, as in Spark. One of AWS's own
examples lacks its last back tick, so the end of the text closes a name too.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.BOOLEAN_OPERATION.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.parts.conversion import Expression, converted
from labkit.cloud.databrew.recipe.parts.patterns import moment_of
from labkit.cloud.databrew.recipe.parts.validity import valid
from labkit.cloud.databrew.recipe.relation import Column, Relation, quoted_text
from labkit.cloud.databrew.recipe.types import NAMES

_TOKEN = re.compile(
    r"\s*(?:(?P<name>`[^`]*(?:`|$))|(?P<text>'(?:[^']|'')*'|\"[^\"]*\")"
    r"|(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>\w+)"
    r"|(?P<sign><=|>=|!=|<>|==|[<>=!(),]))"
)
_COMPARISONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "==": "=", "!=": "<>",
                "<>": "<>"}  # fmt: skip
_CONSTANTS = {"true": "true", "false": "false", "null": "NULL"}


def condition(table: Relation, text: str, aggregates: Mapping[str, Column]) -> str:
    """SQL of a condition.

    Raises:
        RecipeError: it does not read.
    """
    return _Reader(table, text, aggregates).whole().sql


def cases(table: Relation, text: str, aggregates: Mapping[str, Column]) -> str:
    """SQL of a ``case when … then … else … end``."""
    if not re.match(r"\s*case\b", text, re.I):
        raise RecipeError("The parameter 'valueExpression' must be 'case when … then … end'.")
    return condition(table, text, aggregates)


def result(table: Relation, text: str, aggregates: Mapping[str, Column]) -> str:
    """SQL of what a condition gives: a column or an aggregate in back ticks, or a constant."""
    if re.fullmatch(r"\s*`[^`]+`\s*", text):
        return condition(table, text, aggregates)
    if re.fullmatch(r"\s*-?(?:\d+\.?\d*|\.\d+)\s*", text):
        return text.strip()
    return f"CAST({quoted_text(text)} AS VARCHAR)"


@dataclass
class _Reader:
    """Reads one expression from left to right."""

    table: Relation
    text: str
    aggregates: Mapping[str, Column]
    tokens: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        at = 0
        while self.text[at:].strip():
            found = _TOKEN.match(self.text, at)
            if found is None or found.lastgroup is None:
                raise RecipeError(f"'{self.text[at:].strip()}' does not read in '{self.text}'.")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()

    def whole(self) -> Column:
        value = self._any()
        if self.tokens:
            raise self._unexpected()
        return value

    def _any(self) -> Column:
        return self._joined("or", lambda: self._joined("and", self._not))

    def _joined(self, word: str, part: Callable[[], Column]) -> Column:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return _boolean(f" {word.upper()} ".join(f"({_truth(each)})" for each in parts))

    def _not(self) -> Column:
        if self._take("!") or self._take("not"):
            return _boolean(f"NOT ({_truth(self._not())})")
        left = self._value()
        if self.tokens and self.tokens[0][1] in _COMPARISONS:
            sign = _COMPARISONS[self.tokens.pop(0)[1]]
            return _boolean("{} {} {}".format(*_alike(left, sign, self._value())))
        return left

    def _value(self) -> Column:
        if not self.tokens:
            raise self._unexpected()
        kind, text = self.tokens.pop(0)
        if kind == "name":
            return self._named(text.strip("`"))
        if kind == "text":
            return Expression(_literal(text), NAMES["string"])
        if kind == "number":
            return Expression(text, NAMES["double"])
        if text == "(":
            value = self._any()
            self._expect(")")
            return _of(f"({value.sql})", value)
        return self._word(text)

    def _word(self, word: str) -> Column:
        small = word.lower()
        if small in _CONSTANTS:
            return _boolean(_CONSTANTS[small])
        if small == "case":
            return self._case()
        if self._take("("):
            return _boolean(self._call(small, word))
        raise RecipeError(f"'{word}' does not read in '{self.text}'.")

    def _call(self, small: str, word: str) -> str:
        if small not in _FUNCTIONS:
            raise unknown("function", word, _NAMES)
        if small == "isvalid":
            column = self._value()
            self._expect(",")
            data_type = self.tokens.pop(0)[1].strip("'\"`") if self.tokens else ""
            self._expect(")")
            return valid(self.table, column, data_type)
        given = [self._any()]
        while self._take(","):
            given.append(self._any())
        self._expect(")")
        count, sql = _FUNCTIONS[small]
        if len(given) != count:
            raise RecipeError(f"{word} takes {count} values, not {len(given)}.")
        return sql(given)

    def _case(self) -> Column:
        branches = []
        while self._take("when"):
            when = _truth(self._any())
            self._expect("then")
            branches.append((when, self._any()))
        otherwise = self._any() if self._take("else") else _boolean("NULL")
        self._expect("end")
        if not branches:
            raise self._unexpected()
        return reduce(self._either, reversed(branches), otherwise)

    def _either(self, otherwise: Column, branch: tuple[str, Column]) -> Column:
        sql = self.table.either(branch[0], branch[1].sql, otherwise.sql)
        return Expression(sql, self.table.typed(sql).type)

    def _named(self, name: str) -> Column:
        if not name.startswith(":"):
            return self.table.column(name)
        if name[1:] not in self.aggregates:
            raise unknown("aggregate", name[1:], self.aggregates)
        return self.aggregates[name[1:]]

    def _take(self, text: str) -> bool:
        if self.tokens and self.tokens[0][1].lower() == text and self.tokens[0][0] != "text":
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected(f", where '{text}' should be")

    def _unexpected(self, more: str = "") -> RecipeError:
        at = f"'{self.tokens[0][1]}'" if self.tokens else "The end"
        return RecipeError(f"{at} is not expected in '{self.text}'{more}.")


def _alike(left: Column, sign: str, right: Column) -> tuple[str, str, str]:
    """Both sides of a comparison as values of one kind, a number's before a time's before text."""
    pair = (left, right)
    if "NULL" in (left.sql, right.sql):
        return left.sql, sign, right.sql
    if any(each.is_number for each in pair):
        return left.number, sign, right.number
    if any(each.is_time for each in pair):
        return moment_of(left), sign, moment_of(right)
    if any(each.type.base == "boolean" for each in pair):
        return _truth(left), sign, _truth(right)
    return left.text, sign, right.text


def _truth(value: Column) -> str:
    return converted(value, NAMES["boolean"])


def _boolean(sql: str) -> Column:
    return Expression(sql, NAMES["boolean"])


def _of(sql: str, value: Column) -> Column:
    return Expression(sql, value.type)


def _literal(text: str) -> str:
    inside = text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1]
    return f"CAST({quoted_text(inside)} AS VARCHAR)"


def _matches(given: Sequence[Column]) -> str:
    pattern = re.fullmatch(r"CAST\('(.*)' AS VARCHAR\)", given[1].sql, re.S)
    if pattern is None:
        raise RecipeError("The pattern of matches must be a text in quotation marks.")
    return regexps.found(given[0].text, pattern[1].replace("''", "'"))


def _between(given: Sequence[Column]) -> str:
    column, low, high = given
    return "{} {} {} AND {} {} {}".format(*_alike(column, ">=", low), *_alike(column, "<=", high))


def _two(function: str) -> tuple[int, Callable[[Sequence[Column]], str]]:
    return 2, lambda given: f"{function}({given[0].text}, {given[1].text})"


_NAMES = ("contains", "matches", "startsWith", "endsWith", "isBetween", "isMissing", "isValid")
#: Name in small letters → how many values it takes, and its SQL.
_FUNCTIONS: dict[str, tuple[int, Callable[[Sequence[Column]], str]]] = {
    "contains": _two("contains"),
    "startswith": _two("starts_with"),
    "endswith": _two("ends_with"),
    "matches": (2, _matches),
    "isbetween": (3, _between),
    "ismissing": (1, lambda given: given[0].missing),
    "isvalid": (2, lambda given: ""),
}
