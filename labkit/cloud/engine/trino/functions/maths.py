"""Mathematical and bitwise functions.

Sources: https://trino.io/docs/current/functions/math.html and
https://trino.io/docs/current/functions/bitwise.html
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.rounding import rounded
from labkit.cloud.engine.trino import decimals
from labkit.cloud.engine.trino.functions.documents import java_double
from labkit.cloud.engine.trino.functions.entry import (
    FLOATS,
    Entry,
    entries,
    fail,
    infix,
    over,
    unless_null,
)
from labkit.cloud.engine.trino.functions.unordered import greatest_of, holds_nan
from labkit.cloud.engine.trino.scope import Typed

_INTEGERS = "tinyint|smallint|integer|bigint"


def _rounded(v: dict[str, Any]) -> dict[str, Any]:
    return {"rp": min(38, v["p"] - v["s"] + min(1, v["s"]))}


def _truncated(v: dict[str, Any]) -> dict[str, Any]:
    return {"rp": max(v["p"] - v["s"], 1)}


def _remainder(v: dict[str, Any]) -> dict[str, Any]:
    scale = max(v["s"], v["t"])
    return {"rp": min(38, min(v["p"] - v["s"], v["q"] - v["t"]) + scale), "rs": scale}


_OF_DOUBLES = "acos asin atan cos cosh degrees exp ln log2 log10 radians sin sinh sqrt tan tanh"
_TO_RETURNS = "CAST({0}({{0}}) AS {{returns}})"


def _decimal_rest(call: Any, args: Sequence[str]) -> str:
    left, right = map(Typed, args, call.parameters)
    return decimals.arithmetic("%", left, right).sql


def _greatest(call: Any, args: Sequence[str]) -> str:
    """NaN is the largest number to DuckDB; here any number is greater."""
    if call.returns.types and holds_nan(call.returns):
        return unless_null(greatest_of("[{all}]", call.returns))(call, args)
    if call.returns.base not in ("real", "double"):
        return unless_null("greatest({all})")(call, args)
    numbers = ", ".join(f"nullif({arg}, 'NaN')" for arg in args)
    return unless_null(f"coalesce(greatest({numbers}), 'NaN')")(call, args)


def _or_nan(template: str) -> Any:
    """A function in Python that gives NaN, of which DuckDB makes NULL."""
    return unless_null(f"coalesce({template}, 'NaN'::DOUBLE)")


SCALARS = (
    *over(f"{_INTEGERS}|{FLOATS}|decimal(p, s)", "abs(#) -> #", "abs({0})"),
    *(
        line
        for name, sql in (("ceil", "ceil"), ("ceiling", "ceil"), ("floor", "floor"))
        for line in (
            *over(_INTEGERS, f"{name}(#) -> #", "({0})"),
            *over(FLOATS, f"{name}(#) -> #", f"{sql}({{0}})"),
            Entry(
                f"{name}(decimal(p, s)) -> decimal(rp, 0)", _TO_RETURNS.format(sql), derive=_rounded
            ),
        )
    ),
    *over(f"{_INTEGERS}", "round(#) -> #", "({0})"),
    *over(f"{_INTEGERS}", "round(#, integer) -> #", "trino_round_integer({0}, {1})"),
    *over(FLOATS, "round(#) -> #", "round({0})"),
    *over(FLOATS, "round(#, integer) -> #", f"CAST({rounded('{0}', '{1}')} AS {{returns}})"),
    Entry("round(decimal(p, s)) -> decimal(rp, 0)", _TO_RETURNS.format("round"), derive=_rounded),
    *over(FLOATS, "truncate(#) -> #", "trunc({0})"),
    Entry(
        "truncate(decimal(p, s)) -> decimal(rp, 0)", _TO_RETURNS.format("trunc"), derive=_truncated
    ),
    *over(_INTEGERS, "mod(#, #) -> #", "({0} % {1})"),
    *over(FLOATS, "mod(#, #) -> #", "({0} % {1})"),
    Entry("mod(decimal(p, s), decimal(q, t)) -> decimal(rp, rs)", _decimal_rest, derive=_remainder),
    *over(_INTEGERS, "sign(#) -> #", "CAST(sign({0}) AS {returns})"),
    *over("real|double", "sign(#) -> #", "trino_sign({0})"),
    Entry("sign(decimal(p, s)) -> decimal(1, 0)", "CAST(sign({0}) AS {returns})"),
    *entries(
        *((f"{name}(double) -> double", f"{name}({{0}})") for name in _OF_DOUBLES.split()),
        ("cbrt(double) -> double", "trino_newton(cbrt({0}), {0})"),
        ("atan2(double, double) -> double", "atan2({0}, {1})"),
        ("log(double, double) -> double", "(ln({1}) / ln({0}))"),
        ("pow(double, double) -> double", "pow({0}, {1})"),
        ("power(double, double) -> double", "pow({0}, {1})"),
        ("e() -> double", "exp(1.0::DOUBLE)"),
        ("pi() -> double", "pi()"),
        ("nan() -> double", "'NaN'::DOUBLE"),
        ("infinity() -> double", "'Infinity'::DOUBLE"),
        ("is_nan(real) -> boolean", "isnan({0})"),
        ("is_nan(double) -> boolean", "isnan({0})"),
        ("is_finite(double) -> boolean", "isfinite({0})"),
        ("is_infinite(double) -> boolean", "isinf({0})"),
        ("to_base(bigint, bigint) -> varchar(64)", "trino_to_base({0}, {1})"),
        ("from_base(varchar(x), bigint) -> bigint", "trino_from_base({0}, {1})"),
        (
            "width_bucket(double, double, double, bigint) -> bigint",
            "trino_width_bucket({0}, {1}, {2}, {3})",
        ),
        ("width_bucket(double, array(double)) -> bigint", "trino_bin({0}, {1})"),
        ("normal_cdf(double, double, double) -> double", _or_nan("trino_normal_cdf({all})")),
        (
            "inverse_normal_cdf(double, double, double) -> double",
            _or_nan("trino_inverse_normal_cdf({all})"),
        ),
        (
            "wilson_interval_lower(bigint, bigint, double) -> double",
            "trino_wilson({0}, {1}, {2}, -1.0)",
        ),
        (
            "wilson_interval_upper(bigint, bigint, double) -> double",
            "trino_wilson({0}, {1}, {2}, 1.0)",
        ),
        (
            "cosine_similarity(map(varchar, double), map(varchar, double)) -> double",
            "trino_cosine({0}, {1})",
        ),
        (
            "cosine_similarity(array(double), array(double)) -> double",
            "list_cosine_similarity({0}, {1})",
        ),
        (
            "cosine_distance(array(double), array(double)) -> double",
            "(1 - list_cosine_similarity({0}, {1}))",
        ),
        ("dot_product(array(double), array(double)) -> double", "list_dot_product({0}, {1})"),
        ("euclidean_distance(array(double), array(double)) -> double", "list_distance({0}, {1})"),
        ("greatest(E, E...) -> E", _greatest),
        ("least(E, E...) -> E", unless_null("least({all})")),
        ("bitwise_and(bigint, bigint) -> bigint", infix("&")),
        ("bitwise_or(bigint, bigint) -> bigint", infix("|")),
        ("bitwise_xor(bigint, bigint) -> bigint", "xor({0}, {1})"),
        ("bitwise_not(bigint) -> bigint", "(~({0}))"),
        ("bit_count(bigint, bigint) -> bigint", "trino_bit_count({0}, {1})"),
    ),
    *over(
        _INTEGERS,
        "bitwise_left_shift(#, bigint) -> #",
        "CAST(trino_shift({0}, {1}, 'left', {returns!r}) AS {returns})",
    ),
    *over(
        _INTEGERS,
        "bitwise_right_shift(#, bigint) -> #",
        "CAST(trino_shift({0}, {1}, 'right', {returns!r}) AS {returns})",
    ),
    *over(
        _INTEGERS,
        "bitwise_right_shift_arithmetic(#, bigint) -> #",
        "CAST(trino_shift({0}, {1}, 'arithmetic', {returns!r}) AS {returns})",
    ),
    *(
        Entry(signature, template, deterministic=False)
        for name in ("random", "rand")
        for signature, template in (
            (f"{name}() -> double", "random()"),
            *(
                (f"{name}({t}) -> {t}", "trino_random_below({0})::{returns}")
                for t in _INTEGERS.split("|")
            ),
            *(
                (f"{name}({t}, {t}) -> {t}", "trino_random({0}, {1})::{returns}")
                for t in _INTEGERS.split("|")
            ),
        )
    ),
)


_DIGITS = string.digits + string.ascii_lowercase


def _to_base(value: int, radix: int) -> str:
    _check_radix(radix)
    digits, rest = "", abs(value)
    while rest or not digits:
        rest, digit = divmod(rest, radix)
        digits = _DIGITS[digit] + digits
    return "-" * (value < 0) + digits


def _from_base(text: str, radix: int) -> int:
    _check_radix(radix)
    try:
        if "_" in text or text != text.strip():
            raise ValueError
        found = int(text, radix)
    except ValueError:
        fail(f"Not a valid base-{radix} number: {text}")
    if not -(1 << 63) <= found < 1 << 63:
        fail(f"Not a valid base-{radix} number: {text}")
    return found


def _check_radix(radix: int) -> None:
    if not 2 <= radix <= 36:
        fail("Radix must be between 2 and 36")


def _width_bucket(x: float, low: float, high: float, count: int) -> int:
    """https://github.com/trinodb/trino MathFunctions.widthBucket"""
    if count <= 0:
        fail("bucketCount must be greater than 0")
    if x != x:
        fail("operand must not be NaN")
    for place, bound in (("first", low), ("second", high)):
        if not math.isfinite(bound):
            fail(f"{place} bound must be finite")
    if low == high:
        fail("bounds cannot equal each other")
    least, most = min(low, high), max(low, high)
    if x >= most and count == _LARGEST:
        fail(f"Bucket for value {java_double(x)} is out of range", "NUMERIC_VALUE_OUT_OF_RANGE")
    inside = int(count * (x - least) / (most - least) + 1) if least <= x < most else 0
    bucket = count + 1 if x >= most else inside
    return bucket if low < high else count - bucket + 1


_LARGEST = (1 << 63) - 1


_SIZES = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}


def _shift(value: int, by: int, way: str, kind: str) -> int:
    size = _SIZES[kind]
    if by < 0:
        fail("Shift must be positive")
    if way == "arithmetic":
        return value >> min(by, size)
    bits = value & ((1 << size) - 1)
    bits = 0 if by >= size else bits << by if way == "left" else bits >> by
    return _signed(bits & ((1 << size) - 1), size)


def _signed(bits: int, size: int) -> int:
    return bits - (1 << size) if bits >> (size - 1) else bits


def _bit_count(value: int, bits: int) -> int:
    if not 2 <= bits <= 64:
        fail(f"Bits specified in bit_count must be between 2 and 64, got {bits}")
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        fail(
            f"Number must be representable with the bits specified. {value} cannot be "
            f"represented with {bits} bits"
        )
    return (value & ((1 << bits) - 1)).bit_count()


def _normal_cdf(mean: float, deviation: float, value: float) -> float:
    if not deviation > 0:
        fail("standardDeviation must be > 0")
    return NormalDist(mean, deviation).cdf(value)


def _inverse_normal_cdf(mean: float, deviation: float, p: float) -> float:
    if not 0 < p < 1:
        fail("p must be 0 > p > 1")
    if not deviation > 0:
        fail("sd must be > 0")
    return NormalDist(mean, deviation).inv_cdf(p)


def _divide_long(numerator: str, divisor: str, shift: int) -> int:
    """The digits of a quotient of decimals, half away from zero."""
    n: int = int(numerator) * 10**shift
    d = int(divisor)
    if d == 0:
        fail("Division by zero", "DIVISION_BY_ZERO")
    size = (2 * abs(n) + abs(d)) // (2 * abs(d))
    if size >= 10**38:
        fail("Decimal overflow", "NUMERIC_VALUE_OUT_OF_RANGE")
    return size if (n < 0) == (d < 0) else -size


def _remainder_long(numerator: str, divisor: str, shift: int, other: int) -> int:
    """The digits of a remainder of decimals, which has the numerator's sign."""
    n: int = int(numerator) * 10**shift
    d: int = int(divisor) * 10**other
    if d == 0:
        fail("Division by zero", "DIVISION_BY_ZERO")
    size = abs(n) % abs(d)
    return size if n >= 0 else -size


_PARAMETERS: Mapping[str, tuple[Any, tuple[str, ...], str]] = {
    "trino_to_base": (_to_base, ("BIGINT", "BIGINT"), "VARCHAR"),
    "trino_from_base": (_from_base, ("VARCHAR", "BIGINT"), "BIGINT"),
    "trino_width_bucket": (_width_bucket, ("DOUBLE", "DOUBLE", "DOUBLE", "BIGINT"), "BIGINT"),
    "trino_divide_long": (_divide_long, ("VARCHAR", "VARCHAR", "INTEGER"), "HUGEINT"),
    "trino_remainder_long": (
        _remainder_long,
        ("VARCHAR", "VARCHAR", "INTEGER", "INTEGER"),
        "HUGEINT",
    ),
    "trino_shift": (_shift, ("BIGINT", "BIGINT", "VARCHAR", "VARCHAR"), "BIGINT"),
    "trino_bit_count": (_bit_count, ("BIGINT", "BIGINT"), "BIGINT"),
    "trino_normal_cdf": (_normal_cdf, ("DOUBLE",) * 3, "DOUBLE"),
    "trino_inverse_normal_cdf": (_inverse_normal_cdf, ("DOUBLE",) * 3, "DOUBLE"),
}
UDFS = tuple(Udf(name, *line) for name, line in _PARAMETERS.items())
