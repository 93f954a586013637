"""Queries: WITH, set operations, VALUES, and the number of rows that are kept of them.

Source: https://trino.io/docs/current/sql/select.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.casts.rules import failure_of
from labkit.cloud.engine.trino.comparisons import sort_key
from labkit.cloud.engine.trino.errors import raising
from labkit.cloud.engine.trino.functions.equality import comparable, is_keyed
from labkit.cloud.engine.trino.grouping import walk
from labkit.cloud.engine.trino.library import common_type
from labkit.cloud.engine.trino.operators import coerced
from labkit.cloud.engine.trino.ordering import sorted_output
from labkit.cloud.engine.trino.recursion import is_recursive
from labkit.cloud.engine.trino.scope import CommonTable, Field, Output, Scope, Typed
from labkit.cloud.engine.trino.select import CHANGING, as_output, select
from labkit.cloud.engine.trino.tables import table
from labkit.cloud.engine.trino.values import values
from labkit.cloud.engine.types import Type


def query(node: tree.Query, outer: Scope) -> Output:
    """A query inside ``outer``, whose columns it may read."""
    scope = outer.child()
    common: list[str] = []
    for at, named in enumerate(node.named):
        if named.name in [before.name for before in node.named[:at]]:
            message = f"WITH query name '{named.name}' specified more than once"
            raise scope.fail(named, "DUPLICATE_NAMED_QUERY", message)
        scope, sql = _named(named, scope, node.recursive)
        common.append(sql)
    found = _ordered(node, scope)
    if _counts_rows(node):
        found = replace(found, fields=tuple(replace(f, key=None) for f in found.fields))
    if common:
        return replace(found, sql=f"WITH RECURSIVE {', '.join(common)} {found.sql}")
    return found


def _counts_rows(node: tree.Query) -> bool:
    """Whether a row depends on the others, so that no condition outside may leave some out."""
    if node.limit or node.offset:
        return True
    return any(isinstance(e, tree.Call) and e.over for e in walk((node.body, node.order_by)))


def _ordered(node: tree.Query, scope: Scope) -> Output:
    if isinstance(node.body, tree.Select):
        found, order = select(node.body, scope, node.order_by, visible=node.ties)
    else:
        found = _body(node.body, scope)
        found, order = sorted_output(node.order_by, found, scope)
    if node.ties:
        return _with_ties(node, found, order, scope)
    by = f" ORDER BY {', '.join(order)}" if order else ""
    return replace(found, sql=f"{found.sql}{by}{_cut(node, scope)}")


def _cut(node: tree.Query, scope: Scope) -> str:
    limit = f" LIMIT {_count(node.limit, scope)}" if node.limit else ""
    return limit + (f" OFFSET {_count(node.offset, scope, 'OFFSET')}" if node.offset else "")


def _count(node: tree.Expression, scope: Scope, what: str = "LIMIT") -> str:
    """How many rows; a parameter's value is looked at when the query runs."""
    if isinstance(node, tree.Parameter) and node.fetched:
        what = "FETCH FIRST"
    value = scope.with_fields(()).value(node)
    if value.type.base not in ("tinyint", "smallint", "integer", "bigint"):
        raise scope.fail(
            node, "TYPE_MISMATCH", f"{what} must be an integer: actual type {value.type}"
        )
    if not isinstance(node, tree.Parameter):
        return value.sql
    least, rule = (1, "positive") if what == "FETCH FIRST" else (0, "greater or equal to 0")
    none = raising("INVALID_ARGUMENTS", f"Parameter value provided for {what} is NULL")
    words = f"{what} row count must be {rule} (actual value: #)"
    few = failure_of(value.sql, words, "NUMERIC_VALUE_OUT_OF_RANGE")
    return (
        f"(CASE WHEN {value.sql} IS NULL THEN {none} WHEN {value.sql} < {least} THEN {few} "
        f"ELSE {value.sql} END)"
    )


def _with_ties(node: tree.Query, found: Output, order: list[str], scope: Scope) -> Output:
    """The first rows after those left out, and all that are equal to the last of them."""
    assert node.limit
    alias = scope.state.fresh("t")
    keys = ", ".join(order)
    names = ", ".join(f"c{at}" for at in range(len(found.fields)))
    rows = f"SELECT * FROM ({found.sql}) AS {alias}"
    if node.offset:
        rows += f" ORDER BY {keys} OFFSET {_count(node.offset, scope, 'OFFSET')}"
    ranked = f"SELECT *, rank() OVER (ORDER BY {keys}) AS r FROM ({rows}) AS {alias}"
    first = f"r <= {_count(node.limit, scope)}"
    sql = f"SELECT {names} FROM ({ranked}) AS {alias} WHERE {first} ORDER BY {keys}"
    return replace(found, sql=sql)


# WITH


def _named(named: tree.Named, scope: Scope, recursive: bool) -> tuple[Scope, str]:
    """A WITH query: the scope that knows it, and its definition."""
    relation = scope.state.fresh("w")
    if recursive and is_recursive(named, scope):
        found, sql = _recursive(named, relation, scope)
    else:
        found = query(named.query, scope)
        anew = " NOT MATERIALIZED" if _changes(named.query) else ""
        sql = f"{relation} AS{anew} ({found.sql})"
    fields = _renamed(named, found.fields, scope)
    common = CommonTable(relation, fields)
    return replace(scope, named={**scope.named, named.name: common}), sql


def _renamed(named: tree.Named, fields: Sequence[Field], scope: Scope) -> tuple[Field, ...]:
    names = named.columns or [field.name for field in fields]
    if len(names) != len(fields):
        message = (
            f"Column alias list has {len(names)} entries but relation has {len(fields)} columns"
        )
        raise scope.fail(named, "MISMATCHED_COLUMN_ALIASES", message)
    for name in named.columns:
        if named.columns.count(name) > 1:
            message = f"Column name '{name}' specified more than once"
            raise scope.fail(named, "DUPLICATE_COLUMN_NAME", message)
    return tuple(replace(f, name=name, key=None) for f, name in zip(fields, names, strict=True))


def _changes(node: tree.Query) -> bool:
    """Whether a query has other rows each time: Trino runs one once for each place that names it.

    Source: https://github.com/trinodb/trino/issues/10
    """
    return any(
        isinstance(each, tree.Sampled) or (isinstance(each, tree.Call) and each.name in CHANGING)
        for each in tree.nodes_in(node)
    )


#: https://trino.io/docs/current/sql/select.html#with-recursive-clause
_MAX_DEPTH = 10


def _recursive(named: tree.Named, relation: str, scope: Scope) -> tuple[Output, str]:
    """The first rows, then steps over the rows of the step before, ten at most."""
    body = named.query.body
    assert isinstance(body, tree.SetOperation)
    anchor = _body(body.left, scope)
    if body.distinct and any(is_keyed(f.type) for f in anchor.fields):
        message = "UNION of maps and zoned timestamps in WITH RECURSIVE is not supported here"
        raise scope.fail(named, "NOT_SUPPORTED", message)
    fields = tuple(replace(f, sql=f"c{at}") for at, f in enumerate(anchor.fields))
    steps = scope.state.fresh("w") if body.distinct else relation
    known = CommonTable(steps, _renamed(named, fields, scope))
    inner = replace(scope, named={**scope.named, named.name: known})
    step = _body(body.right, inner)
    for f in (*anchor.fields, *step.fields):  # they are all reckoned, whichever is asked for
        scope.state.uses[-1].update(f.uses)
    step_columns = _as_types(step, [f.type for f in fields], body.right, scope)
    first = ", ".join(f.sql for f in anchor.fields)
    limit = raising(
        "NOT_SUPPORTED",
        f"Recursion depth limit exceeded ({_MAX_DEPTH}). Use 'max_recursion_depth' session "
        "property to modify the limit.",
    )
    # The rows of the step before tell how deep this one is.
    depth = f"(SELECT max(d) FROM {steps})"
    sql = (
        f"{steps} AS (SELECT {first}, 0 AS d FROM ({anchor.sql}) UNION ALL "
        f"SELECT {step_columns}, {depth} + 1 AS d FROM ({step.sql}) "
        f"WHERE CASE WHEN {depth} >= {_MAX_DEPTH} THEN {limit} ELSE true END)"
    )
    if body.distinct:  # rows are the same when all steps are done, as to Trino
        sql += f", {relation} AS (SELECT DISTINCT {first} FROM {steps})"
    return Output("", fields), sql


def _as_types(step: Output, types: Sequence[Type], node: tree.Node, scope: Scope) -> str:
    if len(step.fields) != len(types):
        message = "base and step relations of recursion have different number of fields"
        raise scope.fail(node, "TYPE_MISMATCH", f"{message}: {len(types)}, {len(step.fields)}")
    columns: list[str] = []
    for f, kind in zip(step.fields, types, strict=True):
        if common_type([f.type, kind]) != kind:
            message = (
                f"recursion step relation output type ({f.type.display}) is not coercible to "
                f"recursion base relation output type ({kind.display}) at column {len(columns) + 1}"
            )
            raise scope.fail(node, "TYPE_MISMATCH", message)
        columns.append(f"{coerced(Typed(f.sql, f.type), kind).sql} AS {f.sql}")
    return ", ".join(columns)


# Bodies other than SELECT


def _body(node: tree.Body, scope: Scope) -> Output:
    return _BODIES[type(node)](node, scope)


def _select_alone(node: tree.Select, scope: Scope) -> Output:
    return select(node, scope, ())[0]


def _table(node: tree.TableBody, scope: Scope) -> Output:
    rows = table(node.table, scope)
    return _projected([f for f in rows.fields if not f.hidden], f"FROM {rows.sql}")


def _projected(fields: Sequence[Field], source: str) -> Output:
    columns = ", ".join(f"{f.sql} AS c{at}" for at, f in enumerate(fields))
    return Output(f"SELECT {columns} {source}", as_output(fields))


def _set_operation(node: tree.SetOperation, scope: Scope) -> Output:
    left, right = _body(node.left, scope), _body(node.right, scope)
    if len(left.fields) != len(right.fields):
        message = (
            f"{node.op} query has different number of fields: "
            f"{len(left.fields)}, {len(right.fields)}"
        )
        raise scope.fail(node.at, "TYPE_MISMATCH", message)
    kinds = [
        _set_type(node, at, a, b, scope)
        for at, (a, b) in enumerate(zip(left.fields, right.fields, strict=True))
    ]
    distinct = node.distinct or node.op != "UNION"
    kept = None if distinct else 1  # DuckDB reads a union's first column when none is asked for
    for f in left.fields[:kept] + right.fields[:kept]:
        scope.state.uses[-1].update(f.uses)
    keyed = any(map(is_keyed, kinds))
    if keyed and node.op != "UNION" and not node.distinct:
        message = f"{node.op} ALL of maps and zoned timestamps is not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    a, b = (_side(side, kinds) for side in (left, right))
    fields = tuple(
        Field(one.name, kind, f"c{at}", uses=one.uses | other.uses, written=one.written)
        for at, (one, other, kind) in enumerate(zip(left.fields, right.fields, kinds, strict=True))
    )
    if keyed and node.distinct:
        return Output(_by_keys(node.op, a, b, kinds), fields)
    op = node.op if node.distinct else f"{node.op} ALL"
    return Output(f"SELECT * FROM (({a}) {op} ({b}))", fields)


def _by_keys(op: str, a: str, b: str, kinds: Sequence[Type]) -> str:
    """A distinct set operation whose rows are the same when their keys are."""

    def keys(side: str) -> list[str]:
        return [sort_key(f"{side}.c{at}", kind) for at, kind in enumerate(kinds)]

    if op == "UNION":
        return f"SELECT DISTINCT ON ({', '.join(keys('a'))}) * FROM (({a}) UNION ALL ({b})) AS a"
    pairs = zip(keys("a"), keys("b"), strict=True)
    same = " AND ".join(f"{one} IS NOT DISTINCT FROM {other}" for one, other in pairs)
    found = f"{'NOT ' * (op == 'EXCEPT')}EXISTS (SELECT 1 FROM ({b}) AS b WHERE {same})"
    return f"SELECT DISTINCT ON ({', '.join(keys('a'))}) * FROM ({a}) AS a WHERE {found}"


def _set_type(node: tree.SetOperation, at: int, left: Field, right: Field, scope: Scope) -> Type:
    kind = common_type([left.type, right.type])
    if kind is None:
        types = f"{left.type.display}, {right.type.display}"
        message = f"column {at + 1} in {node.op} query has incompatible types: {types}"
        raise scope.fail(node.at, "TYPE_MISMATCH", message)
    if not comparable(kind) and (node.distinct or node.op != "UNION"):
        word = "UNION DISTINCT" if node.op == "UNION" else node.op
        message = f"Type {kind.display} is not comparable and therefore cannot be used in {word}"
        raise scope.fail(node.at, "TYPE_MISMATCH", message)
    return kind


def _side(side: Output, kinds: Sequence[Type]) -> str:
    """One side as the common types; NULL columns get their type."""
    columns = [
        coerced(Typed(f.sql, f.type), kind).sql for f, kind in zip(side.fields, kinds, strict=True)
    ]
    if all(sql == f.sql for sql, f in zip(columns, side.fields, strict=True)):
        return side.sql
    listed = ", ".join(f"{sql} AS c{at}" for at, sql in enumerate(columns))
    return f"SELECT {listed} FROM ({side.sql})"


def _nested(node: tree.Query, scope: Scope) -> Output:
    """A query in brackets: one level less than a subquery, the names around it are the same."""
    found = query(node, scope)
    return replace(found, sql=f"SELECT * FROM ({found.sql})")


_BODIES: dict[type, Callable[[Any, Scope], Output]] = {
    tree.Select: _select_alone,
    tree.SetOperation: _set_operation,
    tree.Values: values,
    tree.TableBody: _table,
    tree.Query: _nested,
}
