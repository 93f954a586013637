"""Values of arrays, maps and rows, changed part by part."""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import Type

NESTED = ("array", "map", "row")
#: An element in a lambda. Its parts by `struct_extract`: DuckDB takes ``x.key`` for a column x's.
EACH = '"#each"'


def within(sql: str, kind: Type, change: Callable[[str, Type], str]) -> str:
    """SQL of a nested value, each of whose parts is changed; a map's keys too."""
    match kind.base:
        case "array":
            return f"list_transform({sql}, lambda {EACH}: {change(EACH, kind.element)})"
        case "map":
            key, value = (
                change(f"struct_extract({EACH}, '{part}')", inner)
                for part, inner in zip(("key", "value"), kind.types, strict=True)
            )
            pair = f"struct_pack(key := {key}, value := {value})"
            return f"map_from_entries(list_transform(map_entries({sql}), lambda {EACH}: {pair}))"
    fields = ", ".join(_field(sql, name or "", inner, change) for name, inner in kind.fields)
    return f"CASE WHEN {sql} IS NOT NULL THEN struct_pack({fields}) END"


def _field(sql: str, name: str, kind: Type, change: Callable[[str, Type], str]) -> str:
    value = change(f"struct_extract({sql}, {quoted_text(name)})", kind)
    return f"{quoted_name(name)} := {value}"
