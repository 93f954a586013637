"""A page's HTML: its looks, its data and its scripts in one document that asks for nothing else."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from labkit.cloud.quicksight.embedding.tiles import ground_theme
from labkit.cloud.quicksight.render import Theme

DASHBOARD = ("elements.js", "controls.js", "sheet.js", "page.js")
QUESTIONS = ("elements.js", "ask.js")
# JupyterLab opens a file's page without its scripts until its reader trusts it.
# https://jupyterlab.readthedocs.io/en/stable/user/files.html
SCRIPTS = (
    '<p class="notice" role="alert">This page draws its charts with scripts, which are off here. '
    "In JupyterLab press <b>Trust HTML</b> above; elsewhere allow scripts.</p>"
)


def document(
    title: str,
    theme: Theme,
    body: str,
    scripts: Sequence[str],
    data: Mapping[str, Any],
    policy: str = "",
) -> str:
    """A whole page.

    Args:
        title: of the window.
        body: its HTML.
        scripts: names of the script files, run in this order.
        data: what the scripts read, by the ids of their elements.
        policy: a Content-Security-Policy that the document brings itself.
    """
    own = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">'
    blocks = "".join(
        f'<script type="application/json" id="{id}">{_quoted(value)}</script>'
        for id, value in data.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{own if policy else ""}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">'
        f"<title>{html.escape(title)}</title><style>{colors(theme)}{_file('page.css')}</style></head>"
        f"<body><noscript>{SCRIPTS}</noscript>{body}{blocks}<script>{script(scripts)}</script></body></html>"
    )


def dashboard(title: str, tools: str = "", *, resets: bool = True) -> str:
    """The body of a dashboard's page.

    Args:
        tools: HTML of what stands beside the button that resets it.
        resets: whether that button is seen.
    """
    hidden = "" if resets else " hidden"
    return (
        f"<header><h1>{html.escape(title)}</h1>"
        '<div class="tabs" id="tabs" role="tablist" aria-label="Sheets"></div>'
        f'<div class="tools"><button id="reset" type="button"{hidden}>Reset</button>{tools}</div>'
        "</header>"
        '<section aria-label="Filters">'
        '<details class="controls" id="controls" hidden><summary>Controls</summary>'
        '<div class="bar" id="bar" role="group" aria-label="Controls"></div></details>'
        '<div class="chips" id="chips"></div></section>'
        '<p class="notice" id="notice" role="alert"></p>'
        '<main id="board"></main><p class="sr" id="said" role="status"></p>'
    )


def source(scripts: Sequence[str]) -> str:
    """The scripts as a Content-Security-Policy names them: by what they are."""
    digest = hashlib.sha256(script(scripts).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@functools.cache
def script(names: tuple[str, ...]) -> str:
    """Script files one after the other."""
    return "\n".join(_file(name) for name in names)


def colors(theme: Theme) -> str:
    """A theme's colours for the style sheet."""
    on = ground_theme(theme)
    red, green, blue = (int(theme.background[at : at + 2], 16) for at in (1, 3, 5))
    named = {
        "scheme": "light" if red + green + blue > 380 else "dark",
        "ink": theme.foreground,
        "paper": theme.background,
        "quiet": theme.quiet,
        "panel": theme.panel,
        "line": theme.grid,
        "accent": theme.accent,
        "danger": theme.danger,
        "empty": theme.empty,
        "ground": theme.ground,
        "on": on.foreground,
        "on-quiet": on.quiet,
        "on-accent": on.accent,
        "margin": "16px" if theme.has_margin else "0",
        "top": "0" if theme.ground == theme.panel else "12px",
    }
    return f":root{{{';'.join(f'--{name}:{value}' for name, value in named.items())}}}"


@functools.cache
def _file(name: str) -> str:
    return (resources.files(__package__) / "static" / name).read_text("utf-8")


def _quoted(value: Any) -> str:
    """JSON that cannot end the element that it stands in."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
