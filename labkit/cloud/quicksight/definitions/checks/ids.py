"""Ids are unique, and each member of a union is one thing.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_BarChartVisual.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from labkit.cloud.quicksight.calc.errors import CalcSyntaxError
from labkit.cloud.quicksight.calc.syntax import Name, parse
from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.definitions.judgement import Finding, Subject, check

UNIONS = {
    "Visuals": "Visual",
    "Filters": "Filter",
    "FilterControls": "FilterControl",
    "ParameterControls": "ParameterControl",
    "ParameterDeclarations": "ParameterDeclaration",
    "ColumnHierarchies": "ColumnHierarchy",
}


@check
def one_thing_each(subject: Subject) -> Iterator[Finding]:
    """A union has one member; a visual is one type of visual."""
    for node in walk.nodes(subject.definition):
        if node.key in UNIONS and len(node.value) != 1:
            names = ", ".join(node.value) or "none"
            yield Finding(f"{UNIONS[node.key]} must have exactly one type: {names}", node.place)


@check
def unique_identifiers(subject: Subject) -> Iterator[Finding]:
    """No two data sets have an identifier in common."""
    declared = subject.definition.get("DataSetIdentifierDeclarations", ())
    for twice in _doubles(each["Identifier"] for each in declared):
        yield Finding(f"DataSetIdentifierDeclarations has duplicate Identifier {twice}")


@check
def unique_sheets(subject: Subject) -> Iterator[Finding]:
    """Each sheet's id is its own."""
    for twice in _doubles(each["SheetId"] for each in walk.sheets(subject.definition)):
        yield Finding(f"SheetId {twice} must be unique")


@check
def unique_elements(subject: Subject) -> Iterator[Finding]:
    """No two elements of the sheets share an id: visuals, controls, text boxes, images."""
    members = (
        "VisualId",
        "FilterControlId",
        "ParameterControlId",
        "SheetTextBoxId",
        "SheetImageId",
    )
    for sheet in walk.sheets(subject.definition):
        nodes = [n.value for n in walk.nodes(sheet)]
        for member in members:
            for twice in _doubles(each[member] for each in nodes if member in each):
                yield Finding(f"{member} {twice} must be unique", (("Sheet", sheet["SheetId"]),))


@check
def unique_visuals(subject: Subject) -> Iterator[Finding]:
    """A visual's id is unique in all of the definition."""
    for twice in _doubles(each.id for each in walk.placed(subject.definition)):
        yield Finding(f"VisualId {twice} must be unique")


@check
def unique_filters(subject: Subject) -> Iterator[Finding]:
    """Filter groups and filters have ids of their own."""
    groups = subject.definition.get("FilterGroups", ())
    filters = (f for each in groups for one in each["Filters"] for f in one.values())
    yield from _unique("FilterGroupId", groups)
    yield from _unique("FilterId", filters)


@check
def unique_fields(subject: Subject) -> Iterator[Finding]:
    """No two fields of a visual's wells share an id; computations share fields."""
    for each in walk.placed(subject.definition):
        wells = each.body.get("ChartConfiguration", {}).get("FieldWells", {})
        named = (node.value.get("FieldId") for node in walk.nodes(wells))
        for twice in _doubles(id for id in named if id):
            place = (("Sheet", each.sheet["SheetId"]), ("Visual", each.id))
            yield Finding(f"FieldId {twice} must be unique", place)


@check
def unique_parameters(subject: Subject) -> Iterator[Finding]:
    """No two parameters share a name; AWS's Graviton dashboard has two that differ in case."""
    for twice in _doubles(d["Name"] for _, d in walk.declarations(subject.definition)):
        yield Finding(f"ParameterDeclarations has duplicate Name {twice}")


@check
def unique_calculated_fields(subject: Subject) -> Iterator[Finding]:
    """A calculated field's name is unique on its data set; a column of the name is all it may be.

    AWS's cost dashboards have a field ``usage_date`` that is ``{usage_date}``, by its id too.
    """
    every = subject.definition.get("CalculatedFields", ())
    named = [(each.get("DataSetIdentifier", ""), each["Name"]) for each in every]
    for _, twice in _doubles(named):
        yield Finding(f"CalculatedFields has duplicate Name {twice}")
    for (identifier, name), each in zip(named, every, strict=True):
        alike = name in (subject.columns.get(identifier) or {})
        if alike and not _is_named(each["Expression"], name):
            yield Finding(f"Calculated field {name} has the name of a column of {identifier}")


def _is_named(expression: str, name: str) -> bool:
    """Whether an expression is a field of the name and nothing else."""
    try:
        return parse(expression) in (Name(name), Name(name, braced=True))
    except CalcSyntaxError:
        return False


def _unique(member: str, every: Iterable[Any]) -> Iterator[Finding]:
    for twice in _doubles(each[member] for each in every):
        yield Finding(f"{member} {twice} must be unique")


def _doubles(every: Iterable[Any]) -> list[Any]:
    return [one for one, count in Counter(every).items() if count > 1]
