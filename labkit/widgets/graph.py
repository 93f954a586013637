"""The picture of an execution: its state machine, each state in the colour of what became of it.

It is one SVG without scripts, so that it stays in a stored notebook as it was drawn. The colours
are those of Step Functions' own graph view:
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-view-execution-details.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.widgets import outcomes
from labkit.widgets.layout import END, GAP_X, HEAD, PAD, START, Arrow, Layout, Node, Point, lay_out
from labkit.widgets.picture import Markup, frame, joined, tag

if TYPE_CHECKING:
    from labkit.flows import Execution
    from labkit.lab import Lab

COLOURS = {
    outcomes.SUCCEEDED: "var(--jp-success-color1, #2e7d32)",
    outcomes.RUNNING: "var(--jp-brand-color1, #0972d3)",
    outcomes.FAILED: "var(--jp-error-color1, #d91515)",
    outcomes.CAUGHT: "var(--jp-warn-color1, #c77700)",
    outcomes.ABORTED: "var(--jp-ui-font-color2, #5f6b7a)",
    outcomes.NOT_REACHED: "var(--jp-border-color1, #9ba7b6)",
}
SIGNS = {
    outcomes.SUCCEEDED: "✓",
    outcomes.RUNNING: "…",
    outcomes.FAILED: "✕",
    outcomes.CAUGHT: "!",
    outcomes.ABORTED: "–",
    outcomes.NOT_REACHED: "",
}
PAPER, INK = "var(--jp-layout-color1, #fff)", "var(--jp-ui-font-color1, #16191f)"
QUIET = "var(--jp-ui-font-color2, #5f6b7a)"
MARGIN, LONGEST = 10, 18
LEAST = 0.8  # of its size, so that its words are read on a phone, where the rest is scrolled to


class ExecutionGraph:
    """A state machine as a picture, and how far an execution of it has come.

    Args:
        definition: as ``DescribeStateMachine`` tells it.
        history: the events of ``GetExecutionHistory``; without them no state was reached.
    """

    def __init__(self, definition: str | dict[str, Any], history: list[Any] | None = None) -> None:
        self.definition = json.loads(definition) if isinstance(definition, str) else definition
        self.statuses, self.ways = outcomes.of_history(self.definition, history or [])

    def __repr__(self) -> str:
        return f"ExecutionGraph({self._told()})"

    def _told(self) -> str:
        return ", ".join(f"{name}: {status}" for name, (status, _) in self.statuses.items())

    def _repr_html_(self) -> str:
        title = self.definition.get("Comment", "State machine")
        return frame(title, self._legend(), self._svg())

    def _legend(self) -> Markup:
        """The statuses that are there, each in its colour."""
        present = {status for status, _ in self.statuses.values()}
        entries = [_entry(status) for status in COLOURS if status in present]
        return tag("div", *entries, style=f"display:flex;flex-wrap:wrap;gap:14px;color:{QUIET}")

    def _svg(self) -> Markup:
        layout = lay_out(self.definition)
        width, height = layout.width + MARGIN * 2, layout.height + MARGIN * 2
        size = f"width:{width:g}px;max-width:100%;min-width:{LEAST * width:g}px;height:auto"
        drawn = tag(
            "svg",
            tag("g", *self._drawn(layout), transform=f"translate({MARGIN},{MARGIN})"),
            viewBox=f"0 0 {width:g} {height:g}",
            role="img",
            **{"aria-label": self._told()},
            style=f"display:block;{size};margin:8px auto 0",
        )
        return tag("div", drawn, style="overflow-x:auto")

    def _drawn(self, layout: Layout) -> Iterator[Markup]:
        yield from (self._arrow(arrow) for arrow in layout.arrows)
        for node in layout.nodes:
            yield _dot(node) if node.name in (START, END) else self._state(node)

    def _state(self, node: Node) -> Markup:
        status, count = self.statuses[node.name]
        x = PAD
        inside = []
        for branch in node.inside:
            inside.append(tag("g", *self._drawn(branch), transform=f"translate({x:g},{HEAD})"))
            x += int(branch.width) + GAP_X
        return tag(
            "g",
            tag("title", f"{node.name} ({node.kind}): {status}"),
            _box(node, status),
            *(_label(node, status, count)),
            *inside,
            transform=f"translate({node.x:g},{node.y:g})",
        )

    def _arrow(self, arrow: Arrow) -> Markup:
        taken = self._is_taken(arrow)
        colour = QUIET if taken else COLOURS[outcomes.NOT_REACHED]
        dashes = ";stroke-dasharray:4 3" if arrow.caught else ""
        line = f"fill:none;stroke:{colour};stroke-width:{1.6 if taken else 1.1}{dashes}"
        return joined(
            [
                tag("path", d=_curve(arrow.points), style=line),
                _tip(arrow.points, colour),
                _caption(arrow),
            ]
        )

    def _is_taken(self, arrow: Arrow) -> bool:
        """Whether the execution has gone this way."""
        if arrow.source.name == START:
            return self.statuses[arrow.target.name][1] > 0
        status = self.statuses[arrow.source.name][0]
        if arrow.target.name == END:
            return status in (outcomes.SUCCEEDED, outcomes.FAILED)
        came = (arrow.source.name, arrow.target.name) in self.ways
        return came and arrow.caught == (status == outcomes.CAUGHT)


def execution_graph(lab: Lab, execution: Execution | str) -> ExecutionGraph:
    """The picture of an execution.

    Args:
        execution: one that has ended, or any one's ARN.
    """
    sfn, arn = lab.client("stepfunctions"), getattr(execution, "arn", execution)
    machine = sfn.describe_state_machine_for_execution(executionArn=arn)
    events = lab.all("stepfunctions", "get_execution_history", "events", executionArn=arn)
    return ExecutionGraph(machine["definition"], list(events))


def _entry(status: str) -> Markup:
    look = f"border:1.5px solid {COLOURS[status]};background:{_tint(status)}"
    box = "display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:5px"
    return tag("span", tag("span", style=f"{box};vertical-align:-1px;{look}"), status)


def _tint(status: str) -> str:
    if status == outcomes.NOT_REACHED:
        return PAPER
    return f"color-mix(in srgb, {COLOURS[status]} 14%, {PAPER})"


def _box(node: Node, status: str) -> Markup:
    dashes = ";stroke-dasharray:5 3" if status == outcomes.NOT_REACHED else ""
    fill = PAPER if node.inside else _tint(status)
    return tag(
        "rect",
        width=f"{node.width:g}",
        height=f"{node.height:g}",
        rx="7",
        style=f"fill:{fill};stroke:{COLOURS[status]};stroke-width:1.5{dashes}",
    )


def _label(node: Node, status: str, count: int) -> Iterator[Markup]:
    """A state's name, its type, and what became of it."""
    times = f" ×{count}" if count > 1 else ""
    ink = QUIET if status == outcomes.NOT_REACHED else INK
    yield _text(12, 19, _short(node.name), f"fill:{ink};font-weight:600;font-size:13px")
    if not node.inside:
        yield _text(12, 35, node.kind + times, f"fill:{QUIET};font-size:11px")
    else:
        at = node.width - 26
        said = f"fill:{QUIET};font-size:11px;text-anchor:end"
        yield _text(at, 19, node.kind + times, said)
    sign = f"fill:{COLOURS[status]};font-weight:700;font-size:13px;text-anchor:end"
    yield _text(node.width - 10, 19, SIGNS[status], sign)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _text(x: float, y: float, words: str, style: str) -> Markup:
    font = f"{style};font-family:system-ui,sans-serif"
    return tag("text", words, x=f"{x:g}", y=f"{y:g}", style=font)


def _dot(node: Node) -> Markup:
    """The start or the end, as a small circle with its word beside it."""
    r = node.width / 2
    circle = tag(
        "circle",
        cx=f"{r:g}",
        cy=f"{r:g}",
        r=f"{r - 1:g}",
        style=f"fill:{PAPER};stroke:{QUIET};stroke-width:1.5",
    )
    core = tag("circle", cx=f"{r:g}", cy=f"{r:g}", r="4", style=f"fill:{QUIET}")
    word = _text(node.width + 6, r + 4, node.kind, f"fill:{QUIET};font-size:11px")
    return tag("g", circle, core, word, transform=f"translate({node.x:g},{node.y:g})")


def _curve(points: tuple[Point, ...]) -> str:
    """A smooth line down through points; one that leads back up has corners."""
    (x, y), drawn = points[0], f"M{points[0][0]:g} {points[0][1]:g}"
    if points[-1][1] <= y:
        return drawn + "".join(f"L{a:g} {b:g}" for a, b in points[1:])
    for a, b in points[1:]:
        middle = (y + b) / 2
        drawn += f"C{x:g} {middle:g} {a:g} {middle:g} {a:g} {b:g}"
        x, y = a, b
    return drawn


def _tip(points: tuple[Point, ...], colour: str) -> Markup:
    """The arrow's tip: it points down, or sideways where the line leads back."""
    x, y = points[-1]
    if points[-1][1] > points[0][1]:
        corners = f"{x:g},{y:g} {x - 4:g},{y - 7:g} {x + 4:g},{y - 7:g}"
    else:
        back = x + (7 if points[-2][0] > x else -7)
        corners = f"{x:g},{y:g} {back:g},{y - 4:g} {back:g},{y + 4:g}"
    return tag("polygon", points=corners, style=f"fill:{colour}")


def _caption(arrow: Arrow) -> Markup:
    if not arrow.label:
        return Markup()
    x, y = arrow.points[-1]
    small = f"fill:{QUIET};font-size:10.5px"
    if arrow.points[-1][1] <= arrow.points[0][1]:
        x, y = arrow.points[0][0] + 4, arrow.points[0][1] - 5
        return _text(x, y, arrow.label, small)
    left = arrow.points[-2][0] > x  # the line comes from the right
    anchor = ";text-anchor:end" if left else ""
    return _text(x - 8 if left else x + 8, y - 9, arrow.label, f"{small}{anchor}")
