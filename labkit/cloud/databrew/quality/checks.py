"""Conditions of a rule that compare values, as SQL.

A column of numbers compares as numbers, one of dates or timestamps as moments, one of booleans as
truths, with what is none never; a column of texts compares as numbers where the other side is one
and has an order. A missing value meets no condition. Source:
https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-available-checks.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from labkit.cloud.databrew.expressions import BadExpression, Comparison, Operand, value_of
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parts.patterns import moment, moment_of
from labkit.cloud.databrew.recipe.parts.regexps import found
from labkit.cloud.databrew.recipe.parts.values import exact_number, is_number
from labkit.cloud.engine.quoting import quoted_text


def column_name(text: str) -> str:
    """A column's name, out of its backticks, of which two in a name are one.

    >>> [column_name(text) for text in ("`a b`", "`a``b`", "a")]
    ['a b', 'a`b', 'a']
    """
    quoted = len(text) > 1 and text[0] == text[-1] == "`"
    return text[1:-1].replace("``", "`") if quoted else text


def column_named(name: str, known: Sequence[Column]) -> Column:
    """The column of this name.

    Raises:
        BadExpression: there is none.
    """
    for column in known:
        if column.name == name:
            return column
    raise BadExpression(f"There is no column '{name}'. There are: {names_of(known)}.")


def names_of(known: Sequence[Column]) -> str:
    """The columns' names, for a sentence."""
    return ", ".join(column.name for column in known)


@dataclass(frozen=True)
class _Side:
    """One side of a condition: SQL of it as each of what it may compare as, and what it is."""

    text: str
    number: str
    moment: str
    truth: str
    kind: str  # of the members above

    def beside(self, other: _Side, kind: str = "") -> tuple[str, str]:
        """SQL of this side and another, as what this one is or as of a kind."""
        kind = kind or self.kind
        return getattr(self, kind), getattr(other, kind)


def condition_sql(
    test: Comparison, values: Mapping[str, str], known: Sequence[Column], at_hand: Column | None
) -> str:
    """A condition as SQL.

    Args:
        test: the condition.
        values: the rule's substitution map.
        known: the data set's columns.
        at_hand: the column that a condition without a left side is about.

    Raises:
        BadExpression: it names a column that there is not, or does not fit its type.
    """
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
        return _Side(f"CAST({length} AS VARCHAR)", length, "NULL", "NULL", "number")
    return _of_column(column)


def _of_column(column: Column) -> _Side:
    if column.type.base in ("array", "map", "row"):
        raise BadExpression(f"'{column.name}' is of a complex type, which has no rules.")
    kind = "number" if column.is_number else "moment" if column.is_time else "text"
    return _Side(
        column.text,
        column.compared,
        moment_of(column),
        f"TRY_CAST({column.sql} AS BOOLEAN)",
        "truth" if column.type.base == "boolean" else kind,
    )


def _right(text: str, known: Sequence[Column]) -> _Side:
    if column_name(text) != text:
        return _of_column(column_named(column_name(text), known))
    return _of_text(text)


def _of_text(text: str) -> _Side:
    number = exact_number(text, "") if is_number(text) else "CAST(NULL AS DOUBLE)"
    sql = quoted_text(text)
    kind = "number" if is_number(text) else "text"
    return _Side(sql, number, moment(sql), f"TRY_CAST({sql} AS BOOLEAN)", kind)


def _equal(left: _Side, rights: Sequence[_Side]) -> str:
    return " = ".join(left.beside(rights[0]))


def _order(left: _Side, rights: Sequence[_Side]) -> str:
    """What a side is ordered as: a text as a number among numbers."""
    numbers = left.kind == "text" and all(each.kind == "number" for each in rights)
    return "number" if numbers else left.kind


def _compared(sign: str) -> Callable[[_Side, Sequence[_Side]], str]:
    def compare(left: _Side, rights: Sequence[_Side]) -> str:
        return f" {sign} ".join(left.beside(rights[0], _order(left, rights)))

    return compare


def _between(left: _Side, rights: Sequence[_Side]) -> str:
    (value, low), (_, high) = (left.beside(each, _order(left, rights)) for each in rights)
    return f"{value} BETWEEN {low} AND {high}"


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
    if left.kind != "text":
        return " OR ".join(_equal(left, [_of_text(each)]) for each in texts)
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
