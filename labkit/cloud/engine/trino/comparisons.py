"""Comparisons over types: which two compare, which have an order, and DuckDB's SQL for both.

A comparison with NULL inside a row or an array is NULL; two zoned timestamps are equal when their
instants are. Source: https://trino.io/docs/current/functions/comparison.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from labkit.cloud.engine.trino import decimals
from labkit.cloud.engine.trino.errors import raising
from labkit.cloud.engine.trino.functions.equality import (
    comparable,
    equals_nothing,
    is_keyed,
    orderable,
)
from labkit.cloud.engine.trino.library import common_type
from labkit.cloud.engine.trino.operators import NUMBER_SQL, coerced, part
from labkit.cloud.engine.trino.scope import Typed
from labkit.cloud.engine.types import BOOLEAN, UNKNOWN, Type

#: The SQL of a number that `coerced` made a double.
_FLOAT = re.compile(r"CAST\('?[\d.eE+-]+'? AS (DOUBLE|FLOAT)\)")


def comparison(op: str, left: Typed, right: Typed) -> Typed | None:
    """``left op right``; None when Trino does not compare the two."""
    common = _literals_own(left, right) or comparable_type([left.type, right.type])
    fits = comparable if op in ("=", "<>", "IS DISTINCT FROM") else orderable
    if common is None or not fits(common):
        return None
    if common == UNKNOWN:
        both = "false" if op == "IS DISTINCT FROM" else "CAST(NULL AS BOOLEAN)"
        return Typed(both, BOOLEAN)
    a, b = (for_comparison(value, common) for value in (left, right))
    if op == "IS DISTINCT FROM":
        return Typed(f"({sort_key(a, common)} {op} {sort_key(b, common)})", BOOLEAN)
    return Typed(_compare(op, a, b, common), BOOLEAN)


def _literals_own(left: Typed, right: Typed) -> Type | None:
    """A decimal column meets a number that its own type holds, without a cast of each row."""
    for column, number in ((left, right), (right, left)):
        found = NUMBER_SQL.fullmatch(number.sql)
        if column.type.base == "decimal" and found:
            precision, scale = decimals.parts(column.type)
            whole, _, fraction = (found[1] or found[2]).partition(".")
            if len(whole.lstrip("0")) <= precision - scale and len(fraction) <= scale:
                return column.type
    return None


def comparable_type(types: list[Type]) -> Type | None:
    """The type that values are compared as; text meets ``char`` as ``char``."""
    if {kind.base for kind in types} == {"char", "varchar"}:
        return Type("char", max(kind.args for kind in types if kind.base == "char"))
    return common_type(types)


def for_comparison(value: Typed, common: Type) -> str:
    """The SQL of a value as the type of a comparison; ``char`` forgets its trailing spaces."""
    if common.base == "char" and value.type.base == "varchar":
        return f"rtrim({value.sql}, ' ')"
    return coerced(value, common).sql


def plain(kind: Type) -> bool:
    """Whether DuckDB's own comparison is Trino's."""
    return kind.base not in _COMPARE


def sort_key(sql: str, kind: Type) -> str:
    """What to sort, group or join by: instants of zoned timestamps, pairs of maps by their keys."""
    if not is_keyed(kind):
        return sql
    if kind.base == "timestamptz":
        return part(sql, "instant")
    if kind.base == "map":
        pairs = Type("array", (Type("row", kind.types),))
        return f"list_sort({sort_key(f'map_entries({sql})', pairs)})"
    if kind.base == "array":
        return f"list_transform({sql}, lambda _k: {sort_key('_k', kind.element)})"
    keys = (
        f"k{i} := {sort_key(f'struct_extract_at({sql}, {i})', t)}"
        for i, t in enumerate(kind.types, 1)
    )
    return f"CASE WHEN ({sql}) IS NOT NULL THEN struct_pack({', '.join(keys)}) END"


def _compare(op: str, a: str, b: str, kind: Type) -> str:
    render = _COMPARE.get(kind.base)
    return render(op, a, b, kind) if render else f"({a} {op} {b})"


def _compare_floats(op: str, a: str, b: str, kind: Type) -> str:
    """NaN is the largest number to DuckDB, equal to itself; in Trino it compares with nothing.

    So it is the larger side alone that may not be NaN, unless the other is NULL, and a side that is
    a number is never so.
    """
    plain = f"({a} {op} {b})"
    larger, smaller = (b, a) if op in ("<", "<=") else (a, b)
    if _FLOAT.fullmatch(larger) or (op in ("=", "<>") and _FLOAT.fullmatch(b)):
        return plain
    if "SELECT" in f"{a} {b}":
        both = f"[struct_pack(a := {a}, b := {b})]"
        return f"list_transform({both}, lambda _n: {_compare_floats(op, '_n.a', '_n.b', kind)})[1]"
    if op == "<>":
        return f"CASE WHEN isnan({a}) AND isnan({b}) THEN true ELSE {a} <> {b} END"
    return f"({plain} AND ({larger} <= CAST('inf' AS {kind.duckdb}) OR {smaller} IS NULL))"


def _compare_zoned(op: str, a: str, b: str, kind: Type) -> str:
    return f"({part(a, 'instant')} {op} {part(b, 'instant')})"


def _compare_rows(op: str, a: str, b: str, kind: Type) -> str:
    pairs = [
        (f"struct_extract_at({a}, {i})", f"struct_extract_at({b}, {i})", inner)
        for i, inner in enumerate(kind.types, 1)
    ]
    if op in ("=", "<>"):
        joined = " AND ".join(_compare("=", *pair) for pair in pairs)
        return f"({joined})" if op == "=" else f"(NOT ({joined}))"
    return f"CASE WHEN ({a}) IS NULL OR ({b}) IS NULL THEN NULL ELSE {_ordered_rows(op, pairs)} END"


def _ordered_rows(op: str, pairs: list[tuple[str, str, Type]]) -> str:
    """The first fields that differ decide, and a NULL met before them fails."""
    met = raising("NOT_SUPPORTED", "ROW comparison not supported for fields with null elements")
    whens = [
        f"WHEN {a} IS NULL OR {b} IS NULL THEN {met} "
        f"WHEN {_ordered(op[0], a, b, kind)} THEN true "
        f"WHEN {sort_key(a, kind)} IS DISTINCT FROM {sort_key(b, kind)} THEN false"
        for a, b, kind in pairs
    ]
    return f"CASE {' '.join(whens)} ELSE {str(op in ('<=', '>=')).lower()} END"


def _ordered(op: str, a: str, b: str, kind: Type) -> str:
    """An order of all values, NaN the largest: Trino's COMPARISON_UNORDERED_LAST, DuckDB's own."""
    if kind.base in ("row", "array"):
        return _COMPARE[kind.base](op, a, b, kind)
    return f"({sort_key(a, kind)} {op} {sort_key(b, kind)})"


def _compare_arrays(op: str, a: str, b: str, kind: Type) -> str:
    if op not in ("=", "<>"):
        return _ordered_arrays(op, a, b, kind)
    pairs = _compare("=", "list_extract(_p, 1)[1]", "list_extract(_p, 2)[1]", kind.element)
    zipped = f"list_transform(list_zip({a}, {b}), lambda _p: [[_p[1]], [_p[2]]])"
    same = f"trino_all(list_transform({zipped}, lambda _p: {pairs}))"
    equal = f"CASE WHEN len({a}) = len({b}) THEN {same} WHEN len({a}) <> len({b}) THEN false END"
    return f"({equal})" if op == "=" else f"(NOT ({equal}))"


def _ordered_arrays(op: str, a: str, b: str, kind: Type) -> str:
    """A NULL fails when it is met before elements that differ, one inside of an element always."""
    met = raising("NOT_SUPPORTED", "ARRAY comparison not supported for arrays with null elements")
    inside = ""
    if kind.element.types:
        holds = f"_e IS NOT NULL AND {equals_nothing('_e', kind.element)}"
        inside = f" OR len(list_filter(({a}) || ({b}), lambda _e: {holds})) > 0"
    compared = f"({sort_key(a, kind)} {op} {sort_key(b, kind)})"
    return (
        f"CASE WHEN ({a}) IS NULL OR ({b}) IS NULL THEN NULL "
        f"WHEN trino_meet_null({a}, {b}){inside} THEN {met} ELSE {compared} END"
    )


def _compare_maps(op: str, a: str, b: str, kind: Type) -> str:
    """Pairs in the order of their keys."""
    a, b = (f"list_sort(map_entries({sql}))" for sql in (a, b))
    return _compare_arrays(op, a, b, Type("array", (Type("row", kind.args),)))


_COMPARE: dict[str, Callable[[str, str, str, Type], str]] = {
    "real": _compare_floats,
    "double": _compare_floats,
    "timestamptz": _compare_zoned,
    "row": _compare_rows,
    "array": _compare_arrays,
    "map": _compare_maps,
}
