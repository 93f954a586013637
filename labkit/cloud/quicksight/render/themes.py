"""A theme's colours.

QuickSight's own themes are CLASSIC, MIDNIGHT, SEASIDE and RAINIER; an account adds its own on
top of one of them by a ``ThemeConfiguration``. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/themes-in-quicksight.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ThemeConfiguration.html
The data colours here are ours: on each background they keep a contrast of 3 to 1 (WCAG 1.4.11), and
the first six are told apart by those who see no red or no green.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

LIGHT_DATA = tuple(
    "#2E6DA4 #D67500 #2A9D8F #D1495B #7A5C00 #2F3E46 #8E4C9E #7B8794 #C2557F #6B7F1F".split()
)
DARK_DATA = tuple(
    "#5AA9E6 #FFA94D #2FA893 #F4E285 #E4572E #E0E6ED #B98AE0 #8FA3B0 #F28DB2 #A9C75A".split()
)

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Theme:
    """What a picture is coloured with; each colour as ``#RRGGBB``.

    Args:
        sheet: the API's ``SheetStyle``: the look of tiles, what lies between and behind them.
    """

    name: str
    foreground: str
    background: str
    quiet: str
    panel: str
    grid: str
    accent: str
    danger: str
    success: str
    data: tuple[str, ...]
    gradient: tuple[str, ...]
    empty: str
    sheet: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def ground(self) -> str:
        """What lies behind the tiles of a sheet."""
        color = str((self.sheet.get("Background") or {}).get("Color") or "")
        return color if _COLOR.fullmatch(color) else self.panel

    @property
    def has_margin(self) -> bool:
        """Whether a sheet has room around its tiles."""
        layout = self.sheet.get("TileLayout") or {}
        return (layout.get("Margin") or {}).get("Show") is not False

    @classmethod
    def of(cls, theme: Theme | str | Mapping[str, Any] | None) -> Theme:
        """A theme by its name or ARN, or a ``ThemeConfiguration`` over CLASSIC."""
        if isinstance(theme, Theme):
            return theme
        if isinstance(theme, Mapping):
            return _configured(CLASSIC, theme)
        return THEMES.get((theme or "CLASSIC").rsplit("/", 1)[-1].upper(), CLASSIC)


CLASSIC = Theme(
    name="CLASSIC",
    foreground="#16191F",
    background="#FFFFFF",
    quiet="#545B64",
    panel="#F4F6F8",
    grid="#E3E7EB",
    accent="#2E6DA4",
    danger="#B42318",
    success="#1A7F5A",
    data=LIGHT_DATA,
    gradient=("#E4EFF8", "#7FB1D9", "#174A7C"),
    empty="#ECEFF2",
)
MIDNIGHT = Theme(
    name="MIDNIGHT",
    foreground="#F2F5F8",
    background="#16202E",
    quiet="#AAB7C4",
    panel="#202D3E",
    grid="#2E3C4F",
    accent="#5AA9E6",
    danger="#FF7F8F",
    success="#4DD0B0",
    data=DARK_DATA,
    gradient=("#24405E", "#4C8FCB", "#CFE8FF"),
    empty="#2A3747",
)
SEASIDE = replace(
    CLASSIC,
    name="SEASIDE",
    foreground="#10303A",
    background="#FBFDFD",
    quiet="#4A646D",
    panel="#EDF5F6",
    grid="#DCE8EA",
    accent="#0B7285",
    data=("#0B7285", "#CC6A00", "#A3324A", "#148F77", "#4B2E83", "#7A3E1D", *LIGHT_DATA[6:]),
    gradient=("#DFF1F2", "#6FB7BF", "#0A4E5C"),
    empty="#E6EEF0",
)
RAINIER = replace(
    CLASSIC,
    name="RAINIER",
    foreground="#1E2430",
    background="#F7F7F5",
    quiet="#555C68",
    panel="#ECECE8",
    grid="#DDDDD8",
    accent="#3F5A9A",
    data=("#3F5A9A", "#CC6A00", "#2A9D8F", "#D1495B", "#7A3E1D", "#2F3E46", *LIGHT_DATA[6:]),
    gradient=("#E6E9F3", "#8C9CCB", "#26396E"),
    empty="#E4E4E0",
)
THEMES = {each.name: each for each in (CLASSIC, MIDNIGHT, SEASIDE, RAINIER)}


def _configured(base: Theme, configuration: Mapping[str, Any]) -> Theme:
    ui = configuration.get("UIColorPalette", {})
    data = configuration.get("DataColorPalette", {})
    given = {
        "foreground": ui.get("PrimaryForeground"),
        "background": ui.get("PrimaryBackground"),
        "quiet": ui.get("SecondaryForeground"),
        "panel": ui.get("SecondaryBackground"),
        "grid": ui.get("SecondaryBackground"),
        "accent": ui.get("Accent"),
        "danger": ui.get("Danger"),
        "success": ui.get("Success"),
        "data": tuple(data.get("Colors", ())),
        "gradient": tuple(data.get("MinMaxGradient", ())),
        "empty": data.get("EmptyFillColor"),
        "sheet": configuration.get("Sheet"),
    }
    return replace(base, name="CUSTOM", **{key: each for key, each in given.items() if each})
