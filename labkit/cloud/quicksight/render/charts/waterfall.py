"""Waterfall charts: how a total comes about, step by step.

Source: https://docs.aws.amazon.com/quicksight/latest/user/waterfall-chart.html
"""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.patches import Rectangle

from labkit.cloud.quicksight.render.axes import Numeric, placed, scale_of, upright
from labkit.cloud.quicksight.render.colors import ink
from labkit.cloud.quicksight.render.headings import axis_title
from labkit.cloud.quicksight.render.labels import full, short
from labkit.cloud.quicksight.render.legend import legend
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.series import Table, table
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import widest
from labkit.cloud.quicksight.render.values import asked, style_of
from labkit.cloud.quicksight.visuals.model import Field


@dataclass(frozen=True)
class Step:
    """A bar from one height to another, for a value; a total stands on zero."""

    label: str
    start: float
    end: float
    value: float | None
    is_total: bool = False

    @property
    def kind(self) -> str:
        return "Total" if self.is_total else "Increase" if self.end >= self.start else "Decrease"


@chart("WaterfallVisual")
def waterfall(sketch: Sketch) -> None:
    shown = table(sketch, "Categories", ["Values"], "Breakdowns")
    steps, field = _steps(sketch, shown), shown.series[0].field
    colors = _colors(sketch)
    kinds = [each for each in colors if any(step.kind == each for step in steps)]
    sketch = legend(sketch, [(each, colors[each]) for each in kinds])
    options = sketch.option("PrimaryYAxisDisplayOptions")
    scale = scale_of(
        [end for step in steps for end in (step.start, step.end)], options, sketch.box.height
    )
    axes, box = upright(
        sketch,
        _labels(sketch, steps, broken_down=bool(shown.color)),
        Numeric(scale, field, options, axis_title(sketch, "PrimaryYAxisLabelOptions", field.label)),
        options=sketch.option("CategoryAxisDisplayOptions"),
        title=axis_title(
            sketch, "CategoryAxisLabelOptions", shown.category.label if shown.category else ""
        ),
        room_above=18,
    )
    width = box.width / len(steps)
    texts = [_text(step, field) for step in steps]
    labelled = asked(sketch) is not False and widest(texts, 10.5) < width + 6
    for at, (step, text) in enumerate(zip(steps, texts, strict=True)):
        low, high = sorted(map(scale.place, (step.start, step.end)))
        bar = Rectangle((at - 0.34, low), 0.68, high - low, facecolor=colors[step.kind])
        axes.add_artist(bar)
        sketch.mark(bar, step.label, full(step.value, field))
        x, y = box.left + (at + 0.5) * width, placed(box, scale, step.end)
        if at + 1 < len(steps):
            sketch.line((x + 0.34 * width, x + 0.66 * width), (y, y), sketch.theme.quiet, 0.8)
        if labelled:
            down = step.end < step.start
            inside = down and y + 14 > box.bottom  # the names of the steps are below
            style = {"color": ink(colors[step.kind])} if inside else {}
            y += 9 if down and not inside else -8
            sketch.text(x, y, text, ha="center", **{**style, **style_of(sketch)})


def _labels(sketch: Sketch, steps: list[Step], *, broken_down: bool) -> list[str]:
    """The steps' names; where a breakdown has no room for all, those of the totals."""
    labels = [step.label for step in steps]
    if not broken_down or widest(labels, 10.5) * len(steps) < sketch.box.width:
        return labels
    sketch.note("There is no room for the names of the parts.")
    return [step.label if step.is_total else "" for step in steps]


def _text(step: Step, field: Field) -> str:
    value = step.value
    text = short(int(value) if value is not None and value.is_integer() else value, field)
    return f"+{text}" if value and value > 0 and not step.is_total else text


def _steps(sketch: Sketch, shown: Table) -> list[Step]:
    total = sketch.option("WaterfallChartOptions", "TotalBarLabel", default="Total")
    if shown.category and len({each.field.id for each in shown.series}) > 1:
        sketch.note("Not drawn: the values after the first, which stand beside categories.")
    if shown.color and len(shown.categories) > 1:
        return _broken_down(shown)
    height, steps = 0.0, []
    pairs = (
        zip(shown.labels, shown.series[0].values, strict=True)
        if shown.category and not shown.color
        else ((each.label, each.values[0]) for each in shown.series)
    )
    for label, value in pairs:
        steps.append(Step(label, height, height + (value or 0.0), value))
        height = steps[-1].end
    return [*steps, Step(total, 0, height, height, is_total=True)]


def _broken_down(shown: Table) -> list[Step]:
    """Each category as a total, and between two what each part of the breakdown changed."""
    steps: list[Step] = []
    for at, label in enumerate(shown.labels):
        whole = sum(each.values[at] or 0.0 for each in shown.series)
        if at:
            height = steps[-1].end
            for each in shown.series:
                change = (each.values[at] or 0.0) - (each.values[at - 1] or 0.0)
                steps.append(Step(each.label, height, height + change, change))
                height += change
        steps.append(Step(label, 0, whole, whole, is_total=True))
    return steps


def _colors(sketch: Sketch) -> dict[str, str]:
    own = sketch.option("ColorConfiguration", "GroupColorConfiguration", default={})
    theme = sketch.theme
    return {
        "Increase": own.get("PositiveBarColor") or theme.data[2],
        "Decrease": own.get("NegativeBarColor") or theme.data[1],
        "Total": own.get("TotalBarColor") or theme.data[0],
    }
