"""``IN`` over many rows or arrays, as programs write them: ``(a, b) IN ((1, 'x'), (2, 'y'), ...)``,
and the same as ``(a = 1 AND b = 'x') OR (a = 2 AND b = 'y') OR ...``.

Compared one by one, the SQL grows with each item, and the engine's planning with the square of it.
What DuckDB looks up in a constant list takes no time that grows with the list, and is Trino's IN
where the value holds nothing that equals nothing, as NULL does.
Source: https://trino.io/docs/current/functions/comparison.html
"""

from __future__ import annotations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.comparisons import comparison
from labkit.cloud.engine.trino.functions.equality import equals_nothing, is_keyed
from labkit.cloud.engine.trino.operators import INTEGERS, coerced
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.types import Type

#: Fewer items are compared one by one.
_MANY = 20


def as_in(node: tree.Logical) -> tree.InList | None:
    """An ``OR`` of many equalities of the same columns as an ``IN``; None where it is no such."""
    if node.op != "OR" or len(node.terms) < _MANY:
        return None
    rows = [_equalities(term) for term in node.terms]
    columns = [left for left, _ in rows[0]]
    kinds = [right.kind for _, right in rows[0]]
    for row in rows:
        if [left for left, _ in row] != columns or [right.kind for _, right in row] != kinds:
            return None
    if len(columns) < 2 or not {*kinds} <= {"integer", "string"}:
        return None
    items = (tree.RowOf(node.start, node.end, tuple(right for _, right in row)) for row in rows)
    own = tree.RowOf(node.start, node.end, tuple(columns))
    return tree.InList(node.start, node.end, own, tuple(items))


def _equalities(node: tree.Expression) -> list[tuple[tree.Expression, tree.Literal]]:
    """Columns and literals that all have to be equal; none where anything else is asked."""
    terms = node.terms if isinstance(node, tree.Logical) and node.op == "AND" else ()
    found: list[tuple[tree.Expression, tree.Literal]] = []
    for term in terms:
        match term:
            case tree.Comparison(
                op="=",
                left=(tree.Identifier() | tree.Dereference()) as left,
                right=tree.Literal() as right,
            ):
                found.append((left, right))
            case _:
                return []
    return found


def written_out(items: tuple[tree.Expression, ...], kind: Type, scope: Scope) -> str | None:
    """The list of the items, as one type; None where they are few, or not all of them literals."""
    if len(items) < _MANY or kind.base not in ("row", "array") or is_keyed(kind):
        return None
    found = [_written(item, kind, scope) for item in items]
    listed = ", ".join(filter(None, found))
    return None if None in found else f"CAST([{listed}] AS {kind.duckdb}[])"


def in_long_list(own: Typed, listed: str) -> str:
    """Whether a value is one of many; what holds a NULL is compared with each of them."""
    each = comparison("=", own, Typed("_m", own.type))
    one_by_one = f"trino_any_match(list_transform({listed}, lambda _m: {each and each.sql}))"
    odd = equals_nothing(own.sql, own.type)
    return f"(CASE WHEN {odd} THEN {one_by_one} ELSE list_contains({listed}, {own.sql}) END)"


def _written(node: tree.Expression, kind: Type, scope: Scope) -> str | None:
    """A literal, or a row or an array of such, without a NULL."""
    match node:
        case tree.RowOf() if kind.base == "row":
            parts = [_written(*one, scope) for one in zip(node.items, kind.types, strict=True)]
            return None if None in parts else f"row({', '.join(filter(None, parts))})"
        case tree.ArrayOf() if kind.base == "array":
            parts = [_written(item, kind.element, scope) for item in node.items]
            return None if None in parts else f"[{', '.join(filter(None, parts))}]"
        case tree.Unary(value=tree.Literal()) | tree.Literal():
            value = scope.value(node)
            whole = kind.base in INTEGERS and value.type.base in INTEGERS
            return None if value.sql == "NULL" else value.sql if whole else coerced(value, kind).sql
    return None
