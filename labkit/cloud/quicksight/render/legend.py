"""The key to the colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.quicksight.render.axis_labels import told_apart
from labkit.cloud.quicksight.render.colors import ColorScale
from labkit.cloud.quicksight.render.headings import LOW, named
from labkit.cloud.quicksight.render.labels import font_of, tick
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import cut, widest, width
from labkit.cloud.quicksight.visuals.model import Field

SWATCH, GAP, LINE = 10, 16, 19
Entry = tuple[str, str]


def wanted(sketch: Sketch) -> bool:
    """Whether the definition lets a legend be shown, and there is room for it."""
    low = sketch.box.height < LOW
    if low and not sketch.is_panel and sketch.shows("Legend"):
        sketch.note("There is no room for the legend.")
    return not sketch.is_panel and not low and sketch.shows("Legend")


def legend(sketch: Sketch, entries: Sequence[Entry], title: str = "") -> Sketch:
    """A key of labels and colours; returns what is left of the sketch.

    Where the definition leaves the place open it stands in one line above the chart, or at its
    right if a line does not hold it.
    """
    if not entries or not wanted(sketch):
        return sketch
    place = sketch.option("Legend", "Position", default="AUTO")
    title = _title(sketch, title)
    style = font_of(sketch.option("Legend", "ValueFontConfiguration"), 11)
    head = _title_style(sketch, style["size"])
    fits = _line_width(entries, title, style["size"], head["size"]) <= sketch.box.width
    if place == "RIGHT" or (place == "AUTO" and not fits):
        return _right(sketch, entries, title, style)
    return _lines(sketch, entries, title, style, below=place == "BOTTOM")


def color_legend(sketch: Sketch, scale: ColorScale, field: Field) -> Sketch:
    """A bar of the colours from the smallest value to the largest, above the chart."""
    if not wanted(sketch):
        return sketch
    box, theme = sketch.box, sketch.theme
    low, high = (tick(each, field, None) for each in (scale.low, scale.high))
    style = {"color": theme.quiet, **font_of(sketch.option("Legend", "ValueFontConfiguration"), 10)}
    size = style["size"]
    room, steps = min(150.0, box.width / 3), 30
    right = box.right - width(high, size) - 6
    left = right - room
    for at in range(steps):
        x = left + room * at / steps
        value = scale.low + (scale.high - scale.low) * (at + 0.5) / steps
        sketch.rect(Box(x, box.top + 2, x + room / steps + 0.5, box.top + 11), scale(value))
    y = box.top + 6.5
    sketch.text(left - 6, y, low, ha="right", **style)
    sketch.text(right + 6, y, high, **style)
    head = _title_style(sketch, 10)
    name = named(sketch, "ColorLabelOptions", field.label)
    name = cut(_title(sketch, name), left - width(low, size) - 20 - box.left, head["size"])
    sketch.text(box.left, y, name, **head)
    return sketch.within(box.inset(top=22))


def _title(sketch: Sketch, title: str) -> str:
    if not sketch.shows("Legend", "Title"):
        return ""
    title = str(sketch.option("Legend", "Title", "CustomLabel", default=title))
    if not title and sketch.option("Legend", "Title"):
        sketch.note("Not drawn: Legend.Title, which no field gives a name.")
    return title


def _title_style(sketch: Sketch, size: float) -> dict[str, Any]:
    font = font_of(sketch.option("Legend", "Title", "FontConfiguration"), size)
    return {"color": sketch.theme.quiet, **font}


def _line_width(entries: Sequence[Entry], title: str, size: float, head: float) -> float:
    words = sum(width(label, size) + SWATCH + 6 + GAP for label, _ in entries)
    return words + (width(title, head) + GAP if title else 0) - GAP


def _lines(
    sketch: Sketch, entries: Sequence[Entry], title: str, style: dict[str, Any], *, below: bool
) -> Sketch:
    head = _title_style(sketch, style["size"])
    before = width(title, head["size"], bold=head.get("bold", False)) + GAP if title else 0.0
    rows = _broken(sketch, entries, before, style["size"])
    height = LINE * len(rows) + 4
    box = sketch.box
    top = box.bottom - height + 8 if below else box.top
    for at, row in enumerate(rows):
        x = box.left
        y = top + LINE * (at + 0.5)
        if title and at == 0:
            sketch.text(x, y, title, **head)
            x += before
        for label, color in row:
            x = _entry(sketch, x, y, label, color, style) + GAP
    return sketch.within(box.inset(bottom=height) if below else box.inset(top=height))


def _broken(
    sketch: Sketch, entries: Sequence[Entry], used: float, size: float
) -> list[list[Entry]]:
    rows: list[list[Entry]] = [[]]
    for label, color in entries:
        label = cut(label, min(sketch.box.width - SWATCH - 6, 220), size)
        wide = width(label, size) + SWATCH + 6 + GAP
        if used + wide - GAP > sketch.box.width and rows[-1]:
            rows.append([])
            used = 0
        rows[-1].append((label, color))
        used += wide
    if len(rows) > 3:
        sketch.note(f"The legend leaves out {sum(map(len, rows[3:]))} of {len(entries)}.")
    return rows[:3]


def _right(sketch: Sketch, entries: Sequence[Entry], title: str, style: dict[str, Any]) -> Sketch:
    box, size = sketch.box, style["size"]
    room = min(max(widest((label for label, _ in entries), size), width(title, size)), 150.0)
    asked = str(sketch.option("Legend", "Width", default="")).removesuffix("px")
    room = float(asked) - SWATCH - 6 if asked.isdigit() else room
    room = max(min(room, box.width * 0.3), 24)
    left = box.right - room - SWATCH - 6
    top = box.top
    if title:
        head = _title_style(sketch, size)
        words = cut(title, room + SWATCH + 6, head["size"], bold=head.get("bold", False))
        sketch.text(left, top + LINE / 2, words, **head)
        top += LINE
    count = max(1, int((box.bottom - top) / LINE))
    if len(entries) > count:
        sketch.note(f"The legend leaves out {len(entries) - count} of {len(entries)}.")
    names = told_apart(sketch, [label for label, _ in entries], room, size)
    for at, (label, (_, color)) in enumerate(zip(names[:count], entries, strict=False)):
        _entry(sketch, left, top + LINE * (at + 0.5), cut(label, room, size), color, style)
    return sketch.within(box.inset(right=room + SWATCH + 6 + 18))


def _entry(
    sketch: Sketch, x: float, y: float, label: str, color: str, style: dict[str, Any]
) -> float:
    half = SWATCH / 2
    sketch.rect(Box(x, y - half, x + SWATCH, y + half), color, zorder=3)
    sketch.text(x + SWATCH + 6, y, label, **style)
    return x + SWATCH + 6 + width(label, style["size"])
