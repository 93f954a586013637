"""Word clouds: words as large as their values, the largest in the middle.

Each word goes along a spiral from the middle to the first place where it touches none before it; so
the same words always give the same cloud.
Source: https://docs.aws.amazon.com/quicksight/latest/user/word-cloud.html
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt

from labkit.cloud.quicksight.render.frame import nothing
from labkit.cloud.quicksight.render.labels import counted, full
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import number
from labkit.cloud.quicksight.render.series import others
from labkit.cloud.quicksight.render.sketch import Box, Sketch
from labkit.cloud.quicksight.render.text import cut, width

PADDINGS = {"NONE": 1, "SMALL": 3, "MEDIUM": 6, "LARGE": 12}
MOST, SMALLEST, TRIES = 100, 10.0, 5


@chart("WordCloudVisual")
def word_cloud(sketch: Sketch) -> None:
    words = _words(sketch)
    if not words:
        nothing(sketch, "No words")
        return
    pad = PADDINGS[sketch.option("WordCloudOptions", "WordPadding", default="SMALL")]
    every = sketch.option("WordCloudOptions", "WordOrientation") == "HORIZONTAL_AND_VERTICAL"
    turned = [every and at % 3 == 2 for at in range(len(words))]
    tries = [_largest(sketch, words) * 0.85**each for each in range(TRIES)]
    fitting = (each for each in tries if None not in _places(sketch, words, each, pad, turned))
    largest = next(fitting, tries[-1])
    places = _places(sketch, words, largest, pad, turned, to_the_end=True)
    for at, ((text, share, value), box) in enumerate(zip(words, places, strict=True)):
        if box is None:
            continue
        color = sketch.theme.data[at % 6]
        drawn = sketch.text(
            *box.centre,
            text,
            size=max(SMALLEST, largest * share),
            bold=True,
            color=color,
            ha="center",
            va="center",
            rotation=90 if turned[at] else 0,
        )
        sketch.mark(drawn, text, value)
    if missing := places.count(None):
        sketch.note(f"{missing} words have no room.")


def _words(sketch: Sketch) -> list[tuple[str, float, str]]:
    """Text, size from 0 to 1, and value as a text."""
    options = sketch.option("WordCloudOptions", default={})
    by = sketch.data.well("GroupBy")[0]
    size = next(iter(sketch.data.well("Size")), None)
    rows = [*sketch.data.records(), *others(sketch)]
    known = [
        (
            full(row[by.id], by, empty=""),
            (number(row[size.id]) or 0.0) if size else 1.0,
            full(row[size.id], size) if size else "",
        )
        for row in rows
    ]
    sized = [each for each in known if each[1] > 0]
    if len(sized) < len(known):
        without = counted(len(known) - len(sized), "word")
        sketch.note(f"A word cloud has no size for {without} of zero or less.")
    seen = [each for each in sized if each[0].strip()]
    if len(seen) < len(sized):
        sketch.note("A word cloud has no word for an empty text.")
    known = sorted(seen, key=lambda each: -each[1])
    if len(known) > MOST:
        sketch.note(f"Shows the first {MOST} of {len(known)} words.")
    power = 1.0 if options.get("WordScaling") == "EMPHASIZE" else 0.7
    most = known[0][1] if known else 1.0
    longest = options.get("MaximumStringLength") or 40
    lower = options.get("WordCasing") == "LOWER_CASE"
    return [
        (
            cut(text.lower() if lower else text, longest * 0.62 * 12, 12),
            (value / most) ** power,
            told,
        )
        for text, value, told in known[:MOST]
    ]


def _largest(sketch: Sketch, words: list[tuple[str, float, str]]) -> float:
    """The size of the largest word with which all of them take half of the room."""
    area = sum(width(text, share, bold=True) * share for text, share, _ in words) or 1
    room = max(sketch.box.width, 1) * max(sketch.box.height, 1) * 0.42
    longest = max(width(text, share, bold=True) for text, share, _ in words)
    return min(sqrt(room / area), sketch.box.width * 0.9 / longest, 72.0)


def _places(
    sketch: Sketch,
    words: list[tuple[str, float, str]],
    largest: float,
    pad: float,
    turned: list[bool],
    *,
    to_the_end: bool = False,
) -> list[Box | None]:
    """Where each word goes; a ``None`` for one that finds no room ends the list, unless asked."""
    places: list[Box | None] = []
    for (text, share, _), is_turned in zip(words, turned, strict=True):
        size = max(SMALLEST, largest * share)
        wide, high = width(text, size, bold=True) + 2 * pad, size * 1.15 + 2 * pad
        taken = [each for each in places if each]
        places.append(_free(sketch.box, wide, high, taken, is_turned))
        if places[-1] is None and not to_the_end:
            break
    return places


def _free(box: Box, wide: float, high: float, taken: list[Box], turned: bool) -> Box | None:
    if turned:
        wide, high = high, wide
    middle, down = box.centre
    flat = box.height / max(box.width, 1)
    turns, hit = 0.0, None  # the word that was in the way is mostly so at the next place, too
    while turns < min(60 * pi, box.width * 0.71 / 3.2):  # beyond it all is outside
        reach = 3.2 * turns
        x, y = middle + reach * cos(turns), down + reach * flat * sin(turns)
        placed = Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        if _inside(placed, box) and not (hit and _meet(placed, hit)):
            hit = next((each for each in taken if _meet(placed, each)), None)
            if hit is None:
                return placed
        turns += 0.22 if turns < 12 else 0.08
    return None


def _inside(inner: Box, outer: Box) -> bool:
    return (
        inner.left >= outer.left
        and inner.right <= outer.right
        and inner.top >= outer.top
        and inner.bottom <= outer.bottom
    )


def _meet(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom
