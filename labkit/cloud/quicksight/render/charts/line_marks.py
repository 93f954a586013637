"""One line of a chart: its stroke, its markers and what it says as a mark.

Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LineChartLineStyleSettings.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isnan
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labkit.cloud.quicksight.render.labels import full, pixels
from labkit.cloud.quicksight.render.scales import Scale
from labkit.cloud.quicksight.render.series import Series, Table
from labkit.cloud.quicksight.render.sketch import Sketch

STYLES: dict[str, Any] = {"SOLID": "-", "DOTTED": (0, (1.5, 2)), "DASHED": (0, (5, 3))}
MARKERS = {"CIRCLE": "o", "TRIANGLE": "^", "SQUARE": "s", "DIAMOND": "D", "ROUNDED_SQUARE": "s"}
CURVE = 12


def add_line(
    sketch: Sketch,
    axes: Axes,
    shown: Table,
    series: Series,
    xs: Sequence[float],
    scale: Scale,
    style: Mapping[str, Any],
) -> None:
    """Draw one line; a point alone between gaps is a dot."""
    known = [
        (x, scale.place(y)) if y is not None else (x, float("nan"))
        for x, y in zip(xs, series.values, strict=True)
    ]
    line = style.get("LineStyleSettings") or {}
    marker = _marker(style.get("MarkerStyleSettings") or {}, series, len(xs))
    drawn = Line2D(
        [x for x, _ in known],
        [y for _, y in known],
        color=series.color,
        linewidth=pixels(line.get("LineWidth"), 2.2),
        linestyle=""
        if line.get("LineVisibility") == "HIDDEN"
        else STYLES[line.get("LineStyle", "SOLID")],
        drawstyle="steps-mid" if line.get("LineInterpolation") == "STEPPED" else "default",
        solid_joinstyle="round",
        solid_capstyle="round",
        clip_on=False,
        **marker,
    )
    if line.get("LineInterpolation") == "SMOOTH":
        drawn.set_data(*_smooth(known))
        every = marker.get("markevery")
        drawn.set_markevery(CURVE if every is None else [each * CURVE for each in every])
    axes.add_line(drawn)
    names = shown.names
    told = (
        ", ".join(
            f"{name} {full(value, series.field)}"
            for name, value in zip(names, series.values, strict=True)
            if value is not None
        )
        if len(names) <= 60
        else f"{len(series.known)} points"
    )
    sketch.mark(drawn, series.label, told, [(shown.color, series.key)])


def settings(sketch: Sketch, series: Series, item: str, data_item: str) -> Mapping[str, Any]:
    """A series' style: the definition's own for it, over that for all.

    Args:
        sketch: the visual.
        series: the series.
        item: the member of ``Series`` for a field.
        data_item: the member for one value of a field.
    """
    found: dict[str, Any] = dict(sketch.option("DefaultSeriesSettings", default={}))
    for each in sketch.option("Series", default=[]):
        own = each.get(item) or each.get(data_item) or {}
        same = own.get("FieldId") == series.field.id or item not in each
        if same and own.get("FieldValue", str(series.key)) == str(series.key):
            found |= own.get("Settings") or {}
            found |= {"AxisBinding": own["AxisBinding"]} if own.get("AxisBinding") else {}
    return found


def _marker(settings: Mapping[str, Any], series: Series, count: int) -> dict[str, Any]:
    """How points are marked: all, or those that no line leads to."""
    shows = settings.get("MarkerVisibility") or ("VISIBLE" if count < 2 else "HIDDEN")
    around = (None, *series.values, None)
    alone = [
        at
        for at, (before, value, after) in enumerate(
            zip(around, around[1:], around[2:], strict=False)
        )
        if value is not None and before is None and after is None
    ]
    if shows == "HIDDEN" and not alone:
        return {}
    return {
        "markevery": alone if shows == "HIDDEN" else None,
        "marker": MARKERS[settings.get("MarkerShape", "CIRCLE")],
        "markersize": pixels(settings.get("MarkerSize"), 4.5 if shows == "HIDDEN" else 6),
        "markerfacecolor": settings.get("MarkerColor") or series.color,
        "markeredgewidth": 0,
    }


def _smooth(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """A curve through the points that overshoots none of them (monotone cubic)."""
    xs, ys = [], []
    slopes = _slopes(points)
    for at, ((x0, y0), (x1, y1)) in enumerate(pairwise(points)):
        xs.append(x0)
        ys.append(y0)
        for share in (each / CURVE for each in range(1, CURVE)):
            h = x1 - x0
            t2, t3 = share**2, share**3
            xs.append(x0 + share * h)
            ys.append(
                (2 * t3 - 3 * t2 + 1) * y0
                + (t3 - 2 * t2 + share) * h * slopes[at]
                + (3 * t2 - 2 * t3) * y1
                + (t3 - t2) * h * slopes[at + 1]
            )
    return [*xs, points[-1][0]], [*ys, points[-1][1]]


def _slopes(points: Sequence[tuple[float, float]]) -> list[float]:
    rises = [(b[1] - a[1]) / ((b[0] - a[0]) or 1) for a, b in pairwise(points)]
    return [_slope(a, b) for a, b in pairwise([*rises[:1], *rises, *rises[-1:]])] or [0.0]


def _slope(before: float, after: float) -> float:
    """The slope at a point; beside a gap, that of its other side."""
    if isnan(before) or isnan(after):
        return next((each for each in (before, after) if not isnan(each)), 0.0)
    return 0.0 if before * after <= 0 else 2 * before * after / (before + after)
