"""Parameters in the labels that a definition gives to axes, legends, fields and totals.

They are written as in titles: ``<<$Name>>``. Source:
https://docs.aws.amazon.com/quicksight/latest/user/parameters-in-titles.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from re import Match, sub
from typing import Any

from labkit.cloud.quicksight.visuals.formats import parameter_text
from labkit.cloud.quicksight.visuals.model import VisualData

Json = Mapping[str, Any]


def labelled(visual: Json, data: VisualData, parameters: Json) -> tuple[Json, VisualData]:
    """A visual and its data with the parameters' values in their labels."""
    fields = tuple(replace(each, label=filled(each.label, parameters)) for each in data.fields)
    return _labelled(visual, parameters), replace(data, fields=fields)


def filled(label: str, parameters: Json) -> str:
    """A label with the values of the parameters that have one.

    >>> filled("By <<$Group>> <<$Unset>>", {"Group": "School"})
    'By School <<$Unset>>'
    """

    def value(found: Match[str]) -> str:
        known = parameters.get(found[1])
        return found[0] if known is None else parameter_text(known)

    return sub(r"<<\$([^>]+)>>", value, label)


def _labelled(part: Any, parameters: Json) -> Any:
    if isinstance(part, Mapping):
        return {
            name: filled(value, parameters)
            if name == "CustomLabel" and isinstance(value, str)
            else _labelled(value, parameters)
            for name, value in part.items()
        }
    return [_labelled(each, parameters) for each in part] if isinstance(part, list) else part
