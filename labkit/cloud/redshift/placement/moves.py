"""What a step sends between nodes: the rows of each slice against where they must go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from labkit.cloud.engine.redshift.compile import Compiled
from labkit.cloud.redshift.placement.counting import counted
from labkit.cloud.redshift.placement.members import SLICE, compiled
from labkit.cloud.redshift.placement.slices import bytes_sql, hashed, node_of, slices

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


@dataclass(frozen=True)
class Placement:
    """Where the rows of a step are.

    Args:
        how: ``all`` (on each node), ``slice`` (a column tells), ``hashed`` (by a key), ``one``
            (slice 0), ``unknown`` (what a subquery or S3 gives).
        by: the column or key.
        keys: the columns, as ``member.column``, by whose values rows with the same one are on the
            same slice.
    """

    how: str
    by: exp.Expr | None = None
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sent:
    """The rows of one slice that go over the network, and their bytes."""

    slice: int
    rows: int
    bytes: int


@dataclass(frozen=True)
class Move:
    """One step that sends rows.

    Args:
        kind: ``bcast`` (each row to each other node) or ``dist`` (each row to one slice).
        rows: the query of the rows that the step takes; its select list is put in here.
        start: where they are.
        target: the keys whose hash tells where they go; without one, the first slice.
        carried: the columns that go with them.
        grouped: whether each slice sends one row a key: what it has of each group.
    """

    kind: str
    rows: exp.Select
    start: Placement
    target: tuple[exp.Expr, ...] = ()
    carried: tuple[exp.Expr, ...] = ()
    grouped: bool = False

    def sent(self, connection: Connection) -> list[Sent] | None:
        """Count it, over the rows as they are now; None when the cluster does not place them."""
        if self.start.how == "all":
            return []
        tree = self.rows.copy()
        by = self.start.by if self.start.by is not None else exp.Literal.number(0)
        tree.set("expressions", [each.copy() for each in (by, *self.target, *self.carried)])
        whole = compiled(connection, tree)
        if whole.scans or (self.start.how == "unknown" and self.kind != "bcast"):
            return None
        found = counted(connection, self._counting(whole, slices(connection)))
        return None if found is None else self._add_up(connection, found)

    def _counting(self, whole: Compiled, count: int) -> str:
        """Where rows are, where they go, how many they are, and their bytes."""
        names = [f"c{at}" for at in range(1, len(whole.fields))]
        start = hashed("c0", count) if self.start.how == "hashed" else "c0"
        distinct = "DISTINCT " if self.grouped else ""
        inner = f"SELECT {distinct}{', '.join([f'{start} AS f', *names])} FROM ({whole.sql})"
        first = 1 if self.grouped else 1 + len(self.target)
        sizes = [bytes_sql(f"c{at}", field.type) for at, field in enumerate(whole.fields)]
        return (
            f"SELECT f, {_target(len(self.target), count)} AS t, count(*), "
            f"sum({' + '.join(sizes[first:]) or '0'}) FROM ({inner}) GROUP BY f, t"
        )

    def _add_up(self, connection: Connection, found: list[tuple[int, ...]]) -> list[Sent]:
        others = connection.warehouse.state.nodes - 1
        totals: dict[int, list[int]] = {}
        for start, target, rows, size in found:
            away = node_of(connection, start) != node_of(connection, target)
            times = others if self.kind == "bcast" else int(away)
            total = totals.setdefault(start, [0, 0])
            total[0] += rows * times
            total[1] += int(size or 0) * times
        return [Sent(at, rows, size) for at, (rows, size) in sorted(totals.items())]


def _target(keys: int, count: int) -> str:
    """The slice that a row goes to by its keys; several are one text."""
    names = [f"c{at}" for at in range(1, keys + 1)]
    if not names:
        return "0"
    return hashed(names[0] if keys == 1 else f"[{', '.join(f'{n}::VARCHAR' for n in names)}]",
                  count)  # fmt: skip


def of_table(member: str, style: str, key: str) -> Placement:
    """Where a stored table's rows are."""
    if style == "ALL":
        return Placement("all")
    if style == "KEY":
        column = exp.column(key, member, quoted=True)
        return Placement("hashed", column, frozenset({f"{member}.{key}"}))
    return Placement("slice", exp.column(SLICE, member, quoted=True))
