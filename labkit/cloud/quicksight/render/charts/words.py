"""Visuals that are words or frames: insights, custom content, empty ones and plugins.

Sources: https://docs.aws.amazon.com/quicksight/latest/user/computational-insights.html and
https://docs.aws.amazon.com/quicksight/latest/user/custom-visual-content.html
"""

from __future__ import annotations

from labkit.cloud.quicksight.render.frame import nothing
from labkit.cloud.quicksight.render.markup import Run, lines_of
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.runs import height, length, wrapped, written
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import wrap
from labkit.cloud.quicksight.visuals.model import LOST

SIZE, STEP = 13.5, 20


@chart("InsightVisual")
def insight(sketch: Sketch) -> None:
    """The sentences of the computations, or the insight's own narrative."""
    if sketch.data.narrative:
        _narrative(sketch)
    else:
        _sentences(sketch)


def _narrative(sketch: Sketch) -> None:
    box = sketch.box.inset(left=2, right=2)
    found = lines_of(sketch.data.narrative, sketch.parameters, Run(size=SIZE))
    known = [line for line in found if not any(LOST in run.text for run in line.runs)]
    if len(known) < len(found) and not any(run.text.strip() for line in known for run in line.runs):
        nothing(sketch, "No insight")
        return
    lines = [(line.align, runs) for line in known for runs in wrapped(line.runs, box.width)]
    top = box.top
    for at, (align, runs) in enumerate(lines):
        high = height(runs, SIZE)
        if at and top + high > box.bottom + 6:
            sketch.note(f"{len(lines) - at} lines have no room.")
            break
        free = max(box.width - length(runs), 0)
        left = box.left + {"left": 0, "center": free / 2, "right": free}[align]
        written(sketch, runs, left, top + high / 2)
        top += high


def _sentences(sketch: Sketch) -> None:
    fields = sketch.data.well("Narrative") or sketch.data.fields[:1]
    sentences = [str(each) for each in sketch.data.values(fields[0]) if each] if fields else []
    if not sentences:
        nothing(sketch, "No insight")
        return
    y, left = sketch.box.top + 16, sketch.box.left + 14
    for at, sentence in enumerate(sentences):
        lines = wrap(sentence, sketch.box.right - left, SIZE, lines=6)
        if y + STEP * len(lines) > sketch.box.bottom + 6:
            sketch.note(f"{len(sentences) - at} sentences have no room.")
            break
        sketch.line(
            (sketch.box.left + 2,) * 2,
            (y - 9, y + STEP * (len(lines) - 1) + 9),
            sketch.theme.accent,
            3,
        )
        for line in lines:
            drawn = sketch.text(left, y, line, size=SIZE)
            y += STEP
        sketch.mark(drawn, f"Sentence {at + 1}", sentence)
        y += 12


@chart("CustomContentVisual")
def custom_content(sketch: Sketch) -> None:
    """Nothing is fetched from elsewhere: the frame says where the content lies."""
    url = str(sketch.option("ContentUrl", default=""))
    kind = str(sketch.option("ContentType", default="IMAGE"))
    what = "Image" if kind == "IMAGE" else "Web page"
    sketch.note(f"Not drawn: the {what.lower()} at {url or 'no address'}; nothing is fetched.")
    x, y = sketch.box.centre
    sketch.rect(sketch.box, sketch.theme.panel)
    lines = wrap(url, sketch.box.width - 40, 11, lines=2)
    drawn = sketch.text(x, y - 14, what, size=13, ha="center", color=sketch.theme.quiet)
    sketch.mark(drawn, what, url or None)
    for at, line in enumerate(lines):
        sketch.text(x, y + 8 + 15 * at, line, size=11, ha="center", color=sketch.theme.accent)


@chart("EmptyVisual")
def empty(sketch: Sketch) -> None:
    nothing(sketch, "No data")


@chart("PluginVisual")
def plugin(sketch: Sketch) -> None:
    arn = str(sketch.visual.get("PluginArn", ""))
    sketch.note(f"Not drawn: a plugin's visual is drawn by the plugin itself ({arn}).")
    nothing(sketch, "This visual is drawn by a plugin")
