"""Expressions that several operations share: values of one type, numbers, modes, random draws."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from decimal import Decimal

from labkit.cloud.databrew.recipe.column import PLAIN_NUMBER, Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parts.decimals import common
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.types import shown
from labkit.cloud.engine.quoting import quoted_text

#: A column or a given value; which of both is there is for who reads it to see.
Side = tuple[Column | None, str | None]


def in_common(columns: Sequence[Column]) -> list[str]:
    """SQL of each column in the type that holds them all: a number's, or text.

    >>> from labkit.cloud.engine.types import BIGINT, DOUBLE, VARCHAR
    >>> in_common([Column("a", BIGINT), Column("b", DOUBLE)])
    ['CAST("a" AS DOUBLE)', 'CAST("b" AS DOUBLE)']
    >>> in_common([Column("a", BIGINT), Column("b", VARCHAR)])
    ['CAST("a" AS VARCHAR)', '"b"']
    """
    if len({each.type for each in columns}) == 1:
        return [each.sql for each in columns]
    if all(each.is_number for each in columns):
        return [f"CAST({each.sql} AS {common(columns).duckdb})" for each in columns]
    if all(each.is_time for each in columns):
        return [f"TRY_CAST({each.sql} AS TIMESTAMP)" for each in columns]
    return [each.text for each in columns]


def present(column: Column) -> str:
    """SQL of a value, NULL where it is missing: an empty text is.

    >>> from labkit.cloud.engine.types import BIGINT
    >>> present(Column("a", BIGINT))
    '"a"'
    """
    return f"nullif({column.sql}, '')" if column.is_text else column.sql


def number(text: str, name: str) -> str:
    """SQL of a number that a parameter gives as text, to calculate with.

    Raises:
        RecipeError: it is none.
    """
    if not is_number(text):
        raise RecipeError(f"The parameter '{name}' must be a number, not '{text}'.")
    with contextlib.suppress(ValueError):
        if abs(whole := int(text)) < 2**63:
            return f"CAST({quoted_text(str(whole))} AS BIGINT)"
    return f"CAST({quoted_text(str(float(text)))} AS DOUBLE)"


def exact_number(text: str, name: str) -> str:
    """SQL of a number to compare with or to put: a decimal where a double has not all its digits.

    Raises:
        RecipeError: it is none.
    """
    near, found = number(text, name), re.fullmatch(r"\s*[+-]?0*(\d*)(?:\.(\d*))?\s*", text)
    if not found or "BIGINT" in near or Decimal(text) == Decimal(repr(float(text))):
        return near
    scale = len(found[2] or "")
    digits = max(len(found[1]) + scale, 1)
    exact = f"CAST({quoted_text(text.strip())} AS DECIMAL({digits}, {scale}))"
    return exact if digits <= 38 else near


def is_number(text: str) -> bool:
    """Whether a text is a number.

    >>> [is_number(text) for text in ("1.5", "-2e3", "1_000", "inf", "")]
    [True, True, False, False, False]
    """
    return re.fullmatch(PLAIN_NUMBER, text) is not None


def numeric(column: Column) -> Column:
    """A column of numbers, or of texts that may be some.

    Raises:
        RecipeError: it is of another type, of which no value is a number.
    """
    if not (column.is_number or column.is_text):
        raise RecipeError(f"'{column.name}' is of type {shown(column.type)}; numbers are needed.")
    return column


def at_least(least: int, given: int, name: str) -> int:
    """A whole number that a parameter gives.

    Raises:
        RecipeError: it is less.
    """
    if given < least:
        raise RecipeError(f"The parameter '{name}' must be {least} or more, not '{given}'.")
    return given


def check_either(column: Column | None, value: object, which: str = "") -> None:
    """Refuse a function's argument that is not exactly one of a column and a given value.

    Args:
        which: of a function's two, ``1`` or ``2``.

    Raises:
        RecipeError: both are given, or none.
    """
    if (column is None) == (value is None):
        raise RecipeError(f"Give either 'sourceColumn{which}' or 'value{which}', not both.")


def operand(column: Column | None, value: str | None, which: str = "") -> str:
    """SQL of a number: a column's or a given one; as `check_either`."""
    check_either(column, value, which)
    return column.number if column else number(value or "", f"value{which}")


def sides(first: Side, second: Side) -> tuple[Side, Side]:
    """The two sides of a function of two, where a column and a value may have the same number.

    The pages allow "one of ``sourceColumn1`` or ``sourceColumn2`` and one of ``value1`` or
    ``value2``", and ADD's has ``sourceColumn1`` + ``value1``: the column stays on its own side.

    >>> from labkit.cloud.engine.types import BIGINT
    >>> a = Column("a", BIGINT)
    >>> sides((a, "5"), (None, None)) == sides((a, None), (None, "5"))
    True
    >>> sides((None, None), (a, "5")) == sides((None, "5"), (a, None))
    True
    """
    if second == (None, None) and None not in first:
        return (first[0], None), (None, first[1])
    if first == (None, None) and None not in second:
        return (None, second[1]), (second[0], None)
    return first, second


def draw(table: Relation, salt: str) -> str:
    """SQL of a random number from 0 up to but not including 1, one a row.

    Drawn from the row's number and the recipe's seed: the same on any number of threads. The
    operation must be registered as ``ordered``.
    """
    bits = f"hash({table.row}, CAST({table.context.seed} AS BIGINT), {quoted_text(salt)})"
    return f"(({bits} >> 11) / 9007199254740992.0::DOUBLE)"


def between(table: Relation, lower: str, upper: str, salt: str) -> str:
    """SQL of a random number between two bounds, both included; whole where both are.

    Raises:
        RecipeError: a bound is no number, or they are the wrong way round.
    """
    low, high = number(lower, "lowerBound"), number(upper, "upperBound")
    if float(lower) > float(upper):
        raise RecipeError(f"The lower bound {lower} is above the upper bound {upper}.")
    one = draw(table, salt)
    if "BIGINT" in low and "BIGINT" in high:
        return f"CAST({low} + floor({one} * ({float(upper) - float(lower) + 1}::DOUBLE)) AS BIGINT)"
    return f"{low} + {one} * ({high} - {low})"


def logarithm(x: str, base: float) -> str:
    """SQL of a logarithm; NULL of 0 and below, as in Spark.

    Raises:
        RecipeError: there is no logarithm to this base.
    """
    if not base > 0 or base == 1:
        raise RecipeError(f"There is no logarithm to the base {base:g}.")
    exact = {2.0: f"log2({x})", 10.0: f"log10({x})"}
    sql = exact.get(float(base), f"ln({x}) / ln({float(base)!r}::DOUBLE)")
    return f"CASE WHEN {x} > 0 THEN {sql} END"
