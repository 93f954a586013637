"""Paper and lengths, in points.

Sources: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SectionBasedLayoutPaperCanvasSizeOptions.html
and ISO 216, JIS P 0138 and ANSI Y14.1 for the sizes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
MM = 72 / 25.4
PX = 0.75  # a pixel of a definition is a 96th of an inch
#: Millimetres, the short side first.
PAPERS = {
    "US_LETTER": (215.9, 279.4),
    "US_LEGAL": (215.9, 355.6),
    "US_TABLOID_LEDGER": (279.4, 431.8),
    "A0": (841, 1189),
    "A1": (594, 841),
    "A2": (420, 594),
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
    "JIS_B4": (257, 364),
    "JIS_B5": (182, 257),
}
_UNITS = {"in": 72.0, "mm": MM, "cm": 10 * MM, "pt": 1.0, "px": PX, "": PX}
_LENGTH = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(in|mm|cm|pt|px|)\s*")
_MARGIN = "0.5in"


@dataclass(frozen=True)
class Sides:
    """Four lengths around something."""

    top: float
    right: float
    bottom: float
    left: float

    @classmethod
    def of(cls, spacing: Json | None, default: str = "0in") -> Sides:
        """A ``Spacing``."""
        said = spacing or {}
        names = ("Top", "Right", "Bottom", "Left")
        return cls(*(points(said.get(name) or default) for name in names))


@dataclass(frozen=True)
class Paper:
    """A sheet of paper and its margins."""

    width: float
    height: float
    margin: Sides

    @classmethod
    def of(cls, options: Json) -> Paper:
        """``PaperCanvasSizeOptions``; what they do not say is US letter, upright, half an inch."""
        short, long = (MM * each for each in PAPERS[options.get("PaperSize", "US_LETTER")])
        margin = Sides.of(options.get("PaperMargin"), _MARGIN)
        if options.get("PaperOrientation") == "LANDSCAPE":
            return cls(long, short, margin)
        return cls(short, long, margin)

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.width - self.margin.left - self.margin.right


def points(text: str) -> float:
    """A length in points.

    >>> points("0.5in"), points("100px")
    (36.0, 75.0)
    """
    found = _LENGTH.fullmatch(text)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0
