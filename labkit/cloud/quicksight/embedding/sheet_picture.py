"""A whole sheet as one picture: its controls on top, its visuals and text boxes below.

What is around the visuals is one drawing; the visuals are drawn each by itself and laid onto it, as
pixels of a PNG or as nested documents of an SVG.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from matplotlib.image import imread, imsave
from numpy import asarray

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.embedding import control_values, layout, pictures
from labkit.cloud.quicksight.embedding.choosing import Chosen
from labkit.cloud.quicksight.embedding.controls import SPAN, Control, controls_of
from labkit.cloud.quicksight.embedding.layout import Place
from labkit.cloud.quicksight.embedding.tiles import content_of, ground_theme, tile_theme, title_of
from labkit.cloud.quicksight.render import Theme
from labkit.cloud.quicksight.render.drawing import to_png, to_svg
from labkit.cloud.quicksight.render.markup import SIZE, Run, lines_of
from labkit.cloud.quicksight.render.runs import height, length, wrapped, written
from labkit.cloud.quicksight.render.sketch import Box, Picture, Sketch
from labkit.cloud.quicksight.render.text import cut, width
from labkit.cloud.quicksight.static_files import Image, fitted
from labkit.cloud.quicksight.visuals.model import VisualData

Json = Mapping[str, Any]
_METADATA: Any = {"Software": None}
MARGIN_PX, HEAD_PX = 16, 46
CONTROL_PX = 48
HEADING_PX = 8


@dataclass(frozen=True)
class SheetPicture:
    """A sheet's picture in its parts.

    Args:
        ground: what is around the visuals.
        visuals: each with its place.
        told: whether each mark of an SVG bears its value.
    """

    ground: Picture
    visuals: tuple[tuple[Place, walk.Placed, Picture], ...]
    told: bool = True

    @property
    def left_out(self) -> list[str]:
        """What the images and the visuals leave out, in sentences."""
        return self.ground.warnings + [
            f"{title_of(visual) or visual.id}: {sentence}"
            for _, visual, picture in self.visuals
            for sentence in picture.warnings
        ]

    def png(self, scale: float) -> bytes:
        """The whole as PNG."""
        whole = _pixels(self.ground, scale)
        for place, _, picture in self.visuals:
            part = _pixels(picture, scale)
            left, top = round(place.left * scale), round(place.top * scale)
            room = whole[top : top + part.shape[0], left : left + part.shape[1]]
            room[:] = part[: room.shape[0], : room.shape[1]]
        out = BytesIO()
        imsave(out, whole, format="png", metadata=_METADATA)
        return out.getvalue()

    def svg(self) -> str:
        """The whole as SVG."""
        ground = to_svg(self.ground)
        parts = [
            _at(place, pictures.svg(picture, visual, f"v{at}", told=self.told))
            for at, (place, visual, picture) in enumerate(self.visuals)
        ]
        return ground.replace("</svg>", f"{''.join(parts)}</svg>")


def _pixels(picture: Picture, scale: float) -> Any:
    """A picture's rows of pixels."""
    return imread(BytesIO(to_png(picture, scale)), format="png").copy()


def sheet_picture(chosen: Chosen, sheet: Json, width_px: float) -> SheetPicture:
    """The picture of a sheet so wide."""
    theme = chosen.open.board.theme
    controls = controls_of(chosen.definition, sheet)
    inner = width_px - 2 * MARGIN_PX
    values = walk.parameters(chosen.definition, chosen.parameters)
    edge = MARGIN_PX if theme.has_margin else 0
    found = layout.places(sheet, width_px - 2 * edge, values, theme.sheet)
    placed = {each.id for each in found}
    bar, below = _bar([each for each in controls if each.id not in placed], inner)
    heading = list(_heading(sheet, inner, ground_theme(theme)))
    start = HEAD_PX + below
    top = start + sum(height(runs, SIZE) for runs in heading) + (HEADING_PX if heading else 0)
    found = [replace(each, left=each.left + edge, top=each.top + top) for each in found]
    high = max([top, *(each.bottom for each in found)]) + edge
    ground = Picture(width_px, high, theme.panel)
    sketch = Sketch(ground, theme, "", {}, VisualData((), ()), Box(0, 0, width_px, high))
    if theme.ground != theme.panel:
        sketch.rect(sketch.box.inset(top=start - HEADING_PX), theme.ground)
    _head(sketch, chosen, sheet)
    for runs in heading:
        written(sketch, runs, MARGIN_PX, start + height(runs, SIZE) / 2)
        start += height(runs, SIZE)
    for control, box in bar:
        _control(sketch, control, chosen, box)
    visuals = _elements(sketch, chosen, found, {each.id: each for each in controls})
    return SheetPicture(ground, tuple(visuals), chosen.open.board.allows.tooltips)


def _bar(controls: list[Control], width_px: float) -> tuple[list[tuple[Control, Box]], float]:
    """Where the controls stand, from left to right and row by row, and how high all are."""
    placed, left, top = [], 0.0, 0.0
    gap = layout.GAP_PX
    for each in controls:
        wide = max(
            layout.CONTROL_LEAST_PX,
            (each.span or SPAN) / layout.BAR_COLUMNS * (width_px + gap) - gap,
        )
        if left and left + wide > width_px + 0.5:
            left, top = 0.0, top + CONTROL_PX + gap
        box = Box(left, top, left + wide, top + CONTROL_PX)
        placed.append(
            (each, Box(box.left + MARGIN_PX, box.top + HEAD_PX, box.right + MARGIN_PX,
                       box.bottom + HEAD_PX))
        )  # fmt: skip
        left += wide + gap
    return placed, top + CONTROL_PX + gap + 4 if placed else 0.0


def _head(sketch: Sketch, chosen: Chosen, sheet: Json) -> None:
    """The dashboard's name, and the sheet's where there are several."""
    board = chosen.open.board
    room = sketch.box.width - 2 * MARGIN_PX
    name = cut(board.name, room, 17, bold=True)
    sketch.text(MARGIN_PX, HEAD_PX / 2 + 1, name, size=17, bold=True)
    left = MARGIN_PX + width(name, 17, bold=True) + 14
    if len(board.sheets) > 1 and sketch.box.right - MARGIN_PX - left > 60:
        told = cut(str(sheet.get("Name", "")), sketch.box.right - MARGIN_PX - left, 12)
        sketch.text(left, HEAD_PX / 2 + 2, told, size=12, color=sketch.theme.quiet)


def _heading(sheet: Json, room: float, theme: Theme) -> Iterator[list[Run]]:
    """The sheet's title and description in lines so wide."""
    said = layout.heading(sheet)
    looks = {
        "title": Run(size=24, color=theme.accent, bold=True),
        "description": Run(size=14, color=theme.quiet),
    }
    for name, text in said.items():
        yield from wrapped([replace(looks[name], text=text)], room)


def _control(sketch: Sketch, control: Control, chosen: Chosen, box: Box) -> None:
    theme = sketch.theme
    if control.title:
        title = cut(control.title, box.width, 11)
        sketch.text(box.left, box.top + 7, title, size=11, color=theme.quiet)
    field = box.inset(top=17 if control.title else 8, bottom=0 if control.title else 8)
    sketch.rect(field, theme.background, edgecolor=theme.quiet, linewidth=0.7)
    is_list = control.kind in control_values.LISTS
    words = cut(control_values.in_words(control, chosen), field.width - (30 if is_list else 16), 12)
    middle = field.centre[1]
    sketch.text(field.left + 9, middle, words, size=12)
    if is_list:
        x = field.right - 15
        sketch.line((x - 4, x, x + 4), (middle - 2, middle + 2.5, middle - 2), theme.quiet, 1.4)


def _elements(
    sketch: Sketch, chosen: Chosen, places: list[Place], controls: Mapping[str, Control]
) -> list[tuple[Place, walk.Placed, Picture]]:
    """Draw what is no visual; draw the visuals each by itself."""
    found = []
    visuals = {each.id: each for each in chosen.open.board.visuals}
    for place in places:
        if place.type == "VISUAL" and place.id in visuals:
            theme = tile_theme(sketch.theme, place.style)
            _tile(sketch, place, theme)
            inside, visual = place.drawn, visuals[place.id]
            picture = pictures.picture(chosen, visual, inside.width, inside.height, theme)
            if place.style.get("BorderRadius"):
                picture.warnings.append("Not drawn: BorderRadius.")
            found.append((inside, visual, picture))
        elif place.type == "TEXT_BOX":
            _text_box(sketch, chosen, place)
        elif place.type == "IMAGE":
            _image(sketch, chosen.open.board.image(place.id), place)
        elif place.id in controls:
            box = Box(place.left, place.top, place.left + place.width, place.top + CONTROL_PX)
            _control(sketch, controls[place.id], chosen, box)
    return found


def _tile(sketch: Sketch, place: Place, theme: Theme) -> None:
    thick, color = place.border
    edge = color[:7] or theme.grid
    if place.is_borderless:
        edge = theme.background
    sketch.rect(_box(place), theme.background, edgecolor=edge, linewidth=thick or 1)


def _box(place: Place) -> Box:
    return Box(place.left, place.top, place.left + place.width, place.top + place.height)


def _image(sketch: Sketch, image: Image, place: Place) -> None:
    """An image cut at its tile, or its words where its file is not to be had."""
    pixels = _decoded(image)
    if pixels is None:
        sketch.rect(_box(place), sketch.theme.empty)
        title = cut(image.title, place.width - 12, 12)
        sketch.text(*_box(place).centre, title, size=12, color=sketch.theme.quiet, ha="center")
        sketch.note(f"The image {image.title} is not drawn: its file is not to be had.")
        return
    if "BackgroundStyle" in place.style or place.border[0]:
        _tile(sketch, place, tile_theme(sketch.theme, place.style))
    box = _box(place.inside(place.border[0]))
    size = (pixels.shape[1], pixels.shape[0])
    left, top, wide, high = fitted(image, size, (box.width, box.height))
    sketch.plane(box).imshow(pixels, extent=(left, left + wide, top + high, top), aspect="auto")


def _decoded(image: Image) -> Any:
    """The pixels of an image's file, ``None`` where it does not read."""
    from PIL import Image as files

    try:
        return asarray(files.open(BytesIO(image.content)).convert("RGBA"))
    except (OSError, ValueError, files.DecompressionBombError):
        return None


def _text_box(sketch: Sketch, chosen: Chosen, place: Place) -> None:
    """A text box's lines, wrapped at its width and ended at its height, the first in any case."""
    if "BackgroundStyle" in place.style or place.border[0]:
        theme = tile_theme(sketch.theme, place.style)
        if "BackgroundStyle" not in place.style:
            theme = replace(theme, background=theme.panel)
        sketch = sketch.within(sketch.box, theme=theme)
        _tile(sketch, place, replace(theme, grid=theme.background))
    else:
        sketch = sketch.within(sketch.box, theme=ground_theme(sketch.theme))
    place = place.inside()
    parameters = walk.parameters(chosen.definition, chosen.parameters)
    start = top = place.top + 2
    for line in lines_of(content_of(chosen.definition, place.id), parameters):
        for runs in wrapped(line.runs, place.width):
            high = height(runs, SIZE)
            if top > start and top + high > place.bottom + 4:
                sketch.text(place.left, place.bottom - 4, "…", color=sketch.theme.quiet)
                return
            free = max(place.width - length(runs), 0)
            left = place.left + {"left": 0, "center": free / 2, "right": free}[line.align]
            written(sketch, runs, left, top + high / 2)
            top += high


def _at(place: Place, svg: str) -> str:
    """An SVG document at its place in another."""
    return re.sub("<svg ", f'<svg x="{place.left:g}" y="{place.top:g}" ', svg, count=1)
