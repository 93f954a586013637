"""One picture of the gallery, and the visual that it is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.visuals.model import VisualData


@dataclass(frozen=True)
class Case:
    """One picture."""

    name: str
    visual: Mapping[str, Any]
    data: VisualData
    theme: str = "CLASSIC"


def visual(kind: str, formats: Any = (), **configuration: Any) -> dict[str, Any]:
    """A visual of a sheet."""
    made: dict[str, Any] = {"VisualId": "picture", "ChartConfiguration": configuration}
    if formats:
        made["ConditionalFormatting"] = {"ConditionalFormattingOptions": formats}
    return {f"{kind}Visual": made}
