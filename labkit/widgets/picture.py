"""Static pictures of consoles: HTML with styles in the elements, for where no script runs."""

from __future__ import annotations

import html
from collections.abc import Container, Iterable, Sequence
from typing import Any

BORDER = "1px solid var(--jp-border-color2, #d5dbdb)"
STYLES = {
    "frame": f"border:{BORDER};border-radius:6px;padding:10px 14px;max-width:900px;"
    "font:13px/1.5 system-ui,sans-serif;text-align:left",
    "title": "font-weight:600;font-size:15px;margin:0 0 6px",
    "table": "border-collapse:collapse;table-layout:auto;width:100%;margin:4px 0",
    "th": f"text-align:left;padding:3px 10px 3px 0;border-bottom:{BORDER};font-weight:600",
    "td": "text-align:left;padding:3px 10px 3px 0;vertical-align:top",
    "quiet": "color:var(--jp-ui-font-color2, #5f6b7a)",
    "caption": "color:var(--jp-ui-font-color2, #5f6b7a);font:12px/1.5 system-ui,sans-serif;"
    "margin:4px 0 8px",
    "code": f"border:{BORDER};border-radius:4px;padding:8px 10px;margin:6px 0;white-space:pre-wrap;"
    "font:12px/1.5 ui-monospace,Menlo,Consolas,monospace;text-align:left",
    "error": "border-left:3px solid var(--jp-error-color1, #d91515);padding:4px 10px;margin:6px 0",
    "row": "margin:2px 0",
}


class Markup(str):
    """Text that is HTML already."""


def tag(name: str, *children: Any, style: str = "", **attributes: str) -> Markup:
    """An element; children that are no `Markup` are escaped.

    >>> tag("b", "1 < 2")
    '<b>1 &lt; 2</b>'
    """
    given = {"style": STYLES.get(style, style), **attributes}
    written = "".join(f' {k}="{html.escape(v)}"' for k, v in given.items() if v)
    return Markup(f"<{name}{written}>{joined(children)}</{name}>")


def joined(children: Iterable[Any]) -> Markup:
    """Children one after the other."""
    return Markup(
        "".join(c if isinstance(c, Markup) else html.escape(str(c), quote=False) for c in children)
    )


def frame(title: str, *children: Any) -> Markup:
    """A console's frame with its title."""
    return tag("div", tag("div", title, style="title"), *children, style="frame")


def table(
    headers: Sequence[str], rows: Iterable[Sequence[Any]], *, numbers: Container[int] = ()
) -> Markup:
    """A table; what stands in the columns ``numbers`` (their positions) stands at the right."""
    right = [at in numbers for at in range(len(headers))]
    named = zip(headers, right, strict=True)
    head = tag("tr", *(tag("th", name, style=_aligned("th", r)) for name, r in named))
    body = [
        tag("tr", *(_cell(value, r) for value, r in zip(row, right, strict=True))) for row in rows
    ]
    return tag("table", tag("thead", head), tag("tbody", *body), style="table")


def fold(summary: Any, *children: Any) -> Markup:
    """A line that opens on a click."""
    return tag("details", tag("summary", summary), *children, style="row")


def notice(facts: dict[str, Any]) -> Markup:
    """A console's notice, nothing when there is none."""
    if not facts:
        return Markup()
    advice = [tag("div", facts["advice"], " ", tag("code", facts["code"]))] * bool(facts["advice"])
    return tag("div", facts["text"], *advice, style="error")


def _cell(value: Any, right: bool) -> Markup:
    style = _aligned("td", right)
    if value is None:
        return tag("td", "NULL", style=f"{style};{STYLES['quiet']}")
    return tag("td", f"{value:,}" if isinstance(value, int) else value, style=style)


def _aligned(name: str, right: bool) -> str:
    return STYLES[name].replace("left", "right", 1) if right else STYLES[name]
