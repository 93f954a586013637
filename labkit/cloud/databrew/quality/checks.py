"""Conditions of a rule that compare values, as SQL.

A column of numbers compares as numbers, with what is none never; a column of texts does where the
other side is a number and has an order. A missing value meets no condition. Source:
https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-available-checks.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from labkit.cloud.databrew.expressions import BadExpression, Comparison, Operand, value_of
from labkit.cloud.databrew.recipe.column import Column
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
    """One side of a condition: SQL of it as a text and as a number, and whether it is one."""

    text: str
    number: str
    is_number: bool


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
        return _Side(f"CAST({length} AS VARCHAR)", length, True)
    return _of_column(column)


def _of_column(column: Column) -> _Side:
    if column.type.base in ("array", "map", "row"):
        raise BadExpression(f"'{column.name}' is of a complex type, which has no rules.")
    return _Side(column.text, column.compared, column.is_number)


def _right(text: str, known: Sequence[Column]) -> _Side:
    if column_name(text) != text:
        return _of_column(column_named(column_name(text), known))
    return _of_text(text)


def _of_text(text: str) -> _Side:
    number = exact_number(text, "") if is_number(text) else "CAST(NULL AS DOUBLE)"
    return _Side(quoted_text(text), number, is_number(text))


def _equal(left: _Side, rights: Sequence[_Side]) -> str:
    right = rights[0]
    if left.is_number:
        return f"{left.number} = {right.number}"
    return f"{left.text} = {right.text}"


def _compared(sign: str) -> Callable[[_Side, Sequence[_Side]], str]:
    def compare(left: _Side, rights: Sequence[_Side]) -> str:
        if left.is_number or rights[0].is_number:
            return f"{left.number} {sign} {rights[0].number}"
        return f"{left.text} {sign} {rights[0].text}"

    return compare


def _between(left: _Side, rights: Sequence[_Side]) -> str:
    low, high = rights
    if left.is_number or (low.is_number and high.is_number):
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
    if left.is_number:
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
