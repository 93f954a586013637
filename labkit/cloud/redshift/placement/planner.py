"""A query's plan: what is scanned, joined, grouped and sorted, with the rows of each step counted.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c-the-query-plan.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.placement import joins
from labkit.cloud.redshift.placement.counting import counted
from labkit.cloud.redshift.placement.joining import Side
from labkit.cloud.redshift.placement.members import (
    Member,
    Reading,
    Untold,
    compiled,
    counting,
    cte_names,
    read,
)
from labkit.cloud.redshift.placement.moves import Move, Placement, of_table
from labkit.cloud.redshift.placement.slices import rows_of, style_of, width
from labkit.cloud.redshift.placement.steps import Step
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.protection import hides_rows, policy_texts

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: Rows of a query over so many are counted; beyond, and outside of the warehouse, estimated.
COUNTED_ROWS = 5_000_000
#: What Redshift takes a table on S3 for while nothing tells its rows.
EXTERNAL_ROWS = 10_000_000_000
TEXT_WIDTH = 16
AGGREGATES = {
    "count", "sum", "avg", "min", "max", "median", "listagg", "stddev", "stddev_samp",
    "stddev_pop", "variance", "var_samp", "var_pop", "percentile_cont", "bool_and", "bool_or",
    "any_value", "approximate",
}  # fmt: skip


class Planner:
    """Plans the queries of one statement."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def query(self, node: exp.Expr, ctes: exp.Expr | None = None) -> Step:
        """The plan of a query.

        Raises:
            Untold: it has a part that is not followed.
        """
        ctes = node.args.get("with_") or ctes
        if ctes is not None and ctes.args.get("recursive"):
            raise Untold("WITH RECURSIVE")
        if isinstance(node, exp.Subquery):
            return self.query(node.this, ctes)
        if isinstance(node, exp.SetOperation):
            return self._ended(node, self._set_operation(node, ctes))
        if not isinstance(node, exp.Select):
            raise Untold(type(node).__name__)
        return self._ended(node, self._select(node, ctes))

    def rows(self, tree: exp.Expr, guess: int) -> int:
        """How many rows a query has, when counting them is cheap."""
        found = compiled(self.connection, tree)
        if found.scans or self._read(found.oids) > COUNTED_ROWS:
            return guess
        rows = counted(self.connection, f"SELECT count(*) FROM ({found.sql})")
        return int(rows[0][0]) if rows else guess

    def _read(self, oids: frozenset[int]) -> int:
        names = ", ".join(f"'t{oid}'" for oid in oids) or "''"
        sql = f"SELECT sum(estimated_size) FROM duckdb_tables() WHERE table_name IN ({names})"
        return int(first_row(self.connection.duck, sql)[0] or 0)

    def side(self, member: Member, reading: Reading, filters: Sequence[exp.Expr]) -> Side:
        """A member as a side of a join, its own conditions applied."""
        carried = reading.carried(member)
        columns = tuple(exp.column(f.name, member.name, quoted=True) for f in carried)
        rows = counting(exp.Literal.number(1), [member.node], filters, reading.ctes)
        step = self._scan(member, reading, filters)
        step.width = sum(_width(f.type) for f in carried)
        for below in step.children if member.outside or member.table else ():
            below.width = step.width
        step.rows = EXTERNAL_ROWS if member.outside else self.rows(rows, step.rows)
        return Side(step, self._placed(member), rows, columns)

    def _placed(self, member: Member) -> Placement:
        if member.table is None:
            return Placement("unknown")
        style = style_of(self.connection, member.table)
        return of_table(member.name, style, member.table.body["distkey"])

    def _scan(self, member: Member, reading: Reading, filters: Sequence[exp.Expr]) -> Step:
        shown = member.node.name.lower() if isinstance(member.node, exp.Table) else ""
        alias = "" if shown in ("", member.name) else f" {member.name}"
        details = [f"Filter: {joins.shown(filters)}"] if filters else []
        if member.table is not None and hides_rows(self.connection, member.table):
            return self._secure_scan(member, details)
        if member.table is not None:
            count = rows_of(self.connection, member.table)
            return Step(f"Seq Scan on {shown}{alias}", count, 0, "scan", details=details,
                        table=member.table, filters=tuple(filters))  # fmt: skip
        inner = self._inner(member, reading)
        if inner is None and member.outside and isinstance(member.node, exp.Table):
            place = ".".join(part.name.lower() for part in member.node.parts)
            below = Step(f"S3 Seq Scan {place}", EXTERNAL_ROWS, 0, "", details=details)
            return Step(f"S3 Query Scan {shown}{alias}", EXTERNAL_ROWS, 0, "scan", [below])
        name = "Subquery Scan" if inner else "Seq Scan on"
        if member.system:
            return Step(f"LD Seq Scan on {shown}{alias}", 0, 0, "", details=details)
        return Step(f"{name} {member.name}".rstrip(), inner.rows if inner else 0, 0, "scan",
                    [inner] if inner else [], details)  # fmt: skip

    def _secure_scan(self, member: Member, details: list[str]) -> Step:
        """A scan whose policies only who has EXPLAIN RLS is told.

        Source: https://docs.aws.amazon.com/redshift/latest/dg/r_EXPLAIN.html
        """
        assert member.table is not None
        count = self.rows(counting(exp.Literal.number(1), [member.node], [], None), 0)
        below = []
        if grants.has(self.connection, "EXPLAIN RLS"):
            filters = [f"Filter: {text}" for text in policy_texts(self.connection, member.table)]
            scanned = f"Seq Scan on {member.table.name} rls_table"
            below = [Step(scanned, count, 0, "scan", details=filters)]
        return Step(f"RLS SecureScan {member.name}", count, 0, "scan", below, details)

    def _inner(self, member: Member, reading: Reading) -> Step | None:
        """The plan of a subquery or of a query of WITH."""
        if isinstance(member.node, exp.Subquery):
            return self.query(member.node.this, reading.ctes)
        known = cte_names(reading.ctes)
        if not member.node.args.get("db") and member.node.name.lower() in known:
            return self.query(known[member.node.name.lower()], reading.ctes)
        return None

    def _set_operation(self, node: exp.SetOperation, ctes: exp.Expr | None) -> Step:
        sides = [self.query(node.left, ctes), self.query(node.right, ctes)]
        total = sum(each.rows for each in sides)
        if isinstance(node, exp.Union):
            found = Step("Append", total, sides[0].width, "append", sides)
            if not node.args.get("distinct"):
                return found
            return Step("Unique", self.rows(_bare(node, ctes), total), found.width, "unique",
                        [found])  # fmt: skip
        kind = "Intersect" if isinstance(node, exp.Intersect) else "Except"
        rows = self.rows(_bare(node, ctes), sides[0].rows)
        return Step(f"Hash SetOp {kind}", rows, sides[0].width, "hash", sides)

    def _select(self, node: exp.Select, ctes: exp.Expr | None) -> Step:
        if node.args.get("from_") is None:
            return Step("Result", 1, 0)
        reading = read(self.connection, node, ctes)
        side = joins.joined(self, reading)
        step = self._grouped(node, reading, side)
        if any(True for each in node.find_all(exp.Window) if each.parent_select is node):
            step = Step("Window", step.rows, step.width, "window", [step])
        if node.args.get("distinct"):
            rows = self.rows(_bare(node, ctes), step.rows)
            step = Step("Unique", rows, step.width, "unique", [step])
        return step

    def _grouped(self, node: exp.Select, reading: Reading, side: Side) -> Step:
        """HashAggregate over groups, Aggregate over all."""
        group = node.args.get("group")
        if group is None and not _has_aggregates(node):
            return side.step
        bare = _bare(node, reading.ctes)
        rows = self.rows(bare, side.step.rows if group else 1)
        size = sum(_width(each.type) for each in compiled(self.connection, bare).fields)
        name = "HashAggregate" if group else "Aggregate"
        step = Step(name, rows, size, "aggr", [side.step])
        keys = _keys(node, reading) if group else []
        known = {f"{k.table.lower() or reading.owner(k)}.{k.name.lower()}"
                 for k in keys if isinstance(k, exp.Column)}  # fmt: skip
        if keys and not known & side.place.keys and side.place.how not in ("all", "one"):
            step.moves = (Move("dist", side.rows, side.place, tuple(keys), (), True),)
        having = node.args.get("having")
        step.details = [f"Filter: {joins.shown([having.this])}"] if having else []
        return step

    def _ended(self, node: exp.Expr, step: Step) -> Step:
        """ORDER BY sorts on each slice and merges on the leader; LIMIT cuts."""
        order, limit = node.args.get("order"), node.args.get("limit")
        if order:
            key = ", ".join(joins.text(each) for each in order.expressions)
            step = Step("Sort", step.rows, step.width, "sort", [step], [f"Sort Key: {key}"])
            step = Step("Network", step.rows, step.width, "", [step], ["Send to leader"])
            step = Step("Merge", step.rows, step.width, "merge", [step], [f"Merge Key: {key}"])
        if limit and isinstance(limit.expression, exp.Literal):
            rows = min(step.rows, int(limit.expression.this))
            step = Step("Limit", rows, step.width, "limit", [step])
        return step


def _bare(node: exp.Expr, ctes: exp.Expr | None) -> exp.Expr:
    """A query without its order and limit."""
    tree = node.copy()
    for part in ("order", "limit", "offset"):
        tree.set(part, None)
    if ctes is not None:
        tree.set("with_", ctes.copy())
    return tree


def _has_aggregates(node: exp.Select) -> bool:
    calls = [call for each in node.expressions for call in each.find_all(exp.Anonymous)]
    return any(str(c.this).lower() in AGGREGATES and c.parent_select is node
               and not isinstance(c.parent, exp.Window) for c in calls)  # fmt: skip


def _keys(node: exp.Select, reading: Reading) -> list[exp.Expr]:
    """The expressions of GROUP BY; a number or an alias is an output column."""
    named = {each.alias.lower(): each.this for each in node.expressions
             if isinstance(each, exp.Alias)}  # fmt: skip
    found = []
    group = node.args["group"]
    listed = [each for kind in _SETS for each in group.args.get(kind) or ()]
    for key in dict.fromkeys(_each_key(listed)):
        if isinstance(key, exp.Literal) and not key.is_string:
            key = node.expressions[int(key.this) - 1].unalias()
        own = isinstance(key, exp.Column) and any(key.name.lower() in m.columns
                                                  for m in reading.members)  # fmt: skip
        found.append(key if own else named.get(key.name.lower(), key))
    return found


_SETS = ("expressions", "rollup", "cube", "grouping_sets")


def _each_key(listed: Iterable[exp.Expr]) -> Iterator[exp.Expr]:
    """The keys of ROLLUP, CUBE and GROUPING SETS too."""
    for each in listed:
        if isinstance(each, exp.Rollup | exp.Cube | exp.GroupingSets | exp.Tuple | exp.Paren):
            inner = [each.this] if isinstance(each, exp.Paren) else each.expressions
            yield from _each_key(inner)
        else:
            yield each


def _width(kind: Type) -> int:
    return width(kind) or min(kind.size or TEXT_WIDTH, TEXT_WIDTH)
