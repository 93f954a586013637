"""The cells of tables, and how a definition wants them.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TableCellStyle.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.render.labels import font_of
from labkit.cloud.quicksight.render.sketch import Box
from labkit.cloud.quicksight.render.text import cut, wrap
from labkit.cloud.quicksight.visuals.model import Field

SIZE, LINE, MOST_LINES = 11, 1.35, 4


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
        indent: how many pixels further in its words begin.
        url: where its words lead on a page.
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
    indent: int = 0
    url: str = ""


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

    @property
    def is_hidden(self) -> bool:
        return self.style.get("Visibility") == "HIDDEN"

    @property
    def height(self) -> float:
        """Of a row in pixels, where the definition says one; else 0."""
        return float(self.style.get("Height") or 0)

    def lines(self, text: str, room: float, *, bold: bool) -> list[str]:
        """The words as they stand: in their own lines, in one, or wrapped at the cell's width."""
        size, how = self.font["size"], self.style.get("TextWrap")
        most = max(1, int(self.height / (size * LINE)) if self.height else MOST_LINES)
        own = [" ".join(text.split())] if how == "NONE" else text.splitlines() or [""]
        if how == "WRAP":
            found = [each for line in own for each in wrap(line, room, size, lines=most, bold=bold)]
        else:
            found = [cut(line, room, size, bold=bold) for line in own]
        if len(found) > most:
            found = [*found[: most - 1], cut(f"{found[most - 1]}…", room, size, bold=bold)]
        return found or [""]

    def first_line(self, box: Box, count: int) -> float:
        """Where the first of some lines stands: at the top, the bottom, or about the middle."""
        step = float(self.font["size"]) * LINE
        asked = self.style.get("VerticalTextAlignment")
        middle = {
            "TOP": box.top + 3 + step * count / 2,
            "BOTTOM": box.bottom - 3 - step * count / 2,
        }
        return middle.get(str(asked), box.centre[1]) - step * (count - 1) / 2

    def border(self, side: str) -> Mapping[str, Any] | None:
        """The line at a side of the cells, as the definition has it; ``None`` where it has none."""
        given = self.style.get("Border") or {}
        found = (given.get("SideSpecificBorder") or {}).get(side) or given.get("UniformBorder")
        return {"Style": "NONE"} if given and not found else found

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
