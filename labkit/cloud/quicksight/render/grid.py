"""Tables: cells in rows and columns, as many as there is room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.render.labels import font_of
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import cut, width
from labkit.cloud.quicksight.visuals.model import Field

PAD, ROW, SIZE, NARROW, WIDE = 10, 25, 11, 56, 280


@dataclass(frozen=True)
class Cell:
    """One cell.

    Args:
        text: its words.
        right: whether they stand at the right, as numbers do.
        bold: whether they are a heading's or a total's.
        color: of the words.
        fill: behind the words.
        icon: a sign before the words, and its colour.
        bar: a share of the cell's width that a bar takes, and its colour.
        span: how many columns it covers; 0 where another cell covers its place.
        is_header: whether it stands at the head of rows or columns.
        label: what it is called as a mark; empty where it is none.
        keys: the values that it stands for as a mark, by field.
        value: what the words say, where it is a value of the data.
        field: the field that it is a value of.
        look: its own, where it has another than its row's.
    """

    text: str
    right: bool = False
    bold: bool = False
    color: str = ""
    fill: str = ""
    icon: tuple[str, str] | None = None
    bar: tuple[float, str] | None = None
    span: int = 1
    is_header: bool = False
    label: str = ""
    keys: tuple[tuple[Field, Any], ...] = ()
    value: Any = None
    field: Field | None = None
    look: Look | None = None


@dataclass(frozen=True)
class Look:
    """How a definition wants a kind of cell: its ``TableCellStyle``."""

    style: Mapping[str, Any]

    @property
    def font(self) -> dict[str, Any]:
        return font_of(self.style.get("FontConfiguration"), SIZE)

    @property
    def fill(self) -> str:
        return str(self.style.get("BackgroundColor") or "")

    def align(self, right: bool) -> str:
        asked = self.style.get("HorizontalTextAlignment", "AUTO")
        return {"LEFT": "left", "CENTER": "center", "RIGHT": "right"}.get(
            asked, "right" if right else "left"
        )


@dataclass(frozen=True)
class Grid:
    """A table that is to be drawn.

    Args:
        rows: the cells, the heads first.
        heads: how many rows head the table.
        header: the look of the heads.
        body: the look of the rest.
        stripes: colours that the rows take in turn.
        widths: widths in pixels that columns must have, by their place.
        fixed: how many columns on the left stay when there is not room for all.
    """

    rows: Sequence[Sequence[Cell]]
    heads: int
    header: Look
    body: Look
    stripes: Sequence[str] = ()
    widths: Mapping[int, float] | None = None
    fixed: int = 0


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
    high = float(grid.body.style.get("Height") or ROW)
    head = float(grid.header.style.get("Height") or ROW)
    feet = 1 if foot else 0
    body = grid.rows[grid.heads :]
    fits = max(1, int((sketch.box.height - grid.heads * head - feet * high) / high))
    if max(len(body), count) > fits:
        sketch.note(f"Shows the first {fits:,} of {max(len(body), count):,} rows.")
    shown = [*grid.rows[: grid.heads], *body[:fits], *([foot] if foot else [])]
    widths = _widths(sketch, grid, shown)
    lefts = [sketch.box.left + sum(widths[:at]) for at in range(len(widths) + 1)]
    top = sketch.box.top
    for at, row in enumerate(shown):
        is_head = at < grid.heads
        bottom = top + (head if is_head else high)
        look = grid.header if is_head else grid.body
        _row(sketch, grid, row, look, (lefts, top, bottom), at - grid.heads)
        is_edge = at == grid.heads - 1 or (foot and at == len(shown) - 2)
        color = sketch.theme.quiet if is_edge else sketch.theme.grid
        sketch.line((sketch.box.left, lefts[-1]), (bottom, bottom), color, 0.8, zorder=1)
        top = bottom


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
        _cell(sketch, cell, own, box)


def _cell(sketch: Sketch, cell: Cell, look: Look, box: Box) -> None:
    if cell.bar:
        share, color = cell.bar
        room = (box.width - 2 * PAD) * share
        sketch.rect(Box(box.left + PAD, box.top + 5, box.left + PAD + room, box.bottom - 5), color)
    if not cell.text and not cell.icon:
        return
    style = {"bold": cell.bold} | look.font
    style |= {"color": cell.color} if cell.color else {}
    align = look.align(cell.right)
    before = width(cell.icon[0], style["size"]) + 5 if cell.icon else 0
    text = cut(
        cell.text, box.width - 2 * PAD - before + 1, style["size"], bold=style.get("bold", False)
    )
    x = {"left": box.left + PAD + before, "center": box.centre[0], "right": box.right - PAD}[align]
    drawn = sketch.text(x, box.centre[1], text, ha=align, **style)
    if cell.label:
        sketch.mark(drawn, cell.label, cell.text, cell.keys)
    if cell.icon:
        wide = width(text, style["size"], bold=style.get("bold", False))
        start = {"left": x, "center": x - wide / 2, "right": x - wide}[align]
        sketch.text(
            start - 5,
            box.centre[1],
            cell.icon[0],
            color=cell.icon[1],
            ha="right",
            size=style["size"],
        )


def _widths(sketch: Sketch, grid: Grid, shown: Sequence[Sequence[Cell]]) -> list[float]:
    """Each column as wide as its words; where that is too much the widest give way."""
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
    while sum(widths) > room and max(widths) > 110:
        widest = max(range(count), key=widths.__getitem__)
        widths[widest] = max(110.0, widths[widest] - (sum(widths) - room))
    kept = count
    while sum(widths[:kept]) > room and kept > max(1, grid.fixed):
        kept -= 1
    if kept < count:
        sketch.note(f"Shows the first {kept} of {count} columns.")
    widths = widths[:kept]
    spare = room - sum(widths)
    if spare > 0 and not grid.widths:
        share = min(spare / kept, 90)
        widths = [each + share for each in widths]
    return widths


def _wants(cell: Cell, look: Look) -> float:
    style = (cell.look or look).font
    bold = style.get("bold", cell.bold)
    icon = width(cell.icon[0], style["size"]) + 5 if cell.icon else 0
    return width(cell.text, style["size"], bold=bold) + 2 * PAD + icon + (70 if cell.bar else 0)
