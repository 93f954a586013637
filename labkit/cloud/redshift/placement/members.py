"""What a SELECT reads and on which conditions: members of FROM, and WHERE taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from labkit.cloud.engine.redshift.catalog import Attribute, Relation, Scan
from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.scope import Field
from labkit.cloud.engine.redshift.types import INT4, NESTED
from labkit.cloud.redshift.placement.slices import slice_sql
from labkit.cloud.redshift.system.registry import RELATIONS
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import look_up

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: A row's slice, beside the columns of its table; no table can have a column of that name.
SLICE = "$slice"


class Untold(Exception):
    """A query whose plan this package cannot tell; the part of it that is not followed."""


class Placed(Names):
    """Names whose tables tell each row's slice; nothing outside of the warehouse is read.

    A member's ``*`` leaves out nested columns, which no plan carries.
    """

    def relation(self, name: tuple[str, ...]) -> Relation:
        found = super().relation(name)
        columns = (replace(c, hidden=c.hidden or c.type.base in NESTED) for c in found.columns)
        return replace(found, columns=tuple(columns))

    def stored(self, one: Object) -> Relation:
        found = super().stored(one)
        if one.kind == "view":
            return found
        sql = f'(SELECT *, {slice_sql(self.connection, one)} AS "{SLICE}" FROM {found.sql})'
        columns = (*found.columns, Attribute(SLICE, INT4, SLICE, hidden=True))
        return replace(found, sql=sql, columns=columns)

    def planned(self, sql: str, scans: Sequence[Scan]) -> str:
        return sql


def compiled(connection: Connection, tree: exp.Expr) -> Compiled:
    """A query over placed tables."""
    return compile_query(tree, Placed(connection))


@dataclass(frozen=True)
class Member:
    """One member of FROM.

    Args:
        name: what its columns are called by.
        table: the stored table that it is, if it is one.
        outside: whether its rows are not in the warehouse's file.
        system: whether it is a system relation, which the leader alone reads.
        side: of the join that brings it: "" or ``LEFT``, ``RIGHT``, ``FULL``.
        on: what that join asks for.
    """

    name: str
    node: exp.Expr
    fields: tuple[Field, ...]
    table: Object | None
    outside: bool
    system: bool = False
    side: str = ""
    on: tuple[exp.Expr, ...] = ()

    @property
    def columns(self) -> set[str]:
        return {each.name for each in self.fields}


@dataclass
class Reading:
    """A SELECT's members and the conditions of its WHERE."""

    members: list[Member]
    where: list[exp.Expr]
    ctes: exp.Expr | None
    used: list[exp.Column] = field(default_factory=list)
    stars: bool = False

    def names_in(self, node: exp.Expr) -> set[str]:
        """The members whose columns an expression has.

        Raises:
            Untold: a column is no member's.
        """
        return {self.owner(column) for column in node.find_all(exp.Column)}

    def owner(self, column: exp.Column) -> str:
        wanted, name = column.table.lower(), column.name.lower()
        found = [m.name for m in self.members if (not wanted or m.name == wanted)
                 and (name in m.columns or name == SLICE)]  # fmt: skip
        if not found:
            raise Untold(name)
        return found[0]

    def carried(self, member: Member) -> list[Field]:
        """The columns of a member that the query uses."""
        if self.stars:
            return list(member.fields)
        names = {c.name.lower() for c in self.used if self._is_of(c, member)}
        return [each for each in member.fields if each.name in names]

    def _is_of(self, column: exp.Column, member: Member) -> bool:
        wanted = column.table.lower()
        return column.name.lower() in member.columns and wanted in ("", member.name)


def read(connection: Connection, node: exp.Select, ctes: exp.Expr | None) -> Reading:
    """The members and conditions of a SELECT.

    Raises:
        Untold: something in FROM is not followed here.
    """
    start, joins = node.args["from_"].this, node.args.get("joins") or ()
    if node.args.get("connect"):
        raise Untold("CONNECT BY")
    if node.args.get("laterals") or start.args.get("joins"):
        raise Untold("this FROM clause")
    reading = Reading([_member(connection, start, ctes)], [], ctes)
    for join in joins:
        reading.members.append(_joined(connection, join, reading, ctes))
    where = node.args.get("where")
    reading.where = list(conjuncts(where.this)) if where else []
    reading.used = [c for c in node.find_all(exp.Column) if not isinstance(c.this, exp.Star)]
    reading.stars = any(_is_star(each) for each in node.expressions)
    return reading


def _is_star(node: exp.Expr) -> bool:
    return isinstance(node, exp.Star) or (
        isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
    )


def conjuncts(node: exp.Expr) -> Iterable[exp.Expr]:
    """The conditions that AND joins."""
    inner = node.unnest()
    if isinstance(inner, exp.And):
        yield from conjuncts(inner.this)
        yield from conjuncts(inner.expression)
    else:
        yield inner


def _joined(
    connection: Connection, join: exp.Join, reading: Reading, ctes: exp.Expr | None
) -> Member:
    member = _member(connection, join.this, ctes)
    names = [each.name.lower() for each in join.args.get("using") or ()]
    if (join.method or "").upper() == "NATURAL":
        names = [f.name for f in member.fields if any(f.name in m.columns for m in reading.members)]
    on = list(conjuncts(join.args["on"])) if join.args.get("on") is not None else []
    for name in names:
        other = next((m.name for m in reading.members if name in m.columns), "")
        on.append(exp.EQ(this=exp.column(name, other), expression=exp.column(name, member.name)))
    return replace(member, side=(join.side or "").upper(), on=tuple(on))


def _member(connection: Connection, node: exp.Expr, ctes: exp.Expr | None) -> Member:
    if node.args.get("pivots"):
        raise Untold("PIVOT and UNPIVOT")
    if not isinstance(node, exp.Table | exp.Subquery) or node.this.args.get("joins"):
        raise Untold("joins in brackets")
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Anonymous):
        raise Untold("a function in FROM")
    bare = node.copy()
    bare.set("joins", None)
    found = compiled(connection, counting(exp.Star(), [bare], [], ctes))
    parts = tuple(p.name.lower() for p in node.parts) if isinstance(node, exp.Table) else ()
    named = len(parts) == 1 and parts[0] in cte_names(ctes)
    one = look_up(connection, parts) if parts and not named else None
    table = one if one and one.kind in ("table", "matview") else None
    name = (node.alias or (parts[-1] if parts else "")).lower()
    system = bool(parts) and not named and one is None and _is_system(parts)
    return Member(name, bare, found.fields, table, bool(found.scans), system)


def _is_system(parts: tuple[str, ...]) -> bool:
    schema = parts[-2] if len(parts) > 1 else "pg_catalog"
    return (schema, parts[-1]) in RELATIONS


def cte_names(ctes: exp.Expr | None) -> dict[str, exp.Expr]:
    """The queries of WITH by their names."""
    return {each.alias.lower(): each.this for each in ctes.expressions} if ctes else {}


def counting(
    what: exp.Expr | Sequence[exp.Expr],
    nodes: Sequence[exp.Expr],
    conditions: Sequence[exp.Expr],
    ctes: exp.Expr | None,
) -> exp.Select:
    """``SELECT what FROM nodes WHERE conditions``; a node may be a join."""
    chosen = [what] if isinstance(what, exp.Expr) else list(what)
    tree = exp.Select(expressions=[each.copy() for each in chosen])
    tree.set("from_", exp.From(this=nodes[0].copy()))
    rest = [n.copy() if isinstance(n, exp.Join) else exp.Join(this=n.copy()) for n in nodes[1:]]
    tree.set("joins", rest or None)
    if conditions:
        tree.set("where", exp.Where(this=exp.and_(*(each.copy() for each in conditions))))
    if ctes is not None:
        tree.set("with_", ctes.copy())
    return tree
