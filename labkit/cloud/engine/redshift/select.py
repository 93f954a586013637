"""SELECT: its clauses in the order in which they mean something."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from labkit.cloud.engine.redshift import outer_marks, series
from labkit.cloud.engine.redshift.blanks import all_clean, is_clean, sortable
from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.errors import SYNTAX, UNDEFINED_COLUMN, RedshiftError, unsupported
from labkit.cloud.engine.redshift.expressions import condition
from labkit.cloud.engine.redshift.grouping import group_by
from labkit.cloud.engine.redshift.joins import from_clause
from labkit.cloud.engine.redshift.meeting import known
from labkit.cloud.engine.redshift.ordering import (
    distinct_rows,
    hidden_keys,
    limits,
    of_distinct,
    order_by,
    order_key,
)
from labkit.cloud.engine.redshift.scope import Field, Scope, Typed
from labkit.cloud.engine.redshift.select_list import projections
from labkit.cloud.engine.redshift.windows import window_definition


@dataclass(frozen=True)
class Query:
    """A query in DuckDB's SQL; its columns are called c0, c1, ..."""

    sql: str
    fields: tuple[Field, ...]


_KNOWN = {
    "expressions", "from_", "joins", "where", "group", "having", "qualify", "order",
    "limit", "offset", "distinct", "with_", "windows", "connect", "exclude", "kind", "hint",
    "operation_modifiers",
}  # fmt: skip


def select(node: exp.Select, outer: Scope) -> Query:
    """A SELECT in DuckDB's SQL."""
    if node.args.get("into"):
        raise RedshiftError("SELECT ... INTO is not allowed here", SYNTAX)
    refuse_others(node, _KNOWN, "in a query")
    _check_qualify(node)
    scope, node = outer, series.as_table(node)
    if outer_marks.marked(node):
        start, node = outer_marks.joined(node, scope)
    else:
        start = from_clause(node, scope)
    _define_windows(node, scope)
    filtered, outputs = _filtered(node, scope)
    group = group_by(node, scope, outputs)
    if scope.shown:
        _define_windows(node, scope)
        outputs = projections(node, scope)
    having = node.args.get("having")
    qualify = node.args.get("qualify")
    order = node.args.get("order")
    keys = [order_key(each.this, scope, outputs) for each in order.expressions] if order else []
    distinct = _distinct(node, outputs)
    hidden = hidden_keys(keys, outputs) if distinct else []
    grouped = bool(distinct) and bool(hidden or not all(map(is_clean, outputs)))
    parts = [
        f"SELECT {'' if grouped else distinct}{_named(outputs)}",
        *(f", {key} AS k{at}" for at, key in enumerate(hidden)),
        f"{start}{filtered}{group}",
        f" HAVING {condition(having.this, scope, 'HAVING')}" if having else "",
        f" QUALIFY {condition(qualify.this, scope, 'QUALIFY')}" if qualify else "",
    ]
    fields = tuple(
        Field(
            output.name,
            known(output.type),
            f"c{at}",
            clean=all_clean([output]),
            untyped=output.untyped or output.type.base == "unknown",
            literals=output.literals if output.literal is None else (output.literal,),
        )
        for at, output in enumerate(outputs)
    )
    sql = "".join(parts)
    if grouped:
        sql = distinct_rows(sql, fields, hidden)
        keys = [of_distinct(key_sql, outputs, fields) for key_sql in keys]
    return Query(f"{sql}{order_by(order, keys, hidden)}{limits(node, scope)}", fields)


def _check_qualify(node: exp.Select) -> None:
    """Right behind a member of FROM that has no name of its own, QUALIFY is read as its name.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_QUALIFY_clause.html
    """
    qualify, start = node.args.get("qualify"), node.args.get("from_")
    if not (qualify and start) or any(node.args.get(k) for k in ("where", "group", "having")):
        return
    last = [start, *(start.this.args.get("joins") or ()), *(node.args.get("joins") or ())][-1]
    if not (last.args.get("on") or last.args.get("using") or last.this.args.get("alias")):
        word = re.match(r"\w+|.", qualify.this.sql(dialect="redshift"))
        raise RedshiftError(f'syntax error at or near "{word[0].lower() if word else ""}"', SYNTAX)


def _define_windows(node: exp.Select, scope: Scope) -> None:
    for each in node.args.get("windows") or ():
        scope.windows[each.this.name.lower()] = window_definition(each, scope)


def _filtered(node: exp.Select, scope: Scope) -> tuple[str, list[Typed]]:
    """WHERE, which may use names of the select list where no column has them, and that list."""
    try:
        return _where(node, scope), projections(node, scope)
    except RedshiftError as error:
        if error.sqlstate != UNDEFINED_COLUMN:
            raise
    outputs = projections(node, scope)
    return _where(node, scope), outputs


def _where(node: exp.Select, scope: Scope) -> str:
    where = node.args.get("where")
    if where is None:
        return ""
    scope.aggregates = False
    try:
        return f" WHERE {condition(where.this, scope, 'WHERE')}"
    finally:
        scope.aggregates = True


def _named(outputs: list[Typed]) -> str:
    return ", ".join(
        f"{coerce(output, known(output.type)).sql} AS c{at}" for at, output in enumerate(outputs)
    )


def _distinct(node: exp.Select, outputs: list[Typed]) -> str:
    distinct = node.args.get("distinct")
    if distinct is None:
        return ""
    if distinct.args.get("on"):
        raise RedshiftError("SELECT DISTINCT ON is not supported", "0A000")
    for each in outputs:
        sortable(each)
    return "DISTINCT "


def refuse_others(node: exp.Expr, allowed: set[str], where: str) -> None:
    """Raise where a statement has more than these parts."""
    for name, value in node.args.items():
        if value and name not in allowed:
            raise unsupported(f"{name.strip('_').upper()} {where}")
