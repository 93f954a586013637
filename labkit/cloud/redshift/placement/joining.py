"""How two sides of a join come together, and what must move for it.

The planner takes the larger side as the outer one and sends as few bytes as it can. A broadcast
counts once for each slice, as each must build the whole hash table.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_data_redistribution.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from labkit.cloud.redshift.placement.moves import Move, Placement
from labkit.cloud.redshift.placement.steps import Step


@dataclass
class Side:
    """One side of a join.

    Args:
        step: what makes its rows.
        place: where they are.
        rows: their query.
        carried: the columns of it that the whole query uses.
    """

    step: Step
    place: Placement
    rows: exp.Select
    carried: tuple[exp.Expr, ...]

    @property
    def bytes(self) -> int:
        return self.step.rows * max(self.step.width, 1)


@dataclass(frozen=True)
class Pair:
    """Two expressions that a join asks to be the same, and their columns, as ``member.column``.

    Args:
        alike: whether the same value of both has the same hash.
    """

    outer: exp.Expr
    inner: exp.Expr
    outer_key: str = ""
    inner_key: str = ""
    alike: bool = True

    def turned(self) -> Pair:
        return Pair(self.inner, self.outer, self.inner_key, self.outer_key, self.alike)


@dataclass(frozen=True)
class Strategy:
    """What a join does: its label, where its rows are then, and what moves before."""

    label: str
    place: Placement
    moves: tuple[Move, ...] = ()


def choose(outer: Side, inner: Side, pairs: Sequence[Pair], kind: str, slices: int) -> Strategy:
    """The way of a join.

    Args:
        pairs: what must be the same; none for a nested loop.
        kind: "" or ``LEFT`` (of the outer side) or ``FULL``.
        slices: how many build a hash table.
    """
    if inner.place.how == "all" and kind != "FULL":
        return Strategy("DS_DIST_ALL_NONE", outer.place)
    if outer.place.how == "all" and kind != "FULL":
        only = Move("dist", inner.rows, inner.place, (), inner.carried)
        return Strategy("DS_DIST_ALL_INNER", Placement("one"), (only,))
    met = [each for each in pairs if each.alike and each.outer_key in outer.place.keys
           and each.inner_key in inner.place.keys]  # fmt: skip
    if met:
        return Strategy("DS_DIST_NONE", _with(outer.place, {p.inner_key for p in met}))
    return min(_moving(outer, inner, pairs, kind, slices), key=lambda each: each[0])[1]


def _moving(
    outer: Side, inner: Side, pairs: Sequence[Pair], kind: str, slices: int
) -> list[tuple[int, Strategy]]:
    """The ways that move rows, each with its bytes."""
    found: list[tuple[int, Strategy]] = []
    for pair in pairs:
        to_outer = Move("dist", inner.rows, inner.place, (pair.inner,), inner.carried)
        to_inner = Move("dist", outer.rows, outer.place, (pair.outer,), outer.carried)
        keys = {pair.outer_key, pair.inner_key} - {""}
        after = Placement("hashed", pair.outer, frozenset(keys))
        if pair.outer_key in outer.place.keys and pair.alike:
            kept = _with(outer.place, keys)
            found.append((inner.bytes, Strategy("DS_DIST_INNER", kept, (to_outer,))))
        elif pair.inner_key in inner.place.keys and pair.alike:
            found.append((outer.bytes, Strategy("DS_DIST_OUTER", after, (to_inner,))))
        both = Strategy("DS_DIST_BOTH", after, (to_inner, to_outer))
        found.append((outer.bytes + inner.bytes, both))
    if kind != "FULL" or not pairs:
        copied = Move("bcast", inner.rows, inner.place, (), inner.carried)
        strategy = Strategy("DS_BCAST_INNER", outer.place, (copied,))
        found.insert(0, (inner.bytes * slices, strategy))
    return found


def _with(place: Placement, keys: set[str]) -> Placement:
    return Placement(place.how, place.by, place.keys | keys)
