"""QuickSight's four starter themes, as the API tells them.

The names and the ARNs are QuickSight's own. Which colours they have no page says; here they are
those that `labkit.cloud.quicksight.render` draws with.
Source: https://docs.aws.amazon.com/quicksight/latest/user/themes-in-quicksight.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.quicksight.render import THEMES

CLASSIC = "CLASSIC"
NAMES = (CLASSIC, "MIDNIGHT", "SEASIDE", "RAINIER")


def described(name: str) -> dict[str, Any]:
    """A starter theme as ``DescribeTheme`` tells it."""
    version = {
        "VersionNumber": 1,
        "Arn": f"{_arn(name)}/version/1",
        "BaseThemeId": name,
        "Configuration": configuration(name),
        "Status": "CREATION_SUCCESSFUL",
    }
    return {**_told(name), "Version": version, "Type": "QUICKSIGHT"}


def summary(name: str) -> dict[str, Any]:
    """A starter theme as ``ListThemes`` tells it."""
    return {**_told(name), "LatestVersionNumber": 1}


def configuration(name: str) -> dict[str, Any]:
    """A starter theme's colours, as a ``ThemeConfiguration``."""
    theme = THEMES[name]
    colors = {
        "PrimaryForeground": theme.foreground,
        "PrimaryBackground": theme.background,
        "SecondaryForeground": theme.quiet,
        "SecondaryBackground": theme.panel,
        "Accent": theme.accent,
        "Danger": theme.danger,
        "Success": theme.success,
    }
    data = {
        "Colors": list(theme.data),
        "MinMaxGradient": [theme.gradient[0], theme.gradient[-1]],
        "EmptyFillColor": theme.empty,
    }
    return {"UIColorPalette": colors, "DataColorPalette": data}


def _told(name: str) -> dict[str, Any]:
    return {"ThemeId": name, "Name": name.capitalize(), "Arn": _arn(name)}


def _arn(name: str) -> str:
    return f"arn:aws:quicksight::aws:theme/{name}"
