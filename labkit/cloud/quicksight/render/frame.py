"""What stands around each chart: its title above, what is left out of it below."""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape
from re import Match, findall, fullmatch, sub
from typing import Any

from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import wrap
from labkit.cloud.quicksight.visuals.formats import parameter_text
from labkit.cloud.quicksight.visuals.model import VisualData

PADDING = 14
UNNAMED = frozenset(
    """BinEnd Forecast ForecastLower ForecastUpper Minimum Quartile1 Quartile3 Maximum Outliers
    TargetValues Measure""".split()
)
TITLE, SUBTITLE, NOTE = 14.0, 11.5, 9.5


def framed(sketch: Sketch) -> Sketch:
    """The sketch within the margins, under its title and subtitle."""
    box = sketch.box.inset(left=PADDING, top=PADDING, right=PADDING, bottom=PADDING + 4)
    sketch = sketch.within(box)
    for lines, size, bold, color in _headings(sketch):
        sketch = sketch.within(_written(sketch, lines, size, bold, color))
    below = 6 if sketch.box.top > box.top else 0
    return sketch.within(sketch.box.inset(top=below, bottom=_notes_height(sketch)))


def annotate(sketch: Sketch) -> None:
    """Write below the chart what it leaves out."""
    told = _told(sketch)
    box = sketch.box
    lines = wrap(told, box.width, NOTE, lines=2)
    for at, line in enumerate(reversed(lines)):
        y = box.bottom - 9 - at * (NOTE + 2.5)
        sketch.text(box.left, y, line, size=NOTE, color=sketch.theme.quiet, italic=True)


def title_of(data: VisualData) -> str:
    """The title that QuickSight gives a visual that has none: ``Sum of Sales by Region``."""
    named = [each for each in data.fields if each.well not in UNNAMED]
    measures = _listed([each.label for each in named if each.is_measure])
    dimensions = _listed([each.label for each in named if not each.is_measure])
    return f"{measures} by {dimensions}" if measures and dimensions else measures or dimensions


def plain(text: Mapping[str, Any]) -> str:
    """A format text's words, its markup left out."""
    rich = sub(r"<br\s*/?>", " ", text.get("RichText") or "")
    return str(text.get("PlainText") or unescape(sub(r"<[^>]*>", "", rich))).strip()


def has_title(sketch: Sketch) -> bool:
    """Whether the definition gives a title of its own."""
    return bool(plain((sketch.visual.get("Title") or {}).get("FormatText") or {}))


def nothing(sketch: Sketch, text: str = "No data") -> None:
    """A quiet word in the middle of an empty frame."""
    x, y = sketch.box.centre
    sketch.rect(sketch.box, sketch.theme.panel)
    sketch.text(x, y, text, size=13, color=sketch.theme.quiet, ha="center")


def _headings(sketch: Sketch) -> list[tuple[list[str], float, bool, str]]:
    room, theme = sketch.box.width, sketch.theme
    title, subtitle = (sketch.visual.get(each) or {} for each in ("Title", "Subtitle"))
    rows = []
    words = _filled(sketch, plain(title.get("FormatText") or {}))
    if title.get("Visibility") != "HIDDEN" and sketch.kind != "EmptyVisual":
        words = words or title_of(sketch.data)
        size, color = _set(sketch, title, TITLE, theme.foreground)
        rows.append((wrap(words, room, size, lines=2, bold=True), size, True, color))
    words = _filled(sketch, plain(subtitle.get("FormatText") or {}))
    if words and subtitle.get("Visibility") != "HIDDEN":
        size, color = _set(sketch, subtitle, SUBTITLE, theme.quiet)
        rows.append((wrap(words, room, size, lines=2), size, False, color))
    return rows


def _set(sketch: Sketch, title: Mapping[str, Any], size: float, color: str) -> tuple[float, str]:
    """A title's size and colour, where its rich text gives them to the whole of it.

    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LongFormatText.html
    """
    rich = (title.get("FormatText") or {}).get("RichText") or ""
    inner = sub(r"</?(visual-(sub)?title|br|p|b|parameter)\b[^>]*>", "", rich).strip()
    inner = sub(r"<<\$[^>]*>>", "", inner)
    whole = fullmatch(r"(?:<inline ([^>]*)>)?[^<]*(?:</inline>)?", inner)
    if whole is None:
        sketch.note("Not drawn: the fonts and colours of single words in the title.")
        return size, color
    given = dict(findall(r'([\w-]+)="([^"]*)"', whole[1] or ""))
    asked = fullmatch(r"(\d+)px", given.get("font-size", ""))
    return float(min(max(int(asked[1]), 8), 40)) if asked else size, given.get("color", color)


def _filled(sketch: Sketch, words: str) -> str:
    """A title with its parameters' values in their places."""

    def value(found: Match[str]) -> str:
        known = sketch.parameters.get(found[1])
        if known is None:
            sketch.note(f"The title's parameter {found[1]} has no value.")
            return found[0]
        return parameter_text(known)

    return sub(r"(?:<<\$|\$\{)([^>}]+)(?:>>|\})", value, words)


def _written(sketch: Sketch, lines: list[str], size: float, bold: bool, color: str) -> Box:
    step = size * 1.35
    for at, line in enumerate(lines):
        y = sketch.box.top + step * (at + 0.5)
        sketch.text(sketch.box.left, y, line, size=size, bold=bold, color=color)
    return sketch.box.inset(top=step * len(lines))


def _told(sketch: Sketch) -> str:
    briefs = sketch.picture.briefs
    return " ".join([*sketch.data.not_drawn, *(briefs[each] for each in sketch.picture.warnings)])


def _notes_height(sketch: Sketch) -> float:
    lines = len(wrap(_told(sketch), sketch.box.width, NOTE, lines=2))
    return max(0.0, lines * (NOTE + 2.5) - 4)


def _listed(labels: list[str]) -> str:
    seen = list(dict.fromkeys(labels))
    if len(seen) > 3:
        return f"{seen[0]}, {seen[1]} and {len(seen) - 2} more"
    return " and ".join([", ".join(seen[:-1]), seen[-1]] if len(seen) > 1 else seen)
