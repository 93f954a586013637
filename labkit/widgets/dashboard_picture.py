"""The dashboard builder's static picture."""

from __future__ import annotations

from typing import Any

from labkit.widgets.picture import Markup, fold, frame, notice, tag

Facts = dict[str, Any]


def pictured(title: str, sheets: list[Facts], png: str, message: Facts) -> Markup:
    """The first sheet as it looks, and all sheets in words."""
    shown = Markup()
    if png:
        shown = tag("img", src=f"data:image/png;base64,{png}", alt=title, style="max-width:100%")
    words = [_sheet(each) for each in sheets if each["visuals"]]
    return frame(f"Dashboard builder · {title}", notice(message), shown, *words)


def _sheet(sheet: Facts) -> Markup:
    lines = (_visual(each) for each in sheet["visuals"])
    count = len(sheet["visuals"])
    return fold(f"{sheet['name']}: {count} visual{'' if count == 1 else 's'}", *lines)


def _visual(visual: Facts) -> Markup:
    wells = [
        f"{well['label']}: {', '.join(each['label'] for each in well['fields'])}"
        for well in visual["wells"]
        if well["fields"]
    ]
    return tag("div", " · ".join([visual["title"] or visual["label"], *wells]), style="row")
