"""Sankey diagrams: flows from sources to destinations.

Source: https://docs.aws.amazon.com/quicksight/latest/user/sankey-diagram.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from labkit.cloud.quicksight.render.frame import nothing
from labkit.cloud.quicksight.render.labels import counted, full
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import compact, number
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import cut
from labkit.cloud.quicksight.render.values import asked, style_of
from labkit.cloud.quicksight.visuals.model import Field, Other

THICK = 12
# A place: its name, its value, and the well of what is folded there, which leads nowhere else
Place = tuple[str, Any, str]
Flows = list[tuple[Place, Place, float]]


@dataclass
class Node:
    """A place that flows leave or reach."""

    name: str
    level: int = 0
    into: float = 0
    out: float = 0
    top: float = 0
    left_at: float = 0
    right_at: float = 0
    color: str = ""
    after: list[Place] = field(default_factory=list)

    @property
    def size(self) -> float:
        return max(self.into, self.out)


@chart("SankeyDiagramVisual")
def sankey(sketch: Sketch) -> None:
    data = sketch.data
    (source,), (target,) = data.well("Source"), data.well("Destination")
    weight = next(iter(data.well("Weight")), None)
    flows = [
        (
            _place(row[source.id], source),
            _place(row[target.id], target),
            (number(row[weight.id]) or 0.0) if weight else 1.0,
        )
        for row in data.records()
    ]
    positive = [each for each in flows if each[2] > 0]
    if len(positive) < len(flows):
        without = counted(len(flows) - len(positive), "flow")
        sketch.note(f"A Sankey diagram has no band for {without} of zero or less.")
    flows = positive
    nodes = _nodes(flows)
    kept = _levelled(nodes, flows)
    if len(kept) < len(flows):
        back = counted(len(flows) - len(kept), "flow")
        sketch.note(f"Not drawn: {back} back to where they came from.")
    if not kept:
        nothing(sketch, "No flows")
        return
    last = max(each.level for each in nodes.values())
    scale, gap = _placed(sketch, nodes, last)
    axes = sketch.plane(sketch.box)
    step = (sketch.box.width - THICK) / max(last, 1)
    for at, each in enumerate(nodes.values()):
        each.color = sketch.theme.data[at % len(sketch.theme.data)]
        each.left_at = each.right_at = each.top
        bar = Rectangle(
            (each.level * step, each.top), THICK, max(each.size * scale, 1), facecolor=each.color
        )
        axes.add_artist(bar)
        sketch.mark(bar, each.name, compact(each.size))
    for start, end, value in sorted(
        kept, key=lambda flow: (nodes[flow[0]].top, nodes[flow[1]].top)
    ):
        _flow(sketch, axes, nodes[start], nodes[end], value, scale, step)
    if asked(sketch) is not False:
        _names(sketch, nodes, scale, step, last, gap)


def _place(value: Any, of: Field) -> Place:
    return full(value, of), value, of.well if isinstance(value, Other) else ""


def _nodes(flows: Flows) -> dict[Place, Node]:
    nodes: dict[Place, Node] = {}
    for start, end, value in flows:
        nodes.setdefault(start, Node(start[0])).out += value
        nodes.setdefault(end, Node(end[0])).into += value
    return nodes


def _levelled(nodes: dict[Place, Node], flows: Flows) -> Flows:
    """Give each node its column; return the flows that lead onwards."""
    kept = []
    for start, end, value in flows:
        if start == end or _reaches(nodes, end, start):
            nodes[start].out -= value
            nodes[end].into -= value
            continue
        nodes[start].after.append(end)
        kept.append((start, end, value))
    for _ in nodes:
        for start, end, _value in kept:
            nodes[end].level = max(nodes[end].level, nodes[start].level + 1)
    for name in [each for each, node in nodes.items() if node.size <= 0]:
        del nodes[name]
    return kept


def _reaches(nodes: dict[Place, Node], start: Place, end: Place) -> bool:
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name == end:
            return True
        if name not in seen:
            seen.add(name)
            todo += nodes[name].after
    return False


def _placed(sketch: Sketch, nodes: dict[Place, Node], last: int) -> tuple[float, float]:
    columns = [
        [each for each in nodes.values() if each.level == level] for level in range(last + 1)
    ]
    most = max(map(len, columns))
    gap = min(16.0, sketch.box.height * 0.4 / max(most - 1, 1))
    scale = min(
        (sketch.box.height - gap * (len(each) - 1)) / sum(node.size for node in each)
        for each in columns
        if each
    )
    for column in columns:
        high = sum(each.size for each in column) * scale + gap * (len(column) - 1)
        top = (sketch.box.height - high) / 2
        for each in column:
            each.top = top
            top += each.size * scale + gap
    return scale, gap


def _flow(
    sketch: Sketch, axes: Any, start: Node, end: Node, value: float, scale: float, step: float
) -> None:
    high = value * scale
    x0, x1 = start.level * step + THICK, end.level * step
    y0, y1 = start.right_at, end.left_at
    bend = (x1 - x0) / 2
    points = [
        (x0, y0),
        (x0 + bend, y0),
        (x1 - bend, y1),
        (x1, y1),
        (x1, y1 + high),
        (x1 - bend, y1 + high),
        (x0 + bend, y0 + high),
        (x0, y0 + high),
        (x0, y0),
    ]
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    patch = PathPatch(Path(points, codes), facecolor=start.color, alpha=0.32, linewidth=0)
    axes.add_artist(patch)
    sketch.mark(patch, f"{start.name} → {end.name}", compact(value))
    start.right_at += high
    end.left_at += high


def _names(
    sketch: Sketch, nodes: dict[Place, Node], scale: float, step: float, last: int, gap: float
) -> None:
    style = style_of(sketch, size=11)
    named = [each for each in nodes.values() if each.size * scale + gap >= style["size"]]
    if len(named) < len(nodes):
        sketch.note(f"{len(nodes) - len(named)} of {len(nodes)} places are too small for a name.")
    for each in named:
        is_last = each.level == last
        x = sketch.box.left + each.level * step + (-6 if is_last else THICK + 6)
        middle = min(each.top + each.size * scale / 2, sketch.box.height - style["size"] / 2)
        y = sketch.box.top + middle
        shown = [each.name] if sketch.shows("DataLabels", "CategoryLabelVisibility") else []
        room = _room(nodes, each, scale, step, last, style["size"])
        text = cut("  ".join([*shown, compact(each.size)]), room, style["size"])
        sketch.text(x, y, text, ha="right" if is_last else "left", **style)


def _room(
    nodes: Mapping[Place, Node], one: Node, scale: float, step: float, last: int, high: float
) -> float:
    """How long a name may be: to the next place at its height, half of it beside the last ones."""
    middle = one.top + one.size * scale / 2
    beside = [
        each.level
        for each in nodes.values()
        if each.top - high < middle < each.top + each.size * scale + high
    ]
    onward = [each for each in beside if each > one.level]
    if one.level == last:
        far = last - max((each for each in beside if each < last), default=0)
    else:
        far = min(onward, default=last) - one.level
    shared = one.level == last or min(onward, default=0) == last
    return far * step * (0.48 if shared else 1) - (12 if shared else THICK + 12)
