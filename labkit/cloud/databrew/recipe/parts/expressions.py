"""The expressions of BOOLEAN_OPERATION and CASE_OPERATION, read into SQL.

Columns stand in back ticks, of which two are one in a name, or bare where their names are plain
words, aggregates in back ticks with a colon; arithmetic, comparisons, SQL's ``is null``, ``in``,
``between`` and ``like``, ``and``, ``or`` and ``!`` join a handful of functions. Null is neither
true nor false, as in Spark, whose expressions these are. One of AWS's own examples lacks its last
back tick, so the end of the text closes a name too.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.BOOLEAN_OPERATION.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parts.arithmetic import combined
from labkit.cloud.databrew.recipe.parts.comparisons import (
    FUNCTION_NAMES,
    FUNCTIONS,
    alike,
    between,
    truth,
)
from labkit.cloud.databrew.recipe.parts.conversion import Expression
from labkit.cloud.databrew.recipe.parts.tokens import tokens_of
from labkit.cloud.databrew.recipe.parts.validity import valid
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.types import NAMES
from labkit.cloud.engine.quoting import quoted_text

_COMPARISONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "==": "=", "!=": "<>",
                "<>": "<>"}  # fmt: skip
_OPERAND = r"[\s(]*-?(?:`(?:[^`]|``)+`|\d+\.?\d*|\.\d+)[\s)]*"
_ARITHMETIC = re.compile(rf"{_OPERAND}(?:[-+*/%]{_OPERAND})*")
#: A number; one that begins with a zero, as a postal code may, is a text.
_NUMBER = re.compile(r"\s*-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)\s*")
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
    """SQL of what a condition gives: a constant, or what columns and aggregates in back ticks make.

    The page has a single one of those; signs between them count here, where else they were a text.
    """
    if "`" in text and _ARITHMETIC.fullmatch(text):
        return condition(table, text, aggregates)
    if _NUMBER.fullmatch(text):
        return text.strip()
    return f"CAST({quoted_text(text)} AS VARCHAR)"


@dataclass
class _Reader:
    """Reads one expression from left to right."""

    table: Relation
    text: str
    aggregates: Mapping[str, Column]

    def __post_init__(self) -> None:
        self.tokens = tokens_of(self.text)

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
        return _boolean(f" {word.upper()} ".join(f"({truth(each)})" for each in parts))

    def _not(self) -> Column:
        if self._take("!") or self._take("not"):
            return _boolean(f"NOT ({truth(self._not())})")
        left = self._sum()
        if sign := self._sign(*_COMPARISONS):
            return _boolean("{} {} {}".format(*alike(left, _COMPARISONS[sign], self._sum())))
        return self._tested(left)

    def _sum(self) -> Column:
        return self._computed(lambda: self._computed(self._factor, "*", "/", "%"), "+", "-")

    def _computed(self, part: Callable[[], Column], *signs: str) -> Column:
        value = part()
        while sign := self._sign(*signs):
            value = self._typed(combined(self.table.context, value, sign, part()))
        return value

    def _factor(self) -> Column:
        if not self._sign("-"):
            return self._value()
        if self.tokens and self.tokens[0][0] == "number":
            return _constant("-" + self.tokens.pop(0)[1])
        return self._typed(combined(self.table.context, _constant("0"), "-", self._factor()))

    def _tested(self, left: Column) -> Column:
        """What SQL says behind a value: ``is null``, ``in``, ``between``, ``like``."""
        if self._take("is"):
            no = "NOT " if self._take("not") else ""
            self._expect("null")
            return _boolean(f"{left.sql} IS {no}NULL")
        no = "NOT " if self._take("not") else ""
        for word, test in (("in", self._in), ("between", self._within), ("like", self._like)):
            if self._take(word):
                return _boolean(f"{no}({test(left)})")
        if no:
            raise self._unexpected()
        return left

    def _in(self, left: Column) -> str:
        self._expect("(")
        values = [self._sum()]
        while self._take(","):
            values.append(self._sum())
        self._expect(")")
        return " OR ".join("{} {} {}".format(*alike(left, "=", each)) for each in values)

    def _within(self, left: Column) -> str:
        low = self._sum()
        self._expect("and")
        return between([left, low, self._sum()])

    def _like(self, left: Column) -> str:
        return f"{left.text} LIKE {self._value().text} ESCAPE '\\'"

    def _value(self) -> Column:
        if not self.tokens or (self.tokens[0][0] == "sign" and self.tokens[0][1] != "("):
            raise self._unexpected()
        kind, text = self.tokens.pop(0)
        if kind == "name":
            return self._named(text[1:].removesuffix("`").replace("``", "`"))
        if kind == "text":
            return Expression(_literal(text), NAMES["string"])
        if kind == "number":
            return _constant(text)
        if text == "(":
            value = self._any()
            self._expect(")")
            return Expression(f"({value.sql})", value.type)
        return self._word(text)

    def _word(self, word: str) -> Column:
        small = word.lower()
        if small in _CONSTANTS:
            return _boolean(_CONSTANTS[small])
        if small == "case":
            return self._case()
        if self._take("("):
            return _boolean(self._call(small, word))
        return self.table.column(word)

    def _call(self, small: str, word: str) -> str:
        if small not in FUNCTIONS:
            raise unknown("function", word, FUNCTION_NAMES)
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
        count, sql = FUNCTIONS[small]
        if len(given) != count:
            raise RecipeError(f"{word} takes {count} values, not {len(given)}.")
        return sql(given)

    def _case(self) -> Column:
        branches = []
        while self._take("when"):
            when = truth(self._any())
            self._expect("then")
            branches.append((when, self._any()))
        otherwise = self._any() if self._take("else") else _boolean("NULL")
        self._expect("end")
        if not branches:
            raise self._unexpected()
        return reduce(self._either, reversed(branches), otherwise)

    def _either(self, otherwise: Column, branch: tuple[str, Column]) -> Column:
        return self._typed(self.table.either(branch[0], branch[1].sql, otherwise.sql))

    def _typed(self, sql: str) -> Column:
        return Expression(sql, self.table.typed(sql).type)

    def _named(self, name: str) -> Column:
        if not name.startswith(":"):
            return self.table.column(name)
        if name[1:] not in self.aggregates:
            raise unknown("aggregate", name[1:], self.aggregates)
        return self.aggregates[name[1:]]

    def _sign(self, *signs: str) -> str:
        """The sign that comes next, where it is one of these."""
        if self.tokens and self.tokens[0][0] == "sign" and self.tokens[0][1] in signs:
            return self.tokens.pop(0)[1]
        return ""

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


def _boolean(sql: str) -> Column:
    return Expression(sql, NAMES["boolean"])


def _constant(text: str) -> Column:
    whole = text.lstrip("-").isdigit() and abs(int(text)) < 2**63
    return Expression(text, NAMES["long" if whole else "double"])


def _literal(text: str) -> str:
    inside = text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1]
    return f"CAST({quoted_text(inside)} AS VARCHAR)"
