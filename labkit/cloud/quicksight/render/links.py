"""A table's addresses as links: the words or the sign that stand for them, and where they lead.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TableFieldLinkConfiguration.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from labkit.cloud.quicksight.render.cells import Look
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Field

_LEADS = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
SIGN = "\u2197"


def field_options(sketch: Sketch) -> dict[str, Mapping[str, Any]]:
    """The visual's own options for its fields, by their ids."""
    return {
        each["FieldId"]: each
        for each in sketch.option("FieldOptions", "SelectedFieldOptions", default=[])
    }


def link(sketch: Sketch, field: Field, value: Any) -> dict[str, Any]:
    """What a cell is where its field is of links and the value leads somewhere; else nothing."""
    styled = field_options(sketch).get(field.id, {}).get("URLStyling") or {}
    content = (styled.get("LinkConfiguration") or {}).get("Content")
    if content is None or not _LEADS.fullmatch(str(value or "").strip()):
        return {}
    url, color = str(value).strip(), sketch.theme.accent
    if content.get("CustomIconContent"):
        return {"text": "", "icon": (SIGN, color), "url": url}
    words = content.get("CustomTextContent") or {}
    style = sketch.option("TableOptions", "CellStyle", default={})
    own = (style.get("FontConfiguration"), {"FontColor": color}, words.get("FontConfiguration"))
    font = {name: value for each in own for name, value in (each or {}).items()}
    look = Look({**style, "FontConfiguration": font})
    return {"look": look, "url": url} | ({"text": words["Value"]} if "Value" in words else {})
