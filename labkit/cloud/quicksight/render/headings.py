"""What stands at the head of an axis, and what a definition calls a field that has none.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ChartAxisLabelOptions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.quicksight.render.labels import font_of
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.render.text import cut
from labkit.cloud.quicksight.render.titles import has_title

SIZE = 10.5
LOW = 70  # pixels: what is lower has room for the chart alone


@dataclass(frozen=True)
class Heading:
    """Words at the head of an axis and how they are set; false without words."""

    text: str = ""
    style: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.text)

    def write(self, sketch: Sketch, x: float, y: float, room: float, ha: str = "left") -> None:
        """Put them at a place, cut to the room."""
        style: dict[str, Any] = {"size": SIZE, "color": sketch.theme.quiet, **self.style}
        text = cut(self.text, room, style["size"], bold=style.get("bold", False))
        sketch.text(x, y, text, ha=ha, **style)


NO_HEADING = Heading()


def axis_title(sketch: Sketch, member: str, label: str) -> Heading:
    """An axis' title: the definition's own, or the fields' where the visual's title names none."""
    options = sketch.option(member, default={})
    low = sketch.box.height < LOW
    if options.get("Visibility") == "HIDDEN" or sketch.is_panel or low:
        return NO_HEADING
    shown = label if options.get("Visibility") == "VISIBLE" or has_title(sketch) else ""
    font = next(
        (each["FontConfiguration"] for each in _labels(options) if each.get("FontConfiguration")),
        None,
    )
    return Heading(_own(options) or shown, font_of(font, SIZE))


def named(sketch: Sketch, member: str, label: str) -> str:
    """What the definition calls a field that stands on no axis: its own label, or none."""
    options = sketch.option(member, default={})
    return "" if options.get("Visibility") == "HIDDEN" else _own(options) or label


def _labels(options: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(options.get("AxisLabelOptions") or ())


def _own(options: Mapping[str, Any]) -> str:
    return next(
        (str(each["CustomLabel"]) for each in _labels(options) if each.get("CustomLabel")), ""
    )
