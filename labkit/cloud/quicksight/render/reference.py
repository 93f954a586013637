"""Reference lines: a value that the chart is held against.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ReferenceLine.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from statistics import median, pstdev, pvariance, stdev, variance
from typing import Any

from labkit.cloud.quicksight.render.axes import placed
from labkit.cloud.quicksight.render.axis_labels import LINE
from labkit.cloud.quicksight.render.labels import font_of
from labkit.cloud.quicksight.render.scales import Scale, compact, numbers
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.render.values import Taken
from labkit.cloud.quicksight.visuals.formats import format_value
from labkit.cloud.quicksight.visuals.model import Field

PATTERNS: dict[str, Any] = {"SOLID": "-", "DASHED": (0, (5, 3)), "DOTTED": (0, (1.5, 2.5))}
CALCULATIONS: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVERAGE": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
    "COUNT": lambda values: float(len(values)),
    "DISTINCT_COUNT": lambda values: float(len(set(values))),
    "VAR": lambda values: variance(values) if len(values) > 1 else 0.0,
    "VARP": pvariance,
    "STDEV": lambda values: stdev(values) if len(values) > 1 else 0.0,
    "STDEVP": pstdev,
    "MEDIAN": median,
}


def reference_values(sketch: Sketch, axis: str = "PRIMARY_YAXIS") -> list[float]:
    """The values at which lines are wanted, so that the scale holds them."""
    return [value for _, value in _wanted(sketch, axis)]


def reference_lines(
    sketch: Sketch, box: Box, scale: Scale, *, upwards: bool = True, axis: str = "PRIMARY_YAXIS"
) -> None:
    """Draw the definition's reference lines over a plot."""
    taken = Taken()
    for line, value in _wanted(sketch, axis):
        style = line.get("StyleConfiguration") or {}
        color = style.get("Color") or sketch.theme.foreground
        at = placed(box, scale, value, upwards=upwards)
        xs, ys = ((box.left, box.right), (at, at)) if upwards else ((at, at), (box.top, box.bottom))
        drawn = sketch.line(
            xs, ys, color, 1.2, linestyle=PATTERNS[style.get("Pattern", "DASHED")], zorder=4
        )
        words = _label(line.get("LabelConfiguration") or {}, value)
        sketch.mark(drawn, "Reference line", words)
        label = line.get("LabelConfiguration") or {}
        _written(sketch, box, label, words, color, at, upwards, taken)


def _written(
    sketch: Sketch, box: Box, label: Mapping[str, Any], words: str, color: str, at: float,
    up: bool, taken: Taken,
) -> None:  # fmt: skip
    """Write a line's label at its place, or near it where another stands there."""
    style = font_of(label.get("FontConfiguration"), 10)
    color = label.get("FontColor") or style.pop("color", color)
    if not up:
        ys = [box.top + 4 + LINE * each for each in range(4)]
        ha, x = "left", at + 4
        if x + width(words, style["size"]) > sketch.box.right:
            ha, x = "right", at - 4
        y = next((y for y in ys if taken.free(x, y, words, style["size"], ha)), ys[0])
        sketch.text(x, y, words, color=color, ha=ha, **style)
        return
    ha = (label.get("HorizontalPosition") or "RIGHT").lower()
    x = {"left": box.left + 4, "center": box.centre[0], "right": box.right - 4}[ha]
    below = label.get("VerticalPosition") == "BELOW" or at - box.top < 12
    sides = [at + each for each in ((8, -8, 21, -21) if below else (-8, 8, -21, 21))]
    y = next((each for each in sides if taken.free(x, each, words, style["size"], ha)), sides[0])
    drawn = sketch.text(x, y, words, color=color, ha=ha, **style)
    drawn.set_bbox(  # type: ignore[attr-defined]
        {"facecolor": sketch.theme.background, "edgecolor": "none", "alpha": 0.8, "pad": 1}
    )


def _label(label: Mapping[str, Any], value: float) -> str:
    custom = (label.get("CustomLabelConfiguration") or {}).get("CustomLabel", "")
    configured = label.get("ValueLabelConfiguration") or {}
    if custom and not configured:
        return str(custom)
    format_ = configured.get("FormatConfiguration")
    text = format_value(value, format_) if format_ else compact(value)
    before = configured.get("RelativePosition") == "BEFORE_CUSTOM_LABEL"
    return " ".join(each for each in ((text, custom) if before else (custom, text)) if each)


def _wanted(sketch: Sketch, axis: str) -> Iterator[tuple[Mapping[str, Any], float]]:
    for line in sketch.option("ReferenceLines", default=[]):
        data = line.get("DataConfiguration") or {}
        if line.get("Status") == "DISABLED" or data.get("AxisBinding", "PRIMARY_YAXIS") != axis:
            continue
        static = (data.get("StaticConfiguration") or {}).get("Value")
        value = static if static is not None else _computed(sketch, data)
        if value is None:
            sketch.note("Not drawn: a reference line over a field that the visual does not show.")
        else:
            yield line, float(value)


def _computed(sketch: Sketch, data: Mapping[str, Any]) -> float | None:
    dynamic = data.get("DynamicConfiguration") or {}
    field = _field(sketch, (dynamic.get("Column") or {}).get("ColumnName"), dynamic)
    if field is None:
        return None
    values = numbers(sketch.data.values(field))
    calculation = dynamic.get("Calculation") or {}
    if share := (calculation.get("PercentileAggregation") or {}).get("PercentileValue"):
        return _percentile(values, share / 100) if values else None
    simple = calculation.get("SimpleNumericalAggregation", "AVERAGE")
    return float(CALCULATIONS[simple](values)) if values else None


def _field(sketch: Sketch, column: str | None, dynamic: Mapping[str, Any]) -> Field | None:
    asked = dynamic.get("MeasureAggregationFunction") or {}
    name = next((each for each in _words(asked) if each), "")
    found = [each for each in sketch.data.fields if each.column == column and each.is_measure]
    exact = [each for each in found if each.aggregation == name]
    return next(iter(exact or (found if not name else [])), None)


def _words(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for each in tree.values():
            yield from _words(each)


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
