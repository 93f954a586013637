"""A tile's words, and its colours: the theme's, unless the layout gives it its own background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.embedding import layout
from labkit.cloud.quicksight.render import THEMES, Theme
from labkit.cloud.quicksight.render.markup import plain

Json = Mapping[str, Any]


def title_of(visual: walk.Placed) -> str:
    """A visual's own title; empty where it has none."""
    return plain((visual.body.get("Title") or {}).get("FormatText") or {})


def content_of(definition: Json, id: str) -> str:
    """The content of a text box."""
    every = (box for sheet in walk.sheets(definition) for box in sheet.get("TextBoxes") or ())
    return next(
        (str(each.get("Content", "")) for each in every if each["SheetTextBoxId"] == id), ""
    )


def theme_of(theme: Theme, visual: walk.Placed) -> Theme:
    """The theme of a visual's tile."""
    found = layout.every(visual.sheet, layout.CANVAS_PX, theme.sheet)
    styles = (each.style for each in found if each.id == visual.id)
    return tile_theme(theme, next(styles, {}))


def tile_theme(theme: Theme, style: Json) -> Theme:
    """A theme in a tile that has a background of its own."""
    background = style.get("BackgroundStyle") or {}
    color = str(background.get("Color") or "")[:7]
    if background.get("Visibility") == "HIDDEN":
        color = theme.ground
    if not layout.is_color(color):
        return theme
    readable = THEMES["CLASSIC" if _is_light(color) else "MIDNIGHT"]
    if _is_light(color) != _is_light(theme.background):
        theme = replace(readable, data=theme.data, gradient=theme.gradient)
    return replace(theme, background=color)


def ground_theme(theme: Theme) -> Theme:
    """The theme of what stands on a sheet itself, with words that can be read there."""
    if theme.ground == theme.panel:
        return theme
    return tile_theme(theme, {"BackgroundStyle": {"Color": theme.ground}})


def _is_light(color: str) -> bool:
    """
    >>> _is_light("#FAFAFA"), _is_light("#16202E")
    (True, False)
    """
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return 0.3 * red + 0.59 * green + 0.11 * blue > 140
