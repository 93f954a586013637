"""Radar charts: values on spokes.

Source: https://docs.aws.amazon.com/quicksight/latest/user/radar-chart.html
"""

from __future__ import annotations

from math import cos, pi, radians, sin
from typing import Any

from matplotlib.patches import Circle, Polygon

from labkit.cloud.quicksight.render.axes import scale_of, tell_step, visible
from labkit.cloud.quicksight.render.axis_labels import LINE, label_style, stack
from labkit.cloud.quicksight.render.headings import named
from labkit.cloud.quicksight.render.labels import counted, full
from labkit.cloud.quicksight.render.legend import legend
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import Scale, compact, steps
from labkit.cloud.quicksight.render.series import Table, table
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import cut, width, wrap
from labkit.cloud.quicksight.render.values import Taken


@chart("RadarChartVisual")
def radar(sketch: Sketch) -> None:
    shown = table(sketch, "Category", ["Values"], "Color")
    if shown.color or len(shown.series) > 1:
        title = named(sketch, "ColorLabelOptions", shown.color.label if shown.color else "")
        sketch = legend(sketch, [(each.label, each.color) for each in shown.series], title)
    if len(shown.categories) < 3:
        sketch.note("A radar chart of fewer than three categories has no area.")
    missing = sum(value is None for series in shown.series for value in series.values)
    if missing:
        sketch.note(f"{counted(missing, 'missing value')} at the centre.")
    spokes = _spokes(sketch, len(shown.categories))
    x, y = sketch.box.width / 2, sketch.box.height / 2
    radius = max(min(x - min(110, sketch.box.width * 0.22), y - 30), 20)
    axes = sketch.plane(sketch.box)
    scales = _scales(sketch, shown)
    tell_step(sketch, scales[0], sketch.option("ColorAxis"))
    _web(sketch, axes, x, y, radius, spokes, scales[0])
    filled = sketch.shows("BaseSeriesSettings", "AreaStyleSettings")
    for series in shown.series:
        shares = [_share(value, scale) for value, scale in zip(series.values, scales, strict=True)]
        points = [
            (x + cos(turn) * radius * share, y + sin(turn) * radius * share)
            for turn, share in zip(spokes, shares, strict=True)
        ]
        area = Polygon(points, facecolor=series.color, alpha=0.15, linewidth=0)
        if filled:
            axes.add_artist(area)
        line = Polygon(
            points, facecolor="none", edgecolor=series.color, linewidth=2, joinstyle="round"
        )
        axes.add_artist(line)
        told = ", ".join(
            f"{name} {full(value, series.field)}"
            for name, value in zip(shown.names, series.values, strict=True)
        )
        sketch.mark(line, series.label, told)
        if len(points) < 3:
            xs, ys = ([each[at] for each in points] for at in (0, 1))
            axes.scatter(xs, ys, s=36, color=series.color, zorder=3)
    _labels(sketch, shown, x, y, radius, spokes)


def _spokes(sketch: Sketch, count: int) -> list[float]:
    start = radians(sketch.option("StartAngle", default=90))
    return [-start + 2 * pi * at / max(count, 1) for at in range(count)]


def _scales(sketch: Sketch, shown: Table) -> list[Scale]:
    """One scale for all spokes, or one for each."""
    options = sketch.option("ColorAxis")
    if sketch.option("AxesRangeScale") == "INDEPENDENT":
        return [
            scale_of([each.values[at] or 0.0 for each in shown.series], options, 200)
            for at in range(len(shown.categories))
        ]
    values = [value for each in shown.series for value in each.known]
    return [scale_of(values, options, 200)] * max(len(shown.categories), 1)


def _share(value: float | None, scale: Scale) -> float:
    if value is None:
        return 0.0
    return (scale.place(value) - scale.low) / ((scale.high - scale.low) or 1)


def _web(
    sketch: Sketch, axes: Any, x: float, y: float, radius: float, spokes: list[float], scale: Scale
) -> None:
    circle = sketch.option("Shape") == "CIRCLE"
    banded = sketch.option("AlternateBandColorsVisibility") == "VISIBLE"
    even = sketch.option("AlternateBandEvenColor", default=sketch.theme.panel)
    odd = sketch.option("AlternateBandOddColor", default=sketch.theme.background)
    rings = sketch.option("ColorAxis", "GridLineVisibility") != "HIDDEN"
    for at, tick in reversed(list(enumerate(scale.ticks))):
        reach = radius * _share(tick, scale)
        fill = (even if at % 2 else odd) if banded else "none"
        style: Any = {
            "facecolor": fill,
            "edgecolor": sketch.theme.grid,
            "linewidth": 1 if rings else 0,
            "zorder": 0,
        }
        ring = (
            Circle((x, y), reach, **style)
            if circle
            else Polygon(
                [(x + cos(turn) * reach, y + sin(turn) * reach) for turn in spokes] or [(x, y)],
                **style,
            )
        )
        axes.add_artist(ring)
    left, top = sketch.box.left + x, sketch.box.top + y
    lines = [sketch.option("CategoryAxis", f"{each}LineVisibility") for each in ("Axis", "Grid")]
    for turn in spokes if "HIDDEN" not in lines else ():
        sketch.line(
            (left, left + cos(turn) * radius),
            (top, top + sin(turn) * radius),
            sketch.theme.grid,
            1,
            zorder=0.5,
        )
    axis = sketch.option("ColorAxis")
    if sketch.option("AxesRangeScale") == "INDEPENDENT" or not visible(
        axis, "TickLabelOptions", "LabelOptions"
    ):
        return
    font = {"color": sketch.theme.quiet, **label_style(axis, 9.5)}
    for tick in scale.ticks[1:]:
        sketch.text(
            left + 4,
            top - radius * _share(tick, scale) + 7,
            compact(tick, step=steps(scale)),
            **font,
        )


def _labels(
    sketch: Sketch, shown: Table, x: float, y: float, radius: float, spokes: list[float]
) -> None:
    if not visible(sketch.option("CategoryAxis"), "TickLabelOptions", "LabelOptions"):
        return
    every = max(1, -(-len(spokes) // 14))
    style = label_style(sketch.option("CategoryAxis"))
    size, taken = style["size"], Taken()
    for name, turn in list(zip(shown.names, spokes, strict=True))[::every]:
        across, down = x + cos(turn) * (radius + 10), y + sin(turn) * (radius + 12)
        side = cos(turn)
        ha = "center" if abs(side) < 0.2 else "left" if side > 0 else "right"
        room = (
            sketch.box.width / 2
            if ha == "center"
            else (sketch.box.width - across if ha == "left" else across)
        )
        lines = wrap(name, room, size, lines=1 if ha == "center" else 2) or [""]
        lines = [cut(line, room, size) for line in lines]
        left, top = sketch.box.left + across, sketch.box.top + down
        longest = max(lines, key=lambda line: width(line, size))
        if taken.free(left, top, longest, size, ha, high=LINE * len(lines)):
            stack(sketch, left, top, lines, style, ha)
