"""EXPLAIN over the placed rows: of queries, and of what changes rows by what they read.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_EXPLAIN.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.redshift.placement import blocks, steps
from labkit.cloud.redshift.placement.joins import NESTED
from labkit.cloud.redshift.placement.members import Untold, counting
from labkit.cloud.redshift.placement.planner import Planner
from labkit.cloud.redshift.warehouse import plans, quotas
from labkit.cloud.redshift.warehouse.statements.dropping import changeable

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


def explained(connection: Connection, query: exp.Expr) -> list[str]:
    """A query's plan.

    Raises:
        RedshiftError: it has a part that no plan is told for here.
    """
    try:
        plan = Planner(connection).query(query)
    except Untold as untold:
        raise unsupported(f"EXPLAIN of {untold} in the local AWS") from None
    found = list(steps.lines(plan))
    loops = any(each.label == "nloop" for each in plan.each())
    return [*found, NESTED] if loops else found


def query_of(connection: Connection, text: str) -> exp.Expr:
    """What a statement reads, as a query.

    Raises:
        RedshiftError: EXPLAIN is not for statements of its kind, or the user may not run it.
    """
    tree = parse_query(text)
    if isinstance(tree, exp.Query):
        return tree
    find = _QUERIES.get(type(tree))
    query = find(connection, tree) if find else None
    if query is None:
        word = text.split(maxsplit=1)[0]
        raise RedshiftError(f'syntax error at or near "{word}"', "42601")
    return query


def _of_insert(connection: Connection, tree: exp.Insert) -> exp.Expr | None:
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    changeable(connection, _name(target), "INSERT")
    values = tree.expression
    if not isinstance(values, exp.Values):
        return _with(tree, values)
    if len(values.expressions) > 1:
        raise unsupported("EXPLAIN of INSERT with several rows in the local AWS")
    return exp.Select(expressions=list(values.expressions[0].expressions))


def _of_create(connection: Connection, tree: exp.Create) -> exp.Expr | None:
    query = tree.expression
    return query.unnest() if isinstance(query, exp.Query) else None


def _of_delete(connection: Connection, tree: exp.Delete) -> exp.Expr:
    changeable(connection, _name(tree.this), "DELETE")
    return _matching(tree, tree.this, tree.args.get("using") or [])


def _of_update(connection: Connection, tree: exp.Update) -> exp.Expr:
    changeable(connection, _name(tree.this), "UPDATE")
    start = tree.args.get("from_")
    return _matching(tree, tree.this, [start.this] if start else [])


def _matching(tree: exp.Expr, target: exp.Expr, others: list[exp.Expr]) -> exp.Expr:
    """The rows of a table, and of what it is compared with, that a change is about."""
    where = tree.args.get("where")
    found = counting(exp.Literal.number(1), [target, *others], [where.this] if where else [], None)
    return _with(tree, found)


def _with(tree: exp.Expr, query: exp.Expr) -> exp.Expr:
    if tree.args.get("with_"):
        query.set("with_", tree.args["with_"].copy())
    return query


def _name(table: exp.Expr) -> tuple[str, ...]:
    parts = table.parts if isinstance(table, exp.Table) else [table]
    return tuple(part.name.lower() for part in parts)


_QUERIES: dict[type[exp.Expr], Callable[..., exp.Expr | None]] = {
    exp.Insert: _of_insert,
    exp.Create: _of_create,
    exp.Delete: _of_delete,
    exp.Update: _of_update,
}
plans.EXPLAINERS.append((query_of, explained))
plans.SORTERS.append(blocks.sort)
quotas.SIZES.append(blocks.size_mb)
