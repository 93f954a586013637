"""Literals: numbers and texts as written, and values that stand for ``$1``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isinf

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.errors import NUMERIC_OVERFLOW, OUT_OF_RANGE, RedshiftError
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import (
    BOOL,
    FLOAT8,
    INT4,
    INT8,
    TEXTS,
    UNKNOWN,
    Type,
    numeric,
)

_DIGITS = 38


@dataclass(frozen=True)
class Given(Typed):
    """A value of a type that a driver said; `text` is how it is written."""

    text: str = ""


def text_of(text: str) -> Typed:
    """A text as written: of no type yet, but of a length."""
    return Typed(quoted_text(text), Type("unknown", len(text.encode()) or 1), literal=text)


def number(text: str) -> Typed:
    """A number as written: an integer, or a decimal with its digits, with an exponent too.

    So does PostgreSQL, and Looker's sums over joins stand on it, which reckon with 1.0e8 in 38
    digits: https://cloud.google.com/looker/docs/best-practices/understanding-symmetric-aggregates
    A number with an exponent that 38 digits do not hold is a float.
    """
    if "." in text or "e" in text.lower():
        _, digits, exponent = Decimal(text).as_tuple()
        scale, whole = max(0, -int(exponent)), text.lstrip("-")[0] != "."
        precision = max(len(digits) + max(0, int(exponent)), scale + whole, 1)
        if precision > _DIGITS and "e" in text.lower():
            return _float(text)
        kind = numeric(min(_DIGITS, precision), scale)
        return Typed(f"CAST('{text}' AS {kind.duckdb})", kind)
    value = int(text)
    if -(1 << 31) < value < 1 << 31:
        return Typed(text, INT4)
    if value == -(1 << 31):
        return Typed(f"CAST({text} AS INTEGER)", INT4)
    if -(1 << 63) <= value < 1 << 63:
        return Typed(f"CAST({text} AS BIGINT)", INT8)
    if abs(value) >= 10**38:
        raise RedshiftError(NUMERIC_OVERFLOW, OUT_OF_RANGE)
    return Typed(f"CAST('{text}' AS DECIMAL(38,0))", numeric(38, 0))


def _float(text: str) -> Typed:
    if isinf(float(text)):
        raise RedshiftError(f'"{text}" is out of range for type double precision', OUT_OF_RANGE)
    return Typed(f"CAST('{text}' AS DOUBLE)", FLOAT8)


_NUMBER = re.compile(r"\s*[+-]?(?P<size>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*", re.I | re.ASCII)


def type_beside(value: Typed, kind: Type) -> Type:
    """The type of a value that meets a decimal: a text as written loses none of its digits.

    It is a number of its own where the decimal has too few for it, else it is of no type yet.
    """
    untyped = value.type.base == "unknown" and kind.base == "numeric"
    found = _NUMBER.fullmatch(value.literal or "") if untyped else None
    if found is None:
        return value.type
    own = number(found["size"]).type
    scale, size = (own.scale, own.size) if own.base == "numeric" else (0, len(found["size"]))
    fits = scale <= kind.scale and size - scale <= kind.size - kind.scale
    return value.type if fits and own != FLOAT8 else own


def signed(node: exp.Neg) -> str | None:
    """A number with its minus signs, as PostgreSQL reads one: ``-(-2147483648)`` is a bigint."""
    inner = node.this
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Neg):
        written = signed(inner)
        return None if written is None else f"-{written}".removeprefix("--")
    return f"-{inner.this}" if isinstance(inner, exp.Literal) and not inner.is_string else None


def written(node: exp.Expr) -> float | None:
    """The number that a literal is, with its signs; None where it is something else."""
    if isinstance(node, exp.Paren):
        return written(node.this)
    if isinstance(node, exp.Neg):
        inner = written(node.this)
        return None if inner is None else -inner
    return float(node.this) if isinstance(node, exp.Literal) and not node.is_string else None


def parameter(value: object) -> Typed:
    """A value that stands for ``$1``: of the type that a driver said, or a literal of none yet."""
    if isinstance(value, Typed):
        return replace(value, untyped=value.type.base in (*TEXTS, "unknown"))
    if value is None:
        return Typed("NULL", UNKNOWN)
    if isinstance(value, bool):
        return Typed(str(value).lower(), BOOL)
    if isinstance(value, int | float | Decimal):
        # A Decimal's own abs() rounds, and its str() may have an exponent.
        text = f"{value.copy_abs():f}" if isinstance(value, Decimal) else str(abs(value))
        found = number(text)
        return Typed(f"(-{found.sql})", found.type) if value < 0 else found
    return Typed(quoted_text(str(value)), UNKNOWN, literal=str(value))
