"""What is equal and what has an order, and where Trino's equality is not DuckDB's.

Source: the operators EQUAL of Trino's ``ArrayType``, ``RowType``, ``MapType`` and ``DoubleType``
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.engine.trino.text import SKETCHES
from labkit.cloud.engine.types import Type

_INCOMPARABLE = (*SKETCHES, "geometry", "sphericalgeography", "function")
_UNORDERED = ("map", "json", "bingtile", *_INCOMPARABLE)


def comparable(kind: Type) -> bool:
    """Whether values of a type may be told apart: grouped, made distinct, met with others."""
    return kind.base not in _INCOMPARABLE and all(map(comparable, kind.types))


def orderable(kind: Type) -> bool:
    """Whether values of a type have an order."""
    return kind.base not in _UNORDERED and all(map(orderable, kind.types))


def equals_nothing(sql: str, kind: Type) -> str:
    """DuckDB SQL that tells whether a value is NULL or NaN, or holds such a value."""
    inside = _INSIDE.get(kind.base)
    return f"({sql} IS NULL OR {inside(sql, kind)})" if inside else f"({sql} IS NULL)"


def holds_others(kind: Type) -> bool:
    """Whether values of a type that are not NULL may equal nothing."""
    return kind.base in _INSIDE


def is_keyed(kind: Type) -> bool:
    """Whether equal values of a type may differ to DuckDB: zoned timestamps, and maps by order."""
    return kind.base in ("timestamptz", "map") or any(map(is_keyed, kind.types))


def _items(sql: str, kind: Type) -> str:
    return f"len(list_filter({sql}, lambda _q: {equals_nothing('_q', kind.types[-1])})) > 0"


_INSIDE: dict[str, Callable[[str, Type], str]] = {
    "real": lambda sql, kind: f"isnan({sql})",
    "double": lambda sql, kind: f"isnan({sql})",
    "array": _items,
    "map": lambda sql, kind: _items(f"map_values({sql})", kind),
    "row": lambda sql, kind: " OR ".join(
        equals_nothing(f"struct_extract_at({sql}, {at})", inner)
        for at, inner in enumerate(kind.types, 1)
    ),
}
