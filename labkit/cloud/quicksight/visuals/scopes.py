"""Which filters of a definition apply to a visual.

A filter group has a scope: all sheets, or chosen sheets with all or chosen visuals of each. Its
filters are joined by OR, the groups of a visual by AND. A group may stand for one data set or for
all that have a column of the same name. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FilterGroup.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def sheet_of(definition: Json, visual_id: str) -> str:
    """The id of the sheet that a visual stands on; empty where it is on none."""
    for sheet in definition.get("Sheets") or ():
        for visual in sheet.get("Visuals") or ():
            if any(body.get("VisualId") == visual_id for body in visual.values()):
                return str(sheet["SheetId"])
    return ""


def groups_of(definition: Json, visual_id: str) -> Iterator[Json]:
    """The filter groups in force on a visual."""
    sheet = sheet_of(definition, visual_id)
    for group in definition.get("FilterGroups") or ():
        enabled = group.get("Status", "ENABLED") == "ENABLED"
        if enabled and _reaches(group.get("ScopeConfiguration") or {}, sheet, visual_id):
            yield group


def _reaches(scope: Json, sheet: str, visual_id: str) -> bool:
    if "AllSheets" in scope:
        return True
    chosen = (scope.get("SelectedSheets") or {}).get("SheetVisualScopingConfigurations") or ()
    return any(
        each["SheetId"] == sheet
        and (each["Scope"] == "ALL_VISUALS" or visual_id in (each.get("VisualIds") or ()))
        for each in chosen
    )


def reaching(group: Json, identifier: str, columns: Iterable[str]) -> Iterator[tuple[str, Json]]:
    """The filters of a group that a data set is filtered by: kind and body.

    A group across data sets reaches those that have the filter's column.
    """
    everywhere = group.get("CrossDataset", "SINGLE_DATASET") == "ALL_DATASETS"
    known = set(columns)
    for each in group["Filters"]:
        [(kind, body)] = each.items()
        own = body["Column"].get("DataSetIdentifier", identifier) == identifier
        if own or (everywhere and body["Column"]["ColumnName"] in known):
            yield kind, body
