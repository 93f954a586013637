"""The steps of a plan, and their text in EXPLAIN's shape.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c-the-query-plan.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from labkit.cloud.redshift.placement.moves import Move
    from labkit.cloud.redshift.warehouse.objects import Object

#: What one unit of cost is: reading a hundred rows; moving a byte costs as much as a row read.
ROW_COST, BYTE_COST = 0.01, 0.01


@dataclass
class Step:
    """One operator.

    Args:
        name: as EXPLAIN tells it, without ``XN``; ``LD`` is the leader's.
        label: as SVL_QUERY_SUMMARY tells it; empty for what is no step there.
        details: the lines below it.
        moves: what is sent for it.
        table: what a scan reads, and ``filters`` with which conditions.
    """

    name: str
    rows: int
    width: int
    label: str = ""
    children: list[Step] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    moves: tuple[Move, ...] = ()
    moved_bytes: int = 0
    table: Object | None = None
    filters: tuple[exp.Expr, ...] = ()

    @property
    def cost(self) -> float:
        """What it and all below it cost; it compares plans of one cluster and is no time."""
        below = sum(each.cost for each in self.children)
        return below + self.rows * ROW_COST + self.moved_bytes * BYTE_COST

    def each(self) -> Iterator[Step]:
        """The steps from the innermost out, as they run."""
        for child in self.children:
            yield from child.each()
        yield self


#: Scans that no compute node does: Spectrum's, and the leader's.
_ELSEWHERE = ("S3 Seq", "LD ")


def lines(step: Step, depth: int = 0) -> Iterator[str]:
    """A plan's text."""
    start = sum(each.cost for each in step.children) if step.label != "scan" else 0.0
    place = "  " + "      " * (depth - 1) + "->  " if depth else ""
    yield (
        f"{place}{'' if step.name.startswith(_ELSEWHERE) else 'XN '}{step.name}  "
        f"(cost={start:.2f}..{step.cost:.2f} rows={step.rows} width={step.width})"
    )
    for detail in step.details:
        yield f"  {'      ' * depth}{detail}"
    for child in step.children:
        yield from lines(child, depth + 1)
