"""KPIs: one number, what it is held against and how it came there.

Source: https://docs.aws.amazon.com/quicksight/latest/user/kpi.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.lines import Line2D

from labkit.cloud.quicksight.render.conditions import Icon, color_for, icon_for
from labkit.cloud.quicksight.render.labels import font_of, full
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import number
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import cut, width
from labkit.cloud.quicksight.visuals.comparison import periods
from labkit.cloud.quicksight.visuals.formats import format_value
from labkit.cloud.quicksight.visuals.model import Field

#: How large a KPI's number is by its font's relative size; AWS's pages give no numbers.
NUMBER_SIZES = {
    "EXTRA_SMALL": 14.0,
    "SMALL": 18.0,
    "MEDIUM": 24.0,
    "LARGE": 32.0,
    "EXTRA_LARGE": 42.0,
}


#: From how many pixels on there is room for the line of a trend or a progress bar, and for a
#: comparison; and how many pixels the bar takes.
TREND, SECOND, BAR = 68, 44, 36


@dataclass(frozen=True)
class Comparison:
    """A value and what it is compared with."""

    value: float | None
    other: float | None
    name: str

    @property
    def calls(self) -> dict[str, float | None]:
        """What conditions call it: ``percentDifference(SUM({cost}), [...], 1, []) > 0``."""
        if self.value is None or self.other is None:
            return {}
        gap = self.value - self.other
        return {
            "difference": gap,
            "percentdifference": gap / abs(self.other) if self.other else None,
        }

    def told(self, method: str, field: Field, format: Mapping[str, Any] | None) -> str:
        """The difference, the share of it, or the ratio."""
        if self.value is None or self.other is None:
            return "–"
        if method == "DIFFERENCE":
            gap = self.value - self.other
            text = full(int(gap) if gap.is_integer() else gap, field)
            return f"+{text}" if gap > 0 else text
        if not self.other:
            return "–"
        ratio = self.value / self.other
        share = ratio if method == "PERCENT" else (self.value - self.other) / abs(self.other)
        text = _percent(share, format)
        return f"+{text}" if share > 0 and method != "PERCENT" else text


@chart("KPIVisual")
def kpi(sketch: Sketch) -> None:
    sketch = sketch.within(sketch.box, data=replace(sketch.data, rows=periods(sketch.data)))
    values = sketch.data.well("Values") or sketch.data.well("TargetValues")
    field, last = values[0], dict(list(sketch.data.records())[-1])
    compared = comparison(sketch, field)
    sketch = sketch.within(sketch.box, calls=compared.calls if compared else {})
    box = sketch.box
    has_trend = (
        len(sketch.data.rows) > 1
        and box.height >= TREND
        and sketch.shows("KPIOptions", "Sparkline")
    )
    has_bar = (
        bool(sketch.data.well("TargetValues"))
        and box.height >= TREND
        and sketch.shows("KPIOptions", "ProgressBar")
    )
    high = box.height * 0.62 if has_trend else box.height - (BAR if has_bar else 0)
    upper = Box(box.left, box.top, box.right, box.top + min(high, 210))
    _value(sketch.within(upper), field, last, compared)
    if has_trend:
        _sparkline(sketch.within(Box(box.left, upper.bottom + 6, box.right, box.bottom - 4)), field)
    elif has_bar and compared and compared.other:
        _progress(
            sketch.within(Box(box.left, upper.bottom + 8, box.right, upper.bottom + 20)),
            compared,
            last,
        )


def comparison(sketch: Sketch, field: Field) -> Comparison | None:
    """What the value is compared with: a target, else the period before, if there is one."""
    targets, rows = sketch.data.well("TargetValues"), list(sketch.data.records())
    value = number(rows[-1][field.id])
    if targets:
        return Comparison(value, number(rows[-1][targets[0].id]), targets[0].label)
    trend = next(iter(sketch.data.well("TrendGroups")), None)
    if trend is None or len(rows) < 2:
        return None
    return Comparison(value, number(rows[-2][field.id]), full(rows[-2][trend.id], trend))


def conditions(sketch: Sketch, part: str) -> list[Mapping[str, Any]]:
    """The conditional formats of a part of the visual."""
    options = (sketch.visual.get("ConditionalFormatting") or {}).get("ConditionalFormattingOptions")
    return [each[part] for each in options or [] if each.get(part)]


def first_color(
    sketch: Sketch, parts: Sequence[Mapping[str, Any]], member: str, row: Mapping[str, Any]
) -> str | None:
    """The colour of the last condition that holds."""
    found = [color_for(sketch, each.get(member), row) for each in parts]
    return next((each for each in reversed(found) if each), None)


def _first_icon(
    sketch: Sketch, parts: Sequence[Mapping[str, Any]], row: Mapping[str, Any]
) -> Icon | None:
    return next(filter(None, (icon_for(sketch, each.get("Icon"), row) for each in parts)), None)


def _value(
    sketch: Sketch, field: Field, row: Mapping[str, Any], compared: Comparison | None
) -> None:
    box, theme = sketch.box, sketch.theme
    method = sketch.option(
        "KPIOptions", "Comparison", "ComparisonMethod", default="PERCENT_DIFFERENCE"
    )
    format_ = sketch.option("KPIOptions", "Comparison", "ComparisonFormat")
    change = compared.told(method, field, format_) if compared else ""
    value = full(row[field.id], field)
    swapped = sketch.option("KPIOptions", "PrimaryValueDisplayType") == "COMPARISON" and change
    parts = conditions(sketch, "PrimaryValue") + conditions(
        sketch, "ComparisonValue" if swapped else "ActualValue"
    )
    text = change if swapped else value
    font = sketch.option("KPIOptions", "PrimaryValueFontConfiguration", default={})
    style = font_of(font, 0)
    relative = str((font.get("FontSize") or {}).get("Relative", ""))
    style["size"] = NUMBER_SIZES.get(relative, style["size"])
    is_low = box.height < SECOND
    largest = min(
        60.0,
        box.height * (0.8 if is_low else 0.45),
        box.width * 0.92 / max(width(text, 1, bold=True), 1),
    )
    style["size"] = min(style["size"], largest) or largest
    color = first_color(sketch, parts, "TextColor", row)
    style |= {"color": color} if color else {}
    middle = box.top + box.height * (0.42 if compared and not is_low else 0.5)
    icon = _first_icon(sketch, parts, row)
    left = box.left
    if icon:
        sketch.text(left, middle, icon[0], size=style["size"] * 0.7, color=icon[1])
        left += width(icon[0], style["size"] * 0.7) + 8
    if sketch.option("KPIOptions", "PrimaryValueDisplayType") != "HIDDEN":
        drawn = sketch.text(left, middle, text, **{"bold": True, **style})
        sketch.mark(drawn, field.label, text)
    if is_low:
        return
    if compared and sketch.shows("KPIOptions", "SecondaryValue"):
        below = middle + style["size"] * 0.62 + 14
        _second(sketch, compared, value if swapped else change, field, row, below)
    elif not compared and len(sketch.data.fields) > 1:
        sketch.text(
            box.left, middle + style["size"] * 0.62 + 12, field.label, size=11, color=theme.quiet
        )


def _second(
    sketch: Sketch, compared: Comparison, text: str, field: Field, row: Mapping[str, Any], y: float
) -> None:
    theme, left = sketch.theme, sketch.box.left
    style = font_of(sketch.option("KPIOptions", "SecondaryValueFontConfiguration"), 13)
    arrow, color = _arrow(sketch, compared)
    parts = conditions(sketch, "ComparisonValue")
    icon = _first_icon(sketch, parts, row)
    color = first_color(sketch, parts, "TextColor", row) or color
    if icon or (arrow and sketch.shows("KPIOptions", "TrendArrows")):
        arrow, tint = icon or (arrow, color)
        sketch.text(left, y, arrow, size=style["size"], color=tint)
        left += width(arrow, style["size"]) + 5
    drawn = sketch.text(left, y, text, **{"color": color, "bold": True, **style})
    sketch.mark(drawn, "Comparison", text)
    left += width(text, style["size"], bold=True) + 8
    other = full(_whole(compared.other), field) if compared.other is not None else "–"
    words = cut(f"against {other} ({compared.name})", sketch.box.right - left, 11)
    sketch.text(left, y, words, size=11, color=theme.quiet)


def _arrow(sketch: Sketch, compared: Comparison) -> Icon:
    if compared.value is None or compared.other is None or compared.value == compared.other:
        return "", sketch.theme.quiet
    up = compared.value > compared.other
    return ("▲", sketch.theme.success) if up else ("▼", sketch.theme.danger)


def _sparkline(sketch: Sketch, field: Field) -> None:
    options = sketch.option("KPIOptions", "Sparkline", default={})
    color = options.get("Color") or sketch.theme.accent
    values = [number(each) for each in sketch.data.values(field)]
    known = [each for each in values if each is not None]
    if not known or sketch.box.height < 16:
        return
    low, high = min(known), max(known)
    margin = (high - low) * 0.12 or 1
    box = sketch.box.inset(right=5)
    axes = sketch.axes(box, (0, max(len(values) - 1, 1)), (low - margin, high + margin))
    ys = [float("nan") if each is None else each for each in values]
    if options.get("Type", "AREA") == "AREA":
        axes.fill_between(range(len(ys)), low - margin, ys, color=color, alpha=0.12, linewidth=0)
    line = Line2D(range(len(ys)), ys, color=color, linewidth=2, solid_joinstyle="round")
    axes.add_line(line)
    axes.add_line(
        Line2D([len(ys) - 1], [ys[-1]], marker="o", markersize=6, color=color, clip_on=False)
    )
    sketch.mark(line, "Trend", ", ".join(full(_whole(each), field) for each in known[-24:]))


def _progress(sketch: Sketch, compared: Comparison, row: Mapping[str, Any]) -> None:
    share = (compared.value or 0) / (compared.other or 1)
    box = sketch.box
    color = first_color(sketch, conditions(sketch, "ProgressBar"), "ForegroundColor", row)
    sketch.rect(box, sketch.theme.empty)
    done = Box(box.left, box.top, box.left + box.width * min(max(share, 0), 1), box.bottom)
    bar = sketch.rect(done, color or sketch.theme.accent, zorder=1)
    sketch.mark(bar, "Progress", f"{share:.0%}")
    sketch.text(
        box.right,
        box.bottom + 11,
        f"{share:.0%} of target",
        size=10.5,
        ha="right",
        color=sketch.theme.quiet,
    )


def _percent(share: float, format: Mapping[str, Any] | None) -> str:
    if format:
        return format_value(share, {"FormatConfiguration": format})
    return f"{share:.1%}"


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value
