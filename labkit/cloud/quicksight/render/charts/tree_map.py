"""Tree maps: rectangles as large as their values.

The rectangles are laid out by Bruls, Huizing and van Wijk's "Squarified treemaps" (2000).
Source: https://docs.aws.amazon.com/quicksight/latest/user/tree-map.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.patches import Rectangle

from labkit.cloud.quicksight.render.colors import ColorScale, ink
from labkit.cloud.quicksight.render.frame import nothing
from labkit.cloud.quicksight.render.labels import counted, full, short
from labkit.cloud.quicksight.render.legend import color_legend
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import number, numbers
from labkit.cloud.quicksight.render.series import others
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import cut, wrap
from labkit.cloud.quicksight.render.values import asked, style_of
from labkit.cloud.quicksight.visuals.model import Field


@chart("TreeMapVisual")
def tree_map(sketch: Sketch) -> None:
    data = sketch.data
    groups, colors = data.well("Groups"), data.well("Colors")
    size = (data.well("Sizes") or colors)[0]
    every = [*data.records(), *others(sketch)]
    rows = [each for each in every if (number(each[size.id]) or 0) > 0]
    if len(rows) < len(every):
        without = counted(len(every) - len(rows), "group")
        sketch.note(f"A tree map has no rectangle for {without} of zero or less.")
    if not rows:
        nothing(sketch, "No rectangles")
        return
    scale = None
    if colors:
        scale = ColorScale(
            sketch, numbers(each[colors[0].id] for each in rows), sketch.option("ColorScale")
        )
        sketch = color_legend(sketch, scale, colors[0])
    rows.sort(key=lambda each: -(number(each[size.id]) or 0))
    axes = sketch.plane(sketch.box)
    whole = Box(0, 0, sketch.box.width, sketch.box.height)
    boxes = squarified([number(each[size.id]) or 0 for each in rows], whole)
    for row, box in zip(rows, boxes, strict=True):
        color = scale(number(row[colors[0].id])) if scale else sketch.theme.data[0]
        patch = Rectangle(
            (box.left, box.top),
            box.width,
            box.height,
            facecolor=color,
            edgecolor=sketch.theme.background,
            linewidth=1.6,
        )
        axes.add_artist(patch)
        name = " · ".join(full(row[each.id], each) for each in groups)
        keys = [(each, row[each.id]) for each in groups]
        sketch.mark(patch, name, full(row[size.id], size), keys)
        if asked(sketch) is not False:
            shown = name if sketch.shows("DataLabels", "CategoryLabelVisibility") else ""
            _labelled(sketch, box, shown, row, size, color)


def squarified(values: Sequence[float], box: Box) -> list[Box]:
    """Rectangles with areas as the values, which must fall, each as near a square as can be."""
    boxes: list[Box] = []
    left = list(values)
    while left:
        scale = box.width * box.height / (sum(left) or 1)
        side = min(box.width, box.height)
        count = 1
        while count < len(left) and _worst(left[: count + 1], side, scale) <= _worst(
            left[:count], side, scale
        ):
            count += 1
        strip, left = left[:count], left[count:]
        laid, box = _strip(strip, box, scale)
        boxes += laid
    return boxes


def _worst(values: Sequence[float], side: float, scale: float) -> float:
    total = sum(values) * scale
    if not side or not total:
        return float("inf")
    return max(
        max(side**2 * each * scale / total**2, total**2 / (side**2 * each * scale))
        for each in values
    )


def _strip(values: Sequence[float], box: Box, scale: float) -> tuple[list[Box], Box]:
    area, laid = sum(values) * scale, []
    at = 0.0
    if box.width >= box.height:
        depth = area / (box.height or 1)
        for each in values:
            long = each * scale / (depth or 1)
            laid.append(Box(box.left, box.top + at, box.left + depth, box.top + at + long))
            at += long
        return laid, box.inset(left=depth)
    depth = area / (box.width or 1)
    for each in values:
        long = each * scale / (depth or 1)
        laid.append(Box(box.left + at, box.top, box.left + at + long, box.top + depth))
        at += long
    return laid, box.inset(top=depth)


def _labelled(
    sketch: Sketch, box: Box, name: str, row: dict[str, Any], size: Field, color: str
) -> None:
    style = {"color": ink(color), **style_of(sketch, size=11)}
    high, room = style["size"] * 1.35, box.width - 14
    if room < 30 or box.height < high + 6:
        return
    lines = wrap(name, room, style["size"], lines=2 if box.height > 3 * high + 8 else 1)
    if all(len(each) < 3 for each in lines) and lines != [name]:
        return
    left, top = sketch.box.left + box.left + 7, sketch.box.top + box.top + 6
    for at, line in enumerate(lines):
        sketch.text(left, top + high * (at + 0.5), line, **style)
    if box.height > high * (len(lines) + 1) + 8:
        text = cut(short(row[size.id], size), room, style["size"])
        sketch.text(left, top + high * (len(lines) + 0.5), text, **{**style, "bold": True})
