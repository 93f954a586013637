"""Words of several looks in lines: wrapped at a width, written side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from matplotlib.colors import is_color_like

from labkit.cloud.quicksight.render.markup import Run
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import broken, cut, is_leftward, pieces, width

HEIGHT = 1.4
HALF = 0.36  # of a size: from the middle of small letters to the line that they stand on


def wrapped(runs: Sequence[Run], room: float) -> list[list[Run]]:
    """The words of runs as lines of a width; those from right to left stay one, in their order.

    >>> [[each.text for each in line] for line in wrapped([Run("שלום עולם to all")], 95)]
    [['שלום עולם ', 'to '], ['all']]
    >>> [[each.text for each in line] for line in wrapped([Run("a Donaudampfschifffahrt")], 95)]
    [['a '], ['Donaudampf'], ['schifffahrt']]
    """
    lines: list[list[Run]] = [[]]
    left = room
    for run in runs:
        for word in _words(run, room):
            wide = width(word.rstrip(), run.size, bold=run.bold)
            if wide > left and lines[-1]:
                lines.append([])
                left = room
            before = lines[-1][-1] if lines[-1] else None
            if before and is_leftward(word) and is_leftward(before.text) and _alike(before, run):
                lines[-1][-1] = replace(run, text=before.text + word)
            else:
                lines[-1].append(replace(run, text=word))
            left -= width(word, run.size, bold=run.bold)
    return lines


def _words(run: Run, room: float) -> Iterator[str]:
    for word in pieces(run.text):
        yield from broken(word, room, run.size, bold=run.bold)


def _alike(one: Run, other: Run) -> bool:
    return replace(one, text="") == replace(other, text="")


def ended(lines: Sequence[list[Run]], most: int, room: float) -> list[list[Run]]:
    """At most so many lines; the last one is cut where more would follow."""
    kept = [list(each) for each in lines[:most]]
    if len(lines) > most:
        last = kept[-1].pop()
        left = room - length(kept[-1])
        kept[-1].append(
            replace(last, text=cut(f"{last.text.rstrip()} …", left, last.size, bold=last.bold))
        )
    return kept


def length(runs: Sequence[Run]) -> float:
    """How wide a line is."""
    return sum(width(each.text, each.size, bold=each.bold) for each in runs)


def height(runs: Sequence[Run], default: float) -> float:
    """How high a line is; one without words is as high as one of the default's size."""
    return max((each.size for each in runs), default=default) * HEIGHT


def written(sketch: Sketch, runs: Sequence[Run], left: float, middle: float) -> None:
    """A line's words, from a place to the right."""
    tallest = max((each.size for each in runs), default=0.0)
    for run in runs:
        color = run.color if is_color_like(run.color) else ""
        sketch.text(
            left, middle + (tallest - run.size) * HALF, run.text.rstrip(),
            size=run.size, bold=run.bold, italic=run.italic, color=color,
        )  # fmt: skip
        wide = width(run.text, run.size, bold=run.bold)
        if run.underline:
            ink, below = color or sketch.theme.foreground, middle + run.size * 0.5
            end = left + width(run.text.rstrip(), run.size, bold=run.bold)
            sketch.line([left, end], [below, below], ink, max(run.size / 16, 0.8))
        left += wide
