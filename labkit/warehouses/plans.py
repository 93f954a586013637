"""A query's plan as a tree, and what its steps sent between the nodes when it ran.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c-the-query-plan.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from labkit.warehouses import pictures

#: What a query's steps did, once it has run.
SUMMARY = "SELECT label, rows, bytes FROM svl_query_summary WHERE query = {query} ORDER BY step"
SPREAD = (
    "SELECT p.slice, s.node, p.rows FROM stv_tbl_perm p JOIN stv_slices s ON s.slice = p.slice "
    "JOIN svv_table_info t ON t.table_id = p.id "
    "WHERE t.schema = '{schema}' AND t.\"table\" = '{table}' ORDER BY 1"
)
_LINE = re.compile(
    r"(?P<deep> *)(?:-> *)?(?P<name>(?:XN |S3 )[^(]+?)  \(cost=[\d.]+\.\.(?P<cost>[\d.]+) "
    r"rows=(?P<rows>\d+) width=(?P<width>\d+)\)"
)
_SENDING = ("bcast", "dist")
_STEPS = ("hjoin", "mjoin", "nloop", "aggr")


@dataclass
class Node:
    """One operator of a plan.

    Args:
        sent_rows: how many of its rows go to other nodes for the operator above; None where that
            cannot be counted.
        sent_bytes: their bytes.
    """

    name: str
    rows: int
    width: int
    details: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    sent_rows: int | None = 0
    sent_bytes: int = 0

    @property
    def label(self) -> str:
        """``DS_BCAST_INNER`` and the like of a join; empty for other operators."""
        found = re.search(r"\bDS_\w+", self.name)
        return found[0] if found else ""

    def each(self) -> Iterator[Node]:
        """The operators from the innermost out, as they run."""
        for child in self.children:
            yield from child.each()
        yield self


@dataclass(frozen=True)
class Plan:
    """A query's plan.

    Args:
        text: as ``EXPLAIN`` tells it.
        tree: its topmost operator.
    """

    text: str
    tree: Node

    @property
    def labels(self) -> list[str]:
        """What each join does with its sides, the first join first."""
        return [node.label for node in self.tree.each() if node.label]

    @property
    def sent_bytes(self) -> int:
        """The bytes that went to other nodes."""
        return sum(node.sent_bytes for node in self.tree.each())

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return pictures.plan_html(self)


@dataclass(frozen=True)
class Placement:
    """Where a table's rows are.

    Args:
        table: its name.
        df: ``slice``, ``node``, ``rows``.
    """

    table: str
    df: pd.DataFrame

    @property
    def skew(self) -> float:
        """The fullest slice against the average; 1 is even."""
        mean = float(self.df["rows"].mean())
        return round(float(self.df["rows"].max()) / mean, 2) if mean else 1.0

    def __repr__(self) -> str:
        return repr(self.df)

    def _repr_html_(self) -> str:
        return pictures.placement_html(self)


def read_plan(lines: Iterable[str]) -> Plan:
    """A plan from the lines of ``EXPLAIN``.

    >>> read_plan(["XN Seq Scan on t  (cost=0.00..0.02 rows=2 width=4)"]).tree.rows
    2
    """
    told, open_nodes, root = list(lines), list[tuple[int, Node]](), None
    for line in told:
        found = _LINE.match(line)
        if found is None:
            if open_nodes and not line.startswith("-"):
                open_nodes[-1][1].details.append(line.strip())
            continue
        node, deep = _node(found), len(found["deep"])
        while open_nodes and open_nodes[-1][0] >= deep and deep:
            open_nodes.pop()
        if open_nodes:
            open_nodes[-1][1].children.append(node)
        root = root or node
        open_nodes.append((deep, node))
    return Plan("\n".join(told), root or Node("Plan", 0, 0))


def _node(found: re.Match[str]) -> Node:
    return Node(found["name"].removeprefix("XN "), int(found["rows"]), int(found["width"]))


def put_sent(plan: Plan, steps: Iterable[Sequence[Any]]) -> None:
    """Put what steps sent into a plan.

    Args:
        steps: label, rows and bytes, as `SUMMARY` has them: what is sent stands before its step.
    """
    nodes = (node for node in plan.tree.each() if _is_step(node))
    waiting: list[tuple[int | None, int]] = []
    for label, rows, size in steps:
        kind = str(label).split()[0]
        if kind in _SENDING:
            waiting.append(_counted(rows, size))
        elif kind in _STEPS:
            for child, sent in zip(_senders(next(nodes)), waiting, strict=False):
                child.sent_rows, child.sent_bytes = sent
            waiting = []


def _counted(rows: Any, size: Any) -> tuple[int | None, int]:
    return (None, 0) if pd.isna(rows) else (int(rows), int(size))


def _is_step(node: Node) -> bool:
    return bool(node.label) or "Aggregate" in node.name


def _senders(node: Node) -> list[Node]:
    """The sides whose rows move for an operator."""
    if node.label == "DS_DIST_OUTER":
        return node.children[:1]
    return node.children[1:] if node.label and node.label != "DS_DIST_BOTH" else node.children
