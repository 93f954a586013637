"""The words along an axis: whole, in lines, slanted, or every so many-th."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise, takewhile
from math import cos, radians, sin
from typing import Any

from labkit.cloud.quicksight.render.headings import SIZE
from labkit.cloud.quicksight.render.labels import font_of, pixels
from labkit.cloud.quicksight.render.scales import thinned
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import cut, cut_amid, widest, width, wrap

LINE = 13.5
PLOT = 10  # pixels that are left for a plot above its labels, or it has none


def label_style(options: Mapping[str, Any] | None, size: float = SIZE) -> dict[str, Any]:
    """How the definition wants an axis' labels set; the size is the usual one."""
    given = ((options or {}).get("TickLabelOptions") or {}).get("LabelOptions") or {}
    return font_of(given.get("FontConfiguration"), size)


def turn_of(options: Mapping[str, Any] | None) -> float:
    """By how many degrees the definition turns an axis' labels."""
    return float(((options or {}).get("TickLabelOptions") or {}).get("RotationAngle") or 0)


def offset_of(options: Mapping[str, Any] | None) -> float:
    """How far from the edge of the visual the definition puts an axis, in pixels."""
    return pixels((options or {}).get("AxisOffset"), 0)


def bottom_labels(
    sketch: Sketch, box: Box, at: Sequence[float], labels: Sequence[str], options: Any
) -> Box:
    """Write labels under the plot: whole, in lines, slanted, or every so many-th.

    A plot that is too low for them has none.
    """
    if not labels:
        return box.inset(bottom=6)
    style = label_style(options)
    size = style["size"]
    step = box.width / len(labels) if len(labels) > 1 else box.width
    angle = ((options or {}).get("TickLabelOptions") or {}).get("RotationAngle")
    lines = [each.split("\n") if "\n" in each else None for each in labels]
    is_timeline = any(lines)
    wrapped = [
        each or wrap(label, step - 8, size, lines=3)
        for each, label in zip(lines, labels, strict=True)
    ]
    whole = all("…" not in "".join(each) for each in wrapped)
    if angle or not (whole or is_timeline or step - 8 > _slant(sketch)):
        return _slanted(sketch, box, at, labels, style, _upright(float(angle or 40)))
    shown = [*zip(at, wrapped, strict=True)]
    if is_timeline:
        shown = _timeline(sketch, at, labels, size, box.width)
    deep, room = max(len(each) for _, each in shown), int((box.height - 6 - PLOT) // LINE)
    if room < 1:
        return box.inset(bottom=6)
    if not is_timeline and (deep > room or not whole):
        apart = told_apart(sketch, [*labels], (step - 8) * min(deep, room), size)
        fewer = (wrap(each, step - 8, size, lines=min(deep, room)) for each in apart)
        shown = [*zip(at, fewer, strict=True)]
    deep = min(deep, room)
    box = box.inset(bottom=deep * LINE + 6)
    for x, each in shown:
        half = widest(each, size) / 2
        x = _within(sketch, x, half)
        for row, line in enumerate(each[:deep]):
            sketch.text(
                x,
                box.bottom + 6 + LINE * (row + 0.5),
                line,
                ha="center",
                **{"color": sketch.theme.quiet, **style},
            )
    return box


def stack(sketch: Sketch, x: float, y: float, lines: Sequence[str], style: Any, ha: str) -> None:
    for row, line in enumerate(lines):
        at = y + LINE * (row - (len(lines) - 1) / 2)
        sketch.text(x, at, line, ha=ha, **{"color": sketch.theme.foreground, **style})


def told_apart(sketch: Sketch, labels: list[str], room: float, size: float) -> list[str]:
    """Labels that would be cut, without the words that all begin or all end with; these are told.

    Of what all, or all that are too long, begin with, where they would be cut to the same; else of
    what they end with. Those that would be the same all the same are cut amid.
    """
    words = {each: each.split(" ") for each in labels}
    if len(words) < 2 or widest(labels, size) <= room:
        return labels
    alike = len({cut(each, room, size) for each in words}) < len(words)
    if alike and (shorter := _without_beginning(sketch, labels, words, room, size)):
        labels = shorter
    elif common := _common([each[:0:-1] for each in words.values()]):
        brief = [" ".join(words[each][: -len(common)]).rstrip(",") for each in labels]
        if widest(brief, size) <= room:
            sketch.note(f"Each name ends with {' '.join(common[::-1])}.")
            return brief
    shown = Counter(cut(each, room, size) for each in {*labels})
    return [
        cut_amid(each, room, size) if shown[cut(each, room, size)] > 1 else each for each in labels
    ]


def _without_beginning(
    sketch: Sketch, labels: list[str], words: Mapping[str, list[str]], room: float, size: float
) -> list[str]:
    """Labels without the words that all begin with, or else all that are too long; or none."""
    long = {each: its for each, its in words.items() if width(each, size) > room}
    for kind, ours in (("name", words), ("long name", long)):
        common = _common([each[:-1] for each in ours.values()]) if len(ours) > 1 else []
        if common:
            sketch.note(f"Each {kind} begins with {' '.join(common)}.")
            rest = {each: "…" + " ".join(its[len(common) :]) for each, its in ours.items()}
            return [rest.get(each, each) for each in labels]
    return []


def _common(lists: list[list[str]]) -> list[str]:
    """The words that all of the lists begin with."""
    pairs = takewhile(lambda each: len(set(each)) == 1, zip(*lists, strict=False))
    return [each[0] for each in pairs]


def _timeline(
    sketch: Sketch, at: Sequence[float], labels: Sequence[str], size: float, room: float
) -> list[tuple[float, list[str]]]:
    """Two-line dates where they stand: every so many-th, none over the one before.

    Dates at even distances bear names at even distances. The lower line stands under the first
    one of its span.
    """
    spans, last = [], ""
    for each in labels:
        last = each.split("\n")[1] if "\n" in each else last
        spans.append((each.split("\n")[0], last))
    every = thinned([width(upper, size) + 10 for upper, _ in spans], room)
    gaps = [abs(after - x) for x, after in pairwise(at)]
    is_even = max(gaps, default=1) < 1.5 * min(gaps, default=1)
    for nth in _strides([upper for upper, _ in spans], every, len(at) if is_even else 0):
        wanted = [*zip(at, spans, strict=True)][::nth]
        shown = _apart(sketch, wanted, size)
        if len(shown) == len(wanted):
            break
    return shown


#: After how many parts of a date a round one comes: minutes, hours and months as clocks have them.
_ROUND = (
    (re.compile(r"\d\d:00"), (1, 2, 3, 4, 6, 12, 24, 48, 72)),
    (re.compile(r"\d\d:\d\d"), (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)),
    (re.compile(r"Q\d"), (1, 2, 4, 8, 12, 20, 40)),
    (re.compile(r"[A-Z][a-z]{2}"), (1, 2, 3, 4, 6, 12, 24, 36, 60, 120)),
)


def _strides(texts: Sequence[str], least: int, most: int) -> Sequence[int]:
    """Every so many-th label of a timeline, from the least number on: round ones if there are."""
    known = (each for form, each in _ROUND if all(map(form.fullmatch, texts)))
    round_ones = [each for each in next(known, ()) if least <= each < max(most, 2)]
    return round_ones or range(least, max(least, most) + 1)


def _apart(
    sketch: Sketch, wanted: Sequence[tuple[float, tuple[str, str]]], size: float
) -> list[tuple[float, list[str]]]:
    """Two-line dates at their places, without those that run into the one before."""
    shown: list[tuple[float, list[str]]] = []
    ends, before = [float("-inf")] * 2, ""
    for x, (upper, lower) in wanted:
        lines = [upper] if lower in ("", before) else [upper, lower]
        x = _within(sketch, x, widest(lines, size) / 2)
        halves = [width(each, size) / 2 + 2 for each in lines]
        if all(x - half > end for half, end in zip(halves, ends, strict=False)):
            shown.append((x, lines))
            ends[: len(lines)], before = [x + half for half in halves], lower
    return shown


def _within(sketch: Sketch, x: float, half: float) -> float:
    """The middle of a label that leaves the visual on neither side."""
    return min(max(x, sketch.box.left + half), max(sketch.box.right - half, sketch.box.left))


def _upright(angle: float) -> float:
    """A turn that ends below the axis: the other way round reads the same from the other side."""
    return -angle if angle < 0 else angle


def _slant(sketch: Sketch) -> float:
    """How long slanted labels may be."""
    return min(130.0, sketch.box.height * 0.35)


def _slanted(
    sketch: Sketch, box: Box, at: Sequence[float], labels: Sequence[str], style: Any, angle: float
) -> Box:
    limit = _slant(sketch)
    whole = [each.replace("\n", " ").rstrip() for each in labels]
    whole = told_apart(sketch, whole, limit, style["size"])
    texts = [cut(each, limit, style["size"]) for each in whole]
    long = widest(texts, style["size"])
    sine, cosine = (0.643, 0.766) if angle == 40 else _turn(angle)
    if box.height - long * sine - 14 < PLOT:
        return box.inset(bottom=6)
    box = box.inset(bottom=long * sine + 14)
    step = max(int(box.width / len(labels)), 1)
    every = 1 if step >= 15 else -(-19 // step)
    for x, each in list(zip(at, texts, strict=True))[::every]:
        room = (x - sketch.box.left + (0 if sketch.is_panel else 12)) / max(cosine, 0.05)
        shortened = cut_amid if "…" in each[1:-1] else cut
        sketch.text(
            x + 4,
            box.bottom + 8,
            shortened(each, room, style["size"]),
            ha="right",
            va="top",
            rotation=angle,
            **{"color": sketch.theme.quiet, **style},
        )
    return box


def _turn(angle: float) -> tuple[float, float]:
    return abs(sin(radians(angle))), abs(cos(radians(angle)))
