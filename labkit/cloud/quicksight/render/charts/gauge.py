"""Gauges: a value on an arc, held against a target.

Source: https://docs.aws.amazon.com/quicksight/latest/user/gauge-chart.html
"""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

from matplotlib.patches import Wedge

from labkit.cloud.quicksight.render.charts.kpi import Comparison, conditions, first_color
from labkit.cloud.quicksight.render.conditions import icon_for
from labkit.cloud.quicksight.render.labels import font_of, full, short
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import linear, number
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.render.values import asked, style_of

THICK = {"SMALL": 0.14, "MEDIUM": 0.22, "LARGE": 0.34}
SIDE = 0.3  # from this cosine on words stand beside the arc, not over it


@chart("GaugeChartVisual")
def gauge(sketch: Sketch) -> None:
    data = sketch.data
    row = dict(next(iter(data.records())))
    values, targets = data.well("Values"), data.well("TargetValues")
    field = (values or targets)[0]
    value = number(row[field.id])
    target = targets[0] if targets else None
    aim = number(row[target.id]) if target else None
    low, high = _ends(sketch, value, aim)
    angle = min(max(sketch.option("GaugeChartOptions", "Arc", "ArcAngle", default=180), 60), 340)
    start = 90 + angle / 2

    def turn(at: float) -> float:
        return float(start - angle * min(max((at - low) / ((high - low) or 1), 0), 1))

    words = f"Target {short(row[target.id], target)}" if target and aim is not None else ""
    x, y, radius = _circle(sketch, angle, words, turn(aim or 0.0))
    axes = sketch.plane(sketch.box)
    thick = (
        radius * THICK[sketch.option("GaugeChartOptions", "Arc", "ArcThickness", default="MEDIUM")]
    )
    own = sketch.option("ColorConfiguration", default={})
    color = first_color(sketch, conditions(sketch, "Arc"), "ForegroundColor", row)
    color = (
        color
        or own.get("ForegroundColor")
        or sketch.option("VisualPalette", "ChartColor", default=sketch.theme.accent)
    )
    back = own.get("BackgroundColor") or sketch.theme.empty
    axes.add_artist(Wedge((x, y), radius, -start, -start + angle, width=thick, facecolor=back))
    if value is not None:
        arc = Wedge((x, y), radius, -start, -turn(value), width=thick, facecolor=color)
        axes.add_artist(arc)
        sketch.mark(arc, field.label, full(row[field.id], field))
    left, top = sketch.box.left, sketch.box.top
    style = {"color": sketch.theme.quiet, **style_of(sketch)}
    for at, end in ((low, start), (high, start - angle)) if asked(sketch) is not False else ():
        mid = radius - thick / 2
        sketch.text(
            left + x + cos(radians(end)) * mid,
            top + y - sin(radians(end)) * mid + 14,
            short(_whole(at), field),
            ha="center",
            **style,
        )
    if words and aim is not None:
        _target(sketch, x, y, radius, thick, turn(aim), words)
    _centre(sketch, row, field, value, aim, (left + x, top + y, radius - thick))


def _circle(sketch: Sketch, angle: float, words: str, turn: float) -> tuple[float, float, float]:
    """The middle and the radius, which leaves room for the target's words beside the arc."""
    below = max(0.0, -sin(radians(90 - angle / 2)))
    radius = min((sketch.box.height - 50) / (1 + below), sketch.box.width / 2 - 40)
    across = abs(cos(radians(turn)))
    if words and across > SIDE:
        beside = (sketch.box.width / 2 - width(words, 10.5)) / across - 11
        radius = max(min(radius, beside), radius * 0.6)
    return sketch.box.width / 2, radius + 22, max(radius, 20)


def _ends(sketch: Sketch, value: float | None, aim: float | None) -> tuple[float, float]:
    given = sketch.option("GaugeChartOptions", "ArcAxis", "Range", default={})
    known = [each for each in (value, aim, 0.0) if each is not None]
    top = max(known) * 1.02 or (0.0 if min(known) < 0 else 1.0)
    scale = linear(min(known), top, 5)
    return given.get("Min", scale.low), given.get("Max", scale.high)


def _target(
    sketch: Sketch, x: float, y: float, radius: float, thick: float, turn: float, text: str
) -> None:
    across, up = cos(radians(turn)), -sin(radians(turn))
    left, top = sketch.box.left, sketch.box.top
    inner, outer = radius - thick - 3, radius + 4
    line = sketch.line(
        [left + x + across * inner, left + x + across * outer],
        [top + y + up * inner, top + y + up * outer],
        sketch.theme.foreground,
        2.4,
        zorder=4,
    )
    sketch.mark(line, "Target", text.removeprefix("Target "))
    ha = "left" if across > SIDE else "right" if across < -SIDE else "center"
    room = min(x, sketch.box.width - x) - abs(across) * (outer + 6)
    if ha != "center" and width(text, 10.5) > room:
        ha, outer = "center", outer + 6
    sketch.text(left + x + across * (outer + 6), top + y + up * (outer + 8), text, size=10.5, ha=ha)


def _centre(
    sketch: Sketch,
    row: dict[str, Any],
    field: Any,
    value: float | None,
    aim: float | None,
    place: tuple[float, float, float],
) -> None:
    x, y, room = place
    display = sketch.option("GaugeChartOptions", "PrimaryValueDisplayType", default="ACTUAL")
    if display == "HIDDEN" or asked(sketch) is False:
        return
    method = sketch.option("GaugeChartOptions", "Comparison", "ComparisonMethod", default="PERCENT")
    format_ = sketch.option("GaugeChartOptions", "Comparison", "ComparisonFormat")
    text = full(row[field.id], field)
    if display == "COMPARISON" and aim is not None:
        text = Comparison(value, aim, "").told(method, field, format_)
    parts = conditions(sketch, "PrimaryValue")
    style = font_of(sketch.option("GaugeChartOptions", "PrimaryValueFontConfiguration"), 0)
    largest = min(36.0, room * 1.5 / max(width(text, 1, bold=True), 1))
    style["size"] = min(style["size"], largest) or largest
    color = first_color(sketch, parts, "TextColor", row)
    style |= {"color": color} if color else {}
    icon = next(
        (each for each in (icon_for(sketch, part.get("Icon"), row) for part in parts) if each), None
    )
    drawn = sketch.text(x, y - style["size"] * 0.35, text, ha="center", **{"bold": True, **style})
    sketch.mark(drawn, field.label, text)
    if icon:
        half = width(text, style["size"], bold=True) / 2
        sketch.text(
            x - half - 6,
            y - style["size"] * 0.35,
            icon[0],
            size=style["size"] * 0.7,
            color=icon[1],
            ha="right",
        )


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
