"""A visual and its data as a picture.

A definition holds more than a picture shows: what a person clicks, scrolls or hovers over has no
place in it. What it asks of the picture itself and is not drawn stands below the chart and in
`Picture.warnings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from io import BytesIO, StringIO
from threading import Lock
from typing import Any
from warnings import catch_warnings, filterwarnings

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from labkit.cloud.quicksight.render import charts  # noqa: F401  (fills the registry)
from labkit.cloud.quicksight.render.frame import PADDING, annotate, framed, nothing
from labkit.cloud.quicksight.render.labelled import labelled
from labkit.cloud.quicksight.render.left_out import unhonoured
from labkit.cloud.quicksight.render.registry import CHARTS
from labkit.cloud.quicksight.render.sketch import DPI, Box, Picture, Sketch
from labkit.cloud.quicksight.render.themes import Theme
from labkit.cloud.quicksight.visuals.model import TABLES, VisualData

WITHOUT_DATA = ("CustomContentVisual", "EmptyVisual", "PluginVisual", "InsightVisual")
_SVG: Any = {"svg.hashsalt": "labkit", "svg.fonttype": "none"}
_PNG: Any = {"text.hinting": "no_hinting"}
_rendering = Lock()  # matplotlib's settings are the process's own
_PLACE = re.compile(r"(?<=[\s\"(])-?\d+\.\d{3,}(?=[\s\")])")
# Wells without which there is nothing to draw; of several in one place, any will do.
_NEEDS: dict[str, list[tuple[str, ...]]] = {
    "BarChartVisual": [("Values",)],
    "PieChartVisual": [("Values",)],
    "KPIVisual": [("Values",)],
    "HeatMapVisual": [("Rows", "Columns"), ("Values",)],
    "TreeMapVisual": [("Groups",), ("Sizes",)],
    "FunnelChartVisual": [("Category",), ("Values",)],
    "WaterfallVisual": [("Values",)],
    "ScatterPlotVisual": [("XAxis",), ("YAxis",)],
    "SankeyDiagramVisual": [("Source",), ("Destination",), ("Weight",)],
    "BoxPlotVisual": [("Values", "Median")],
}
_FONTS = "'DejaVu Sans', Verdana, sans-serif"


def draw(
    visual: Mapping[str, Any],
    data: VisualData,
    *,
    theme: Theme | str | Mapping[str, Any] | None = None,
    width_px: float = 640,
    height_px: float = 400,
    parameters: Mapping[str, Any] | None = None,
) -> Picture:
    """The picture of a visual.

    Args:
        visual: one member of a sheet's ``Visuals``: ``{"BarChartVisual": {...}}``.
        data: its rows.
        theme: a theme, the name or ARN of one of QuickSight's own, or a ``ThemeConfiguration``.
        width_px: how wide it is.
        height_px: how high it is.
        parameters: values for the ``<<$names>>`` in titles and labels.

    Returns:
        The figure, with its ``marks`` and ``warnings``.
    """
    kind, members = next(iter(visual.items()))
    members, data = labelled(members or {}, data, parameters or {})
    theme = Theme.of(theme)

    def attempt(lines: int) -> tuple[Picture, int]:
        picture = Picture(width_px, height_px, theme.background)
        whole = Box(0, 0, width_px, height_px)
        sketch = Sketch(picture, theme, kind, members, data, whole, parameters=parameters or {})
        return picture, _drawn(sketch, lines)

    picture, lines = attempt(0)
    return attempt(lines)[0] if lines else picture


def _drawn(sketch: Sketch, lines: int) -> int:
    """Draw a visual; how many lines its notes need, where that is more than there was room for."""
    data, kind, picture = sketch.data, sketch.kind, sketch.picture
    for sentence, brief in unhonoured(kind, sketch.visual):
        sketch.note(sentence, brief)
    inner, room = framed(sketch, lines)
    if kind not in WITHOUT_DATA and (not _has_values(kind, data) or _lacks(kind, data)):
        nothing(inner, "Not shown" if data.not_drawn and not data.fields else "No data")
    else:
        CHARTS[kind](inner)
    needed = annotate(sketch.within(sketch.box.inset(left=14, right=14)))
    picture.warnings[:0] = [each for each in data.not_drawn if each not in picture.warnings]
    return needed if needed > room else 0


def to_png(picture: Picture, scale: float = 1) -> bytes:
    """The picture as a PNG file: the same bytes each time.

    Args:
        picture: what `draw` gave.
        scale: pixels of the file for one of the picture: 2 for a sharp screen.
    """
    out = BytesIO()
    with _rendered(_PNG):
        picture.set_dpi(DPI * scale)
        canvas: Any = FigureCanvasAgg(picture)
        canvas.print_png(out, metadata={"Software": None})
        picture.set_dpi(DPI)
    return out.getvalue()


def used_px(picture: Picture) -> float:
    """How high a picture need be for what is drawn in it."""
    canvas: Any = FigureCanvasAgg(picture)
    with _rendered(_PNG):
        lowest = picture.get_tightbbox(canvas.get_renderer()).y0 * DPI
    return float(picture.get_figheight() * DPI - max(0.0, lowest - PADDING - 6))


def to_svg(picture: Picture) -> str:
    """The picture as an SVG document: the same text each time.

    Words stay words; a mark carries what it shows as its ``<title>``, which a browser shows under
    the pointer.
    """
    out = StringIO()
    with _rendered(_SVG):
        canvas: Any = FigureCanvasSVG(picture)
        canvas.print_svg(out, metadata={"Date": None, "Creator": None})
    return _titled(_rounded(_in_pixels(out.getvalue())), picture)


@contextmanager
def _rendered(settings: Any) -> Iterator[None]:
    """matplotlib's settings, one thread at a time; what the font lacks is told already."""
    with _rendering, matplotlib.rc_context(settings), catch_warnings():
        filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _lacks(kind: str, data: VisualData) -> bool:
    """Whether a well is empty without which there is nothing to draw."""
    return not all(data.well(*wells) for wells in _NEEDS.get(kind, ()))


def _has_values(kind: str, data: VisualData) -> bool:
    """Whether there is something to draw: a measure's value, in a table any."""
    any_field = kind in TABLES or len(data.fields) == 1
    values = [
        at for at, each in enumerate(data.fields) if each.is_seen and (each.is_measure or any_field)
    ]
    rows = [*data.rows, *([data.others] if data.others else [])]
    return any(row[at] is not None for row in rows for at in values or range(len(data.fields)))


def _in_pixels(svg: str) -> str:
    svg = re.sub(r'(<svg [^>]*?width="[\d.]+)pt("[^>]*?height="[\d.]+)pt"', r'\1px\2px"', svg)
    return re.sub(r"'DejaVu Sans'(, '[^']*'|, sans-serif)*", _FONTS, svg)


def _rounded(svg: str) -> str:
    """Places, which stand in the tags, to a hundredth of a pixel."""
    return re.sub(r"<[^>]*>", lambda tag: _PLACE.sub(_hundredths, tag[0]), svg)


def _hundredths(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _titled(svg: str, picture: Picture) -> str:
    def title(found: re.Match[str]) -> str:
        mark = picture.marks[found["gid"]]
        told = mark.label if mark.value is None else f"{mark.label}: {mark.value}"
        return f"{found[0]}<title>{escape(told)}</title>"

    return re.sub(r'<g id="(?P<gid>mark-\d+)">', title, svg)
