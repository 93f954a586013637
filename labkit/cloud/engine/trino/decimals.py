"""Decimal arithmetic: the precision and scale of each result, and exact division.

DuckDB divides decimals as doubles, as it does for remainders where no decimal holds both sides;
Trino rounds half away from zero at the larger of the two scales.

Source: https://trino.io/docs/current/functions/decimal.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.engine import unscaled
from labkit.cloud.engine.trino.once import once
from labkit.cloud.engine.trino.scope import Typed
from labkit.cloud.engine.types import Type
from labkit.cloud.engine.unscaled import MOST, WIDE


def parts(kind: Type) -> tuple[int, int]:
    """Precision and scale."""
    precision, scale = kind.args
    assert isinstance(precision, int)
    assert isinstance(scale, int)
    return precision, scale


def decimal(precision: int, scale: int) -> Type:
    return Type("decimal", (min(MOST, precision), scale))


def arithmetic(op: str, left: Typed, right: Typed) -> Typed:
    """``left op right`` of two decimals."""
    return _RENDER[op](op, left, right)


def _add(op: str, left: Typed, right: Typed) -> Typed:
    (p1, s1), (p2, s2) = parts(left.type), parts(right.type)
    scale = max(s1, s2)
    return _fitted(op, left, right, max(p1 - s1, p2 - s2) + scale + 1, scale)


def _multiply(op: str, left: Typed, right: Typed) -> Typed:
    (p1, s1), (p2, s2) = parts(left.type), parts(right.type)
    if max(p1, p2) < WIDE <= p1 + p2:
        left = Typed(f"CAST({left.sql} AS DECIMAL({WIDE},{s1}))", left.type)
    return _fitted(op, left, right, p1 + p2, s1 + s2)


def _divide(op: str, left: Typed, right: Typed) -> Typed:
    (p1, s1), (_, s2) = parts(left.type), parts(right.type)
    scale = max(s1, s2)
    kind = decimal(p1 + s2 + max(s2 - s1, 0), scale)
    room = parts(left.type)[0] + scale + s2 - s1 <= MOST
    quotient = once(
        lambda n, d: _quotient(n, d, scale + s2 - s1, room), digits(left), digits(right)
    )
    return Typed(once(lambda q: from_digits(q, kind), quotient), kind)


def _quotient(n: str, d: str, shift: int, room: bool) -> str:
    """The digits of a quotient; those of a long numerator are divided in Python."""
    fast = f"trino_divide({n} * CAST('{10**shift}' AS HUGEINT), {d})"
    if room:
        return fast
    long = f"trino_divide_long(CAST({n} AS VARCHAR), CAST({d} AS VARCHAR), {shift})"
    short = f"abs({n}) < CAST('{10 ** (MOST - shift)}' AS HUGEINT)"
    return f"CASE WHEN {short} THEN {fast} ELSE {long} END"


def _remainder(op: str, left: Typed, right: Typed) -> Typed:
    (p1, s1), (p2, s2) = parts(left.type), parts(right.type)
    scale = max(s1, s2)
    precision = min(p1 - s1, p2 - s2) + scale
    if max(p1 - s1, p2 - s2) + scale <= MOST:
        return _fitted(op, left, right, precision, scale)
    texts = ", ".join(f"CAST({digits(each)} AS VARCHAR)" for each in (left, right))
    rest = f"trino_remainder_long({texts}, {scale - s1}, {scale - s2})"
    kind = decimal(precision, scale)
    return Typed(once(lambda r: from_digits(r, kind), rest), kind)


def _fitted(op: str, left: Typed, right: Typed, precision: int, scale: int) -> Typed:
    """DuckDB's own operator, in Trino's type."""
    kind = decimal(precision, scale)
    return Typed(f"CAST({left.sql} {op} {right.sql} AS {kind.duckdb})", kind)


def digits(value: Typed) -> str:
    """A decimal's unscaled digits as HUGEINT."""
    return unscaled.digits(value.sql, *parts(value.type), f"trino_digits({value.sql})")


def from_digits(sql: str, kind: Type) -> str:
    """A decimal from its unscaled digits."""
    precision, scale = parts(kind)
    if not scale:
        return f"CAST({sql} AS {kind.duckdb})"
    if precision + scale <= MOST:
        unit = f"CAST('{10**-scale:.{scale}f}' AS DECIMAL({scale},{scale}))"
        return f"CAST(CAST({sql} AS DECIMAL({precision},0)) * {unit} AS {kind.duckdb})"
    power = 10**scale
    whole = f"CAST(({sql}) // CAST('{power}' AS HUGEINT) AS {kind.duckdb})"
    small = f"lpad(CAST(abs(({sql}) % CAST('{power}' AS HUGEINT)) AS VARCHAR), {scale}, '0')"
    fraction = f"CAST('0.' || {small} AS {kind.duckdb})"
    return f"CAST({whole} + {fraction} * CASE WHEN ({sql}) < 0 THEN -1 ELSE 1 END AS {kind.duckdb})"


_RENDER: dict[str, Callable[[str, Typed, Typed], Typed]] = {
    "+": _add,
    "-": _add,
    "*": _multiply,
    "/": _divide,
    "%": _remainder,
}


def as_float(sql: str, source: Type, target: Type) -> str:
    """A real or a double: both a decimal's digits and their power of ten are rounded, then divided.

    So CAST(DECIMAL '370850.07' AS real) is 370850.1, which is not the nearest. Doubles of up to 15
    digits are exact before they are divided, as DuckDB does it; longer decimals are read as text.
    Source: shortDecimalToReal and longDecimalToDouble of Trino's ``DecimalConversions``
    """
    if is_nearest(source, target):
        return f"CAST({sql} AS {target.duckdb})"
    scale = parts(source)[1]
    whole = f"CAST({digits(Typed(sql, source))} AS BIGINT)"
    return f"(CAST({whole} AS {target.duckdb}) / CAST({10**scale} AS {target.duckdb}))"


def is_nearest(source: Type, target: Type) -> bool:
    """Whether a decimal becomes the real or double that is nearest to it."""
    precision = parts(source)[0]
    return precision > 18 or (precision <= 15 and target.base == "double")
