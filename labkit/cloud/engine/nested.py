"""Values of arrays, maps and rows, changed part by part."""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import Type

NESTED = ("array", "map", "row")
#: An element in a lambda, whose parts are taken by `part`.
EACH = '"#each"'
KEY, VALUE = (f"struct_extract({EACH}, '{name}')" for name in ("key", "value"))


def part(sql: str, name: str) -> str:
    """SQL of a row's field: DuckDB takes ``x.key`` in a lambda over x for a column x's field."""
    return f"struct_extract({sql}, {quoted_text(name)})"


def within(sql: str, kind: Type, change: Callable[[str, Type], str]) -> str:
    """SQL of a nested value, each of whose parts is changed; a map's keys too."""
    match kind.base:
        case "array":
            return f"list_transform({sql}, lambda {EACH}: {change(EACH, kind.element)})"
        case "map":
            key, value = (
                change(each, inner) for each, inner in zip((KEY, VALUE), kind.types, strict=True)
            )
            pair = f"struct_pack(key := {key}, value := {value})"
            return f"map_from_entries(list_transform(map_entries({sql}), lambda {EACH}: {pair}))"
    fields = ", ".join(_field(sql, name or "", inner, change) for name, inner in kind.fields)
    return f"CASE WHEN {sql} IS NOT NULL THEN struct_pack({fields}) END"


def _field(sql: str, name: str, kind: Type, change: Callable[[str, Type], str]) -> str:
    value = change(part(sql, name), kind)
    return f"{quoted_name(name)} := {value}"
