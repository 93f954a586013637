"""Decimals rounded or cut to a number of digits, also to one that is computed.

DuckDB takes constant numbers of digits alone; the others are reckoned in Python.
Source: https://trino.io/docs/current/functions/math.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from functools import partial
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import Entry, Render, fail

_CONSTANT = re.compile(r"[\d()\s-]+")
_MOST = 38


def _to_digits(way: str, text: str, digits: int) -> str:
    """A decimal's text to so many digits behind the point; to none before it is 0."""
    number = Decimal(text)
    places = -int(number.as_tuple().exponent)
    if digits >= places:
        return text
    if digits < -_MOST:
        return "0"
    with localcontext(prec=2 * _MOST):
        found = number.quantize(Decimal(1).scaleb(-digits), way)
        if abs(found) >= Decimal(10) ** (_MOST - places):
            fail("Decimal overflow", "NUMERIC_VALUE_OUT_OF_RANGE")
    return format(found, "f")


def _by(own: str) -> Render:
    def render(call: Any, args: Sequence[str]) -> str:
        value, digits = args
        if _CONSTANT.fullmatch(digits):
            return f"CAST({own}({value}, {digits}) AS {call.returns.duckdb})"
        text = f"trino_{own}_decimal(CAST({value} AS VARCHAR), {digits})"
        return f"CAST({text} AS {call.returns.duckdb})"

    return render


SCALARS = (
    Entry(
        "round(decimal(p, s), integer) -> decimal(rp, s)",
        _by("round"),
        derive=lambda v: {"rp": min(_MOST, v["p"] + 1)},
    ),
    Entry("truncate(decimal(p, s), integer) -> decimal(p, s)", _by("trunc")),
)
UDFS = tuple(
    Udf(f"trino_{own}_decimal", partial(_to_digits, way), ("VARCHAR", "INTEGER"), "VARCHAR")
    for own, way in (("round", ROUND_HALF_UP), ("trunc", ROUND_DOWN))
)
