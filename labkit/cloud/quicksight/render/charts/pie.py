"""Pie and donut charts.

Source: https://docs.aws.amazon.com/quicksight/latest/user/pie-chart.html
"""

from __future__ import annotations

from math import cos, hypot, radians, sin, sqrt

from matplotlib.patches import Wedge

from labkit.cloud.quicksight.render.colors import ink, series_color
from labkit.cloud.quicksight.render.frame import nothing
from labkit.cloud.quicksight.render.headings import named
from labkit.cloud.quicksight.render.labels import counted, full, percent, short
from labkit.cloud.quicksight.render.legend import legend
from labkit.cloud.quicksight.render.multiples import multiples
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.series import table
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import cut, widest, width
from labkit.cloud.quicksight.render.values import spaced, style_of
from labkit.cloud.quicksight.visuals.model import Field

HOLES = {"SMALL": 0.8, "MEDIUM": 0.66, "LARGE": 0.5, "WHOLE": 0.0}
LINE, SMALLEST = 15, 0.45


@chart("PieChartVisual")
def pie_chart(sketch: Sketch) -> None:
    slices, place = _slices(sketch), _place(sketch)
    if place != "OUTSIDE" or sketch.data.well("SmallMultiples"):
        entries = list({name: (name, color) for name, _, color, _ in slices}.values())
        by = next(iter(sketch.data.well("Category")), None)
        title = named(sketch, "CategoryLabelOptions", by.label if by else "")
        sketch = legend(sketch, entries, title)
    multiples(sketch, lambda panel: _pie(panel, place), ["Values"])


def _place(sketch: Sketch) -> str:
    """Where labels stand: OUTSIDE if that leaves a pie of some size, else INSIDE; or NONE."""
    if sketch.option("DataLabels", "Visibility") == "HIDDEN":
        return "NONE"
    asked = sketch.option("DataLabels", "Position")
    if asked not in (None, "INSIDE", "OUTSIDE"):
        sketch.note(f"Not drawn: labels at the {asked.lower()} of slices.")
    if asked in ("INSIDE", "OUTSIDE"):
        return str(asked)
    words = [f"{name}  100%" for name, _, _, _ in _slices(sketch)]
    beside = sketch.box.width / 2 - _room(sketch, words)
    is_small = beside < SMALLEST * min(sketch.box.width, sketch.box.height) / 2
    return "INSIDE" if is_small else "OUTSIDE"


def _room(sketch: Sketch, words: list[str]) -> float:
    """How wide the labels beside a pie are."""
    return min(widest(words, 10.5), sketch.box.width * 0.34) + 26


def _pie(sketch: Sketch, place: str) -> None:
    slices, by = _slices(sketch), table(sketch, "Category", ["Values"])
    keys = dict(zip(by.names, by.categories, strict=True))
    shown = [each for each in slices if each[1] > 0]
    if len(shown) < len(slices):
        without = counted(len(slices) - len(shown), "value")
        sketch.note(f"A pie has no slice for {without} of zero or less.")
    whole = sum(value for _, value, _, _ in shown)
    if not whole:
        nothing(sketch, "No slices")
        return
    outside = place == "OUTSIDE" and not sketch.is_panel
    texts = [_words(sketch, name, value, whole, field) for name, value, _, field in shown]
    room = _room(sketch, texts) if outside else 4
    x, y = sketch.box.width / 2, sketch.box.height / 2
    radius = max(min(x - room, y - 8), 12)
    axes = sketch.plane(sketch.box)
    hole = HOLES[sketch.option("DonutOptions", "ArcOptions", "ArcThickness", default="WHOLE")]
    turn, middles = 90.0, []
    for name, value, color, field in shown:
        sweep = 360 * value / whole
        wedge = Wedge(
            (x, y),
            radius,
            -turn,
            -turn + sweep,
            width=radius * (1 - hole),
            facecolor=color,
            edgecolor=sketch.theme.background,
            linewidth=1.2 if len(shown) <= 40 else 0,
        )
        axes.add_artist(wedge)
        told = f"{full(value, field)} ({value / whole:.1%})"
        sketch.mark(wedge, name, told, [(by.category, keys.get(name))])
        middles.append(turn - sweep / 2)
        turn -= sweep
    if outside:
        _outside(sketch, texts, [each[1] / whole for each in shown], middles, x, y, radius)
    elif sketch.is_panel:
        return
    elif place == "INSIDE":
        _inside(sketch, shown, whole, middles, (x, y), (radius * hole, radius))
    if hole and sketch.shows("DonutOptions", "DonutCenterOptions", "LabelVisibility"):
        _centre(
            sketch, _total(sketch, whole, [each[3] for each in shown]), shown[0][3], radius * hole
        )


def _slices(sketch: Sketch) -> list[tuple[str, float, str, Field]]:
    """Name, value, colour and field of each."""
    shown = table(sketch, "Category", ["Values"])
    if shown.category is None:
        return [
            (each.label, each.values[0] or 0.0, each.color, each.field)
            for each in shown.series
            if each.values
        ]
    first = shown.series[0]
    return [
        (
            name,
            first.values[at] or 0.0,
            series_color(sketch, shown.category, key, name, at),
            first.field,
        )
        for at, (key, name) in enumerate(zip(shown.categories, shown.names, strict=True))
    ]


def _words(sketch: Sketch, name: str, value: float, whole: float, field: Field) -> str:
    tail = _figure(sketch, value, whole, field)
    head = name if sketch.shows("DataLabels", "CategoryLabelVisibility") else ""
    return "  ".join(each for each in (head, tail) if each)


def _figure(sketch: Sketch, value: float, whole: float, field: Field, brief: bool = False) -> str:
    """A slice's value or share, as the definition says; of both, the share alone in brief."""
    content = sketch.option("DataLabels", "LabelContent", default="PERCENT")
    if brief and content != "VALUE":
        content = "PERCENT"
    share, figure = percent(value / whole), short(value, field)
    text = {"VALUE": figure, "PERCENT": share}.get(content, f"{figure} ({share})")
    return text if sketch.shows("DataLabels", "MeasureLabelVisibility") else ""


def _outside(
    sketch: Sketch,
    texts: list[str],
    shares: list[float],
    middles: list[float],
    x: float,
    y: float,
    radius: float,
) -> None:
    style, box = style_of(sketch), sketch.box
    named = _named(sketch, shares)
    for right in (True, False):
        beside = [at for at in named if (cos(radians(middles[at])) >= 0) == right]
        most = max(int((box.height - 16) // LINE) + 1, 1)
        largest = set(sorted(beside, key=lambda at: -shares[at])[:most])
        own = [at for at in beside if at in largest]
        if len(own) < len(beside):
            sketch.note("Some slices bear no name: they are too many.")
        heights = [y - sin(radians(middles[at])) * (radius + 10) for at in own]
        side = 1 if right else -1
        for at, height in zip(own, spaced(heights, LINE, 8, box.height - 8), strict=True):
            angle = radians(middles[at])
            start = x + cos(angle) * radius, y - sin(angle) * radius
            reach = sqrt(max((radius + 10) ** 2 - (height - y) ** 2, 0))
            end = x + side * max(reach, radius * 0.3), height
            stop = end[0] + side * 8
            sketch.line(
                [box.left + each for each in (start[0], end[0], stop)],
                [box.top + each for each in (start[1], end[1], end[1])],
                sketch.theme.quiet,
                0.8,
            )
            left = (box.width - stop if right else stop) - 4
            text = cut(texts[at], left, style["size"])
            sketch.text(
                box.left + stop + side * 4,
                box.top + height,
                text,
                ha="left" if right else "right",
                **style,
            )


def _named(sketch: Sketch, shares: list[float]) -> list[int]:
    """The slices that bear a name: all of a few, of many the larger ones."""
    least = 0.0 if len(shares) <= 10 else 0.02
    named = [at for at, share in enumerate(shares) if share >= least]
    if len(named) < len(shares):
        sketch.note(f"{len(shares) - len(named)} slices of less than 2% bear no name.")
    return named


def _inside(
    sketch: Sketch,
    shown: list[tuple[str, float, str, Field]],
    whole: float,
    middles: list[float],
    centre: tuple[float, float],
    rim: tuple[float, float],
) -> None:
    """Write the larger slices' values on them; on a thin ring their shares alone, or nothing."""
    style, middle = style_of(sketch), sum(rim) / 2
    larger = [
        (value, color, field, cos(radians(angle)) * middle, sin(radians(angle)) * middle)
        for (_, value, color, field), angle in zip(shown, middles, strict=True)
        if value / whole >= 0.06
    ]
    for brief in (False, True):
        texts = [_figure(sketch, value, whole, field, brief) for value, _, field, _, _ in larger]
        fits = [
            _is_on_ring(text, style["size"], x, y, rim)
            for text, (*_, x, y) in zip(texts, larger, strict=True)
        ]
        if all(fits):
            break
    for fitting, text, (_, color, _, x, y) in zip(fits, texts, larger, strict=True):
        if fitting:
            at = sketch.box.left + centre[0] + x, sketch.box.top + centre[1] - y
            sketch.text(*at, text, ha="center", **{"color": ink(color), **style})
    if not all(fits):
        without = counted(fits.count(False), "slice")
        sketch.note(f"The ring has no room for the values of {without}.")


def _is_on_ring(text: str, size: float, x: float, y: float, rim: tuple[float, float]) -> bool:
    """Whether a text around a place, from the ring's centre, ends within the ring's edges."""
    half, inner = width(text, size) / 2, max(abs(x) - width(text, size) / 2, 0)
    nearest = hypot(inner, max(abs(y) - size / 2, 0))
    return nearest >= rim[0] and hypot(abs(x) + half, abs(y) + size / 2) <= rim[1]


def _total(sketch: Sketch, whole: float, fields: list[Field]) -> float:
    """Of one measure its value over all rows: averages and unique counts do not add up."""
    one = fields[0].id if len({each.id for each in fields}) == 1 else ""
    found = sketch.data.totals.get(one)
    return whole if found is None else float(found)


def _centre(sketch: Sketch, whole: float, field: Field, room: float) -> None:
    x, y = sketch.box.centre
    text = short(whole, field)
    size = min(24.0, room * 1.5 / max(width(text, 1), 1))
    sketch.text(x, y - 6, text, size=size, bold=True, ha="center")
    label = cut(field.label, room * 1.7, 10)
    sketch.text(x, y + size * 0.7 + 3, label, size=10, color=sketch.theme.quiet, ha="center")
