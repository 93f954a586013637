"""Map and row functions. Source: https://trino.io/docs/current/functions/map.html"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.engine.trino.functions.entry import apply, entries, failure, unless_null
from labkit.cloud.engine.trino.functions.equality import equals_nothing


def _filter(call: Any, args: Sequence[str]) -> str:
    keep = apply(args[1], "_e.key", "_e.value")
    return f"map_from_entries(list_filter(map_entries({args[0]}), lambda _e: {keep}))"


def _transform_keys(call: Any, args: Sequence[str]) -> str:
    key = apply(args[1], "_e.key", "_e.value")
    keys = f"list_transform(map_entries({args[0]}), lambda _e: {key})"
    return f"trino_map({keys}, map_values({args[0]}))"


def _transform_values(call: Any, args: Sequence[str]) -> str:
    value = apply(args[1], "_e.key", "_e.value")
    values = f"list_transform(map_entries({args[0]}), lambda _e: {value})"
    return f"map(map_keys({args[0]}), {values})"


def _zip_with(call: Any, args: Sequence[str]) -> str:
    left, right, merge = args
    keys = f"trino_distinct(map_keys({left}) || map_keys({right}))"
    lookups = (f"map_extract_value({m}, _k)" for m in (left, right))
    values = f"list_transform({keys}, lambda _k: {apply(merge, '_k', *lookups)})"
    return f"map({keys}, {values})"


def _entries(call: Any, args: Sequence[str]) -> str:
    pack = "struct_pack(field0 := _e.key, field1 := _e.value)"
    return f"list_transform(map_entries({args[0]}), lambda _e: {pack})"


def _from_entries(call: Any, args: Sequence[str]) -> str:
    return f"trino_map({_column(args[0], 1)}, {_column(args[0], 2)})"


def _multimap_from_entries(call: Any, args: Sequence[str]) -> str:
    fields = "key := struct_extract_at(_e, 1), value := struct_extract_at(_e, 2)"
    return f"trino_multimap(list_transform({args[0]}, lambda _e: struct_pack({fields})))"


def _column(array: str, field: int) -> str:
    return f"list_transform({array}, lambda _e: struct_extract_at(_e, {field}))"


def _map(call: Any, args: Sequence[str]) -> str:
    """A key is nothing that has NULL inside."""
    made = f"trino_map({args[0]}, {args[1]})"
    kind = call.parameters[0].element
    if kind.base not in ("array", "map", "row"):
        return made
    inside = f"_e IS NOT NULL AND {equals_nothing('_e', kind)}"
    found = f"len(list_filter({args[0]}, lambda _e: {inside})) > 0"
    return f"CASE WHEN {found} THEN {failure('map key cannot be indeterminate')} ELSE {made} END"


def _empty(call: Any, args: Sequence[str]) -> str:
    return "MAP {}"


SCALARS = entries(
    ("cardinality(map(K, V)) -> bigint", "cardinality({0})::BIGINT"),
    ("element_at(map(K, V), K) -> V", "map_extract_value({0}, {1})"),
    ("map() -> map(unknown, unknown)", _empty),
    ("map(array(K), array(V)) -> map(K, V)", _map),
    (
        "map_concat(map(K, V), map(K, V), map(K, V)...) -> map(K, V)",
        unless_null("map_concat({all})"),
    ),
    ("map_entries(map(K, V)) -> array(row(K, V))", _entries),
    ("map_filter(map(K, V), function(K, V, boolean)) -> map(K, V)", _filter),
    ("map_from_entries(array(row(K, V))) -> map(K, V)", _from_entries),
    ("map_keys(map(K, V)) -> array(K)", "map_keys({0})"),
    ("map_values(map(K, V)) -> array(V)", "map_values({0})"),
    ("map_zip_with(map(K, V), map(K, W), function(K, V, W, X)) -> map(K, X)", _zip_with),
    ("multimap_from_entries(array(row(K, V))) -> map(K, array(V))", _multimap_from_entries),
    ("transform_keys(map(K, V), function(K, V, X)) -> map(X, V)", _transform_keys),
    ("transform_values(map(K, V), function(K, V, X)) -> map(K, X)", _transform_values),
)
