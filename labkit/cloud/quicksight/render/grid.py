"""Tables: cells in rows and columns, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.quicksight.render.cells import LINE, Cell, Grid, Look
from labkit.cloud.quicksight.render.colors import readable
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import width

PAD, ROW, NARROW, LEAST, WIDE, SPARE = 10, 25, 56, 110.0, 280, 250


def draw_grid(
    sketch: Sketch, grid: Grid, *, foot: Sequence[Cell] | None = None, count: int = 0
) -> None:
    """Draw a table from the top left; say which rows and columns have no room.

    Args:
        sketch: where.
        grid: the table.
        foot: a last row that stays below those that are shown.
        count: how many rows there are, if the grid does not hold them all.
    """
    feet = [foot] if foot else []
    heads, body = grid.rows[: grid.heads], grid.rows[grid.heads :]
    low = grid.body.height or ROW
    body = body[: max(1, int((sketch.box.height - low * len(feet)) / low))]
    widths = _widths(sketch, grid, [*heads, *body, *feet])
    room = sketch.box.height - sum(_height(grid.header, each, widths) for each in heads)
    room -= sum(_height(grid.body, each, widths) for each in feet)
    fits = max(1, _fitting([_height(grid.body, each, widths) for each in body], room))
    many = max(len(grid.rows) - grid.heads, count)
    if many > fits:
        sketch.note(f"Shows the first {fits:,} of {many:,} rows.")
    shown = [*heads, *body[:fits], *feet]
    lefts = [sketch.box.left + sum(widths[:at]) for at in range(len(widths) + 1)]
    tops = [sketch.box.top]
    for at, row in enumerate(shown):
        look = grid.header if at < grid.heads else grid.body
        tops.append(min(tops[-1] + _height(look, row, widths), sketch.box.bottom))
        _row(sketch, grid, row, look, (lefts, tops[-2], tops[-1]), at - grid.heads)
        is_edge = at == grid.heads - 1 or (foot and at == len(shown) - 2)
        if look.border("InnerHorizontal") is None:
            color = sketch.theme.quiet if is_edge else sketch.theme.grid
            sketch.line((lefts[0], lefts[-1]), (tops[-1], tops[-1]), color, 0.8, zorder=1)
    _borders(sketch, grid.header, lefts, tops[: grid.heads + 1])
    _borders(sketch, grid.body, lefts, tops[grid.heads :])


def _fitting(heights: Sequence[float], room: float) -> int:
    """How many of the rows there is room for."""
    fits = 0
    for each in heights:
        room -= each
        if room < 0:
            break
        fits += 1
    return fits


def _height(look: Look, row: Sequence[Cell], widths: Sequence[float]) -> float:
    """As the definition says, else as high as its wrapped words."""
    if look.height:
        return look.height
    deepest = max(
        (
            (len(_lines(cell, cell.look or look, wide)) - 1) * (cell.look or look).font["size"]
            for cell, wide in zip(row, widths, strict=False)
            if cell.span == 1
        ),
        default=0.0,
    )
    return ROW + deepest * LINE


def _lines(cell: Cell, look: Look, wide: float) -> list[str]:
    style = look.font
    before = width(cell.icon[0], style["size"]) + 5 if cell.icon else 0
    room = wide - 2 * PAD - cell.indent - before + 1
    return look.lines(cell.text, room, bold=style.get("bold", cell.bold))


def _borders(sketch: Sketch, look: Look, lefts: Sequence[float], tops: Sequence[float]) -> None:
    """The lines around and between cells that a definition asks for."""
    if len(tops) < 2:
        return
    places = {
        "Left": (lefts[:1], []),
        "Right": (lefts[-1:], []),
        "InnerVertical": (lefts[1:-1], []),
        "Top": ([], tops[:1]),
        "Bottom": ([], tops[-1:]),
        "InnerHorizontal": ([], tops[1:-1]),
    }
    for side, (xs, ys) in places.items():
        line = look.border(side) or {"Style": "NONE"}
        if line.get("Style") == "NONE":
            continue
        color = line.get("Color") or sketch.theme.quiet
        wide = float(line.get("Thickness", 1))
        for x in xs:
            sketch.line((x, x), (tops[0], tops[-1]), color, wide, zorder=2)
        for y in ys:
            sketch.line((lefts[0], lefts[-1]), (y, y), color, wide, zorder=2)


def _row(
    sketch: Sketch,
    grid: Grid,
    row: Sequence[Cell],
    look: Look,
    place: tuple[Sequence[float], float, float],
    at: int,
) -> None:
    lefts, top, bottom = place
    stripe = grid.stripes[at % len(grid.stripes)] if grid.stripes and at >= 0 else ""
    for column, cell in enumerate(row[: len(lefts) - 1]):
        if not cell.span:
            continue
        right = lefts[min(column + cell.span, len(lefts) - 1)]
        box = Box(lefts[column], top, right, bottom)
        own = cell.look or look
        fill = cell.fill or own.fill or (stripe if at >= 0 else sketch.theme.panel)
        if fill:
            sketch.rect(box, fill, zorder=-1)
        if cell.span > 1:
            sketch.line(
                (box.left + 6, box.right - 6),
                (bottom - 1, bottom - 1),
                sketch.theme.quiet,
                0.8,
                zorder=1,
            )
        _cell(sketch, cell, own, box, fill or sketch.theme.background)


def _cell(sketch: Sketch, cell: Cell, look: Look, box: Box, ground: str) -> None:
    if cell.bar:
        share, color = cell.bar
        room = (box.width - 2 * PAD) * share
        sketch.rect(Box(box.left + PAD, box.top + 5, box.left + PAD + room, box.bottom - 5), color)
    if look.is_hidden or not (cell.text or cell.icon):
        return
    color = readable(sketch.theme.foreground, ground)
    style: dict[str, Any] = {"bold": cell.bold, "color": color} | look.font
    style |= {"color": cell.color} if cell.color else {}
    align = look.align(cell.right)
    before = width(cell.icon[0], style["size"]) + 5 if cell.icon and cell.text else 0
    room = max(1, int(box.height / (style["size"] * LINE)))
    lines = _lines(cell, look, box.width)[:room]
    x = {
        "left": box.left + PAD + cell.indent + before,
        "center": box.centre[0],
        "right": box.right - PAD,
    }[align]
    y = look.first_line(box, len(lines))
    drawn = [
        sketch.text(x, y + at * style["size"] * LINE, line, ha=align, **style)
        for at, line in enumerate(lines)
    ]
    if cell.icon:
        wide = width(lines[0], style["size"], bold=style.get("bold", False))
        start = {"left": x, "center": x - wide / 2, "right": x - wide}[align]
        at, side = (start - 5, "right") if cell.text else (x, align)
        sign = sketch.text(at, y, cell.icon[0], color=cell.icon[1], ha=side, size=style["size"])
        drawn = drawn if cell.text else [sign]
    for each in drawn if cell.url else ():
        each.set_url(cell.url)
    if cell.label:
        words = cell.text or (cell.icon or ("",))[0]
        sketch.mark(drawn[0], cell.label, words, cell.keys)


def _widths(sketch: Sketch, grid: Grid, shown: Sequence[Sequence[Cell]]) -> list[float]:
    """Each column as wide as its words; where that is too much the widest give way alike, then all.

    What is left of the room is shared, up to where an eye would lose its row.
    """
    count = max(map(len, shown))
    looks = [grid.header] * grid.heads + [grid.body] * len(shown)
    natural = [
        max(
            (
                _wants(row[at], look)
                for row, look in zip(shown, looks, strict=False)
                if at < len(row) and row[at].span == 1
            ),
            default=NARROW,
        )
        for at in range(count)
    ]
    widths = [min(max(each, NARROW), WIDE) for each in natural]
    for at, asked in (grid.widths or {}).items():
        if at < count:
            widths[at] = asked
    room = sketch.box.width
    widths = _leveled(widths, room)
    kept = count
    while sum(widths[:kept]) > room and kept > max(1, grid.fixed):
        kept -= 1
    kept = max(1, min(kept, int(room / NARROW)))
    if kept < count:
        sketch.note(f"Shows the first {kept} of {count} columns.")
    over = max(1.0, sum(widths[:kept]) / room)
    widths = [each / over for each in widths[:kept]]
    spare = room - sum(widths)
    if spare > 0 and kept and (kept < count or not grid.widths):
        share = min(spare / kept, SPARE)
        widths = [each + share for each in widths]
    return widths


def _leveled(widths: list[float], room: float) -> list[float]:
    """Widths of which the widest are cut to one that leaves room for all, but not below the least.

    >>> _leveled([300, 200, 120, 60], 500)
    [160.0, 160.0, 120, 60]
    """
    left = room
    for at, each in enumerate(sorted(widths)):
        level = left / (len(widths) - at)
        if level < each:
            return [min(each, max(level, LEAST)) for each in widths]
        left -= each
    return widths


def _wants(cell: Cell, look: Look) -> float:
    style = (cell.look or look).font
    bold = style.get("bold", cell.bold)
    icon = width(cell.icon[0], style["size"]) + 5 if cell.icon else 0
    words = width(cell.text, style["size"], bold=bold) + cell.indent
    return words + 2 * PAD + icon + (70 if cell.bar else 0)
