"""Where NaN stands in an order: after the numbers where what is least is looked for, and in ORDER
BY with NULL last; before them where what is greatest is, and in ORDER BY with NULL first.

DuckDB has it after the numbers everywhere. Source: ``getOrderingOperator`` of Trino's
``TypeOperators``, and COMPARISON_UNORDERED_FIRST of its ``MaxAggregationFunction``
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.engine.trino.once import once
from labkit.cloud.engine.types import Type


def holds_nan(kind: Type) -> bool:
    """Whether a value of a type may be NaN, or hold one."""
    return kind.base in ("real", "double") or any(map(holds_nan, kind.types))


def nan_least(sql: str, kind: Type) -> str:
    """A key by which values sort with NaN before all numbers; NULL of NULL."""
    return once(lambda value: _key(value, kind), sql) if holds_nan(kind) else _key(sql, kind)


def nan_least_in(at: int, template: str) -> Any:
    """A function's SQL over such a key of an argument, which stands as ``{key}``."""

    def render(call: Any, args: Sequence[str]) -> str:
        return template.format(*args, key=nan_least(args[at], call.parameters[at]))

    return render


def greatest_of(values: str, kind: Type) -> str:
    """The greatest of an array's values, none of which is NULL."""
    keyed = f"lambda _g: struct_pack(k := {nan_least('_g', kind)}, v := _g)"
    return f"(list_max(list_transform({values}, {keyed}))).v"


def _key(sql: str, kind: Type) -> str:
    if kind.base in ("real", "double"):
        return (
            f"CASE WHEN {sql} IS NOT NULL THEN struct_pack(n := NOT isnan({sql}), v := {sql}) END"
        )
    if kind.base == "timestamptz":
        return f"({sql}).instant"
    if kind.base == "array" and _key("_n", kind.element) != "_n":
        return f"list_transform({sql}, lambda _n: {_key('_n', kind.element)})"
    if kind.base == "row":
        parts = (_key(f"struct_extract_at({sql}, {i})", t) for i, t in enumerate(kind.types, 1))
        return f"CASE WHEN {sql} IS NOT NULL THEN row({', '.join(parts)}) END"
    return sql
