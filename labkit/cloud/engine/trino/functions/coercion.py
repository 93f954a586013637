"""Trino's implicit coercions: which type turns into which, and the DuckDB SQL that does it.

Trino widens numbers (``tinyint`` … ``bigint``, ``decimal``, ``real``, ``double``), dates to
timestamps, timestamps to zoned ones, and lengths; it never turns text into a number or back. A
varchar that meets a char becomes one, so trailing spaces do not count; a char must be cast to be
used as a varchar (https://docs.aws.amazon.com/athena/latest/ug/data-types-considerations.html).

Source: https://trino.io/docs/current/language/types.html and ``TypeCoercion.java`` of trinodb/trino
"""

from __future__ import annotations

from collections.abc import Iterable

from labkit.cloud.engine.trino import decimals
from labkit.cloud.engine.types import UNKNOWN, Type

_INTEGERS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
_NUMBERS = [*_INTEGERS, "decimal", "real", "double"]
_TIMES = ["date", "timestamp", "timestamptz"]
_LADDERS = (_NUMBERS, _TIMES, ["time", "timetz"], ["varchar", "char"])
_LONGEST_CHAR = 65536
_LENGTHS = {"varchar", "char", "timestamp", "timestamptz", "time", "timetz"}


def can_coerce(source: Type, target: Type) -> bool:
    """Whether Trino turns a value of one type into the other by itself."""
    return source == UNKNOWN or (target != UNKNOWN and _same(_common(source, target), target))


def common_type(types: Iterable[Type]) -> Type | None:
    """The narrowest type that all coerce to, or None when there is none.

    >>> from labkit.cloud.engine.types import parse_type
    >>> str(common_type([parse_type("integer"), parse_type("decimal(3,1)")]))
    'decimal(11,1)'
    """

    found: Type | None = UNKNOWN
    for kind in types:
        found = _common(found, kind) if found else None
    return found


def coerce(sql: str, source: Type, target: Type) -> str:
    """DuckDB SQL for a value that Trino coerces from one type to the other."""
    if source == target or target.base == "function":
        return sql
    if source.duckdb == target.duckdb and not _pads(source, target):
        return sql
    if source == UNKNOWN or not _by_parts(source, target):
        return f"CAST({sql} AS {target.duckdb})"
    match target.base:
        case "real" | "double":
            return decimals.as_float(sql, source, target)
        case "timestamptz":
            return f"trino_zoned(CAST({sql} AS TIMESTAMP), 'UTC')"
        case "char":
            return f"rtrim(left({sql}, {target.args[0] if target.args else 1}), ' ')"
        case "varchar":
            return f"rpad({sql}, {source.args[0] if source.args else 1}, ' ')"
        case "array":
            inner = coerce("_e", source.element, target.element)
            return f"list_transform({sql}, lambda _e: {inner})"
        case "map":
            return _map(sql, source, target)
    fields = ", ".join(
        f"{name} := " + coerce(f"struct_extract_at({sql}, {i + 1})", source.types[i], kind)
        for i, (name, kind) in enumerate(target.members)
    )
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE struct_pack({fields}) END"


def _map(sql: str, source: Type, target: Type) -> str:
    keys = coerce(f"map_keys({sql})", *(Type("array", (t.types[0],)) for t in (source, target)))
    values = coerce(f"map_values({sql})", *(Type("array", (t.types[1],)) for t in (source, target)))
    return f"map({keys}, {values})"


def _pads(source: Type, target: Type) -> bool:
    if {source.base, target.base} == {"char", "varchar"}:
        return True
    pairs = zip(source.types, target.types, strict=False)
    return source.base == target.base and any(_pads(s, t) for s, t in pairs)


def _by_parts(source: Type, target: Type) -> bool:
    """Whether DuckDB's own CAST would not do: zones, padding, and rows, which it casts by name."""
    if source.base == "decimal" and target.base in ("real", "double"):
        return True
    if target.base in ("timestamptz", "row", "varchar", "char"):
        return True
    return any(map(_by_parts, source.types, target.types))


def _common(left: Type, right: Type) -> Type | None:
    if left == right or right == UNKNOWN:
        return left
    if left == UNKNOWN:
        return right
    if left.base == right.base:
        return _merge(left, right)
    for ladder in _LADDERS:
        if left.base in ladder and right.base in ladder:
            low, high = sorted((left, right), key=lambda t: ladder.index(t.base))
            return _climb(low, high)
    return None


def _climb(low: Type, high: Type) -> Type | None:
    """The common type of two neighbours on a ladder: integer and decimal(3,1) → decimal(11,1)."""
    if high.base == "decimal":
        return _common(Type("decimal", (_INTEGERS[low.base], 0)), high)
    if high.base == "char":
        return _longest(high, Type("char", low.args or (_LONGEST_CHAR,)))
    if low.base in ("timestamp", "time"):
        return _longest(high, low)
    return high


def _merge(left: Type, right: Type) -> Type | None:
    """The common type of two types with one base and other arguments."""
    if left.base == "decimal":
        return _wider_decimal(left, right)
    if left.base in _LENGTHS:
        return _longest(left, right)
    if left.base not in ("array", "map", "row") or len(left.types) != len(right.types):
        return None
    parts = [_common(a, b) for a, b in zip(left.types, right.types, strict=True)]
    found = tuple(part for part in parts if part)
    if len(found) < len(parts):
        return None
    names = zip(left.names, right.names, strict=True)
    return Type(left.base, found, tuple(a if a == b else None for a, b in names))


def _wider_decimal(left: Type, right: Type) -> Type:
    (p1, s1), (p2, s2) = decimals.parts(left), decimals.parts(right)
    scale = max(s1, s2)
    return decimals.decimal(max(p1 - s1, p2 - s2) + scale, scale)


def _longest(left: Type, right: Type) -> Type:
    """Lengths and precisions: the larger; text without a length is unbounded."""
    sizes = [
        kind.args[0] if kind.args and isinstance(kind.args[0], int) else _unsized(left.base)
        for kind in (left, right)
    ]
    size = max(sizes)
    return Type(left.base) if size == _unsized(left.base) else Type(left.base, (size,))


def _unsized(base: str) -> int:
    return {"varchar": 1 << 31, "char": 1}.get(base, 3)


def _same(found: Type | None, target: Type) -> bool:
    """Equality without the names of a row's fields, which coercion ignores."""
    return found is not None and _nameless(found) == _nameless(target)


def _nameless(kind: Type) -> Type:
    args = tuple(_nameless(a) if isinstance(a, Type) else a for a in kind.args)
    if kind.base in ("timestamp", "timestamptz", "time", "timetz") and args == (3,):
        args = ()
    if kind.base == "char" and args == (1,):
        args = ()
    return Type(kind.base, args)
