"""Text to values, as Hive's LazySimpleSerDe and Trino's copy of it read them.

What is not a value of the type is NULL, never an error; a number with a fraction is cut to an
integer (``1.9`` → 1); dates are lenient (``2024-02-31`` is 2 March); an empty text is NULL for
every type but strings. Sources:
https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html and
https://github.com/trinodb/trino (``lib/trino-hive-formats``, package ``encodings.text``).
"""

from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from labkit.cloud.engine.types import Type

INTEGER = re.compile(r"(?!$|[+-]$)([+-]?\d*)(?:\.\d*)?", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
DATE = re.compile(r"(\d{1,9})-(\d{1,2})-(\d{1,2})", re.ASCII)
TIMESTAMP = re.compile(
    r"(\d{1,9})-(\d{1,2})-(\d{1,2})(?:[ Tt](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?",
    re.ASCII,
)
BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]*", re.ASCII)
BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_STANDARD = str.maketrans("-_", "+/")
_DECIMAL = Context(prec=80, rounding=ROUND_HALF_UP)
#: The bits of a double that a real has not, and those of the middle of two reals.
_BELOW_REAL, _HALF_OF_REAL = (1 << 29) - 1, 1 << 28
_SPACE = "".join(map(chr, range(33)))  # what Java's String.trim removes


def value_of(text: str, kind: Type) -> Any:
    """The value that a field's text has as a column of this scalar type, ``None`` for NULL.

    >>> value_of("1.9", Type("bigint")), value_of("1e3", Type("bigint"))
    (1, None)
    >>> value_of("TRUE", Type("boolean")), value_of("1", Type("boolean"))
    (True, None)
    """
    return parser(kind)(text)


def parser(kind: Type) -> Callable[[str], Any]:
    """The function that reads texts of one scalar type."""
    if kind.base in BITS:
        limit = 1 << (BITS[kind.base] - 1)
        return lambda text: _integer(text, limit)
    if kind.base == "decimal":
        precision, scale = (int(str(a)) for a in kind.args)
        return lambda text: decimal(text, precision, scale)
    if kind.base == "timestamp":
        return lambda text: timestamp(text, fraction(kind))
    if kind.base in ("varchar", "char") and kind.args:
        length = int(str(kind.args[0]))
        return lambda text: _bounded(text[:length], kind.base)
    return _PARSERS[kind.base]


def _bounded(text: str, base: str) -> str:
    return text.rstrip(" ") if base == "char" else text


def _integer(text: str, limit: int) -> int | None:
    found = INTEGER.fullmatch(text)
    if not found:
        return None
    value = int(found[1]) if found[1].lstrip("+-") else 0
    return value if -limit <= value < limit else None


def decimal(text: str, precision: int, scale: int) -> Decimal | None:
    """A decimal rounded half up to its scale; ``None`` if it is no number or does not fit."""
    if not NUMBER.fullmatch(text):
        return None
    try:
        value = Decimal(text).quantize(Decimal(1).scaleb(-scale), context=_DECIMAL)
    except InvalidOperation:
        return None
    return value if value.copy_abs() < Decimal(10) ** (precision - scale) else None


def double(text: str) -> float | None:
    """A number as Java reads it: blanks around, a ``d`` or ``f`` behind it, NaN and Infinity."""
    number = _number(text)
    return None if number is None else float(number)


def real(text: str) -> float | None:
    """Such a number, beside the middle of two reals where only its double lies on it."""
    number = _number(text)
    if number is None or not math.isfinite(value := float(number)):
        return None if number is None else value
    if int.from_bytes(struct.pack("<d", value), "little") & _BELOW_REAL != _HALF_OF_REAL:
        return value
    beyond = Decimal(number).compare(Decimal(value))
    return math.nextafter(value, math.copysign(math.inf, beyond)) if beyond else value


def _number(text: str) -> str | None:
    text = text.strip(_SPACE)
    if text in ("NaN", "+NaN", "-NaN", "Infinity", "+Infinity", "-Infinity"):
        return text
    text = text[:-1] if text[-1:] in ("d", "D", "f", "F") else text
    return text if NUMBER.fullmatch(text) else None


def boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def lenient_date(text: str) -> date | None:
    """A date, with months and days beyond their end carried over, cut at the first space."""
    found = DATE.fullmatch(text.strip(_SPACE).partition(" ")[0])
    return _carried(*map(int, found.groups())) if found else None


def fraction(kind: Type) -> int:
    """How many digits of a second's fraction a type of timestamps has: Athena's 3, or 6."""
    return int(str(kind.args[0])) if kind.args else 3


def timestamp(text: str, digits: int = 3) -> datetime | None:
    """A timestamp of so many digits, with a space or a ``T`` between date and time."""
    if len(text) < 8 or not (found := TIMESTAMP.fullmatch(text.strip(_SPACE))):
        return None
    if found[4] and not found[6] and "T" not in text.upper():
        return None
    if not found[4] and "T" in text.upper():
        return None
    day = _carried(int(found[1]), int(found[2]), int(found[3]))
    nanos = int((found[7] or "0").ljust(9, "0"))
    parts = {"hours": found[4], "minutes": found[5], "seconds": found[6]}
    clock = timedelta(**{k: int(v or 0) for k, v in parts.items()})
    step = 10 ** (9 - digits)
    micros = (nanos + step // 2) // step * step // 1000
    return _added(day, clock + timedelta(microseconds=micros))


def _carried(year: int, month: int, day: int) -> date | None:
    years, month0 = divmod(month - 1, 12)
    try:
        return date(year + years, month0 + 1, 1) + timedelta(days=day - 1)
    except (ValueError, OverflowError):
        return None


def _added(day: date | None, clock: timedelta) -> datetime | None:
    try:
        return datetime(day.year, day.month, day.day) + clock if day else None
    except OverflowError:
        return None


def binary(text: str) -> bytes:
    """Base64 of either alphabet, padded or not; the bytes themselves where they are not Base64."""
    if not BASE64.fullmatch(text):
        return text.encode()
    digits = "".join(text.translate(_STANDARD).partition("=")[0].split())
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return base64.b64decode(digits + "=" * (-len(digits) % 4))


_PARSERS: dict[str, Callable[[str], Any]] = {
    "varchar": str,
    "char": str,
    "boolean": boolean,
    "real": real,
    "double": double,
    "date": lenient_date,
    "varbinary": binary,
}
