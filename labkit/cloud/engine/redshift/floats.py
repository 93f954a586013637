"""Arithmetic of floats: what leaves their range fails, where IEEE's has infinity.

A tree of ``+ - *`` is tested once, at its root: infinity within it stays infinity or turns NaN.
DuckDB computes what stands twice in the test and in the answer once; `once` binds what grows.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.cloud.engine.redshift.once import grows, once
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import FLOAT4, FLOAT8


@dataclass(frozen=True)
class Tree:
    """Arithmetic that is not tested yet, and what it is made of."""

    sql: str
    leaves: tuple[str, ...]


def of_doubles(op: str, left: Typed, right: Typed) -> Typed:
    """``left op right`` of two doubles."""
    if op in _DIVISIONS or grows(left.sql + right.sql):
        return Typed(once([left.sql, right.sql], lambda each: _tested(op, *each)), FLOAT8)
    one, two = (side.tree or Tree(side.sql, (side.sql,)) for side in (left, right))
    tree = Tree(f"({one.sql} {op} {two.sql})", tuple(dict.fromkeys(one.leaves + two.leaves)))
    known = " AND ".join(f"isfinite({leaf})" for leaf in tree.leaves)
    return Typed(f"rs_finite({tree.sql}, {known})", FLOAT8, tree=tree)


def _tested(op: str, one: str, two: str) -> str:
    if op in _DIVISIONS:
        return f"{_DIVISIONS[op]}({one}, {two})"
    return f"rs_finite({one} {op} {two}, isfinite({one}) AND isfinite({two}))"


def of_reals(op: str, left: Typed, right: Typed) -> Typed:
    """``left op right`` of two reals: as doubles, whose cast knows a real's range."""
    one, two = (f"CAST({side.sql} AS DOUBLE)" for side in (left, right))
    found = f"{_DIVISIONS[op]}({one}, {two})" if op in _DIVISIONS else f"({one} {op} {two})"
    return Typed(f"CAST({found} AS FLOAT)", FLOAT4)


_DIVISIONS = {"/": "rs_float_divide", "%": "rs_float_rest"}
