"""Outer joins that WHERE says, as Oracle has them: ``WHERE a.id = b.id(+)``.

All conditions of WHERE in which a table's columns are marked join it; rows of the other table that
find none stay. A mark that joins nothing does nothing.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_WHERE_oracle_outer.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError, unsupported
from labkit.cloud.engine.redshift.expressions import condition
from labkit.cloud.engine.redshift.relations import add_member
from labkit.cloud.engine.redshift.scope import Scope

Conditions = dict[str, list[exp.Expr]]


def marked(node: exp.Select) -> bool:
    """Whether WHERE has a mark."""
    where = node.args.get("where")
    return where is not None and any(_marks(where))


def joined(node: exp.Select, scope: Scope) -> tuple[str, exp.Select]:
    """``FROM`` with the joins that WHERE says, and the query without their conditions.

    Raises:
        RedshiftError: marks where Redshift takes none.
    """
    members = [node.args["from_"].this, *map(_plain, node.args.get("joins") or ())]
    pieces = {}
    for each in members:
        sql = add_member(each, scope)
        if (name := scope.sources[-1].name) in pieces:
            raise unsupported(f"(+) beside two tables called {name}")
        pieces[name] = sql
    conditions, rest, partners = _sorted_out(node.args["where"].this, scope)
    sql = " CROSS JOIN ".join(text for name, text in pieces.items() if name not in conditions)
    for name in _in_order(partners):
        on = condition(exp.and_(*conditions[name]), scope, "JOIN/ON")
        sql += f" LEFT JOIN {pieces[name]} ON {on}"
    left = node.copy()
    left.set("where", exp.Where(this=exp.and_(*rest)) if rest else None)
    return f" FROM {sql}", left


def _marks(node: exp.Expr) -> Iterator[exp.Column]:
    return (each for each in node.find_all(exp.Column) if each.args.get("join_mark"))


def _plain(join: exp.Join) -> exp.Expr:
    if any(join.args.get(name) for name in ("on", "using", "side", "kind", "method")):
        raise RedshiftError(
            "Outer join operator (+) is not allowed with the join syntax of the FROM clause", SYNTAX
        )
    member: exp.Expr = join.this
    return member


def _sorted_out(
    where: exp.Expr, scope: Scope
) -> tuple[Conditions, list[exp.Expr], dict[str, set[str]]]:
    """The conditions of each marked table, the others, and what each marked table is joined to."""
    found: Conditions = {}
    rest: list[exp.Expr] = []
    partners: dict[str, set[str]] = {}
    for each in where.flatten() if isinstance(where, exp.And) else [where]:
        tables = {_table(column, scope) for column in _marks(each)}
        if not tables:
            rest.append(each)
            continue
        if each.find(exp.Or, exp.In):
            raise RedshiftError(
                "Outer join operator (+) not allowed in operand of OR or IN.", SYNTAX
            )
        if len(tables) > 1:
            raise RedshiftError("A condition may have one table with the operator (+).", SYNTAX)
        (table,) = tables
        others = {_table(column, scope) for column in each.find_all(exp.Column)} - {table, ""}
        found.setdefault(table, []).append(each)
        partners.setdefault(table, set()).update(others)
    for table, others in list(partners.items()):
        if not others:
            rest += found.pop(table)
            del partners[table]
        elif len(others) > 1:
            raise RedshiftError("A table may be outer joined to at most one other table.", SYNTAX)
    return found, rest, partners


def _table(column: exp.Column, scope: Scope) -> str:
    """The member of FROM that a column is of; empty when it is one of an outer query's."""
    table, name = column.table.lower(), column.name.lower()
    if table:
        return table if any(source.name == table for source in scope.sources) else ""
    having = [s.name for s in scope.sources if any(field.name == name for field in s.fields)]
    return having[0] if len(having) == 1 else ""


def _in_order(partners: dict[str, set[str]]) -> Sequence[str]:
    """The marked tables, each after the one that it is joined to."""
    order: list[str] = []
    while len(order) < len(partners):
        ready = [
            name
            for name, others in partners.items()
            if name not in order and all(o in order or o not in partners for o in others)
        ]
        if not ready:
            raise RedshiftError("two tables cannot be outer joined to each other", SYNTAX)
        order += ready
    return order
