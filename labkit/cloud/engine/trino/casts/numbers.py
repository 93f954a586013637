"""Casts between numbers, which round half up (DuckDB rounds doubles half to even), and booleans.

Source: https://trino.io/docs/current/functions/conversion.html
"""

from __future__ import annotations

from labkit.cloud.engine.trino.casts.rules import failure_of, or_fails, plain, register, spelled
from labkit.cloud.engine.trino.library import coerce
from labkit.cloud.engine.trino.operators import INTEGERS, NUMBERS
from labkit.cloud.engine.trino.text import as_text
from labkit.cloud.engine.types import Type


def _checked(sql: str, source: Type, target: Type) -> str:
    """A number that may be out of the target's range."""
    tried = f"TRY_CAST({sql} AS {target.duckdb})"
    given = "INTEGER" if source.base == "integer" else spelled(source)
    words = f"Cannot cast {given} '#' to {spelled(target)}"
    failure = failure_of(f"CAST({sql} AS VARCHAR)", words)
    return or_fails(sql, tried, failure)


def _decimal_to_integer(sql: str, source: Type, target: Type) -> str:
    words = f"Cannot cast '#' to {str(target).upper()}"
    failure = failure_of(f"CAST(round({sql}) AS VARCHAR)", words)
    return or_fails(sql, f"TRY_CAST({sql} AS {target.duckdb})", failure)


def _narrow(sql: str, source: Type, target: Type) -> str:
    """One integer type to another."""
    if INTEGERS.index(source.base) <= INTEGERS.index(target.base):
        return plain(sql, source, target)
    words = f"Out of range for {target}: #"
    failure = failure_of(f"CAST({sql} AS VARCHAR)", words, "NUMERIC_VALUE_OUT_OF_RANGE")
    tried = f"TRY_CAST({sql} AS {target.duckdb})"
    return or_fails(sql, tried, failure)


def _rounded(sql: str, source: Type, target: Type) -> str:
    words = f"Out of range for {target}: #"
    if target.base == "bigint":
        words = "Unable to cast # to bigint"
    failure = failure_of(as_text(sql, source), words)
    tried = f"TRY_CAST(round({sql}) AS {target.duckdb})"
    return or_fails(sql, tried, failure)


def _to_decimal(sql: str, source: Type, target: Type) -> str:
    if source.base == "decimal" and _holds(source, target):
        return coerce(sql, source, target)
    return _checked(sql, source, target)


def _float_to_decimal(sql: str, source: Type, target: Type) -> str:
    """The digits that a float shows are rounded, half up: 1.005 is 1.01.

    Source: internalDoubleToLongDecimal of Trino's DecimalConversions, by ``BigDecimal.valueOf``.
    """
    tried = f"TRY_CAST(CAST({sql} AS VARCHAR) AS {target.duckdb})"
    words = f"Cannot cast {spelled(source)} '#' to {spelled(target)}"
    failure = failure_of(as_text(sql, source), words)
    return or_fails(sql, tried, failure)


def _holds(source: Type, target: Type) -> bool:
    """Whether every value of a decimal type has its digits in the other."""
    (p1, s1), (p2, s2) = (tuple(map(int, map(str, kind.args))) for kind in (source, target))
    return p1 - s1 <= p2 - s2 and s1 <= s2


def _to_real(sql: str, source: Type, target: Type) -> str:
    """What is too large is infinite."""
    infinite = f"CAST(sign({sql}) * CAST('Infinity' AS DOUBLE) AS FLOAT)"
    return f"coalesce(TRY_CAST({sql} AS FLOAT), {infinite})"


def _to_boolean(sql: str, source: Type, target: Type) -> str:
    return f"({sql} <> 0)"


_FLOATS = ("real", "double")

register(NUMBERS, ("boolean",), _to_boolean)
register(("boolean",), NUMBERS, plain)
register(NUMBERS, _FLOATS, plain)
register(("decimal",), _FLOATS, coerce)
register(("double",), ("real",), _to_real)
register(INTEGERS, INTEGERS, _narrow)
register(("decimal",), INTEGERS, _decimal_to_integer)
register(_FLOATS, INTEGERS, _rounded)
register((*INTEGERS, "decimal"), ("decimal",), _to_decimal)
register(_FLOATS, ("decimal",), _float_to_decimal)
