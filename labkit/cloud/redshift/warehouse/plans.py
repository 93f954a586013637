"""EXPLAIN: a query's plan in Redshift's shape.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_EXPLAIN.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from labkit.cloud.engine.redshift.compile import Compiled
from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.redshift.warehouse.names import look_up

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection
    from labkit.cloud.redshift.warehouse.objects import Object

Explainer = Callable[["Connection", str, Compiled], list[str]]


def outline(connection: Connection, text: str, compiled: Compiled) -> list[str]:
    """The operators of a query by its text: sorts, aggregates, joins and scans."""
    lines: list[str] = []
    tree = parse_query(text)
    _describe(connection, tree, 0, lines)
    return [lines[0], *(f"{line}" for line in lines[1:])]


def _put(lines: list[str], depth: int, text: str) -> int:
    arrow = f"{'  ' + '      ' * (depth - 1)}->  " if depth else ""
    lines.append(f"{arrow}XN {text}")
    return depth + 1


def _describe(connection: Connection, node: exp.Expr, depth: int, lines: list[str]) -> None:
    if node.args.get("limit"):
        depth = _put(lines, depth, "Limit")
    if node.args.get("order"):
        depth = _put(lines, depth, "Merge")
        keys = ", ".join(
            each.this.sql(dialect="redshift") for each in node.args["order"].expressions
        )
        depth = _put(lines, depth, "Network")
        depth = _put(lines, depth, "Sort")
        lines.append(f"{'      ' * depth}Sort Key: {keys}")
    if isinstance(node, exp.SetOperation):
        depth = _put(lines, depth, "Append")
        for side in (node.left, node.right):
            _describe(connection, side, depth, lines)
        return
    if isinstance(node, exp.Select):
        _describe_select(connection, node, depth, lines)


_AGGREGATES = {"count", "sum", "avg", "min", "max", "median", "listagg", "stddev", "variance"}


def _describe_select(
    connection: Connection, node: exp.Select, depth: int, lines: list[str]
) -> None:
    calls = {str(each.this).lower() for each in node.find_all(exp.Anonymous)}
    if node.args.get("distinct"):
        depth = _put(lines, depth, "Unique")
    if node.find(exp.Window):
        depth = _put(lines, depth, "Window")
    if node.args.get("group"):
        depth = _put(lines, depth, "HashAggregate")
    elif calls & _AGGREGATES:
        depth = _put(lines, depth, "Aggregate")
    start = node.args.get("from_")
    if start is None:
        _put(lines, depth, "Result")
        return
    members = [start.this, *(each.this for each in node.args.get("joins") or ())]
    _describe_members(connection, members, node, depth, lines)


def _describe_members(
    connection: Connection, members: list[exp.Expr], node: exp.Select, depth: int, lines: list[str]
) -> None:
    if len(members) > 1:
        join = node.args["joins"][len(members) - 2]
        hashed = join.args.get("on") is not None or join.args.get("using")
        side = f"{join.side.title()} " if join.side else ""
        depth = _put(lines, depth, f"Hash {side}Join" if hashed else "Nested Loop")
        if hashed and join.args.get("on") is not None:
            lines.append(
                f"{'      ' * depth}Hash Cond: ({join.args['on'].sql(dialect='redshift')})"
            )
        _describe_members(connection, members[:-1], node, depth, lines)
        if hashed:
            depth = _put(lines, depth, "Hash")
    last = members[-1]
    if isinstance(last, exp.Subquery):
        depth = _put(lines, depth, f"Subquery Scan {last.alias}".rstrip())
        _describe(connection, last.this, depth, lines)
        return
    _scan(connection, last, node, depth, lines)


def _scan(
    connection: Connection, table: exp.Expr, node: exp.Select, depth: int, lines: list[str]
) -> None:
    name = table.name.lower()
    alias = f" {table.alias.lower()}" if table.alias else ""
    found = look_up(connection, tuple(part.name.lower() for part in table.parts)) if isinstance(
        table, exp.Table) else None  # fmt: skip
    if found is not None and found.kind in ("table", "matview"):
        count = first_row(connection.duck, f"SELECT count(*) FROM {found.physical}")[0]
        width = 8 * len(found.columns)
        cost = f"  (cost=0.00..{count / 100:.2f} rows={count} width={width})"
        _put(lines, depth, f"Seq Scan on {name}{alias}{cost}")
    else:
        _put(lines, depth, f"Seq Scan on {name}{alias}")
    where = node.args.get("where")
    if where is not None and not node.args.get("joins"):
        lines.append(f"{'      ' * (depth + 1)}Filter: ({where.this.sql(dialect='redshift')})")


#: The last one tells a query's plan; the placement of rows puts a better one here.
EXPLAINERS: list[Explainer] = [outline]
#: Each puts a table's rows in the order of its sort key.
SORTERS: list[Callable[[Connection, Object], None]] = []


def sort(connection: Connection, table: Object) -> None:
    """What VACUUM does to a table."""
    for sorter in SORTERS:
        sorter(connection, table)
