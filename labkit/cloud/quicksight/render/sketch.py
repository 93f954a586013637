"""What a visual is drawn on.

A `Sketch` is one rectangle of a picture with a visual's definition and data. Places are pixels from
the picture's top left corner; a picture has 72 dots an inch, so that a point is a pixel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from labkit.cloud.quicksight.render.text import font, known
from labkit.cloud.quicksight.render.themes import Theme
from labkit.cloud.quicksight.visuals.model import Field, Other, Total, VisualData

DPI = 72
_LACKS = "The font has no "


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def inset(self, *, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Box:
        """What is left of it within these margins."""
        return Box(self.left + left, self.top + top, self.right - right, self.bottom - bottom)


@dataclass(frozen=True)
class Mark:
    """One thing that a picture shows: a bar, a slice, a cell.

    Args:
        label: what it is called.
        value: what it shows.
        keys: the dimensions' values that it stands for, by field; none of what is folded.
    """

    label: str
    value: Any
    keys: tuple[tuple[Field, Any], ...] = ()


class Picture(Figure):
    """A figure that knows what it shows and what it leaves out.

    Attributes:
        marks: what is drawn of the data, by the marks' ``gid``.
        warnings: what the definition asks for and the picture leaves out, in a sentence each.
        lacking: the letters that the font does not have.
    """

    def __init__(self, width_px: float, height_px: float, color: str) -> None:
        super().__init__(
            figsize=(width_px / DPI, height_px / DPI), dpi=DPI, facecolor=color, edgecolor=color
        )
        self.marks: dict[str, Mark] = {}
        self.warnings: list[str] = []
        self.briefs: dict[str, str] = {}
        self.lacking: list[str] = []
        self.pixels = (
            Affine2D().scale(1 / DPI, -1 / DPI).translate(0, height_px / DPI) + self.dpi_scale_trans
        )


@dataclass(frozen=True)
class Sketch:
    """A rectangle of a picture, and the visual that goes there.

    Args:
        calls: what calls in conditions are worth that the visual has worked out itself, by the
            functions' names in small letters.
    """

    picture: Picture
    theme: Theme
    kind: str
    visual: Mapping[str, Any]
    data: VisualData
    box: Box
    range: tuple[float, float] | None = None
    categories: tuple[Any, ...] | None = None
    colors: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    calls: Mapping[str, Any] = field(default_factory=dict)
    is_panel: bool = False

    @property
    def config(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.visual.get("ChartConfiguration") or {}
        return found

    def option(self, *path: str, default: Any = None) -> Any:
        """A member of the chart's configuration, at a path of names."""
        at: Any = self.config
        for name in path:
            if not isinstance(at, Mapping) or at.get(name) is None:
                return default
            at = at[name]
        return at

    def shows(self, *path: str, default: bool = True) -> bool:
        """Whether the visibility at this path, or that of the structure there, says so."""
        value = self.option(*path)
        value = value.get("Visibility") if isinstance(value, Mapping) else value
        return default if value is None else value != "HIDDEN"

    def note(self, sentence: str, brief: str = "") -> None:
        """Tell what is not drawn, once; on the picture itself in brief if it is long."""
        self.picture.briefs[sentence] = brief or sentence
        if sentence not in self.picture.warnings:
            self.picture.warnings.append(sentence)

    def within(self, box: Box, **changes: Any) -> Sketch:
        """The same sketch in another rectangle."""
        return replace(self, box=box, **changes)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 11,
        color: str = "",
        ha: str = "left",
        va: str = "center_baseline",
        bold: bool = False,
        italic: bool = False,
        rotation: float = 0,
        zorder: float = 5,
    ) -> Artist:
        """Words at a place; a ``$`` is a dollar, not a formula."""
        self._check(text)
        return self.picture.text(
            x,
            y,
            text,
            transform=self.picture.pixels,
            fontproperties=font(size, bold, italic),
            color=color or self.theme.foreground,
            ha=ha,
            va=va,
            rotation=rotation,
            rotation_mode="anchor",
            parse_math=False,
            zorder=zorder,
        )

    def rect(self, box: Box, color: str, *, zorder: float = 0, **style: Any) -> Rectangle:
        """A filled rectangle behind the words."""
        patch = Rectangle(
            (box.left, box.top),
            box.width,
            box.height,
            facecolor=color,
            linewidth=style.pop("linewidth", 0),
            transform=self.picture.pixels,
            zorder=zorder,
            **style,
        )
        self.picture.add_artist(patch)
        return patch

    def line(
        self, xs: Sequence[float], ys: Sequence[float], color: str, width: float = 1, **style: Any
    ) -> Line2D:
        """A line through places."""
        line = Line2D(
            xs,
            ys,
            color=color,
            linewidth=width,
            transform=self.picture.pixels,
            **{"zorder": 1, **style},
        )
        self.picture.add_artist(line)
        return line

    def axes(self, box: Box, x: tuple[float, float], y: tuple[float, float]) -> Axes:
        """Axes over a rectangle, in the data's own numbers and with nothing around them."""
        wide, high = self.picture.get_size_inches() * DPI
        place = (
            box.left / wide,
            1 - box.bottom / high,
            max(box.width, 1) / wide,
            max(box.height, 1) / high,
        )
        axes = self.picture.add_axes(place, frameon=False, xlim=x, ylim=y, autoscale_on=False)
        axes.set_axis_off()
        return axes

    def plane(self, box: Box) -> Axes:
        """Axes whose numbers are pixels from the rectangle's top left."""
        return self.axes(box, (0, box.width), (box.height, 0))

    def mark(
        self, artist: Artist, label: str, value: Any, keys: Iterable[tuple[Field | None, Any]] = ()
    ) -> None:
        """Keep what an artist shows, and the dimensions' values that it stands for."""
        gid = f"mark-{len(self.picture.marks) + 1}"
        artist.set_gid(gid)
        of = tuple((field, key) for field, key in keys if field and not field.is_measure)
        folded = any(isinstance(key, Other | Total) for _, key in of)
        self.picture.marks[gid] = Mark(label, value, () if folded else of)

    def _check(self, text: str) -> None:
        lacking = sorted({letter for letter in text if not known(letter)} - {*self.picture.lacking})
        if lacking:
            self.picture.warnings = [
                each for each in self.picture.warnings if not each.startswith(_LACKS)
            ]
            self.picture.lacking += lacking
            letters = " ".join(self.picture.lacking[:5])
            self.note(f"{_LACKS}{letters}: a box stands for such a letter.")
