"""CAST of S3 Select, after the reference implementation of PartiQL, whose types are Ion's.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-data-types.html
and https://github.com/partiql/partiql-lang-kotlin (``ExprValueExtensions.kt``)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.partiql.tree import MISSING
from labkit.cloud.s3.select import moments
from labkit.cloud.s3.select.moments import Moment

#: How numbers are computed: S3 Select's decimals have at most 38 digits.
EXACT = Context(prec=38)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LARGEST, _DIGITS = 1 << 63, 18
_WORDS = "Attempt to convert from one data type to another using CAST failed in the SQL expression."


class _NotOne(Exception):
    """A value is none of the type."""


def cast(value: Any, kind: str, sizes: tuple[int, ...] = ()) -> Any:
    """A value as a type; NULL and MISSING stay what they are.

    Raises:
        AwsError: ``CastFailed``, ``IntegerOverflow``; ``InvalidDataType`` for a type that is none.
    """
    if kind not in _CASTS:
        words = f"The SQL expression contains a data type that is not valid: {kind}"
        raise AwsError("InvalidDataType", f"{words}.")
    if value is None or value is MISSING:
        return value
    try:
        made = _CASTS[kind](value)
        return _fitting(made, sizes) if sizes else made
    except (_NotOne, ValueError, InvalidOperation, OverflowError) as error:
        raise AwsError("CastFailed", f"{_WORDS} {told(value)!r} is no {kind}.") from error


def whole(value: int) -> int:
    """A whole number, if it has 64 bits at most."""
    if not -_LARGEST <= value < _LARGEST:
        raise _overflow()
    return value


def _overflow() -> AwsError:
    return AwsError("IntegerOverflow", "An integer overflow or underflow occurred.")


def told(value: Any) -> str:
    """A single value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _fitting(value: Any, sizes: tuple[int, ...]) -> Any:
    """A decimal with so many digits; what would have to be rounded is refused."""
    if not isinstance(value, Decimal):
        return value
    precision, scale = sizes[0], sizes[1] if len(sizes) > 1 else 0
    _, digits, exponent = value.normalize(EXACT).as_tuple()
    places = max(0, -int(exponent))
    if places > scale or len(digits) + max(0, int(exponent)) - places > precision - scale:
        raise _NotOne
    return value


def _bool(value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, (bool, int, float, Decimal)):
        return bool(value)
    raise _NotOne


def _int(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return whole(int(value))
    if isinstance(value, Decimal) and value.adjusted() > _DIGITS:
        raise _overflow()
    if isinstance(value, (bool, int, float, Decimal)):
        return whole(int(value))
    raise _NotOne


def _float(value: Any) -> float:
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise _NotOne
    if isinstance(value, (str, bool, int, float, Decimal)):
        return float(value)
    raise _NotOne


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return EXACT.create_decimal(value)
    if isinstance(value, float):
        return EXACT.create_decimal(repr(value))
    if isinstance(value, (bool, int, Decimal)):
        return EXACT.create_decimal(value)
    raise _NotOne


def _string(value: Any) -> str:
    if isinstance(value, (list, dict)):
        raise _NotOne
    return told(value)


def _timestamp(value: Any) -> Moment:
    if isinstance(value, Moment):
        return value
    if isinstance(value, str):
        return moments.read(value)
    raise _NotOne


_CASTS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("BOOL", "BOOLEAN"), _bool),
    **dict.fromkeys(("INT", "INTEGER"), _int),
    **dict.fromkeys(("STRING", "VARCHAR", "CHAR"), _string),
    **dict.fromkeys(("FLOAT", "DOUBLE"), _float),
    **dict.fromkeys(("DECIMAL", "NUMERIC"), _decimal),
    "TIMESTAMP": _timestamp,
}
