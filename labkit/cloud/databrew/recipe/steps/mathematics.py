"""Mathematical functions: each puts its result into a new column.

A text counts as the number that it reads as, anything else as missing, and what has no result is
missing: where Spark gives NULL (a division by zero, a logarithm of zero) or Infinity or NaN (a
power that overflows, the root of -1), so do these. A whole number that does not fit is NULL.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.math.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parameters import NewColumn
from labkit.cloud.databrew.recipe.parts.decimals import product
from labkit.cloud.databrew.recipe.parts.values import (
    Side,
    between,
    draw,
    logarithm,
    number,
    operand,
    sides,
)
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_text

operation = category("Fn: mathematical")

#: Name → SQL over ``{x}``, and what it is.
_OF_ONE = {
    "ABSOLUTE": ("TRY(abs({x}))", "How far a number is from zero."),
    "CEILING": ("TRY_CAST(ceil({x}) AS BIGINT)", "The least whole number that is not less."),
    "DEGREES": ("degrees({x})", "An angle in radians as degrees."),
    "EXPONENT": ("exp({x})", "Euler's number to the power of a number."),
    "FLOOR": ("TRY_CAST(floor({x}) AS BIGINT)", "The greatest whole number that is not greater."),
    "LN": ("CASE WHEN {x} > 0 THEN ln({x}) END", "The natural logarithm; none of 0 and below."),
    "NEGATE": ("TRY(-({x}))", "A number with the other sign."),
    "RADIANS": ("radians({x})", "An angle in degrees as radians."),
    "ROUND": (
        "TRY(round({x}))",
        "The nearest whole number; a half goes away from zero, as in Spark.",
    ),
    "SIGN": (
        "CASE WHEN NOT isnan({x}) THEN CAST(sign({x}) AS INTEGER) END",
        "-1, 0 or 1: whether a number is below zero or above.",
    ),
    "SQUARE_ROOT": ("sqrt({x})", "The square root; NaN below 0."),
}
#: What a whole number stays by; as a double a large one would be another.
_TO_WHOLE = ("CEILING", "FLOOR")
_MOD = """What remains of a number divided by another, with the sign of the first; NULL by 0.

The documentation calls it the percent that one number is of another; its name says the remainder.
"""
#: Name → SQL over ``{a}`` and ``{b}``, and what it is.
_OF_TWO = {
    "ADD": ("TRY({a} + {b})", "The sum of two numbers."),
    "DIVIDE": ("CASE WHEN {b} <> 0 THEN {a} / {b} END", "A number divided by another; NULL by 0."),
    "MOD": ("CASE WHEN {b} <> 0 THEN TRY({a} % {b}) END", _MOD),
    "SUBTRACT": ("TRY({a} - {b})", "A number less another."),
}


def _of_one(name: str, sql: str, doc: str) -> None:
    def function(
        table: Relation,
        *,
        source_column: Column | None = None,
        source_column1: Column | None = None,
        value: str | None = None,
        value1: str | None = None,
        target_column: NewColumn,
    ) -> Relation:
        column, given = source_column or source_column1, value if value is not None else value1
        x = operand(column, given)
        if column and column.is_whole:
            x = f"CAST({x} AS BIGINT)"
        stays = column and column.is_whole and name in _TO_WHOLE
        return table.put(target_column, x if stays else sql.format(x=x))

    function.__doc__ = doc
    operation(name)(function)


def _of_two(name: str, sql: str, doc: str) -> None:
    def function(
        table: Relation,
        *,
        source_column1: Column | None = None,
        value1: str | None = None,
        source_column2: Column | None = None,
        value2: str | None = None,
        target_column: NewColumn,
    ) -> Relation:
        one, two = sides((source_column1, value1), (source_column2, value2))
        a, b = _numbers(one, two)
        return table.put(target_column, sql.format(a=a, b=b))

    function.__doc__ = doc
    operation(name)(function)


def _numbers(one: Side, two: Side) -> tuple[str, str]:
    return (_long(one[0], operand(*one, "1")), _long(two[0], operand(*two, "2")))


def _long(column: Column | None, sql: str) -> str:
    """Whole numbers as long ones, so that what two give fits."""
    return f"CAST({sql} AS BIGINT)" if column and column.is_whole else sql


for _name, (_sql, _doc) in _OF_ONE.items():
    _of_one(_name, _sql, _doc)
for _name, (_sql, _doc) in _OF_TWO.items():
    _of_two(_name, _sql, _doc)


@operation("MULTIPLY")
def multiply(
    table: Relation,
    *,
    source_column1: Column | None = None,
    value1: str | None = None,
    source_column2: Column | None = None,
    value2: str | None = None,
    target_column: NewColumn,
) -> Relation:
    """The product of two numbers; of wide decimals with as many digits as Spark's."""
    one, two = sides((source_column1, value1), (source_column2, value2))
    a, b = _numbers(one, two)
    wide = product(one[0], two[0]) if one[0] and two[0] else None
    if wide is None:
        return table.put(target_column, f"TRY({a} * {b})")
    return table.put(target_column, f"{table.context.function(*wide)}({a}, {b})")


def _parity(rest: int, summary: str) -> Callable[..., Relation]:
    """A function of whether a number has this rest by 2."""

    def function(
        table: Relation,
        *,
        source_column: Column | None = None,
        value: str | None = None,
        target_column: NewColumn,
        true_string: str | None = None,
        false_string: str | None = None,
    ) -> Relation:
        x = operand(source_column, value)
        return table.put(target_column, _says(f"abs({x} % 2) = {rest}", true_string, false_string))

    function.__doc__ = summary
    return function


operation("IS_EVEN")(_parity(0, "Whether a number is even; a decimal is not."))
operation("IS_ODD")(_parity(1, "Whether a number is odd; a decimal is not."))


def _says(test: str, yes: str | None, no: str | None) -> str:
    """A condition as two texts, or as it is when neither is given; NULL stays NULL."""
    if yes is None and no is None:
        return test
    true, false = quoted_text(yes or "true"), quoted_text(no or "false")
    return f"CASE WHEN {test} THEN {true} WHEN NOT ({test}) THEN {false} END"


@operation("LOG")
def log(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    target_column: NewColumn,
    base: float = 10,
) -> Relation:
    """The logarithm to a base; none of 0 and below."""
    x = operand(source_column, value)
    return table.put(target_column, logarithm(x, base))


@operation("POWER")
def power(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    target_column: NewColumn,
    exponent: float,
) -> Relation:
    """A number to the power of an exponent; Infinity where it overflows."""
    x = operand(source_column, value)
    return table.put(
        target_column, f"pow(CAST({x} AS DOUBLE), {number(str(exponent), 'exponent')})"
    )


@operation("PI")
def pi(table: Relation, *, target_column: NewColumn) -> Relation:
    """The number pi in every row."""
    return table.put(target_column, "pi()")


@operation("RANDOM", ordered=True)
def random(table: Relation, *, target_column: NewColumn) -> Relation:
    """A random number from 0 to 1 in every row; the same seed gives the same numbers."""
    return table.put(target_column, draw(table, target_column))


@operation("RANDOM_BETWEEN", ordered=True)
def random_between(
    table: Relation, *, lower_bound: str, upper_bound: str, target_column: NewColumn
) -> Relation:
    """A random number between two bounds, which it may meet; a whole one where both are whole."""
    return table.put(target_column, between(table, lower_bound, upper_bound, target_column))
