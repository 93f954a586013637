"""Arithmetic of SUPER's decimals: exact, the scale is reckoned from those of the operands.

Source: https://docs.aws.amazon.com/redshift/latest/dg/operators-functions.html and, for the scales,
https://docs.aws.amazon.com/redshift/latest/dg/r_numeric_computations201.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import ROUND_DOWN, Context, Decimal, localcontext

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.errors import NUMERIC_OVERFLOW, OUT_OF_RANGE, fail

_MOST = 38
_EXACT = Context(prec=3 * _MOST, rounding=ROUND_DOWN)


def _reckon(one: str, op: str, two: str) -> str:
    """
    >>> _reckon("1.10", "*", "2"), _reckon("0.1", "/", "3"), _reckon("-0.5", "+", "0.50")
    ('2.20', '0.0333', '0.00')
    """
    with localcontext(_EXACT):
        found = _OPERATIONS[op](Decimal(one), Decimal(two))
        whole = max(found.adjusted() + 1, 0)
        if whole > _MOST:
            fail(NUMERIC_OVERFLOW, OUT_OF_RANGE)
        return f"{_cut(found, min(_scale(found), _MOST - whole)):f}"


def _divide(one: Decimal, two: Decimal) -> Decimal:
    if not two:
        fail("division by zero", "22012")
    precision = max(len(two.as_tuple().digits), _scale(two))
    return _cut(one / two, max(4, _scale(one) + precision - _scale(two) + 1))


def _scale(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def _cut(number: Decimal, scale: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-scale)) + 0


_OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": lambda one, two: one % two if two else fail("division by zero", "22012"),
}
UDFS = (Udf("rs_reckon", _reckon, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR"),)
