"""Edits of controls and parameters: what readers may choose on top of a sheet.

Sources: https://docs.aws.amazon.com/quicksight/latest/user/filter-controls.html and
https://docs.aws.amazon.com/quicksight/latest/user/parameters-in-quicksight.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from labkit.charts import parts as chart_parts
from labkit.charts.edits import Analysis, drop_controls, edit
from labkit.charts.fields import Definition
from labkit.charts.filters import find
from labkit.errors import NoChart, UnknownName

TYPES = ("String", "Integer", "Decimal", "DateTime")
# Which controls a filter can have.
FITTING = {
    "CategoryFilter": ("Dropdown", "List"),
    "NumericRangeFilter": ("Slider",),
    "TimeRangeFilter": ("DateTimePicker",),
    "RelativeDatesFilter": ("RelativeDateTime",),
}


# Controls of filters ------------------------------------------------------------------------------


@edit
def add_control(
    made: Analysis,
    *,
    sheet: str,
    filter: str,
    kind: str = "",
    title: str = "",
    low: float = 0,
    high: float = 100,
) -> None:
    """A control by which readers change a filter; a slider goes from ``low`` to ``high``."""
    group, at, body = find(made.definition, filter)
    [member] = group["Filters"][at]
    kinds = FITTING.get(member, ())
    kind = kind or next(iter(kinds), "")
    if kind not in kinds:
        raise NoChart(f"A {member} has no such control. Known: {', '.join(kinds) or 'none'}.")
    _drop(made, "Filter", "SourceFilterId", filter)
    control: Definition = {
        "FilterControlId": chart_parts.fresh_id(made.definition, "control"),
        "Title": title or body["Column"]["ColumnName"],
        "SourceFilterId": filter,
        **_options(kind, low, high),
    }
    page = chart_parts.sheet(made.definition, sheet)
    page.setdefault("FilterControls", []).append({kind: control})


@edit
def remove_control(made: Analysis, *, filter: str) -> None:
    """Take a filter's control away; the filter stays."""
    _drop(made, "Filter", "SourceFilterId", filter)


def _options(kind: str, low: float, high: float) -> Definition:
    if kind == "Slider":
        step = (high - low) / 100 or 1
        ends = {"MinimumValue": float(low), "MaximumValue": float(high), "StepSize": step}
        return {"Type": "RANGE", **ends}
    types = {"Dropdown": "MULTI_SELECT", "List": "MULTI_SELECT", "DateTimePicker": "DATE_RANGE"}
    return {"Type": types[kind]} if kind in types else {}


def _drop(made: Analysis, kind: str, source: str, name: str) -> None:
    drop_controls(made.definition, kind, lambda body: body.get(source) == name)


# Parameters ---------------------------------------------------------------------------------------


@edit
def add_parameter(
    made: Analysis,
    *,
    sheet: str,
    name: str,
    type: str,
    value: Any = None,
    values: Sequence[str] = (),
) -> None:
    """A parameter with a value and a control; with ``values`` one of them is chosen."""
    if not re.fullmatch(r"[a-zA-Z0-9]+", name):
        raise NoChart("A parameter's name is made of letters and digits.")
    if name.lower() in (body["Name"].lower() for _, body in _declared(made.definition)):
        raise NoChart(f"There is a parameter {name!r} already.")
    if type not in TYPES:
        raise UnknownName("type of a parameter", type, list(TYPES))
    body: Definition = {"Name": name, "DefaultValues": {"StaticValues": _listed(type, value)}}
    if type == "DateTime":
        body["TimeGranularity"] = "DAY"
    else:
        body["ParameterValueType"] = "SINGLE_VALUED"
    declared = made.definition.setdefault("ParameterDeclarations", [])
    declared.append({f"{type}ParameterDeclaration": body})
    page = chart_parts.sheet(made.definition, sheet)
    control = _control(chart_parts.fresh_id(made.definition, "control"), name, type, values)
    page.setdefault("ParameterControls", []).append(control)


@edit
def set_parameter(made: Analysis, *, name: str, value: Any) -> None:
    """Give a parameter another value."""
    for type, body in _declared(made.definition):
        if body["Name"] == name:
            body["DefaultValues"] = {"StaticValues": _listed(type, value)}


@edit
def remove_parameter(made: Analysis, *, name: str) -> None:
    """Take a parameter away, with its control.

    Raises:
        NoChart: a filter or a calculated field uses it.
    """
    filters = str(made.definition.get("FilterGroups", ""))
    if f"'{name}'" in filters:
        raise NoChart(f"A filter uses {name}. Change the filter first.")
    for each in made.definition.get("CalculatedFields", ()):
        if f"${{{name}}}" in each["Expression"]:
            raise NoChart(f"The calculated field {each['Name']} uses {name}.")
    declared = made.definition["ParameterDeclarations"]
    made.definition["ParameterDeclarations"] = [
        each for each in declared if next(iter(each.values()))["Name"] != name
    ]
    _drop(made, "Parameter", "SourceParameterName", name)


def parameters(definition: Definition) -> list[dict[str, Any]]:
    """All parameters: ``name``, ``type``, ``value``."""
    return [
        {"name": body["Name"], "type": type,
         "value": next(iter((body.get("DefaultValues") or {}).get("StaticValues") or ()), None)}
        for type, body in _declared(definition)
    ]  # fmt: skip


def _declared(definition: Definition) -> list[tuple[str, Definition]]:
    return [
        (member.removesuffix("ParameterDeclaration"), body)
        for each in definition.get("ParameterDeclarations", ())
        for member, body in each.items()
    ]


def _listed(type: str, value: Any) -> list[Any]:
    """A value as a declaration has it.

    Raises:
        NoChart: it is none of the type.
    """
    if value in (None, ""):
        return []
    try:
        return [{"Integer": int, "Decimal": float}.get(type, str)(value)]
    except ValueError:
        raise NoChart(f"{value!r} is no {type.lower()}.") from None


def _control(control_id: str, name: str, type: str, values: Sequence[str]) -> Definition:
    body: Definition = {
        "ParameterControlId": control_id,
        "Title": name,
        "SourceParameterName": name,
    }
    if type == "DateTime":
        return {"DateTimePicker": body}
    if not values:
        return {"TextField": body}
    return {
        "Dropdown": {**body, "Type": "SINGLE_SELECT", "SelectableValues": {"Values": list(values)}}
    }
