"""The cells of tables and pivot tables, all rows of them, for files and paper.

A snapshot's files hold every row that the visual has, not those that a screen shows. Source:
https://docs.aws.amazon.com/quicksight/latest/user/exporting-data.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.render import Theme
from labkit.cloud.quicksight.render.cells import Cell, Grid
from labkit.cloud.quicksight.render.charts.pivot import pivot_grid
from labkit.cloud.quicksight.render.charts.table import LEAST, table_grid
from labkit.cloud.quicksight.render.markup import plain
from labkit.cloud.quicksight.render.sketch import Box, Picture, Sketch
from labkit.cloud.quicksight.render.titles import title_of
from labkit.cloud.quicksight.visuals.formats import parameter_text
from labkit.cloud.quicksight.visuals.model import VisualData

Json = Mapping[str, Any]
Row = Sequence[Cell]
WIDE_PX = 1000.0


@dataclass(frozen=True)
class Table:
    """A visual's cells.

    Args:
        title: what stands above it, empty where the visual hides that.
        grid: the cells and their looks, the heads first.
        foot: the row of totals at its end.
        left: how many columns at the left are heads of their rows.
        cut: how many rows the limits left out.
        notes: what the visual asks for and is left out, in a sentence each.
    """

    title: str
    grid: Grid
    foot: Row | None
    left: int
    cut: int
    notes: tuple[str, ...]

    @property
    def heads(self) -> Sequence[Row]:
        return self.grid.rows[: self.grid.heads]

    @property
    def body(self) -> Sequence[Row]:
        return self.grid.rows[self.grid.heads :]

    @property
    def rows(self) -> list[Row]:
        """The rows below the heads, totals included."""
        return [*self.body, *([self.foot] if self.foot else [])]

    def groups(self) -> Iterator[Sequence[Row]]:
        """The rows of each group of a pivot, its subtotal included; a table has none."""
        starts = [at for at, row in enumerate(self.body) if row and row[0].text]
        if self.left < 2 or not starts:
            return
        for start, end in zip(starts, [*starts[1:], len(self.body)], strict=True):
            yield self.body[start:end]


def table_of(visual: Json, data: VisualData, theme: Theme, parameters: Json) -> Table:
    """The cells of a table or a pivot table."""
    kind, body = walk.body_of(visual)
    box = Box(0, 0, WIDE_PX, LEAST * (len(data.rows) + 1))
    picture = Picture(1, 1, theme.background)
    sketch = Sketch(picture, theme, kind, body, data, box, parameters=parameters)
    foot: Row | None = None
    if kind == "TableVisual":
        grid, foot, _ = table_grid(sketch)
    else:
        grid = pivot_grid(sketch)
    notes = (*data.not_drawn, *picture.warnings)
    return Table(title(body, data, parameters), grid, foot, grid.fixed, data.cut, notes)


def title(body: Json, data: VisualData, parameters: Json) -> str:
    """What stands above a visual, its parameters filled in; empty where it is hidden."""
    said = body.get("Title") or {}
    if said.get("Visibility") == "HIDDEN":
        return ""
    words = plain(said.get("FormatText") or {})
    for name, value in parameters.items():
        words = words.replace(f"<<${name}>>", parameter_text(value))
    return words or title_of(data)
