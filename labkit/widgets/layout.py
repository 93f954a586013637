"""A picture's places: the states of a definition in rows, from the first one down to the last.

A state stands below all that lead to it. What leads past a row goes through a lane of its own
there, and what leads back up goes around. A Parallel or a Map holds its branches beside each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 176, 44
GAP_X, GAP_Y, PAD, HEAD = 26, 36, 16, 30
LANE, DOT = 14, 22
START, END = "\0start", "\0end"
Json = dict[str, Any]
Point = tuple[float, float]


@dataclass
class Node:
    """A place: a state, the start, the end, or the lane of an arrow that leads past.

    Args:
        name: the state's, `START` or `END`; empty for a lane.
        kind: its type.
        inside: the branches of a Parallel or a Map.
    """

    name: str
    kind: str
    width: float = WIDTH
    height: float = HEIGHT
    x: float = 0
    y: float = 0
    inside: list[Layout] = field(default_factory=list)


@dataclass(frozen=True)
class Arrow:
    """A way from one place to another.

    Args:
        label: which rule of a Choice it is, or that it catches errors.
        caught: it is a catcher's.
        points: through which places it goes.
    """

    source: Node
    target: Node
    label: str
    caught: bool
    points: tuple[Point, ...]


@dataclass
class Layout:
    """The places of one level: of the machine, of a branch, of what a Map does with an item."""

    nodes: list[Node]
    arrows: list[Arrow]
    width: float
    height: float


def lay_out(part: Json, *, outermost: bool = True) -> Layout:
    """Give every state of a part of a definition its place."""
    nodes = {name: _node(name, state) for name, state in part["States"].items()}
    ways = list(_ways(part))
    if outermost:
        nodes |= {START: Node(START, "Start", DOT, DOT), END: Node(END, "End", DOT, DOT)}
        ways = [(START, part["StartAt"], "", False), *ways, *_ends(part)]
    first = START if outermost else part["StartAt"]
    rows, lanes = _rows(first, nodes, ways)
    width = _place(rows)
    back = any(_leads_back(nodes, way) for way in ways)
    for node in [*nodes.values(), *(lane for each in lanes.values() for lane in each.values())]:
        node.x += LANE * 2 * back
    width += LANE * 4 * back
    arrows = [_arrow(nodes, lanes, way, width) for way in ways]
    height = max(node.y + node.height for node in nodes.values())
    return Layout(list(nodes.values()), arrows, width, height)


def _node(name: str, state: Json) -> Node:
    parts = [*state.get("Branches", []), state.get("ItemProcessor"), state.get("Iterator")]
    inside = [lay_out(part, outermost=False) for part in parts if part]
    node = Node(name, state["Type"], inside=inside)
    if inside:
        node.width = max(WIDTH, sum(i.width for i in inside) + GAP_X * (len(inside) - 1) + PAD * 2)
        node.height = max(i.height for i in inside) + HEAD + PAD
    return node


Way = tuple[str, str, str, bool]


def _ways(part: Json) -> Iterator[Way]:
    """Where each state leads: from, to, with which label, and whether by an error."""
    for name, state in part["States"].items():
        if "Next" in state:
            yield name, state["Next"], "", False
        for number, rule in enumerate(state.get("Choices", [])):
            yield name, rule["Next"], f"rule {number + 1}", False
        if "Default" in state:
            yield name, state["Default"], "default", False
        for catcher in state.get("Catch", []):
            yield name, catcher["Next"], "catch", True


def _ends(part: Json) -> Iterator[Way]:
    for name, state in part["States"].items():
        if state.get("End") or state["Type"] in ("Succeed", "Fail"):
            yield name, END, "", False


# Rows ---------------------------------------------------------------------------------------------


def _rows(first: str, nodes: dict[str, Node], ways: list[Way]) -> tuple[list[list[Node]], Lanes]:
    """The nodes of each row, the lanes among them."""
    row_of = _row_numbers(first, nodes, ways)
    rows: list[list[Node]] = [[] for _ in range(max(row_of.values()) + 1)]
    for name in sorted(nodes, key=lambda each: row_of[each]):
        rows[row_of[name]].append(nodes[name])
    lanes: Lanes = {}
    for way in ways:
        for row in range(row_of[way[0]] + 1, row_of[way[1]]):
            lane = lanes.setdefault((way[0], way[1]), {}).setdefault(row, Node("", "", LANE, 0))
            if not any(each is lane for each in rows[row]):
                rows[row].append(lane)
    _untangle(rows, nodes, ways, lanes)
    return rows, lanes


Lanes = dict[tuple[str, str], dict[int, Node]]


def _row_numbers(first: str, nodes: dict[str, Node], ways: list[Way]) -> dict[str, int]:
    """How far down each state stands: below all that lead to it, loops aside."""
    after: dict[str, list[str]] = {name: [] for name in nodes}
    for source, target, _, _ in ways:
        after[source].append(target)
    row_of, path = dict.fromkeys(nodes, 0), []

    def descend(name: str, row: int) -> None:
        if name in path or (row <= row_of[name] and name in seen):
            return
        seen.add(name)
        row_of[name] = max(row_of[name], row)
        path.append(name)
        for target in after[name]:
            descend(target, row_of[name] + 1)
        path.pop()

    seen: set[str] = set()
    descend(first, 0)
    if END in nodes:
        row_of[END] = max(row_of.values()) + (row_of[END] < max(row_of.values()))
    return row_of


def _untangle(
    rows: list[list[Node]], nodes: dict[str, Node], ways: list[Way], lanes: Lanes
) -> None:
    """Let what stands in a row follow the order of what leads to it."""
    above: dict[int, list[Node]] = {}
    for source, target, _, _ in ways:
        steps = [nodes[source], *_lane_nodes(lanes, source, target), nodes[target]]
        for one, other in itertools.pairwise(steps):
            above.setdefault(id(other), []).append(one)
    for row, before in zip(rows[1:], rows, strict=False):
        order = {id(node): at for at, node in enumerate(before)}

        def middle(node: Node, order: dict[int, int] = order) -> float:
            found = [order[id(n)] for n in above.get(id(node), []) if id(n) in order]
            return sum(found) / len(found) if found else 0.0

        row.sort(key=middle)


def _lane_nodes(lanes: Lanes, source: str, target: str) -> list[Node]:
    found = lanes.get((source, target), {})
    return [found[row] for row in sorted(found)]


# Places -------------------------------------------------------------------------------------------


def _place(rows: list[list[Node]]) -> float:
    """Set every node's place. Returns the whole width."""
    widths = [sum(n.width for n in row) + GAP_X * (len(row) - 1) for row in rows]
    width, y = max(widths), 0.0
    for row, taken in zip(rows, widths, strict=True):
        x = (width - taken) / 2
        height = max(node.height for node in row)
        for node in row:
            node.height = node.height if node.name else height
            node.x, node.y = x, y
            x += node.width + GAP_X
        y += height + GAP_Y
    return width


def _arrow(nodes: dict[str, Node], lanes: Lanes, way: Way, width: float) -> Arrow:
    source, target = nodes[way[0]], nodes[way[1]]
    if _leads_back(nodes, way):
        return Arrow(source, target, way[2], way[3], _around(source, target, width))
    points = [(source.x + source.width / 2, source.y + source.height)]
    for lane in _lane_nodes(lanes, way[0], way[1]):
        x = lane.x + lane.width / 2
        points += [(x, lane.y), (x, lane.y + lane.height)]
    points.append((target.x + target.width / 2, target.y))
    return Arrow(source, target, way[2], way[3], tuple(points))


def _leads_back(nodes: dict[str, Node], way: Way) -> bool:
    return nodes[way[1]].y <= nodes[way[0]].y


def _around(source: Node, target: Node, width: float) -> tuple[Point, ...]:
    """The way back up, along the side that is nearer."""
    left = source.x + source.width / 2 < width / 2
    edge = LANE / 2 if left else width - LANE / 2
    ends = [
        (node.x + (0 if left else node.width), node.y + node.height / 2)
        for node in (source, target)
    ]
    return (ends[0], (edge, ends[0][1]), (edge, ends[1][1]), ends[1])
