"""Which colour a mark has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.colors import to_hex, to_rgb

from labkit.cloud.quicksight.render.labels import full
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Field, Other

READABLE, LARGE = 4.5, 3.0  # the least contrast of words, and of large ones, with their ground


def series_color(sketch: Sketch, field: Field, key: Any, label: str, at: int) -> str:
    """A series' colour: the visual's own for this value, else the next of the theme."""
    mapped = mapped_colors(sketch)
    names = (field.id, field.column) if key is None else (str(key), full(key, field, empty=""))
    for name in (*names, label):
        if (field.id, name) in mapped:
            return mapped[field.id, name]
    if own := field.colors.get(_special(key) or str(key)):
        return own
    series = f"{field.id} {_special(key)} {label}"  # a combo's bars and line may have one label
    return sketch.colors.setdefault(series, _next(sketch, at))


def _special(key: Any) -> str:
    """What the API calls a value that is none."""
    if isinstance(key, Other):
        return "OTHER"
    return "NULL" if key is None else "EMPTY" if key == "" else ""


def mapped_colors(sketch: Sketch) -> dict[tuple[str, str], str]:
    """The visual's palette: a colour by field id and value."""
    entries = sketch.option("VisualPalette", "ColorMap", default=[])
    return {
        (each["Element"].get("FieldId", ""), str(each["Element"].get("FieldValue", ""))): each[
            "Color"
        ]
        for each in entries
        if each.get("Element") and each.get("Color")
    } | {
        (each["Element"]["FieldId"], each["Element"]["FieldId"]): each["Color"]
        for each in entries
        if each.get("Element", {}).get("FieldId") and not each["Element"].get("FieldValue")
    }


def ink(color: str) -> str:
    """White on a colour where it has a contrast of 3 with it, else black.

    >>> ink("#2E6DA4"), ink("#5BA7E5")
    ('#FFFFFF', '#16191F')
    """
    return "#FFFFFF" if 1.05 / (_light(color) + 0.05) >= LARGE else "#16191F"


def readable(color: str, ground: str) -> str:
    """A colour of words, or black or white where it cannot be read on the ground.

    Source: https://www.w3.org/TR/WCAG21/#contrast-minimum

    >>> readable("#F2F5F8", "#DDEEFF"), readable("#F2F5F8", "#16202E")
    ('#16191F', '#F2F5F8')
    """
    lights = sorted((_light(color), _light(ground)))
    return color if (lights[1] + 0.05) / (lights[0] + 0.05) >= READABLE else ink(ground)


def mix(color: str, other: str, share: float) -> str:
    """A colour moved towards another: by 0 not at all, by 1 whole."""
    pairs = zip(to_rgb(color), to_rgb(other), strict=True)
    red, green, blue = ((1 - share) * a + share * b for a, b in pairs)
    return str(to_hex((red, green, blue))).upper()


def gradient(colors: Sequence[str], share: float) -> str:
    """The colour at a share of the way along several."""
    if len(colors) == 1:
        return colors[0]
    at = min(max(share, 0.0), 1.0) * (len(colors) - 1)
    first = min(int(at), len(colors) - 2)
    return mix(colors[first], colors[first + 1], at - first)


class ColorScale:
    """From a number to a colour: a definition's ``ColorScale``, else the theme's gradient.

    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ColorScale.html
    """

    def __init__(
        self, sketch: Sketch, values: Sequence[float], scale: Mapping[str, Any] | None
    ) -> None:
        scale = scale or {}
        stops = [each for each in scale.get("Colors", []) if each.get("Color")]
        self.colors = tuple(each["Color"] for each in stops) or sketch.theme.gradient
        given = [each["DataValue"] for each in stops if each.get("DataValue") is not None]
        ends = [*values, *given] or [0.0]
        self.low, self.high = min(ends), max(ends)
        if given and len(given) == len(stops):
            self.low, self.high = given[0], given[-1]
        self.is_discrete = scale.get("ColorFillType") == "DISCRETE"
        self.empty = (scale.get("NullValueColor") or {}).get("Color") or sketch.theme.empty

    def __call__(self, value: float | None) -> str:
        if value is None:
            return self.empty
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.6
        if self.is_discrete:
            return self.colors[min(max(int(share * len(self.colors)), 0), len(self.colors) - 1)]
        return gradient(self.colors, share)


def _next(sketch: Sketch, at: int) -> str:
    chosen = sketch.option("VisualPalette", "ChartColor")
    if at == 0 and chosen:
        return str(chosen)
    data = sketch.theme.data
    color = data[at % len(data)]
    return mix(color, sketch.theme.foreground, 0.35) if at >= len(data) else color


def _light(color: str) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return float(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])
