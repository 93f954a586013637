"""Numeric and mathematical functions.

AWS does not say what a logarithm of zero, a root of a negative number or a power beyond a
decimal's range yields; here it is NULL. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/numeric-functions.html and
https://docs.aws.amazon.com/quicksight/latest/user/mathematical-functions.html
"""

from __future__ import annotations

from labkit.cloud.engine.rounding import rounded
from labkit.cloud.quicksight.calc.arguments import Index, Integer, Number
from labkit.cloud.quicksight.calc.operators import finite, operation
from labkit.cloud.quicksight.calc.registry import Answer, function
from labkit.cloud.quicksight.calc.values import Kind, Value, as_kind


def _same(number: Value, *_: object) -> Kind:
    return "decimal" if number.kind == "null" else number.kind


@function("ceil", "numeric", "integer")
def ceil(decimal: Number) -> Answer:
    """A decimal rounded up to the next integer."""
    return f"CAST(ceil({decimal}) AS BIGINT)"


@function("decimalToInt", "numeric", "integer")
def decimal_to_int(decimal: Number) -> Answer:
    """A decimal without what follows its point."""
    return f"CAST(trunc({decimal}) AS BIGINT)"


@function("floor", "numeric", "integer")
def floor(decimal: Number) -> Answer:
    """A decimal rounded down to the next integer."""
    return f"CAST(floor({decimal}) AS BIGINT)"


@function("intToDecimal", "numeric", "decimal")
def int_to_decimal(integer: Integer) -> Answer:
    """An integer as a decimal."""
    return f"CAST({integer} AS DOUBLE)"


@function("round", "numeric", "decimal")
def round_(decimal: Number, scale: Index = 0) -> Answer:
    """A number rounded to so many places, to none by default; halves go away from zero."""
    return rounded(f"CAST({decimal} AS DOUBLE)", str(scale))


@function("mod", "mathematical")
def mod(number: Number, divisor: Number) -> Answer:
    """The remainder of a division; a division by zero fails the query."""
    return operation("%", [number, divisor])


@function("log", "mathematical", "decimal")
def log(expression: Number) -> Answer:
    """The logarithm to base 10; NULL of what is not above zero."""
    return f"CASE WHEN {expression} > 0 THEN log10({as_kind(expression, 'decimal')}) END"


@function("ln", "mathematical", "decimal")
def ln(expression: Number) -> Answer:
    """The natural logarithm; NULL of what is not above zero."""
    return f"CASE WHEN {expression} > 0 THEN ln({as_kind(expression, 'decimal')}) END"


@function("abs", "mathematical", _same)
def abs_(expression: Number) -> Answer:
    """The value without its sign."""
    return f"abs({expression})"


@function("sqrt", "mathematical", "decimal")
def sqrt(expression: Number) -> Answer:
    """The square root; NULL of what is below zero."""
    return f"CASE WHEN {expression} >= 0 THEN sqrt({as_kind(expression, 'decimal')}) END"


@function("exp", "mathematical", "decimal")
def exp(expression: Number) -> Answer:
    """e raised to a power; NULL beyond a decimal's range."""
    return finite(f"exp({as_kind(expression, 'decimal')})")
