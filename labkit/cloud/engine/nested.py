"""Values of arrays, maps and rows, changed part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import Type

NESTED = ("array", "map", "row")
#: An element in a lambda, whose parts are taken by `part`.
EACH = '"#each"'
KEY, VALUE = (f"struct_extract({EACH}, '{name}')" for name in ("key", "value"))


def part(sql: str, name: str) -> str:
    """SQL of a row's field: DuckDB takes ``x.key`` in a lambda over x for a column x's field."""
    return f"struct_extract({sql}, {quoted_text(name)})"


def listed(sql: str, item: str) -> str:
    """SQL of a list whose elements, `EACH`, become something else."""
    return f"list_transform({sql}, lambda {EACH}: {item})"


def mapped(sql: str, key: str, value: str) -> str:
    """SQL of a map whose entries, `KEY` and `VALUE`, become others."""
    pairs = listed(f"map_entries({sql})", f"struct_pack(key := {key}, value := {value})")
    return f"map_from_entries({pairs})"


def packed(sql: str, fields: Iterable[tuple[str, str]]) -> str:
    """SQL of a row of these names and values, where another is not NULL."""
    values = ", ".join(f"{quoted_name(name)} := {value}" for name, value in fields)
    return f"CASE WHEN {sql} IS NOT NULL THEN struct_pack({values}) END"


def within(sql: str, kind: Type, change: Callable[[str, Type], str]) -> str:
    """SQL of a nested value, each of whose parts is changed; a map's keys too."""
    match kind.base:
        case "array":
            return listed(sql, change(EACH, kind.element))
        case "map":
            return mapped(sql, *map(change, (KEY, VALUE), kind.types))
    fields = ((name or "", inner) for name, inner in kind.fields)
    return packed(sql, ((name, change(part(sql, name), inner)) for name, inner in fields))
