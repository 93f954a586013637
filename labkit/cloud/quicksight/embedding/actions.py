"""What a click on a mark does: what the visual's actions say, else it filters its sheet.

On AWS a dashboard filters by a click where its author has added such an action; here every visual
does, unless its own actions say which fields filter which visuals, or lead to another sheet.
Source:
https://docs.aws.amazon.com/quicksight/latest/user/quicksight-actions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.definitions import walk

Json = Mapping[str, Any]


def sheet_to_open(definition: Json, body: Json) -> str:
    """The sheet that a click leads to; empty where it filters."""
    known = [each["SheetId"] for each in definition.get("Sheets", ())]
    operations = list(_operations(body))
    if any("FilterOperation" in each for each in operations):
        return ""
    for each in operations:
        local = (each.get("NavigationOperation") or {}).get("LocalNavigationConfiguration") or {}
        if local.get("TargetSheetId") in known:
            return str(local["TargetSheetId"])
    return ""


def parameters_set(body: Json) -> list[dict[str, Any]]:
    """What a click sets: each parameter, and its ``values``, or the ``column`` or ``parameter``
    that has them.

    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SetParameterValueConfiguration.html
    """
    columns = dict(map(_column, walk.fields(body)))
    operations = (each.get("SetParametersOperation") or {} for each in _operations(body))
    return [
        {"parameter": each["DestinationParameterName"], "to": _value_of(each["Value"], columns)}
        for operation in operations
        for each in operation.get("ParameterValueConfigurations") or ()
    ]


def filters_too(body: Json) -> bool:
    """Whether a click filters: an action says so, or none says what else it does."""
    return not parameters_set(body) or filters_by_author(body)


def filters_by_author(body: Json) -> bool:
    """Whether an action of the visual's author filters."""
    return any(_filtering(body))


def targets(clicked: walk.Placed, every: Sequence[walk.Placed]) -> set[str]:
    """The visuals that a click on one filters."""
    others = {each.id for each in every if each.sheet["SheetId"] == clicked.sheet["SheetId"]}
    named = [_targets_of(each["FilterOperation"], others) for each in _filtering(clicked.body)]
    return set().union(*named) - {clicked.id} if named else others - {clicked.id}


def columns(body: Json) -> set[str] | None:
    """The columns by which a click filters; ``None`` for all of the mark's."""
    found: set[str] = set()
    for each in _filtering(body):
        said = each["FilterOperation"]["SelectedFieldsConfiguration"]
        if said.get("SelectedFieldOptions") == "ALL_FIELDS" or not said:
            return None
        ids = set(said.get("SelectedFields") or ())
        found |= {column for id, column in map(_column, walk.fields(body)) if id in ids}
        found |= {each["ColumnName"] for each in said.get("SelectedColumns") or ()}
    return found or None


def _value_of(said: Json, columns: Mapping[str, str]) -> dict[str, Any]:
    if "SourceField" in said:
        return {"column": columns.get(said["SourceField"], "")}
    if "SourceColumn" in said:
        return {"column": said["SourceColumn"]["ColumnName"]}
    if "SourceParameterName" in said:
        return {"parameter": said["SourceParameterName"]}
    custom = said.get("CustomValuesConfiguration") or {}
    values = [each for listed in (custom.get("CustomValues") or {}).values() for each in listed]
    return {"values": [*values, *([None] if custom.get("IncludeNullValue") else [])]}


def _column(field: tuple[str, Json]) -> tuple[str, str]:
    _, body = field
    return body["FieldId"], (body.get("Column") or {}).get("ColumnName", "")


def _targets_of(operation: Json, others: set[str]) -> set[str]:
    said = operation["TargetVisualsConfiguration"].get("SameSheetTargetVisualConfiguration") or {}
    named = said.get("TargetVisuals")
    return set(named) & others if named else others


def _filtering(body: Json) -> Iterator[Json]:
    return (each for each in _operations(body) if "FilterOperation" in each)


def _operations(body: Json) -> Iterator[Json]:
    """What happens on a click, in order."""
    for action in body.get("Actions") or ():
        if action.get("Status", "ENABLED") == "ENABLED" and action["Trigger"] == "DATA_POINT_CLICK":
            yield from action["ActionOperations"]
