"""Queries inside expressions: scalars, ``EXISTS``, ``IN (SELECT ...)``, ``ALL`` and ``ANY``.

Source: https://trino.io/docs/current/sql/select.html#subqueries
"""

from __future__ import annotations

from dataclasses import replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.comparisons import (
    comparable_type,
    for_comparison,
    sort_key,
)
from labkit.cloud.engine.trino.functions.equality import (
    comparable,
    equals_nothing,
    holds_others,
    orderable,
)
from labkit.cloud.engine.trino.scope import LAMBDA, Output, Scope, Typed
from labkit.cloud.engine.types import BOOLEAN, Type


def scalar(node: tree.Scalar, scope: Scope) -> Typed:
    """A query in brackets as a value; one of several columns is a row."""
    query, _ = _inner(node.query, scope)
    if len(query.fields) == 1:
        return Typed(f"({query.sql})", query.fields[0].type)
    names = ", ".join(f'"field{i}" := {f.sql}' for i, f in enumerate(query.fields))
    types = tuple(f.type for f in query.fields)
    row = Type("row", types, tuple(f.name for f in query.fields))
    return Typed(f"(SELECT struct_pack({names}) FROM ({query.sql}))", row)


def exists(node: tree.Exists, scope: Scope) -> Typed:
    """``EXISTS (SELECT ...)``, which reads no column of it."""
    query, _ = _inner(_unstarred(node.query), scope, read=False)
    return Typed(f"EXISTS ({query.sql})", BOOLEAN)


def in_query(node: tree.InQuery, scope: Scope) -> Typed:
    """``value IN (SELECT ...)``."""
    left, right = _against(node, scope.value(node.value), node.query, scope)
    return Typed(f"({left} IN ({right}))", BOOLEAN)


def quantified(node: tree.Quantified, scope: Scope) -> Typed:
    """``value op ALL (SELECT ...)``, also ANY and SOME."""
    value = scope.value(node.value)
    left, right = _against(node, value, node.query, scope)
    return Typed(f"({left} {node.op} {node.quantifier} ({right}))", BOOLEAN)


def _against(
    node: tree.InQuery | tree.Quantified, value: Typed, query: tree.Query, scope: Scope
) -> tuple[str, str]:
    """A value and a query, as one type: a row meets a row of the query's columns.

    Parts of rows that are NULL are like each other, as Trino looks a row up:
    https://github.com/trinodb/trino/issues/7798. A query that reads the one around it becomes a
    join by ``=``, in which they are not: https://github.com/trinodb/trino/issues/17209.
    """
    found, joined = _inner(query, scope)
    names = tuple(field.name for field in found.fields)
    row = Type("row", tuple(field.type for field in found.fields), names)
    column = Typed(found.fields[0].sql, row.types[0])
    if value.type.base == "row":
        column = Typed(f"row({', '.join(field.sql for field in found.fields)})", row)
    alike = value.type.base == "row" or len(names) == 1
    kind = comparable_type([value.type, column.type]) if alike else None
    if kind is None:
        raise _incomparable(node, value.type, row, scope)
    ordered = isinstance(node, tree.Quantified) and node.op not in ("=", "<>")
    if not (orderable if ordered else comparable)(kind):
        what = "orderable" if ordered else "comparable"
        where = "quantified comparison" if isinstance(node, tree.Quantified) else "IN predicate"
        message = f"Type [{row.display}] must be {what} in order to be used in {where}"
        raise scope.fail(node.at, "TYPE_MISMATCH", message)
    left = sort_key(for_comparison(value, kind), kind)
    met = for_comparison(column, kind)
    right, where = sort_key(met, kind), ""
    if kind.base in ("real", "double") and not _looks_up(node):
        left, right = f"trino_no_nan({left})", f"trino_no_nan({right})"
    elif joined and holds_others(kind):
        where = f" WHERE {met} IS NULL OR NOT {equals_nothing(met, kind)}"
    if right == found.fields[0].sql and not where:
        return left, found.sql
    return left, f"SELECT {right} FROM ({found.sql}){where}"


def _inner(query: tree.Query, scope: Scope, *, read: bool = True) -> tuple[Output, bool]:
    """A query, and whether it reads columns of the query around.

    ``read``: its columns are read; those that stand for one around are so in any case.
    """
    if scope.clause == LAMBDA:
        message = "Lambda expression cannot contain subqueries"
        raise scope.fail(query, "NOT_SUPPORTED", message)
    state = scope.state
    scans = len(state.scans)
    mark = frozenset([(-1, state.fresh("around"))])
    fields = [replace(f, uses=f.uses | mark) for f in scope.fields]
    with state.collect() as used:
        found = state.subquery(query, scope.with_fields(fields))
    own = frozenset[tuple[int, str]]().union(*(field.uses for field in found.fields))
    joined = mark <= used | own
    state.correlated |= joined
    around = {use for use in own if use[0] < scans}
    state.uses[-1].update((used | (own if read else around)) - mark)
    return found, joined


def _unstarred(query: tree.Query) -> tree.Query:
    """``SELECT *`` of which no column is read, as ``SELECT 1``."""
    body = query.body
    if not isinstance(body, tree.Select) or query.order_by or not body.source or body.distinct:
        return query
    if body.group_by or body.having or any(_is_other(item) for item in body.items):
        return query
    one = tree.Item(body.start, body.end, tree.Literal(body.start, body.end, "integer", "1"), None)
    return replace(query, body=replace(body, items=(one,)))


def _is_other(item: tree.Item | tree.Star) -> bool:
    return not isinstance(item, tree.Star) or item.base is not None


def _looks_up(node: tree.InQuery | tree.Quantified) -> bool:
    """Whether it is IN, or NOT IN, in other words."""
    if isinstance(node, tree.InQuery):
        return True
    return (node.op, node.quantifier) in (("=", "ANY"), ("=", "SOME"), ("<>", "ALL"))


def _incomparable(
    node: tree.InQuery | tree.Quantified, left: Type, right: Type, scope: Scope
) -> Exception:
    if left.base != "row":
        left = Type("row", (left,), (None,))
    message = f"Value expression and result of subquery must be of the same type: {left} vs {right}"
    return scope.fail(node.at, "TYPE_MISMATCH", message)
