"""A visual's title and subtitle, each word with the look that its markup gives it.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LongFormatText.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import escape
from re import Match, sub
from typing import Any

from labkit.cloud.quicksight.render.markup import Run, lines_of, plain
from labkit.cloud.quicksight.render.runs import ended, length, wrapped, written
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import wrap
from labkit.cloud.quicksight.visuals.formats import parameter_text
from labkit.cloud.quicksight.visuals.model import VisualData

UNNAMED = frozenset(
    """BinEnd Forecast ForecastLower ForecastUpper Minimum Quartile1 Quartile3 Maximum Outliers
    TargetValues Measure""".split()
)
TITLE, SUBTITLE, LEADING, MOST_LINES = 14.0, 11.5, 1.35, 2
CHART = 40  # pixels that a chart needs at least
_SIZES = (8.0, 40.0)
_ALIGNS = {"left": 0.0, "center": 0.5, "right": 1.0}
_PARAMETER = r"(?:<<|&lt;&lt;)\$([^>&]+)(?:>>|&gt;&gt;)|\$\{([^}]+)\}"


def headed(sketch: Sketch) -> Sketch:
    """The sketch below its title and subtitle, which are written as far as they leave room."""
    for least, align, runs in _headings(sketch):
        for line in _lines(runs, sketch.box.width, max(_most(sketch, runs), least)):
            step = max(each.size for each in line) * LEADING
            left = sketch.box.left + _ALIGNS[align] * max(sketch.box.width - length(line), 0)
            written(sketch, line, left, sketch.box.top + step / 2)
            sketch = sketch.within(sketch.box.inset(top=step))
    return sketch


def title_of(data: VisualData) -> str:
    """The title that QuickSight gives a visual that has none: ``Sum of Sales by Region``."""
    named = [each for each in data.fields if each.is_seen and each.well not in UNNAMED]
    measures = _listed([each.label for each in named if each.is_measure])
    dimensions = _listed([each.label for each in named if not each.is_measure])
    return f"{measures} by {dimensions}" if measures and dimensions else measures or dimensions


def has_title(sketch: Sketch) -> bool:
    """Whether the definition gives a title of its own."""
    return bool(plain((sketch.visual.get("Title") or {}).get("FormatText") or {}))


def _headings(sketch: Sketch) -> Iterator[tuple[int, str, list[Run]]]:
    """The title and the subtitle, of how many lines at least, and where they stand."""
    title, subtitle = (sketch.visual.get(each) or {} for each in ("Title", "Subtitle"))
    look = Run(size=TITLE, color=sketch.theme.foreground, bold=True)
    if title.get("Visibility") != "HIDDEN" and sketch.kind != "EmptyVisual":
        align, runs = _runs(sketch, title, look)
        yield 1, align, runs or [replace(look, text=title_of(sketch.data))]
    if subtitle.get("Visibility") != "HIDDEN":
        yield 0, *_runs(sketch, subtitle, Run(size=SUBTITLE, color=sketch.theme.quiet))


def _runs(sketch: Sketch, title: Mapping[str, Any], look: Run) -> tuple[str, list[Run]]:
    """Where a title stands, and its words, its parameters' values in their places."""
    text = title.get("FormatText") or {}
    if not plain(text):
        return "left", []
    if text.get("PlainText"):
        return "left", [replace(look, text=_filled(sketch, plain(text), str))]
    lines = lines_of(_filled(sketch, text["RichText"], escape), {}, look)
    runs = [run for line in lines for run in [*line.runs, replace(look, text=" ")]]
    low, high = _SIZES
    align = next((line.align for line in lines if line.runs), "left")
    return align, [replace(each, size=min(max(each.size, low), high)) for each in runs[:-1]]


def _filled(sketch: Sketch, words: str, spelled: Callable[[str], str]) -> str:
    def value(found: Match[str]) -> str:
        name = found[1] or found[2]
        known = sketch.parameters.get(name)
        if known is None:
            sketch.note(f"The title's parameter {name} has no value.")
            return spelled(f"<<${name}>>")
        return spelled(parameter_text(known))

    return sub(_PARAMETER, value, words)


def _most(sketch: Sketch, runs: list[Run]) -> int:
    """How many lines leave room for the chart."""
    step = max((each.size for each in runs), default=TITLE) * LEADING
    return min(int((sketch.box.height - CHART) / step), MOST_LINES)


def _lines(runs: list[Run], room: float, most: int) -> list[list[Run]]:
    looks = {replace(each, text="") for each in runs if each.text.strip()}
    if not looks or most < 1:
        return []
    if len(looks) != 1:
        return ended(wrapped(runs, room), most, room)
    [look] = looks
    words = "".join(each.text for each in runs)
    found = wrap(words, room, look.size, lines=most, bold=look.bold)
    return [[replace(look, text=each)] for each in found]


def _listed(labels: list[str]) -> str:
    seen = list(dict.fromkeys(labels))
    if len(seen) > 3:
        return f"{seen[0]}, {seen[1]} and {len(seen) - 2} more"
    return " and ".join([", ".join(seen[:-1]), seen[-1]] if len(seen) > 1 else seen)
