"""A rule of a ruleset: which columns it is about, and its check as SQL or as statistics.

A check of values is true or false of each row; one of aggregates (``AGG(MEAN) > :val``) compares
statistics of a column or of all rows, which a profile tells. The two do not mix in a rule. A
substitution variable stands for a column where its value is in backticks, and at the left of a
condition. Source:
https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-available-checks.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.databrew.expressions import (
    BadExpression,
    Comparison,
    Tree,
    comparisons_of,
    parse_expression,
    sql_of,
    value_of,
)
from labkit.cloud.databrew.quality.checks import column_name, condition_sql, names_of
from labkit.cloud.databrew.recipe import Column
from labkit.cloud.databrew.selectors import pattern_of

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
        return any(_is_aggregate(test) for test in comparisons_of(self.tree))

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
            raise BadExpression(f"No column is selected. There are: {names_of(known)}.")
        return chosen

    def sql(self, known: Sequence[Column], at_hand: Column | None) -> str:
        """The check of values as a condition of SQL.

        Args:
            known: the data set's columns.
            at_hand: the selected column that conditions without a left side are about.

        Raises:
            BadExpression: it names a column that there is not, or does not fit its type.
        """
        return sql_of(self.tree, lambda test: condition_sql(test, self.values, known, at_hand))


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
    tests = comparisons_of(rule.tree)
    if rule.aggregates and not all(map(_is_aggregate, tests)):
        raise BadExpression("aggregates and values cannot be combined in one rule.")
    for test in tests:
        for word in (*(test.operand.arguments if test.operand else ()), *test.values):
            value_of(word, rule.values)
    explicit = [test for test in tests if test.operand and not _is_aggregate(test)]
    named = [
        test for test in tests if _is_aggregate(test) and aggregate_of(test, rule.values).column
    ]
    if rule.selects and (explicit or named):
        raise BadExpression("a rule with column selectors names no column itself.")
    if not rule.selects and len(explicit) < len(tests) and not rule.aggregates:
        raise BadExpression("it names no column, and has no column selectors.")


def aggregate_of(test: Comparison, values: Mapping[str, str]) -> Aggregate:
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


def _is_aggregate(test: Comparison) -> bool:
    return test.operand is not None and test.operand.function == "AGG"


def _selects(selector: Mapping[str, str], name: str) -> bool:
    if "Name" in selector:
        return selector["Name"] == name
    return pattern_of(selector.get("Regex", "")).fullmatch(name) is not None
