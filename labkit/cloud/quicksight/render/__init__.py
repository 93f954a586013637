"""Charts: a visual of a definition and its data as a matplotlib figure.

matplotlib, which takes a third of a second, comes with `drawing`: who asks for rows needs none.
"""

from labkit.cloud.quicksight.render.themes import THEMES, Theme

__all__ = ["THEMES", "Theme"]
