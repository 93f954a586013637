"""Arithmetic of SUPER's numbers: decimals are exact, the scale is reckoned from the operands'.

Source: https://docs.aws.amazon.com/redshift/latest/dg/operators-functions.html and, for the scales,
https://docs.aws.amazon.com/redshift/latest/dg/r_numeric_computations201.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    localcontext,
)

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.errors import NUMERIC_OVERFLOW, OUT_OF_RANGE, fail
from labkit.cloud.engine.redshift.functions.entry import entries

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


def _rounded(number: str, name: str) -> str:
    """
    >>> _rounded("-0.50", "abs"), _rounded("-0.50", "round"), _rounded("-0.50", "ceil")
    ('0.50', '-1', '0')
    """
    if name == "abs":
        return number.lstrip("-")
    return f"{_EXACT.plus(Decimal(number).to_integral_value(_ROUNDINGS[name], _EXACT)):f}"


_ROUNDINGS = {
    "floor": ROUND_FLOOR,
    "ceil": ROUND_CEILING,
    "round": ROUND_HALF_UP,
    "trunc": ROUND_DOWN,
}
_TEXT = "VARCHAR"
UDFS = (
    Udf("rs_reckon", _reckon, (_TEXT, _TEXT, _TEXT), _TEXT),
    Udf("rs_rounded", _rounded, (_TEXT, _TEXT), _TEXT),
)


def _rounds(name: str) -> str:
    floating = f"rs_super_float({name}(CAST({{0}} AS DOUBLE)))"
    exact = f"rs_rounded({{0}}, '{name}')"
    return f"CASE WHEN contains(lower({{0}}), 'e') THEN {floating} ELSE {exact} END"


SCALARS = entries(
    ("ceiling(super) -> super", _rounds("ceil")),
    *((f"{name}(super) -> super", _rounds(name)) for name in ("abs", *_ROUNDINGS)),
)
