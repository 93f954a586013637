"""Values as the text formats of a job's output write them: floats, bytes and what is nested.

JSON has no number for NaN and the infinities: they are texts, as Spark's writer has them, also
inside of lists, maps and structs. Bytes are base64. Source:
https://spark.apache.org/docs/3.5.0/sql-ref-literals.html#floating-point-special-values
"""

from __future__ import annotations

from labkit.cloud.engine.nested import NESTED, within
from labkit.cloud.engine.types import Type

_FLOATS = ("real", "double")


def in_json(sql: str, kind: Type) -> str:
    """SQL of a value that DuckDB writes as valid JSON."""
    return _BY_BASE[kind.base](sql, kind) if _needs_care(kind) else sql


def as_text(sql: str, kind: Type) -> str:
    """SQL of a value for a file of texts: what is nested as JSON."""
    if kind.base in NESTED:
        return f"CAST(to_json({in_json(sql, kind)}) AS VARCHAR)"
    return _number(sql) if kind.base in _FLOATS else in_json(sql, kind)


def _needs_care(kind: Type) -> bool:
    inside = kind.types if kind.base in NESTED else ()
    return kind.base in (*_FLOATS, "varbinary") or any(map(_needs_care, inside))


def _number(x: str, quote: str = "") -> str:
    """A float as text, with Spark's words for what is no finite number."""
    said = [f"'{quote}{word}{quote}'" for word in ("NaN", "Infinity", "-Infinity")]
    infinite = f"CASE WHEN {x} > 0 THEN {said[1]} ELSE {said[2]} END"
    return (
        f"CASE WHEN isnan({x}) THEN {said[0]} WHEN isinf({x}) THEN {infinite} "
        f"ELSE CAST({x} AS VARCHAR) END"
    )


def _float(sql: str, kind: Type) -> str:
    said = _number(sql, quote='"')
    return f"CAST({said} AS JSON)"


def _bytes(sql: str, kind: Type) -> str:
    return f"to_base64({sql})"


def _nested(sql: str, kind: Type) -> str:
    return within(sql, kind, in_json)


_BY_BASE = {
    "real": _float,
    "double": _float,
    "varbinary": _bytes,
    **dict.fromkeys(NESTED, _nested),
}
