"""Charts: a visual of a definition and its data as a matplotlib figure."""

from labkit.cloud.quicksight.render.drawing import draw, to_png, to_svg, used_px
from labkit.cloud.quicksight.render.sketch import Mark, Picture
from labkit.cloud.quicksight.render.themes import THEMES, Theme

__all__ = ["THEMES", "Mark", "Picture", "Theme", "draw", "to_png", "to_svg", "used_px"]
