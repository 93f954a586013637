"""A table as it is printed: widths of columns, looks of cells, and which rows stay together.

Numbers stand at the right, long texts wrap. In a pivot of several row fields the first one's values
head groups of rows, and are repeated where a group goes on over a page. A group, with its subtotal,
is kept whole where a page has room for it; otherwise its first rows stay together, and its last
ones. The last rows of a table stay with its total. Whether heads are repeated on each page is
``OverflowColumnHeaderVisibility``. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TablePaginatedReportOptions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.quicksight.render import Theme
from labkit.cloud.quicksight.render.cells import Cell, Look
from labkit.cloud.quicksight.render.labels import full
from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.reports.paper.sizes import PX
from labkit.cloud.quicksight.reports.tables import Row, Table
from labkit.cloud.quicksight.visuals.model import Total

Json = Mapping[str, Any]
PAD, LEAST, NATURAL = 5.0, 30.0, 220.0
FEW = 2  # rows that stay with a head or a total
_LINE = 1.3


def printed(table: Table, options: Json, theme: Theme, *, room: float, high: float) -> Json:
    """What the typesetter needs of a table.

    Args:
        options: the visual's ``PaginatedReportOptions``.
        room: the width in points.
        high: the height of a page's body.
    """
    sizes = [len(rows) for rows in table.groups()]
    heads = {at: rows[0][0].text for at, rows in _starts(table) if not _is_total(rows[0])}
    table = _in_groups(table) if sizes else table
    widths, kept = _widths(table, room)
    stripes = table.grid.stripes
    body = [
        _line(row[:kept], table.grid.body, stripes[at % len(stripes)] if stripes else "", False)
        for at, row in enumerate(table.rows)
    ]
    heights = [_height(row[:kept], widths, table.grid.body) for row in table.rows]
    return {
        "title": table.title,
        "widths": widths,
        "heads": [_line(row[:kept], table.grid.header, theme.panel, True) for row in table.heads],
        "rows": body,
        "groups": [{"at": at, "text": text} for at, text in heads.items()],
        "keep": list(_chunks(table, sizes, heights, high * 0.6)),
        "repeat": options.get("OverflowColumnHeaderVisibility", "VISIBLE") != "HIDDEN",
        "line": theme.grid,
        "rule": theme.quiet,
        "panel": theme.panel,
        "notes": [*_notes(table, kept), *table.notes],
    }


def _starts(table: Table) -> Iterator[tuple[int, Sequence[Row]]]:
    at = 0
    for rows in table.groups():
        yield at, rows
        at += len(rows)


def _is_total(row: Row) -> bool:
    return isinstance(row[0].value, Total)


def _in_groups(table: Table) -> Table:
    """A pivot without its first column, whose values stand at the heads of groups."""
    heads = [row[1:] for row in table.heads]
    body = [_inner(row, table.left) for row in table.body]
    asked = {at - 1: wide for at, wide in (table.grid.widths or {}).items() if at}
    return replace(table, grid=replace(table.grid, rows=[*heads, *body], widths=asked or None))


def _inner(row: Row, left: int) -> Row:
    """A row with all its labels; the grand total's moves to what is now the first column."""
    if _is_total(row):
        return [replace(row[1], text=row[0].text, bold=True), *row[2:]]
    labels = [
        replace(cell, text=full(cell.value, cell.field))
        if not cell.text and cell.field and not isinstance(cell.value, Total)
        else cell
        for cell in row[1:left]
    ]
    return [*labels, *row[left:]]


def _notes(table: Table, kept: int) -> Iterator[str]:
    count = _count(table)
    if kept < count:
        yield f"Prints the first {kept} of {count} columns: the page is not wider."
    if table.cut:
        yield f"Prints the first {len(table.body):,} of {len(table.body) + table.cut:,} rows."


def _line(row: Row, look: Look, fill: str, is_head: bool) -> list[Json]:
    return [_cell(cell, look, fill, is_head) for cell in row if cell.span]


def _cell(cell: Cell, look: Look, fill: str, is_head: bool) -> Json:
    font = look.font
    return {
        "text": cell.text,
        "size": font["size"] * PX,
        "align": look.align(cell.right) if not (is_head and cell.right) else "right",
        "bold": cell.bold or bool(font.get("bold")),
        "italic": bool(font.get("italic")),
        "color": cell.color or font.get("color", ""),
        "fill": cell.fill or look.fill or fill,
        "span": cell.span,
        "icon": list(cell.icon) if cell.icon else [],
        "bar": list(cell.bar) if cell.bar else [],
    }


def _count(table: Table) -> int:
    return max((len(row) for row in (*table.heads, *table.rows)), default=0)


def _widths(table: Table, room: float) -> tuple[list[float], int]:
    """The columns' widths, and how many of them there is room for."""
    columns = [_wishes(table, at) for at in range(_count(table))]
    least = [min(LEAST, wanted) for _, wanted in columns]
    kept = len(columns)
    while kept > 1 and sum(least[:kept]) > room:
        kept -= 1
    return _fitted(columns[:kept], room), kept


def _wishes(table: Table, at: int) -> tuple[float, float]:
    """How wide a column must be for its longest word, and would be for its longest text."""
    cells = [(row[at], table.grid.body) for row in _sample(table.rows) if at < len(row)]
    heads = [(row[at], table.grid.header) for row in table.heads if at < len(row)]
    words = max((_natural(*each, words=True) for each in (*heads, *cells)), default=LEAST)
    asked = (table.grid.widths or {}).get(at)
    if asked:
        return min(words, asked * PX), asked * PX
    texts = max((_natural(*each) for each in cells), default=LEAST)
    return min(words, NATURAL), min(max(texts, words), NATURAL)


def _sample(rows: Sequence[Row]) -> Sequence[Row]:
    return rows if len(rows) < 600 else [*rows[:500], *rows[-100:]]


def _natural(cell: Cell, look: Look, *, words: bool = False) -> float:
    """How wide a cell's text is, or the longest word in it."""
    if cell.span != 1:
        return LEAST
    font = look.font
    bold = cell.bold or bool(font.get("bold"))
    icon = width(cell.icon[0], font["size"]) + 6 if cell.icon else 0
    parts = cell.text.split() if words and not cell.right else [cell.text]
    if words and cell.is_header:
        parts = cell.text.split()
    widest = max((width(each, font["size"], bold=bold) for each in parts), default=0.0)
    return float((widest + icon) * PX + 2 * PAD + 1)


def _fitted(columns: Sequence[tuple[float, float]], room: float) -> list[float]:
    """What there is beyond the longest words goes to those who want more; too little is shared."""
    least, wanted = (sum(each[at] for each in columns) for at in (0, 1))
    if wanted <= room:
        return [each * room / wanted for _, each in columns] if wanted else []
    if least >= room:
        return [each * room / least for each, _ in columns]
    share = (room - least) / (wanted - least)
    return [low + (high - low) * share for low, high in columns]


def _height(row: Row, widths: Sequence[float], look: Look) -> float:
    """About how high a row is."""
    size = look.font["size"] * PX
    lines = 1
    for cell, wide in zip(row, widths, strict=False):
        words = width(cell.text, size, bold=cell.bold)
        lines = max(lines, -int(-words // max(wide - 2 * PAD, 1)))
    return float(lines * size * _LINE + 2 * 3.2)


def _chunks(
    table: Table, groups: Sequence[int], heights: Sequence[float], most: float
) -> Iterator[int]:
    """How many rows stay together, one number after the other; a 0 is a row that may break."""
    sizes = list(groups) or _loose(len(table.body), bool(table.foot))
    if table.foot:
        sizes[-1] += 1
    elif len(sizes) > 1 and sizes[-1] == 1:  # a grand total stays with the rows before it
        sizes[-2:] = [sizes[-2] + 1]
    at = 0
    for size in sizes:
        for part in _parts(size, heights[at : at + size], most):
            yield 0 if part == 1 and heights[at] > most else part
            at += part


def _loose(rows: int, foot: bool) -> list[int]:
    """Rows without groups: the first few together, and the last few with their total."""
    last = FEW if foot and rows >= FEW else 0
    first = min(FEW, rows - last)
    found = [*([first] if first else []), *[1] * (rows - first - last), *([last] if last else [])]
    return found or [0]


def _parts(size: int, heights: Sequence[float], most: float) -> list[int]:
    if sum(heights) <= most:
        return [size]
    if size <= 2 * FEW + 1 or max(heights) * (FEW + 1) > most:
        return [1] * size
    return [FEW, *[1] * (size - 2 * FEW - 1), FEW + 1]
