"""Casts of arrays, maps and rows, part by part.

Source: https://trino.io/docs/current/functions/conversion.html
"""

from __future__ import annotations

from labkit.cloud.engine.trino.casts.rules import CastRefused, cast, register
from labkit.cloud.engine.types import Type


def _array(sql: str, source: Type, target: Type) -> str:
    inner = cast("_c", source.element, target.element)
    return sql if inner == "_c" else f"list_transform({sql}, lambda _c: {inner})"


def _map(sql: str, source: Type, target: Type) -> str:
    sides = (
        _array(f"{side}({sql})", Type("array", (s,)), Type("array", (t,)))
        for side, s, t in zip(("map_keys", "map_values"), source.types, target.types, strict=True)
    )
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE map({', '.join(sides)}) END"


def _row(sql: str, source: Type, target: Type) -> str:
    if len(source.types) != len(target.types):
        raise CastRefused(source, target)
    fields = ", ".join(
        f"{name} := " + cast(f"struct_extract_at({sql}, {at + 1})", source.types[at], kind)
        for at, (name, kind) in enumerate(target.members)
    )
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE struct_pack({fields}) END"


register(("array",), ("array",), _array)
register(("map",), ("map",), _map)
register(("row",), ("row",), _row)
