"""Text to numbers as Teradata casts it: a sign before or behind, exponents, blank text as 0.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_TEXT_TO_INT_ALT.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_TEXT_TO_NUMERIC_ALT.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.errors import (
    BAD_TEXT,
    NUMERIC_OVERFLOW,
    OUT_OF_RANGE,
    fail,
    unsupported,
)
from labkit.cloud.engine.redshift.functions.entry import entries
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import Type, numeric

_NUMBER = re.compile(r"([+-]?)((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)([+-]?)", re.ASCII)
_WIDE = Context(prec=1100)
_INT4 = range(-(2**31), 2**31)


def _number(text: str) -> Decimal:
    if not text.strip():
        return Decimal(0)
    found = _NUMBER.fullmatch(text.strip())
    if not found or (found[1] and found[3]):
        fail(f'invalid input syntax for type numeric: "{text}"', BAD_TEXT)
    value = Decimal(found[2])
    return value.copy_negate() if "-" in (found[1], found[3]) else value


def _int(text: str) -> int:
    whole = int(_number(text).to_integral_value(ROUND_DOWN, _WIDE))
    if whole not in _INT4:
        fail("Overflow in casting to integer", "22003")
    return whole


def _numeric(text: str, precision: int, scale: int) -> str:
    """Rounded to the nearest, of two as near to the even one."""
    found = _number(text).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_EVEN, _WIDE)
    if len(found.as_tuple().digits) > precision:
        fail(NUMERIC_OVERFLOW, OUT_OF_RANGE)
    return f"{found:f}"


UDFS = (
    Udf("rs_text_to_int", _int, ("VARCHAR",), "INTEGER"),
    Udf("rs_text_to_numeric", _numeric, ("VARCHAR", "INTEGER", "INTEGER"), "VARCHAR"),
)


def _kind(args: Sequence[Typed]) -> Type:
    if len(args) == 1:
        return numeric(38, 0)
    sizes = [arg.sql.strip("()") for arg in args[1:]]
    if not all(size.isdecimal() for size in sizes):
        raise unsupported("TEXT_TO_NUMERIC_ALT with a precision that is no literal")
    return numeric(*map(int, sizes))


def _render(args: Sequence[Typed]) -> str:
    kind = _kind(args)
    found = f"rs_text_to_numeric({args[0].sql}, {kind.size}, {kind.scale})"
    return f"CAST({found} AS {kind.duckdb})"


def _format(args: Sequence[Typed]) -> str:
    raise unsupported("a Teradata format")


SCALARS = entries(
    ("text_to_int_alt(text) -> int4", "rs_text_to_int({0})"),
    ("text_to_int_alt(text, text) -> int4", _format),
    ("text_to_numeric_alt(text)", _render, None, "", _kind),
    ("text_to_numeric_alt(text, int4, int4)", _render, None, "", _kind),
    ("text_to_numeric_alt(text, text) -> numeric", _format),
    ("text_to_numeric_alt(text, text, int4, int4) -> numeric", _format),
)
