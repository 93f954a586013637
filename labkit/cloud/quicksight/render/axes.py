"""The axes of a chart: their scales, ticks and labels, and the room that these take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, radians, sin
from typing import Any

from matplotlib.axes import Axes

from labkit.cloud.quicksight.render.axis_labels import (
    LINE,
    PLOT,
    bottom_labels,
    label_style,
    offset_of,
    stack,
    told_apart,
    turn_of,
)
from labkit.cloud.quicksight.render.headings import NO_HEADING, Heading
from labkit.cloud.quicksight.render.labels import tick
from labkit.cloud.quicksight.render.scales import Scale, compact, linear, logarithmic, steps
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import widest, width, wrap
from labkit.cloud.quicksight.visuals.model import Field


@dataclass(frozen=True)
class Numeric:
    """An axis of numbers and how the definition wants it.

    Args:
        scale: its ends and ticks.
        field: the field whose format its ticks have.
        options: the API's ``AxisDisplayOptions``.
        title: what stands at its head; empty for none.
        suffix: stands behind each tick: ``%``.
    """

    scale: Scale
    field: Field | None = None
    options: Mapping[str, Any] | None = None
    title: Heading = NO_HEADING
    suffix: str = ""

    @property
    def texts(self) -> list[str]:
        if not visible(self.options, "TickLabelOptions", "LabelOptions"):
            return [""] * len(self.scale.ticks)
        step = steps(self.scale)
        return [tick(each, self.field, step) + self.suffix for each in self.scale.ticks]


def visible(options: Mapping[str, Any] | None, *path: str) -> bool:
    """Whether the ``Visibility`` at this path of the options is not HIDDEN."""
    at: Any = options or {}
    for name in path:
        at = at.get(name) or {}
    return bool(at.get("Visibility") != "HIDDEN")


def scale_of(
    values: Sequence[float],
    options: Mapping[str, Any] | None,
    room: float,
    *,
    zero: bool = True,
    bars: bool = False,
) -> Scale:
    """The scale for some values, by the definition's range if it gives one.

    Args:
        zero: whether it holds zero.
        bars: whether bars end at the values: the least one begins below its own on any scale.

    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_NumericAxisOptions.html
    """
    asked = ((options or {}).get("DataOptions") or {}).get("NumericAxisOptions") or {}
    ends = (asked.get("Range") or {}).get("MinMax") or {}
    driven = "DataDriven" in (asked.get("Range") or {})
    known = [*values, *([0.0] if zero and not driven else [])] or [0.0, 1.0]
    low, high = ends.get("Minimum", min(known)), ends.get("Maximum", max(known))
    log = (asked.get("Scale") or {}).get("Logarithmic")
    if log is not None and (positive := [each for each in values if each > 0]):
        beyond = len(values) - len(positive)
        below = [0.9 * min(positive)] if bars else []
        found = _logarithmic([*positive, *below], ends, log.get("Base") or 10)
        return replace(found, beyond=beyond)
    wish = (asked.get("Scale") or {}).get("Linear") or {}
    count = wish.get("StepCount") or max(2, min(6, int(room / 48)))
    found = linear(min(low, high), max(low, high), count, step=wish.get("StepSize"))
    return Scale(
        ends.get("Minimum", found.low),
        ends.get("Maximum", found.high),
        tuple(
            each
            for each in found.ticks
            if ends.get("Minimum", each) <= each <= ends.get("Maximum", each)
        ),
    )


def _logarithmic(values: Sequence[float], ends: Mapping[str, float], base: float) -> Scale:
    """A logarithmic scale from end to end where the definition says them; one has no zero."""
    low, high = (max(ends.get(name) or 0, 0) for name in ("Minimum", "Maximum"))
    first = low or min(values)
    found = logarithmic(first, max(high or max(values), first), base)
    return Scale(
        math.log10(low) if low else found.low,
        math.log10(high) if high > first else found.high,
        tuple(each for each in found.ticks if low <= each <= (high or each)),
        log=True,
    )


def tell_step(sketch: Sketch, scale: Scale, options: Mapping[str, Any] | None) -> None:
    """Say it if the axis has not the steps that the definition asks for, or not all values."""
    asked = ((options or {}).get("DataOptions") or {}).get("NumericAxisOptions") or {}
    step = ((asked.get("Scale") or {}).get("Linear") or {}).get("StepSize")
    if scale.beyond:
        sketch.note("A logarithmic axis has no place for values of zero or less.")
    drawn = steps(scale)
    if step and drawn and abs(drawn - step) > 1e-9 * step:
        sketch.note(f"Not drawn: an axis' steps of {compact(step)}, which do not suit its values.")


def upright(
    sketch: Sketch,
    labels: Sequence[str],
    left: Numeric,
    *,
    right: Numeric | None = None,
    places: Sequence[float] | None = None,
    ends: tuple[float, float] | None = None,
    options: Mapping[str, Any] | None,
    title: Heading = NO_HEADING,
    room_above: float = 10,
) -> tuple[Axes, Box]:
    """Axes with values upwards and categories, or places, along the bottom.

    Returns:
        The axes, in the data's numbers (categories at 0, 1, 2, ...), and the rectangle of the plot.
    """
    for axis in (left, *([right] if right else [])):
        tell_step(sketch, axis.scale, axis.options)
    box = _beside(sketch, left, right, min(room_above, sketch.box.height * 0.3))
    places = list(range(len(labels))) if places is None else places
    ends = ends or (-0.5, len(labels) - 0.5)
    shown = labels if visible(options, "TickLabelOptions", "LabelOptions") else []
    if shown and box.height < 18 + LINE + 6 + PLOT:  # the labels say more
        title = NO_HEADING
    box = box.inset(bottom=18 if title else 0)
    at = [box.left + (each - ends[0]) / (ends[1] - ends[0]) * box.width for each in places]
    box = bottom_labels(sketch, box, at, shown, options)
    box = replace(box, bottom=min(box.bottom, sketch.box.bottom - offset_of(options)))
    if title:
        title.write(sketch, box.centre[0], sketch.box.bottom - 7, box.width, "center")
    _rules(sketch, box, left)
    if (options or {}).get("GridLineVisibility") == "VISIBLE":
        for x in at:
            sketch.line((x, x), (box.top, box.bottom), sketch.theme.grid, 1, zorder=-1)
    if visible(options, "") and (options or {}).get("AxisLineVisibility") != "HIDDEN":
        _baseline(sketch, box, left.scale)
    _side_labels(sketch, box, left, at_right=False)
    if right:
        _side_labels(sketch, box, right, at_right=True)
    return sketch.axes(box, ends, left.scale.ends), box


def sideways(
    sketch: Sketch,
    labels: Sequence[str],
    across: Numeric,
    *,
    options: Mapping[str, Any] | None,
    title: Heading,
    room_right: float,
) -> tuple[Axes, Box]:
    """Axes with values to the right and categories down the side, the first at the top."""
    tell_step(sketch, across.scale, across.options)
    style = label_style(options)
    shown = [each.replace("\n", " ").rstrip() for each in labels]
    if not visible(options, "TickLabelOptions", "LabelOptions"):
        shown = []
    room = max(sketch.box.width * 0.34, 60)
    shown = told_apart(sketch, shown, room, style["size"])
    room = min(widest(shown, style["size"]), room)
    left = max(room + (8 if room else 0), offset_of(options))
    box = sketch.box.inset(left=left, right=room_right)
    box = box.inset(top=18 if title else 2, bottom=room_below(across))
    if title:
        title.write(sketch, sketch.box.left, sketch.box.top + 6, sketch.box.width)
    step = box.height / max(len(labels), 1)
    every = max(1, -(-int(LINE) // max(int(step), 1)))
    for at in range(0, len(shown), every):
        lines = wrap(shown[at], room, style["size"], lines=2 if step >= 2 * LINE + 4 else 1)
        stack(sketch, box.left - 8, box.top + step * (at + 0.5), lines, style, ha="right")
        if (options or {}).get("GridLineVisibility") == "VISIBLE":
            y = box.top + step * (at + 0.5)
            sketch.line((box.left, box.right), (y, y), sketch.theme.grid, 1, zorder=-1)
    _below(sketch, box, across)
    axes = sketch.axes(box, across.scale.ends, (max(len(labels), 1) - 0.5, -0.5))
    return axes, box


def room_below(axis: Numeric) -> float:
    """How high the numbers and the title of an axis along the bottom are."""
    return _deep(axis) + (18 if axis.title else 0)


def bottom_scale(sketch: Sketch, box: Box, axis: Numeric) -> None:
    """Grid lines and numbers for an axis along the bottom."""
    tell_step(sketch, axis.scale, axis.options)
    _below(sketch, box, axis)


def placed(box: Box, scale: Scale, value: float, *, upwards: bool = True) -> float:
    """The pixel of a value on a scale."""
    share = (scale.place(value) - scale.low) / ((scale.high - scale.low) or 1)
    return box.bottom - share * box.height if upwards else box.left + share * box.width


def _beside(sketch: Sketch, left: Numeric, right: Numeric | None, above: float) -> Box:
    room, other = _wide(left), _wide(right) if right else 0
    start = max(room + 8 if room else 0, offset_of(left.options))
    end = max(other + 8 if other else 4, offset_of(right.options) if right else 0)
    box = sketch.box.inset(left=start, right=end, top=above)
    for axis, ha, x in ((left, "left", sketch.box.left), (right, "right", sketch.box.right)):
        if axis and axis.title:
            half = sketch.box.width / (2 if right else 1)
            axis.title.write(sketch, x, sketch.box.top + 6, half, ha)
    titled = left.title or (right and right.title)
    return box.inset(top=14 if titled else 0)


def _deep(axis: Numeric) -> float:
    """The room that an axis' numbers take downwards, turned as they are."""
    turn, size = radians(turn_of(axis.options)), label_style(axis.options)["size"]
    return max(18 + abs(sin(turn)) * widest(axis.texts, size), offset_of(axis.options))


def _wide(axis: Numeric) -> float:
    """The room that an axis' numbers take to the side, turned as they are."""
    size = label_style(axis.options)["size"]
    long, turn = widest(axis.texts, size), radians(turn_of(axis.options))
    return abs(cos(turn)) * long + abs(sin(turn)) * size if long else 0


def _rules(sketch: Sketch, box: Box, axis: Numeric) -> None:
    if (axis.options or {}).get("GridLineVisibility") == "HIDDEN":
        return
    for each in axis.scale.ticks:
        y = placed(box, axis.scale, each)
        sketch.line((box.left, box.right), (y, y), sketch.theme.grid, 1, zorder=-1)


def _baseline(sketch: Sketch, box: Box, scale: Scale) -> None:
    zero = 0 if scale.low <= 0 <= scale.high and not scale.log else None
    y = box.bottom if zero is None else placed(box, scale, zero)
    sketch.line((box.left, box.right), (y, y), sketch.theme.quiet, 1, zorder=2)


def _side_labels(sketch: Sketch, box: Box, axis: Numeric, *, at_right: bool) -> None:
    x, ha = (box.right + 8, "left") if at_right else (box.left - 8, "right")
    style = {"color": sketch.theme.quiet, **label_style(axis.options)}
    style["rotation"] = turn_of(axis.options)
    at = [placed(box, axis.scale, each) for each in axis.scale.ticks]
    nearest = min((abs(a - b) for a, b in pairwise(at)), default=LINE)
    every = max(1, math.ceil((LINE - 2) / max(nearest, 1)))
    for y, each in list(zip(at, axis.texts, strict=True))[::every]:
        sketch.text(x, y, each, ha=ha, **style)
    if (axis.options or {}).get("AxisLineVisibility") == "VISIBLE":
        edge = box.right if at_right else box.left
        sketch.line((edge, edge), (box.top, box.bottom), sketch.theme.quiet, 1)


def _below(sketch: Sketch, box: Box, axis: Numeric) -> None:
    style = {"color": sketch.theme.quiet, **label_style(axis.options)}
    turn = turn_of(axis.options)
    at = [placed(box, axis.scale, each, upwards=False) for each in axis.scale.ticks]
    numbers = []
    for x, value, text in zip(at, axis.scale.ticks, axis.texts, strict=True):
        is_zero = value == 0 and not axis.scale.log
        if is_zero or (axis.options or {}).get("GridLineVisibility") != "HIDDEN":
            color = sketch.theme.quiet if is_zero else sketch.theme.grid
            sketch.line((x, x), (box.top, box.bottom), color, 1, zorder=2 if is_zero else -1)
        half = width(text, style["size"]) / 2
        numbers.append((min(x, sketch.box.right - half), half * abs(cos(radians(turn))) + 3, text))
    for x, _, text in numbers[:: _apart(numbers)]:
        ha = "right" if turn else "center"
        sketch.text(x, box.bottom + 10, text, ha=ha, rotation=turn, **style)
    if (axis.options or {}).get("AxisLineVisibility") == "VISIBLE":
        sketch.line((box.left, box.right), (box.bottom, box.bottom), sketch.theme.quiet, 1)
    if axis.title:
        axis.title.write(sketch, box.centre[0], box.bottom + _deep(axis) + 9, box.width, "center")


def _apart(numbers: Sequence[tuple[float, float, str]]) -> int:
    """Every how many-th of some texts, by their middles and half widths, leaves none in another."""
    return next(
        nth
        for nth in range(1, len(numbers) + 2)
        if all(b - a > one + other for (a, one, _), (b, other, _) in pairwise(numbers[::nth]))
    )
