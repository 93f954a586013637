"""What is named is there: data sets, parameters, filters, sheets, visuals, fields.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FilterScopeConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.definitions.judgement import Finding, Subject, check, strict_check

PARAMETERS = ("ParameterName", "SourceParameterName", "DestinationParameterName", "Parameter")
# Objects whose field must be one of the visual's; LENIENT passes over the formats among them.
SORTS = ("FieldSort", "FieldSortOptions", "Field")
FORMATS = ("Cell", "Shape", "FieldTooltipItem", "DataBars", "SelectedFieldOptions")


@check
def declared_data_sets(subject: Subject) -> Iterator[Finding]:
    """Each ``DataSetIdentifier`` is declared."""
    for node in walk.nodes(subject.definition):
        name = node.value.get("DataSetIdentifier")
        if isinstance(name, str) and name not in subject.columns:
            yield Finding(f"DataSetIdentifier {name} is not declared", node.place)


@check
def declared_parameters(subject: Subject) -> Iterator[Finding]:
    """Filters, controls and actions name parameters that are declared."""
    known = {declared["Name"] for _, declared in walk.declarations(subject.definition)}
    for node in walk.nodes(subject.definition):
        for name in (node.value[m] for m in PARAMETERS if isinstance(node.value.get(m), str)):
            if name not in known:
                yield Finding(f"Parameter {name} is not declared", node.place)


@check
def filters_of_controls(subject: Subject) -> Iterator[Finding]:
    """A control's filter is one of the definition's."""
    groups = subject.definition.get("FilterGroups", ())
    known = {f["FilterId"] for each in groups for one in each["Filters"] for f in one.values()}
    for node in walk.nodes(subject.definition):
        name = node.value.get("SourceFilterId", None)
        if name is not None and name not in known:
            yield Finding(f"SourceFilterId {name} is not found", node.place)


@check
def scopes(subject: Subject) -> Iterator[Finding]:
    """A filter group's scope names sheets, and visuals on them."""
    on = {sheet["SheetId"]: _visuals_on(sheet) for sheet in walk.sheets(subject.definition)}
    for node in walk.nodes(subject.definition.get("FilterGroups", [])):
        if node.key == "SheetVisualScopingConfigurations":
            sheet = node.value["SheetId"]
            if sheet not in on:
                yield Finding(f"SheetId {sheet} is not found", node.place[:1])
            for visual in node.value.get("VisualIds", ()):
                if visual not in on.get(sheet, ()):
                    yield Finding(f"VisualId {visual} is not found", node.place)


@strict_check
def sheets_of_actions(subject: Subject) -> Iterator[Finding]:
    """An action leads to a sheet that there is; the console keeps those whose sheet is deleted."""
    known = {sheet["SheetId"] for sheet in walk.sheets(subject.definition)}
    for node in walk.nodes(walk.sheets(subject.definition)):
        target = node.value.get("TargetSheetId")
        if target is not None and target not in known:
            yield Finding(f"TargetSheetId {target} is not found", node.place)


@check
def targets_of_actions(subject: Subject) -> Iterator[Finding]:
    """An action filters visuals of its own sheet."""
    for sheet in walk.sheets(subject.definition):
        for node in walk.nodes(sheet):
            for visual in node.value.get("TargetVisuals", ()):
                if visual not in _visuals_on(sheet):
                    yield Finding(f"Target visual {visual} is not found", node.place)


@check
def sorts(subject: Subject) -> Iterator[Finding]:
    """A sort is by a field of the visual."""
    yield from _unknown_fields(subject, SORTS)


@strict_check
def formats(subject: Subject) -> Iterator[Finding]:
    """A format, a tooltip, a condition is of a field of the visual."""
    yield from _unknown_fields(subject, FORMATS)


@strict_check
def hierarchies(subject: Subject) -> Iterator[Finding]:
    """A field's hierarchy is one of its visual's ``ColumnHierarchies``, where it lists any."""
    for each in walk.placed(subject.definition):
        if "ColumnHierarchies" not in each.body:
            continue
        nodes = list(walk.nodes(each.body["ColumnHierarchies"]))
        known = {node.value["HierarchyId"] for node in nodes if "HierarchyId" in node.value}
        for _, field in walk.fields(each.body):
            name = field.get("HierarchyId")
            if name is not None and name not in known:
                yield Finding(f"HierarchyId {name} is not found", _place(each))


@strict_check
def cascades(subject: Subject) -> Iterator[Finding]:
    """A cascading control follows controls of its sheet."""
    for sheet in walk.sheets(subject.definition):
        nodes = [node.value for node in walk.nodes(sheet)]
        members = ("FilterControlId", "ParameterControlId")
        known = {value[m] for value in nodes for m in members if m in value}
        for name in (v["SourceSheetControlId"] for v in nodes if "SourceSheetControlId" in v):
            if name not in known:
                place = (("Sheet", sheet["SheetId"]),)
                yield Finding(f"SourceSheetControlId {name} is not found", place)


def _unknown_fields(subject: Subject, keys: tuple[str, ...]) -> Iterator[Finding]:
    for each in walk.placed(subject.definition):
        known = {field["FieldId"] for _, field in walk.fields(each.body)}
        for node in walk.nodes(each.body):
            name: Any = node.value.get("FieldId") if node.key in keys else None
            if name is not None and name not in known:
                yield Finding(f"FieldId {name} is not found", _place(each))


def _visuals_on(sheet: walk.Json) -> set[str]:
    return {body["VisualId"] for one in sheet.get("Visuals", ()) for body in one.values()}


def _place(visual: walk.Placed) -> walk.Place:
    return (("Sheet", visual.sheet["SheetId"]), ("Visual", visual.id))
