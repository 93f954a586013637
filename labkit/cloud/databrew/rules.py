"""A rule of a ruleset: which columns it is about, and its check as SQL or as statistics.

A check of values is true or false of each row; one of aggregates (``AGG(MEAN) > :val``) compares
statistics of a column or of all rows, which a profile tells. The two do not mix in a rule. A
substitution variable stands for a column where its value is in backticks, and at the left of a
condition. Source:
https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-available-checks.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.databrew.expressions import (
    BadExpression,
    Operand,
    Test,
    Tree,
    parse_expression,
    sql_of,
    tests_of,
    value_of,
)
from labkit.cloud.databrew.recipe.regexps import found
from labkit.cloud.databrew.recipe.relation import Column, quoted_text

_STATISTIC = re.compile(r"[A-Z][A-Z_]*")


@dataclass(frozen=True)
class Aggregate:
    """A statistic that a condition compares.

    Args:
        statistic: its name, such as ``MEAN``.
        column: of which column; ``None`` for the column at hand, or for all rows.
        parameter: a z-score or a quantile, where it has one.
    """

    statistic: str
    column: str | None
    parameter: str | None


@dataclass(frozen=True)
class Rule:
    """A rule, read.

    Args:
        definition: as the API has it.
        tree: its check.
        values: its substitution map.
    """

    definition: Mapping[str, Any]
    tree: Tree
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        return str(self.definition["Name"])

    @property
    def aggregates(self) -> bool:
        """Whether it compares statistics, not values."""
        return any(_is_aggregate(test) for test in tests_of(self.tree))

    @property
    def selects(self) -> bool:
        """Whether it is about columns that selectors choose."""
        return bool(self.definition.get("ColumnSelectors"))

    def columns(self, known: Sequence[Column]) -> list[Column]:
        """The columns that the selectors choose.

        Raises:
            BadExpression: they choose none.
        """
        selectors = self.definition.get("ColumnSelectors") or []
        chosen = [c for c in known if any(_selects(each, c.name) for each in selectors)]
        if not chosen:
            raise BadExpression(f"No column is selected. There are: {_names(known)}.")
        return chosen

    def sql(self, known: Sequence[Column], at_hand: Column | None) -> str:
        """The check of values as a condition of SQL.

        Args:
            known: the data set's columns.
            at_hand: the selected column that conditions without a left side are about.

        Raises:
            BadExpression: it names a column that there is not, or does not fit its type.
        """
        return sql_of(self.tree, lambda test: _sql(test, self.values, known, at_hand))


def read_rule(definition: Mapping[str, Any]) -> Rule:
    """A rule of its definition.

    Raises:
        BadExpression: its check does not read.
    """
    tree = parse_expression(definition["CheckExpression"])
    return Rule(definition, tree, definition.get("SubstitutionMap") or {})


def check_rule(definition: Mapping[str, Any]) -> None:
    """Refuse a rule that could never be checked.

    Raises:
        BadExpression: says why.
    """
    rule = read_rule(definition)
    tests = tests_of(rule.tree)
    if rule.aggregates and not all(map(_is_aggregate, tests)):
        raise BadExpression("aggregates and values cannot be combined in one rule.")
    for test in tests:
        for word in (*(test.operand.arguments if test.operand else ()), *test.values):
            value_of(word, rule.values)
    explicit = [test for test in tests if test.operand and not _is_aggregate(test)]
    if rule.selects and explicit:
        raise BadExpression("a rule with column selectors names no column itself.")
    if not rule.selects and len(explicit) < len(tests) and not rule.aggregates:
        raise BadExpression("it names no column, and has no column selectors.")


def aggregate_of(test: Test, values: Mapping[str, str]) -> Aggregate:
    """The statistic that a condition compares: ``AGG(:col, STATISTIC, :parameter)``.

    Raises:
        BadExpression: it names none.
    """
    arguments = test.operand.arguments if test.operand else ()
    names = [word for word in arguments if _STATISTIC.fullmatch(word.upper()) and word[0] != ":"]
    if len(names) != 1:
        raise BadExpression(f"AGG takes one statistic, not {', '.join(arguments)}.")
    at = arguments.index(names[0])
    column = column_name(value_of(arguments[0], values)) if at else None
    parameter = value_of(arguments[at + 1], values) if len(arguments) > at + 1 else None
    return Aggregate(names[0].upper(), column, parameter)


def column_name(text: str) -> str:
    """A column's name, out of its backticks."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "`" else text


def column_named(name: str, known: Sequence[Column]) -> Column:
    """The column of this name.

    Raises:
        BadExpression: there is none.
    """
    for column in known:
        if column.name == name:
            return column
    raise BadExpression(f"There is no column '{name}'. There are: {_names(known)}.")


def _is_aggregate(test: Test) -> bool:
    return test.operand is not None and test.operand.function == "AGG"


def _selects(selector: Mapping[str, str], name: str) -> bool:
    if "Name" in selector:
        return selector["Name"] == name
    return re.fullmatch(selector.get("Regex", ""), name) is not None


def _names(known: Sequence[Column]) -> str:
    return ", ".join(column.name for column in known)


# Conditions of values as SQL ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Side:
    """One side of a condition: SQL of it as a text and as a number, and whether it is one."""

    text: str
    number: str
    is_number: bool


def _sql(
    test: Test, values: Mapping[str, str], known: Sequence[Column], at_hand: Column | None
) -> str:
    left = _left(test.operand, values, known, at_hand)
    rights = [value_of(word, values) for word in test.values]
    if test.condition in _TEXTS:
        return _TEXTS[test.condition](left, [_right(text, known) for text in rights], rights)
    if test.condition not in _NUMBERS:
        raise BadExpression(f"The condition {test.condition} does not compare values of columns.")
    return _NUMBERS[test.condition](left, [_right(text, known) for text in rights])


def _left(
    operand: Operand | None,
    values: Mapping[str, str],
    known: Sequence[Column],
    at_hand: Column | None,
) -> _Side:
    if operand is None:
        if at_hand is None:
            raise BadExpression("A condition names no column.")
        return _of_column(at_hand)
    name = column_name(value_of(operand.arguments[0], values))
    column = column_named(name, known)
    if operand.function == "LENGTH":
        length = f"length({column.text})"
        return _Side(f"CAST({length} AS VARCHAR)", length, True)
    return _of_column(column)


def _of_column(column: Column) -> _Side:
    if column.type.base in ("array", "map", "row"):
        raise BadExpression(f"'{column.name}' is of a complex type, which has no rules.")
    return _Side(column.text, column.number, column.is_number)


def _right(text: str, known: Sequence[Column]) -> _Side:
    if column_name(text) != text:
        return _of_column(column_named(column_name(text), known))
    number = f"TRY_CAST({quoted_text(text)} AS DOUBLE)"
    return _Side(quoted_text(text), number, _is_number(text))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _equal(left: _Side, rights: Sequence[_Side]) -> str:
    right = rights[0]
    if left.is_number and right.is_number:
        return f"{left.number} = {right.number}"
    return f"{left.text} = {right.text}"


def _compared(sign: str) -> Callable[[_Side, Sequence[_Side]], str]:
    def compare(left: _Side, rights: Sequence[_Side]) -> str:
        if rights[0].is_number:
            return f"{left.number} {sign} {rights[0].number}"
        return f"{left.text} {sign} {rights[0].text}"

    return compare


def _between(left: _Side, rights: Sequence[_Side]) -> str:
    low, high = rights
    if low.is_number and high.is_number:
        return f"{left.number} BETWEEN {low.number} AND {high.number}"
    return f"{left.text} BETWEEN {low.text} AND {high.text}"


_NUMBERS: dict[str, Callable[[_Side, Sequence[_Side]], str]] = {
    "==": _equal,
    "!=": lambda left, rights: f"NOT ({_equal(left, rights)})",
    "<": _compared("<"),
    "<=": _compared("<="),
    ">": _compared(">"),
    ">=": _compared(">="),
    "between": _between,
}


def _by(function: str) -> Callable[..., str]:
    return lambda left, rights, given: f"{function}({left.text}, {rights[0].text})"


def _matches(left: _Side, rights: Sequence[_Side], given: Sequence[str]) -> str:
    return found(left.text, given[0])


def _among(left: _Side, rights: Sequence[_Side], given: Sequence[str]) -> str:
    try:
        values = json.loads(given[0])
    except ValueError:
        values = None
    if not isinstance(values, list) or not values:
        raise BadExpression(f"IN takes a JSON list of values, not {given[0]}.")
    texts = [each if isinstance(each, str) else json.dumps(each) for each in values]
    return f"{left.text} IN ({', '.join(map(quoted_text, texts))})"


def _missing(left: _Side, rights: Sequence[_Side], given: Sequence[str]) -> str:
    return f"({left.text} IS NULL OR {left.text} = '')"


_TEXTS: dict[str, Callable[[_Side, Sequence[_Side], Sequence[str]], str]] = {
    "starts_with": _by("starts_with"),
    "ends_with": _by("ends_with"),
    "contains": _by("contains"),
    "matches": _matches,
    "in": _among,
    "missing": _missing,
}
