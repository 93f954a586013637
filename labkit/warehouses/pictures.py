"""Pictures of what a warehouse does inside: a plan as a graph, rows by slice, bytes read.

Each is HTML and SVG without scripts, so that it stays in a stored notebook as it was drawn.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labkit.warehouses.plans import Node, Placement, Plan

INK = "var(--jp-ui-font-color1, #16191f)"
QUIET = "var(--jp-ui-font-color2, #5f6b7a)"
LINE = "var(--jp-border-color1, #9ba7b6)"
PAPER = "var(--jp-layout-color1, #fff)"
GOOD = "var(--jp-success-color1, #2e7d32)"
WARN = "var(--jp-warn-color1, #c77700)"
BLUE = "var(--jp-brand-color1, #0972d3)"
#: The operators that are told by their neighbours: of hash tables, and of the way to the leader.
_UNDRAWN = ("Hash", "Network")
WIDE, HIGH, GAP, STEP = 214, 46, 26, 96
_FRAME = (
    "border:1px solid var(--jp-border-color2, #d5dbdb);border-radius:6px;padding:10px 14px;"
    "max-width:900px;font:13px/1.5 system-ui,sans-serif;text-align:left"
)


def plan_html(plan: Plan) -> str:
    """A plan as a graph, its text below."""
    labels = ", ".join(dict.fromkeys(plan.labels)) or "no join"
    head = f"Plan · {labels} · {size(plan.sent_bytes)} between nodes"
    text = (
        f'<details style="margin-top:8px"><summary style="color:{QUIET}">As EXPLAIN tells it'
        f"</summary>"
        f'<pre style="font:12px/1.5 ui-monospace,Menlo,Consolas,monospace;overflow-x:auto">'
        f"{html.escape(plan.text)}</pre></details>"
    )
    return framed(head, _graph(plan.tree, head) + text)


def placement_html(placement: Placement) -> str:
    """A bar a slice."""
    most = max(int(placement.df["rows"].max()), 1) if len(placement.df) else 1
    rows = [
        (f"node {node} · slice {at}", int(count) / most, f"{int(count):,} rows")
        for at, node, count in placement.df[["slice", "node", "rows"]].itertuples(index=False)
    ]
    head = f"{placement.table} · {len(rows)} slices · fullest slice {placement.skew} × the average"
    return framed(head, bars(rows, WARN if placement.skew > 1.5 else BLUE))


def bars(rows: Sequence[tuple[str, float, str]], colour: str) -> str:
    """Bars with a name at the left and a word at the right; each a share of the longest."""
    lines = "".join(
        f'<span style="color:{QUIET}">{html.escape(name)}</span>'
        f'<span style="display:flex;align-items:center;gap:10px;white-space:nowrap">'
        f'<span style="flex:none;width:calc({max(share, 0.003):.3f} * max(100% - 110px, 28px));'
        f'height:14px;border-radius:2px;background:{colour}"></span>{html.escape(word)}</span>'
        for name, share, word in rows
    )
    columns = "grid-template-columns:fit-content(40%) minmax(0, 470px)"
    return f'<div style="display:grid;{columns};gap:4px 14px">{lines}</div>'


def size(number: float) -> str:
    """Bytes for people.

    >>> size(2048)
    '2.0 KB'
    """
    for unit in ("bytes", "KB", "MB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} GB"


def framed(head: str, body: str) -> str:
    """A picture's frame with its title."""
    title = f'<div style="font-weight:600;margin:0 0 8px">{html.escape(head)}</div>'
    return f'<div style="{_FRAME}">{title}{body}</div>'


def _graph(root: Node, said: str) -> str:
    places: list[tuple[Node, float, int]] = []
    wide = _place(root, 0, 0, places)
    at = {id(node): (x, y) for node, x, y in places}
    deepest = max(y for _, _, y in places)
    width, height = wide * (WIDE + GAP), deepest * STEP + HIGH + 4
    drawn = [_edge(child, at[id(node)], at[id(child)], node) for node, _, _ in places
             for child in _below(node)]  # fmt: skip
    drawn += [_box(node, *at[id(node)]) for node, _, _ in places]
    least = 0.8 * width  # its words are read on a phone, too, where the rest is scrolled to
    return (
        f'<div style="overflow-x:auto"><svg viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{html.escape(said)}" style="display:block;width:{width:g}px;max-width:100%;'
        f'min-width:{least:g}px;height:auto">{"".join(drawn)}</svg></div>'
    )


def _place(
    node: Node, left: float, depth: int, places: list[tuple[Node, float, int]]
) -> float:  # fmt: skip
    """Put a node above the middle of its children; how many columns it takes."""
    taken = 0.0
    for child in _below(node):
        taken += _place(child, left + taken, depth + 1, places)
    taken = max(taken, 1.0)
    places.append((node, left + (taken - 1) / 2, depth))
    return taken


def _below(node: Node) -> list[Node]:
    return [found for child in node.children for found in _drawn(child)]


def _drawn(node: Node) -> Iterator[Node]:
    """A node, or what is below one that is not drawn; it sends what that sends."""
    if node.name not in _UNDRAWN:
        yield node
        return
    for child in node.children:
        child.sent_rows, child.sent_bytes = node.sent_rows, node.sent_bytes
        yield from _drawn(child)


def _point(x: float, y: float) -> tuple[float, float]:
    return x * (WIDE + GAP) + WIDE / 2 + GAP / 2, y * STEP + 2


def _edge(child: Node, above: tuple[float, int], below: tuple[float, int], parent: Node) -> str:
    (x1, y1), (x2, y2) = _point(*above), _point(*below)
    moves = child.sent_rows != 0
    colour, thick = (WARN, 3) if moves else (LINE, 1.4)
    end = y2 - 24
    middle = (y1 + HIGH + end) / 2
    told = _moving(child) if moves else "stays" if parent.label else ""
    gap = f"v-4 M{x2:g},{y2 - 20:g} " if told else ""
    line = (
        f'<path d="M{x2:g},{y2:g} {gap}V{end:g} C{x2:g},{middle:g} {x1:g},{middle:g} '
        f'{x1:g},{y1 + HIGH:g}" '
        f'style="fill:none;stroke:{colour};stroke-width:{thick}"></path>'
    )
    text = _text(x2, y2 - 8, told, INK if moves else QUIET, 11.5)
    return line + text


def _moving(node: Node) -> str:
    if node.sent_rows is None:
        return "sent, not counted"
    return f"{node.sent_rows:,} rows · {size(node.sent_bytes)} sent"


def _box(node: Node, x: float, y: int) -> str:
    middle, top = _point(x, y)
    warns = node.label.startswith(("DS_BCAST", "DS_DIST")) and not node.label.endswith("NONE")
    colour = WARN if warns else GOOD if node.label else LINE
    name = node.name.replace("Seq Scan on ", "Scan ").replace(node.label, "").strip()
    second = f"{node.label} · " if node.label else ""
    title = html.escape("\n".join([node.name, *node.details]))
    return (
        f'<g><title>{title}</title><rect x="{middle - WIDE / 2:g}" y="{top:g}" width="{WIDE}" '
        f'height="{HIGH}" rx="5" style="fill:{PAPER};stroke:{colour};stroke-width:1.6"></rect>'
        f"{_text(middle, top + 19, _short(name), INK, 13)}"
        f"{_text(middle, top + 36, f'{second}{node.rows:,} rows', QUIET, 11.5)}</g>"
    )


def _short(name: str) -> str:
    return name if len(name) <= 30 else f"{name[:29]}…"


def _text(x: float, y: float, words: str, colour: str, points: float) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" style="fill:{colour};'
        f'font:{points}px system-ui,sans-serif">{html.escape(words)}</text>'
    )
