"""Values as the text formats of a job's output write them: floats, bytes and what is nested.

A float is written as Java prints it, as by Spark: ``1.0E20``; in JSON a number is a number.
JSON has no number for NaN and the infinities: they are texts, as Spark's writer has them, also
inside of lists, maps and structs. Bytes are base64. Source:
https://spark.apache.org/docs/3.5.0/sql-ref-literals.html#floating-point-special-values
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.column import FLOATS
from labkit.cloud.engine.nested import NESTED, within
from labkit.cloud.engine.types import Type


def in_json(sql: str, kind: Type) -> str:
    """SQL of a value that DuckDB writes as valid JSON."""
    return _BY_BASE[kind.base](sql, kind) if _needs_care(kind) else sql


def as_text(sql: str, kind: Type) -> str:
    """SQL of a value for a file of texts: what is nested as JSON."""
    if kind.base in NESTED:
        return f"CAST(to_json({in_json(sql, kind)}) AS VARCHAR)"
    return f"trino_float_text({sql})" if kind.base in FLOATS else in_json(sql, kind)


def _needs_care(kind: Type) -> bool:
    inside = kind.types if kind.base in NESTED else ()
    return kind.base in (*FLOATS, "varbinary") or any(map(_needs_care, inside))


def _float(sql: str, kind: Type) -> str:
    """A float as JSON; what is no finite number as a text."""
    said = f"'\"' || trino_float_text({sql}) || '\"'"
    return f"CAST(CASE WHEN isfinite({sql}) THEN CAST({sql} AS VARCHAR) ELSE {said} END AS JSON)"


def _bytes(sql: str, kind: Type) -> str:
    return f"to_base64({sql})"


def _nested(sql: str, kind: Type) -> str:
    return within(sql, kind, in_json)


_BY_BASE = {"real": _float, "double": _float, "varbinary": _bytes, **dict.fromkeys(NESTED, _nested)}
