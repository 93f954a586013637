"""Decimals: the type that holds the numbers of several columns, and products as wide as Spark's.

A product has the digits of both numbers and one more. Where those are more than 38, Spark takes
them from behind the point, down to six:
https://spark.apache.org/docs/latest/api/java/org/apache/spark/sql/types/DecimalType.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.engine.types import BIGINT, DOUBLE, Type

MOST_DIGITS, LEAST_SCALE = 38, 6
#: Digits of decimals of which any rows have a sum that fits.
SAFE_DIGITS = 28
_WHOLE = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
_EXACT = Context(prec=2 * MOST_DIGITS + 1, rounding=ROUND_HALF_UP)


def shape(column: Column) -> tuple[int, int] | None:
    """How many digits a column's numbers have, and how many of them behind the point.

    >>> [shape(Column("a", each)) for each in (Type("decimal", (20, 2)), BIGINT, DOUBLE)]
    [(20, 2), (19, 0), None]
    """
    if column.type.base == "decimal":
        digits, scale = (int(str(each)) for each in column.type.args)
        return digits, scale
    return (_WHOLE[column.type.base], 0) if column.is_whole else None


def common(columns: Sequence[Column]) -> Type:
    """The type that holds the numbers of all columns: a double where none holds them exactly.

    >>> str(common([Column("a", Type("decimal", (20, 2))), Column("b", BIGINT)]))
    'decimal(21,2)'
    """
    if all(each.is_whole for each in columns):
        return BIGINT
    shapes = [each for column in columns if (each := shape(column))]
    if len(shapes) == len(columns):
        scale = max(behind for _, behind in shapes)
        digits = max(digits - behind for digits, behind in shapes) + scale
        if digits <= MOST_DIGITS:
            return Type("decimal", (digits, scale))
    return DOUBLE


def holding(columns: Sequence[Column], *, least_scale: int = MOST_DIGITS) -> str:
    """DuckDB's type that holds the numbers of all; empty where it finds one itself.

    Its own of DECIMAL(38,18) and DECIMAL(38,0) has no fractions, that of BIGINT and FLOAT 24 bits.

    Args:
        least_scale: so many digits behind the point are enough.
    """
    if len({each.type for each in columns}) == 1 or not all(each.is_number for each in columns):
        return ""
    shapes = [each for column in columns if (each := shape(column))]
    before = max((digits - scale for digits, scale in shapes), default=MOST_DIGITS)
    exact = len(shapes) == len(columns)
    enough = exact and MOST_DIGITS - before >= least_scale
    return "" if enough or all(each.is_whole for each in columns) else common(columns).duckdb


def finer(column: Column) -> Type:
    """The type of a number between a column's least and greatest, such as its mean.

    Beside decimals it is one, so that they keep their digits; with four more behind the point
    where there is room, as Spark's ``avg`` has it.

    >>> str(finer(Column("a", Type("decimal", (20, 2)))))
    'decimal(24,6)'
    """
    if column.type.base != "decimal":
        return DOUBLE
    digits, scale = shape(column) or (MOST_DIGITS, 0)
    more = min(4, MOST_DIGITS - digits)
    return Type("decimal", (digits + more, scale + more))


def within(column: Column, sql: str) -> str:
    """SQL of a number between a column's least and greatest, in a type that stands beside them."""
    return f"CAST({sql} AS {finer(column).duckdb})" if column.type.base == "decimal" else sql


#: A function, and DuckDB's types of its parameters and of what it gives.
Function = tuple[Callable[..., Decimal | None], list[str], str]


def quotient(column: Column) -> Function | None:
    """The function that divides a decimal column's sum by its count; ``None`` of other columns.

    DuckDB's own ``avg`` is a double. ``None`` too of decimals whose sum may not fit.
    """
    digits, scale = shape(column) or (MOST_DIGITS, 0)
    if column.type.base != "decimal" or digits > SAFE_DIGITS:
        return None
    kind = finer(column)
    unit = Decimal(1).scaleb(-int(str(kind.args[1])))

    def mean(total: Decimal | None, count: int) -> Decimal | None:
        return None if total is None else _EXACT.divide(total, count).quantize(unit, context=_EXACT)

    return mean, [f"DECIMAL({MOST_DIGITS}, {scale})", "BIGINT"], kind.duckdb


def product(one: Column, other: Column) -> Function | None:
    """The function that multiplies two decimals.

    ``None`` where DuckDB's own product has the same type.
    """
    shapes = [each for column in (one, other) if (each := shape(column))]
    scale = sum(behind for _, behind in shapes)
    before = sum(digits for digits, _ in shapes) + 1 - scale
    kept = max(MOST_DIGITS - before, min(scale, LEAST_SCALE))
    if len(shapes) < 2 or kept >= scale:
        return None
    unit, end = Decimal(1).scaleb(-kept), Decimal(1).scaleb(MOST_DIGITS - kept)

    def multiplied(a: Decimal | None, b: Decimal | None) -> Decimal | None:
        if a is None or b is None:
            return None
        found = _EXACT.multiply(a, b).quantize(unit, context=_EXACT)
        return found if abs(found) < end else None

    scales = [behind for _, behind in shapes] + [kept]
    *taken, given = (f"DECIMAL({MOST_DIGITS}, {each})" for each in scales)
    return multiplied, taken, given
