"""``FROM``: what stands there, in joins and alone, as DuckDB relations with their columns.

Each relation gets an alias of its own, so that no name of the query can mean two things in DuckDB.
Source: https://trino.io/docs/current/sql/select.html#from-clause
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.comparisons import comparison
from labkit.cloud.engine.trino.json_table import json_table
from labkit.cloud.engine.trino.library import common_type
from labkit.cloud.engine.trino.match_recognize import match_recognize
from labkit.cloud.engine.trino.operators import coerced
from labkit.cloud.engine.trino.scope import Field, Scope, Typed, Uses
from labkit.cloud.engine.trino.table_functions import sequence
from labkit.cloud.engine.trino.tables import rows_of, table
from labkit.cloud.engine.trino.unnesting import Rows, beside_lists, unnest, unnested
from labkit.cloud.engine.types import BOOLEAN, UNKNOWN, Type


def relation(node: tree.Relation, scope: Scope) -> Rows:
    """Compile a relation; ``scope`` holds the columns of relations on its left, for LATERAL."""
    return _RULES[type(node)](node, scope)


# Relations around relations


def _aliased(node: tree.Aliased, scope: Scope) -> Rows:
    if isinstance(node.relation, tree.Unnest):
        inner = unnest(node.relation, scope, len(node.columns))
    else:
        inner = relation(node.relation, scope)
    shown = [f for f in inner.fields if not f.hidden]
    if not node.columns:
        fields = (replace(f, qualifier=(node.name,)) for f in inner.fields)
        return replace(inner, fields=tuple(fields))
    if len(node.columns) != len(shown):
        message = (
            f"Column alias list has {len(node.columns)} entries but '{node.name}' has "
            f"{len(shown)} columns available"
        )
        raise scope.fail(node, "MISMATCHED_COLUMN_ALIASES", message)
    renamed = (
        replace(f, name=name, qualifier=(node.name,))
        for f, name in zip(shown, node.columns, strict=True)
    )
    return replace(inner, fields=tuple(renamed))


def _derived(node: tree.Derived, scope: Scope) -> Rows:
    """A query in brackets; only LATERAL sees what stands on its left."""
    outer = scope if node.lateral else scope.with_fields(())
    found = rows_of(scope.state.subquery(node.query, outer), (), scope)
    if not node.lateral:
        return found
    for f in found.fields:  # DuckDB reckons them all, once for each row on the left
        scope.state.uses[-1].update(f.uses)
    return Rows(f"LATERAL {found.sql}", found.fields)


def _sampled(node: tree.Sampled, scope: Scope) -> Rows:
    inner = relation(node.relation, scope)
    if not isinstance(node.percent, tree.Literal) or node.percent.kind not in (
        "integer",
        "decimal",
        "double",
    ):
        message = "Sample percentage must be a constant number"
        raise scope.fail(node.percent, "EXPRESSION_NOT_CONSTANT", message)
    value = float(node.percent.text)
    if value > 100:
        message = "Sample percentage must be less than or equal to 100"
        raise scope.fail(node.percent, "NUMERIC_VALUE_OUT_OF_RANGE", message)
    if value < 100:
        scope.state.deterministic = False
    return _sample(inner, value, scope)


def _matched(node: tree.MatchRecognize, scope: Scope) -> Rows:
    inner = relation(node.relation, scope)
    return Rows(*match_recognize(node, inner.sql, inner.fields, scope.with_fields(())))


def _sample(inner: Rows, percent: float, scope: Scope) -> Rows:
    if percent == 100:
        return inner
    sample = f"TABLESAMPLE BERNOULLI ({percent} PERCENT)"
    if inner.sql.isidentifier():
        return Rows(f"{inner.sql} {sample}", inner.fields)
    alias = scope.state.fresh("t")
    columns = ", ".join(f"{f.sql} AS c{at}" for at, f in enumerate(inner.fields))
    scope.state.uses[-1].update(*(f.uses for f in inner.fields))
    sql = f"(SELECT {columns} FROM {inner.sql}) AS {alias} {sample}"
    fields = tuple(replace(f, sql=f"{alias}.c{at}") for at, f in enumerate(inner.fields))
    return Rows(sql, fields)


# Joins


#: The joins that lists may stand on the right of, and whether rows without any item stay.
_KEEPING = {"cross": False, "implicit": False, "inner": False, "left": True}
#: Stands among the uses of what reads a column on the left of the join.
_LEFT: Uses = frozenset([(-1, "left")])


def _join(node: tree.Join, scope: Scope) -> Rows:
    left = relation(node.left, scope)
    right = _right(node, left, scope)
    always = not node.using and (node.on is None or _is_true(node.on))
    if right.lists and node.kind in _KEEPING and always:
        return beside_lists(left, right, keeping=_KEEPING[node.kind])
    if node.kind in ("cross", "implicit"):
        return Rows(
            f"{left.sql} CROSS JOIN {_bracketed(node.right, right)}", left.fields + right.fields
        )
    _check_condition(node, scope)
    left, right = _nullable(node.kind, left, right)
    joined = f"{left.sql} {node.kind.upper()} JOIN {_bracketed(node.right, right)}"
    if node.using:
        return _using(node, joined, left, right, scope)
    on = _condition(node, left.fields + right.fields, scope)
    if node.kind in ("right", "full") and _lateral_kind(node.right):
        return _row_by_row(node, left, right, on)
    return Rows(f"{joined} ON {on}", left.fields + right.fields)


def _condition(node: tree.Join, fields: tuple[Field, ...], scope: Scope) -> str:
    assert node.on
    inner = scope.with_fields(fields).without_aggregates("JOIN clause")
    on = replace(inner, closed=node.kind != "inner").value(node.on)
    if on.type not in (BOOLEAN, UNKNOWN):
        message = f"JOIN ON clause must evaluate to a boolean: actual type {on.type}"
        raise scope.fail(node.on, "TYPE_MISMATCH", message)
    return on.sql


def _row_by_row(node: tree.Join, left: Rows, right: Rows, on: str) -> Rows:
    """What is lateral is joined to each row on the left: where there is none, nothing is.

    Source: ``TransformUncorrelatedSubqueryToJoin`` of https://github.com/trinodb/trino
    """
    beside = _bracketed(node.right, right)
    if node.kind == "full":
        return Rows(f"{left.sql} LEFT JOIN {beside} ON {on}", left.fields + right.fields)
    own = left.fields
    if not _is_true(node.on):
        own = tuple(replace(f, sql=f"CASE WHEN {on} THEN {f.sql} END") for f in own)
    return Rows(f"{left.sql} CROSS JOIN {beside}", own + right.fields)


def _right(node: tree.Join, left: Rows, scope: Scope) -> Rows:
    """The right of a join; beside ``RIGHT`` and ``FULL`` it does not read the left."""
    if node.kind not in ("right", "full"):
        return relation(node.right, _beside(left, scope))
    marked = replace(left, fields=tuple(replace(f, uses=f.uses | _LEFT) for f in left.fields))
    with scope.state.collect() as used:
        right = relation(node.right, _beside(marked, scope))
    if _LEFT & used.union(*(f.uses for f in right.fields)):
        message = f"LATERAL reference not allowed in {node.kind.upper()} JOIN"
        raise scope.fail(node.right, "INVALID_COLUMN_REFERENCE", message)
    scope.state.uses[-1].update(used)
    return right


def _check_condition(node: tree.Join, scope: Scope) -> None:
    """Refuse the conditions that Trino's ``StatementAnalyzer`` refuses beside what is lateral."""
    kind = _lateral_kind(node.right)
    if kind is None or _is_true(node.on) or (kind == "LATERAL relation" and node.kind != "full"):
        return
    message = f"{node.kind.upper()} JOIN involving {kind} is only supported with condition ON TRUE"
    raise scope.fail(node, "NOT_SUPPORTED", message)


def _beside(left: Rows, scope: Scope) -> Scope:
    """What LATERAL and UNNEST see: the columns on their left, then those around the query."""
    return scope.with_fields(scope.fields + left.fields)


def _lateral_kind(node: tree.Relation) -> str | None:
    """What a relation that sees the columns on its left is called, None for any other."""
    if isinstance(node, tree.Aliased | tree.Sampled):
        return _lateral_kind(node.relation)
    if isinstance(node, tree.Derived):
        return "LATERAL relation" if node.lateral else None
    if isinstance(node, tree.JsonTable):
        return "JSON_TABLE"
    return "UNNEST" if isinstance(node, tree.Unnest) else None


def _is_true(node: tree.Expression | None) -> bool:
    return isinstance(node, tree.Literal) and node.text == "true"


def _bracketed(node: tree.Relation, rows: Rows) -> str:
    inner = node.relation if isinstance(node, tree.Aliased) else node
    return f"({rows.sql})" if isinstance(inner, tree.Join) else rows.sql


def _nullable(kind: str, left: Rows, right: Rows) -> tuple[Rows, Rows]:
    """Partitions of a side that may be NULL cannot be left out by a condition on the result."""

    def free(rows: Rows) -> Rows:
        return Rows(rows.sql, tuple(replace(f, key=None) for f in rows.fields))

    return (
        free(left) if kind in ("right", "full") else left,
        free(right) if kind in ("left", "full") else right,
    )


def _using(node: tree.Join, joined: str, left: Rows, right: Rows, scope: Scope) -> Rows:
    """The columns of USING come first and once, then the others of each side."""
    shared: list[Field] = []
    conditions: list[str] = []
    used: set[str] = set()
    for name in node.using:
        if node.using.count(name) > 1:
            message = f"Column '{name}' appears multiple times in USING clause"
            raise scope.fail(node, "DUPLICATE_COLUMN_NAME", message)
        a, b = (
            _side(node, name, rows, side, scope)
            for rows, side in ((left, "left"), (right, "right"))
        )
        equal = comparison("=", Typed(a.sql, a.type), Typed(b.sql, b.type))
        kind = common_type([a.type, b.type])
        if equal is None or kind is None:
            message = f"Column types of join columns do not match: {a.type} vs {b.type}"
            raise scope.fail(node, "TYPE_MISMATCH", message)
        conditions.append(equal.sql)
        shared.append(_shared(node.kind, name, a, b, kind))
        used |= {a.sql, b.sql}
        scope.state.uses[-1].update(a.uses | b.uses)
    rest = tuple(f for f in left.fields + right.fields if f.sql not in used)
    return Rows(f"{joined} ON {' AND '.join(conditions)}", (*shared, *rest))


def _side(node: tree.Join, name: str, rows: Rows, side: str, scope: Scope) -> Field:
    found = [f for f in rows.fields if f.name == name]
    if len(found) > 1:
        raise scope.fail(node, "AMBIGUOUS_NAME", f"Column '{name}' is ambiguous")
    if not found:
        message = f"Column '{name}' is missing from {side} side of join"
        raise scope.fail(node, "COLUMN_NOT_FOUND", message)
    return found[0]


def _shared(kind: str, name: str, a: Field, b: Field, common: Type) -> Field:
    first, second = (coerced(Typed(f.sql, f.type), common).sql for f in (a, b))
    sql = {"full": f"coalesce({first}, {second})", "right": second}.get(kind, first)
    key = {"full": None, "right": b.key}.get(kind, a.key)
    return Field(name, common, sql, (), a.uses | b.uses, key if a.type == b.type else None)


_RULES: dict[type, Callable[[Any, Scope], Rows]] = {
    tree.Table: table,
    tree.Aliased: _aliased,
    tree.Derived: _derived,
    tree.Sampled: _sampled,
    tree.Unnest: unnest,
    tree.TableFunction: lambda node, scope: Rows(*sequence(node, scope)),
    tree.JsonTable: lambda node, scope: unnested(*json_table(node, scope)),
    tree.MatchRecognize: _matched,
    tree.Join: _join,
}


def from_clause(source: tree.Relation | None, scope: Scope) -> Rows:
    """The FROM of a query; without one there is one row without columns."""
    return relation(source, scope) if source else Rows("", ())
