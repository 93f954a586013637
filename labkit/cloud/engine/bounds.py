"""What the numbers of a type may be: a decimal's precision and scale, a char's length."""

from __future__ import annotations

from labkit.cloud.engine.types import Type

_MOMENTS = {
    "time": "TIME",
    "timetz": "TIME WITH TIME ZONE",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
}


def bounds_problem(kind: Type) -> str:
    """What is wrong with a type's precision, scale or length, as Trino says it; empty if nothing.

    >>> from labkit.cloud.engine.types import parse_type
    >>> bounds_problem(parse_type("array(decimal(10,11))"))
    'DECIMAL scale must be in range [0, precision (10)]: 11'

    Source: Trino's DecimalType, CharType and TimestampType
    """
    numbers = [int(str(arg)) for arg in kind.args if not isinstance(arg, Type)]
    if kind.base == "decimal" and numbers:
        precision, scale = (*numbers, 0)[:2]
        if not 1 <= precision <= 38:
            return f"DECIMAL precision must be in range [1, 38]: {precision}"
        if scale > precision:
            return f"DECIMAL scale must be in range [0, precision ({precision})]: {scale}"
    if kind.base in _MOMENTS and numbers and numbers[0] > 12:
        return f"{_MOMENTS[kind.base]} precision must be in range [0, 12]: {numbers[0]}"
    if kind.base == "char" and numbers and numbers[0] > 65_536:
        return f"CHAR length must be in range [0, 65536], got {numbers[0]}"
    return next(filter(None, map(bounds_problem, kind.types)), "")
