"""What stands around each chart: its title above, what is left out of it below."""

from __future__ import annotations

from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import wrap
from labkit.cloud.quicksight.render.titles import headed

PADDING = 14
NOTE = 9.5


def framed(sketch: Sketch, lines: int) -> tuple[Sketch, int]:
    """The sketch within the margins, under its title and subtitle, and for how many lines of notes
    there is room below: those that are known, and at least these.
    """
    box = sketch.box.inset(left=PADDING, top=PADDING, right=PADDING, bottom=PADDING + 4)
    sketch = sketch.within(box)
    sketch = headed(sketch)
    below = 6 if sketch.box.top > box.top else 0
    lines = max(lines, len(_notes(sketch)))
    height = max(0.0, lines * (NOTE + 2.5) - 4)
    return sketch.within(sketch.box.inset(top=below, bottom=height)), lines


def annotate(sketch: Sketch) -> int:
    """Write below the chart what it leaves out, in so many lines."""
    box, lines = sketch.box, _notes(sketch)
    for at, line in enumerate(reversed(lines)):
        y = box.bottom - 9 - at * (NOTE + 2.5)
        sketch.text(box.left, y, line, size=NOTE, color=sketch.theme.quiet, italic=True)
    return len(lines)


def nothing(sketch: Sketch, text: str = "No data") -> None:
    """A quiet word in the middle of an empty frame."""
    x, y = sketch.box.centre
    sketch.rect(sketch.box, sketch.theme.panel)
    sketch.text(x, y, text, size=13, color=sketch.theme.quiet, ha="center")


def _notes(sketch: Sketch) -> list[str]:
    briefs = sketch.picture.briefs
    told = [*sketch.data.not_drawn, *(briefs[each] for each in sketch.picture.warnings)]
    return wrap(" ".join(told), sketch.box.width, NOTE, lines=2)
