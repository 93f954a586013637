"""The joins of a SELECT, one member after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from labkit.cloud.engine.redshift.types import INTEGERS, TEXTS, Type
from labkit.cloud.redshift.placement import blocks
from labkit.cloud.redshift.placement.joining import Pair, Side, choose
from labkit.cloud.redshift.placement.members import Member, Reading, counting
from labkit.cloud.redshift.placement.slices import slices
from labkit.cloud.redshift.placement.steps import Step

if TYPE_CHECKING:
    from labkit.cloud.redshift.placement.planner import Planner

NESTED = (
    "----- Nested Loop Join in the query plan - review the join predicates "
    "to avoid Cartesian products -----"
)
#: A merge join reads both sides in order; up to so many percent may be out of it.
MOST_UNSORTED = 20


def joined(planner: Planner, reading: Reading) -> Side:
    """All members of a SELECT joined."""
    if all(member.side == "" for member in reading.members):
        _pool(reading)
    first = reading.members[0]
    left, names = planner.side(first, reading, _own(reading, first)), {first.name}
    for at, member in enumerate(reading.members[1:], 2):
        right = planner.side(member, reading, _own(reading, member))
        left = _join(planner, reading, left, right, reading.members[:at], names)
        names.add(member.name)
    return left


def _pool(reading: Reading) -> None:
    """Inner joins in any order: next comes a member that something ties to those before."""
    reading.where += [each for member in reading.members for each in member.on]
    rest = [replace(member, on=()) for member in reading.members]
    order = [rest.pop(0)]
    while rest:
        names = {each.name for each in order}
        tied = [m for m in rest if any(_ends(reading, c, names, m.name) for c in reading.where)]
        order.append(rest.pop(rest.index((tied or rest)[0])))
    reading.members = order


def _own(reading: Reading, member: Member) -> list[exp.Expr]:
    """The conditions that a scan may apply: of WHERE, or of ON where rows may stay without one."""
    source = member.on if member.side == "LEFT" else reading.where
    if member.side in ("RIGHT", "FULL") or any(
        m.side in ("RIGHT", "FULL") for m in reading.members
    ):
        return []
    return [each for each in source if _names(reading, each) == {member.name}]


def _names(reading: Reading, condition: exp.Expr) -> set[str]:
    """The members that a condition needs; one with a query in it waits for all."""
    if condition.find(exp.Query):
        return {member.name for member in reading.members}
    return reading.names_in(condition)


def _ends(reading: Reading, node: exp.Expr, names: set[str], new: str) -> Pair | None:
    """An equation between those before and the new member."""
    if not isinstance(node, exp.EQ) or node.find(exp.Query):
        return None
    left, right = node.this, node.expression
    for one, two in ((left, right), (right, left)):
        mine, other = reading.names_in(one), reading.names_in(two)
        if other == {new} and mine and mine <= names:
            kinds = _kind(reading, one), _kind(reading, two)
            return Pair(one, two, _key(reading, one), _key(reading, two), _alike(*kinds))
    return None


def _key(reading: Reading, node: exp.Expr) -> str:
    inner = node.unnest()
    return f"{reading.owner(inner)}.{inner.name.lower()}" if isinstance(inner, exp.Column) else ""


def _kind(reading: Reading, node: exp.Expr) -> Type | None:
    inner = node.unnest()
    if not isinstance(inner, exp.Column):
        return None
    owner = next(m for m in reading.members if m.name == reading.owner(inner))
    return next((f.type for f in owner.fields if f.name == inner.name.lower()), None)


def _alike(one: Type | None, two: Type | None) -> bool:
    if one is None or two is None:
        return False
    for family in (INTEGERS, TEXTS):
        if one.base in family and two.base in family:
            return True
    return (one.base, one.scale) == (two.base, two.scale)


def _join(
    planner: Planner, reading: Reading, left: Side, right: Side, members: list[Member],
    names: set[str],
) -> Side:  # fmt: skip
    new = members[-1]
    there = names | {new.name}
    source = [*new.on, *(reading.where if new.side == "" else ())]
    pairs = [pair for each in source if (pair := _ends(reading, each, names, new.name))]
    outer, inner = left, right
    if _turned(left, right, new.side):
        outer, inner, pairs = right, left, [pair.turned() for pair in pairs]
    kind = {"RIGHT": "LEFT"}.get(new.side, new.side)
    strategy = choose(outer, inner, pairs, kind, slices(planner.connection))
    rows = counting(exp.Literal.number(1), _nodes(members), _applied(reading, there), reading.ctes)
    guess = max(left.step.rows, right.step.rows)
    step = _step(planner, outer, inner, pairs, kind, strategy.label)
    step.details += _rest(reading, source, names, new.name)
    step.rows, step.moves = planner.rows(rows, guess), strategy.moves
    moved = {each.rows: side.bytes for side in (outer, inner) for each in strategy.moves
             if each.rows is side.rows}  # fmt: skip
    copies = slices(planner.connection) if strategy.label == "DS_BCAST_INNER" else 1
    step.moved_bytes = sum(moved.values()) * copies
    return Side(step, strategy.place, rows, (*left.carried, *right.carried))


def _rest(
    reading: Reading, source: Sequence[exp.Expr], names: set[str], new: str
) -> list[str]:  # fmt: skip
    """What a join asks for beside its equations."""
    there = names | {new}
    found = [each for each in source if names & (needs := _names(reading, each)) and new in needs
             and needs <= there and not _ends(reading, each, names, new)]  # fmt: skip
    return [f"Join Filter: {shown(found)}"] if found else []


def _turned(left: Side, right: Side, side: str) -> bool:
    """Whether the new member is the outer side: the larger one, or not the one on each node."""
    if side:
        return side == "RIGHT"
    whole = left.place.how == "all", right.place.how == "all"
    return whole[0] if whole[0] != whole[1] else right.bytes > left.bytes


def _nodes(members: Sequence[Member]) -> list[exp.Expr]:
    found: list[exp.Expr] = [members[0].node]
    for each in members[1:]:
        on = exp.and_(*(c.copy() for c in each.on)) if each.on else None
        side = {"side": each.side} if each.side else {}
        found.append(exp.Join(this=each.node.copy(), on=on, **side))
    return found


def _applied(reading: Reading, names: set[str]) -> list[exp.Expr]:
    """The conditions of WHERE whose members are all there."""
    return [each for each in reading.where if _names(reading, each) <= names]


def _step(
    planner: Planner, outer: Side, inner: Side, pairs: list[Pair], kind: str, label: str
) -> Step:
    shape = f"{kind.title()} Join".strip()
    width = outer.step.width + inner.step.width
    if not pairs:
        name = f"Nested Loop {'Left Join ' if kind == 'LEFT' else ''}{label}"
        return Step(name, 0, width, "nloop", [outer.step, inner.step])
    cond = [f"Cond: {' AND '.join(map(_cond, pairs))}"]
    if label == "DS_DIST_NONE" and _in_order(planner, outer, inner, pairs):
        return Step(f"Merge {shape} {label}", 0, width, "mjoin", [outer.step, inner.step],
                    [f"Merge {cond[0]}"])  # fmt: skip
    hashes = Step("Hash", inner.step.rows, inner.step.width, "hash", [inner.step])
    return Step(f"Hash {shape} {label}", 0, width, "hjoin", [outer.step, hashes],
                [f"Hash {cond[0]}"])  # fmt: skip


def _cond(pair: Pair) -> str:
    sides = [
        f'"{name}".{side.name.lower()}' if isinstance(side, exp.Column) else text(side)
        for name, side in (("outer", pair.outer.unnest()), ("inner", pair.inner.unnest()))
    ]
    return f"({sides[0]} = {sides[1]})"


def _in_order(planner: Planner, outer: Side, inner: Side, pairs: list[Pair]) -> bool:
    """Whether both sides are tables sorted by what joins them.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_EXPLAIN.html
    """
    for table, key in ((outer.step.table, pairs[0].outer_key), (inner.step.table,
                       pairs[0].inner_key)):  # fmt: skip
        if table is None or table.body["sortkey"][:1] != [key.partition(".")[2]]:
            return False
        if (blocks.unsorted(planner.connection, table) or 0) > MOST_UNSORTED:
            return False
    return True


def text(node: exp.Expr) -> str:
    return node.sql(dialect="redshift").lower() if isinstance(node, exp.Column) else node.sql(
        dialect="redshift")  # fmt: skip


def shown(conditions: Sequence[exp.Expr]) -> str:
    """Conditions as EXPLAIN tells a filter."""
    parts = [f"({text(each)})" for each in conditions]
    return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"
