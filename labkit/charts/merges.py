"""Take visuals of one definition over into another, with all that they need.

Data sets are the same where their ARNs are; ids that are taken become new ones; filters stay with
their visuals.
"""

from __future__ import annotations

import copy
from typing import Any

from labkit.charts import parts as chart_parts
from labkit.charts.edits import Analysis, edit
from labkit.charts.fields import Definition
from labkit.charts.visuals import put


@edit
def take_over(made: Analysis, *, sheet: str, definition: Definition) -> None:
    """Put the visuals of another definition onto a sheet."""
    identifiers = {
        each["Identifier"]: _identifier(made.definition, each)
        for each in definition["DataSetIdentifierDeclarations"]
    }
    other = _renamed(copy.deepcopy(definition), "DataSetIdentifier", identifiers)
    fields = dict(_new_fields(made.definition, other))
    other = _renamed(other, "ColumnName", fields)
    ids = {}
    for place in list(chart_parts.placed(other)):
        old = place.body["VisualId"]
        ids[old] = place.body["VisualId"] = chart_parts.fresh_id(made.definition, "visual")
        put(made, sheet, place.member, place.body)
    for group in other.get("FilterGroups", ()):
        _take_filters(made.definition, group, sheet, list(ids.values()))


def _identifier(definition: Definition, declared: Definition) -> str:
    """The identifier of a data set, which is declared if it is not."""
    known = definition.setdefault("DataSetIdentifierDeclarations", [])
    for each in known:
        if each["DataSetArn"] == declared["DataSetArn"]:
            return str(each["Identifier"])
    taken = {each["Identifier"] for each in known}
    stem = declared["DataSetArn"].rpartition("/")[2]
    name = next(n for n in [stem, *(f"{stem}-{i}" for i in range(2, 99))] if n not in taken)
    known.append({"Identifier": name, "DataSetArn": declared["DataSetArn"]})
    return str(name)


def _new_fields(definition: Definition, other: Definition) -> Any:
    """Take calculated fields over; what has the name of another one gets a new name."""
    own = definition.setdefault("CalculatedFields", [])
    for each in other.get("CalculatedFields", ()):
        taken = {field["Name"]: field["Expression"] for field in own}
        if taken.get(each["Name"]) == each["Expression"]:
            continue
        name = each["Name"]
        while name in taken:
            name += " (2)"
        own.append({**each, "Name": name})
        yield each["Name"], name


def _take_filters(definition: Definition, group: Definition, sheet: str, ids: list[str]) -> None:
    scope = {"SheetId": sheet, "Scope": "SELECTED_VISUALS", "VisualIds": ids}
    selected = {"SelectedSheets": {"SheetVisualScopingConfigurations": [scope]}}
    group |= {
        "FilterGroupId": chart_parts.fresh_id(definition, "group"),
        "ScopeConfiguration": selected,
    }
    definition.setdefault("FilterGroups", []).append(group)
    for union in group["Filters"]:
        for body in union.values():
            body["FilterId"] = ""
            body["FilterId"] = chart_parts.fresh_id(definition, "filter")


def _renamed(tree: Any, member: str, names: dict[str, str]) -> Any:
    """A definition in which other names stand in this member."""
    if isinstance(tree, dict):
        return {
            name: names.get(value, value)
            if name == member and isinstance(value, str)
            else _renamed(value, member, names)
            for name, value in tree.items()
        }
    return [_renamed(each, member, names) for each in tree] if isinstance(tree, list) else tree
