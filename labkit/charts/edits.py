"""Edits of an analysis: each takes one and gives a new one, and what it was stays as it was.

An analysis is QuickSight's own definition, so what is edited here is what is stored, drawn and
published. An edit is one function with the decorator `edit`; a builder names it and gives its
parameters::

    EDITS["place"](analysis, visual="visual-1", data_set="s", column="school_name")

Source: https://docs.aws.amazon.com/quicksight/latest/user/working-with-visuals.html
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec

from labkit.charts import parts as chart_parts
from labkit.charts.fields import Definition
from labkit.errors import NoChart

P = ParamSpec("P")


@dataclass
class Analysis:
    """What is being built.

    Args:
        definition: as the API has it.
        schemas: the type of each column and calculated field, by data set identifier: STRING,
            INTEGER, DECIMAL, DATETIME, or AGGREGATED of a calculated field that aggregates.
        auto: ids of the visuals whose type follows their fields (AutoGraph).
        aside: fields that a visual's type has no well for, by the visual's id; another type may.
    """

    definition: Definition
    schemas: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    auto: set[str] = field(default_factory=set)
    aside: dict[str, list[Definition]] = field(default_factory=dict)

    def copy(self) -> Analysis:
        definition, aside = copy.deepcopy((self.definition, self.aside))
        return Analysis(definition, self.schemas, set(self.auto), aside)

    def type_of(self, data_set: str, column: str) -> str:
        """A column's type; a text where it is not known."""
        return self.schemas.get(data_set, {}).get(column, "STRING")


Edit = Callable[..., Analysis]
EDITS: dict[str, Edit] = {}


def edit(function: Callable[Concatenate[Analysis, P], None]) -> Callable[..., Analysis]:
    """Register a function that changes an analysis; it is given a copy, which is the answer."""

    @functools.wraps(function)
    def edited(analysis: Analysis, *args: P.args, **given: P.kwargs) -> Analysis:
        made = analysis.copy()
        function(made, *args, **given)
        return made

    EDITS[function.__name__] = edited
    return edited


# Sheets -------------------------------------------------------------------------------------------


@edit
def add_sheet(made: Analysis, *, name: str = "") -> None:
    """A new empty sheet at the end."""
    sheets = made.definition["Sheets"]
    sheets.append(empty_sheet(chart_parts.fresh_id(made.definition, "sheet"),
                              name or f"Sheet {len(sheets) + 1}"))  # fmt: skip


@edit
def rename_sheet(made: Analysis, *, sheet: str, name: str) -> None:
    """Give a sheet another name."""
    chart_parts.sheet(made.definition, sheet)["Name"] = name


@edit
def remove_sheet(made: Analysis, *, sheet: str) -> None:
    """Take a sheet away with all that is on it."""
    sheets = made.definition["Sheets"]
    if len(sheets) == 1:
        raise NoChart("An analysis has at least one sheet.")
    sheets.remove(chart_parts.sheet(made.definition, sheet))
    forget_scopes(made.definition, lambda scope: scope["SheetId"] == sheet)


def empty_sheet(sheet_id: str, name: str) -> Definition:
    """A sheet with nothing on it."""
    grid: Definition = {"Configuration": {"GridLayout": {"Elements": []}}}
    return {
        "SheetId": sheet_id,
        "Name": name,
        "ContentType": "INTERACTIVE",
        "Visuals": [],
        "Layouts": [grid],
    }


# Data sets, calculated fields ---------------------------------------------------------------------


@edit
def add_data_set(made: Analysis, *, identifier: str, arn: str) -> None:
    """Let visuals be about a further data set."""
    declared = made.definition.setdefault("DataSetIdentifierDeclarations", [])
    if all(each["Identifier"] != identifier for each in declared):
        declared.append({"Identifier": identifier, "DataSetArn": arn})


@edit
def calculate(made: Analysis, *, data_set: str, name: str, expression: str, old: str = "") -> None:
    """A calculated field; with ``old`` in the place of the one of that name."""
    new = {"DataSetIdentifier": data_set, "Name": name, "Expression": expression}
    fields = made.definition.setdefault("CalculatedFields", [])
    taken = [each["Name"] for each in fields] + list(made.schemas.get(data_set, {}))
    if not name.strip():
        raise NoChart("A calculated field needs a name.")
    if name != old and name in taken:
        raise NoChart(f"There is a field {name!r} already.")
    made.definition["CalculatedFields"] = [
        each for each in fields if each["Name"] != old or each["DataSetIdentifier"] != data_set
    ] + [new]
    users = [made.definition["Sheets"], *_groups(made.definition), *made.aside.values()]
    for column in chart_parts.columns(users):
        if old and column == {"DataSetIdentifier": data_set, "ColumnName": old}:
            column["ColumnName"] = name  # type: ignore[index]


@edit
def remove_calculated(made: Analysis, *, data_set: str, name: str) -> None:
    """Take a calculated field away.

    Raises:
        NoChart: a visual or a filter uses it.
    """
    used = {"DataSetIdentifier": data_set, "ColumnName": name}
    for place in chart_parts.placed(made.definition):
        own = [place.body, *made.aside.get(place.body["VisualId"], ())]
        if used in chart_parts.columns(own):
            raise NoChart(f"{title_of(place)} shows {name}. Take it out there first.")
    if used in chart_parts.columns(_groups(made.definition)):
        raise NoChart(f"A filter uses {name}. Remove the filter first.")
    fields = made.definition.get("CalculatedFields", [])
    made.definition["CalculatedFields"] = [
        each for each in fields if (each["DataSetIdentifier"], each["Name"]) != (data_set, name)
    ]


def title_of(place: chart_parts.Place) -> str:
    """A visual's own title, or else its type in words."""
    text = place.body.get("Title", {}).get("FormatText", {})
    return str(text.get("PlainText") or place.member.removesuffix("Visual"))


# Scopes of filters --------------------------------------------------------------------------------


def forget_scopes(definition: Definition, gone: Callable[[Definition], bool]) -> None:
    """Take scopes out of the filter groups, and groups that are left without any."""
    for group in list(_groups(definition)):
        scopes = scopes_of(group)
        kept = [scope for scope in scopes if not gone(scope)]
        if len(kept) == len(scopes):
            continue
        group["ScopeConfiguration"] = {"SelectedSheets": {"SheetVisualScopingConfigurations": kept}}
        if not kept:
            drop_group(definition, group)


def drop_group(definition: Definition, group: Definition) -> None:
    """Take a filter group away, and the controls of its filters."""
    definition["FilterGroups"].remove(group)
    gone = {next(iter(each.values()))["FilterId"] for each in group["Filters"]}
    drop_controls(definition, "Filter", lambda body: body.get("SourceFilterId") in gone)


def drop_controls(definition: Definition, kind: str, gone: Callable[[Definition], bool]) -> None:
    """Take controls away, with their places. ``kind``: ``Filter`` or ``Parameter``."""
    for sheet in definition["Sheets"]:
        for control in list(sheet.get(f"{kind}Controls", ())):
            [body] = control.values()
            if gone(body):
                sheet[f"{kind}Controls"].remove(control)
                drop_elements(sheet, body[f"{kind}ControlId"])


def drop_elements(sheet: Definition, element: str) -> None:
    """Take an element out of a sheet's layouts."""
    for layout in [*sheet.get("Layouts", ()), *sheet.get("SheetControlLayouts", ())]:
        for part in _with_elements(layout):
            part["Elements"] = [each for each in part["Elements"] if each["ElementId"] != element]


def scopes_of(group: Definition) -> list[Definition]:
    """The sheets and visuals of a filter group; empty where it is about all sheets."""
    selected = group["ScopeConfiguration"].get("SelectedSheets", {})
    return list(selected.get("SheetVisualScopingConfigurations", ()))


def _groups(definition: Definition) -> list[Definition]:
    return definition.get("FilterGroups") or []


def _with_elements(tree: Any) -> list[Definition]:
    if isinstance(tree, list):
        return [found for each in tree for found in _with_elements(each)]
    if not isinstance(tree, dict):
        return []
    own = [tree] if isinstance(tree.get("Elements"), list) else []
    return own + [found for each in tree.values() for found in _with_elements(each)]
