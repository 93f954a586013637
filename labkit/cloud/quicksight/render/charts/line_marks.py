"""One line of a chart: its stroke, its markers and what it says as a mark.

Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LineChartLineStyleSettings.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
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
    marker = style.get("MarkerStyleSettings") or {}
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
        **_marker(marker, series, len(xs)),
    )
    if line.get("LineInterpolation") == "SMOOTH":
        drawn.set_data(*_smooth(known))
        drawn.set_markevery(CURVE)
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
    shows = settings.get("MarkerVisibility") or ("VISIBLE" if count < 2 else "HIDDEN")
    alone = not any(a is not None and b is not None for a, b in pairwise(series.values))
    if shows == "HIDDEN" and not alone:
        return {}
    return {
        "marker": MARKERS[settings.get("MarkerShape", "CIRCLE")],
        "markersize": pixels(settings.get("MarkerSize"), 6),
        "markerfacecolor": settings.get("MarkerColor") or series.color,
        "markeredgewidth": 0,
    }


def _smooth(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """A curve through the points that overshoots none of them (monotone cubic)."""
    xs, ys = [], []
    slopes = _slopes(points)
    for at, ((x0, y0), (x1, y1)) in enumerate(pairwise(points)):
        for share in (each / CURVE for each in range(CURVE)):
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
    inner = [0.0 if a * b <= 0 else 2 * a * b / (a + b) for a, b in pairwise(rises)]
    return [*rises[:1], *inner, *rises[-1:]] if rises else [0.0]
