"""Ways through a definition: its visuals, fields, filters, parameters and calculated fields.

A definition is one tree for an analysis, a dashboard and a template alike. Things name each other
by ids: a filter group its sheets and visuals, a control its filter, a sort its field.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AnalysisDefinition.html
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.definitions.rolling import rolled

Json = Mapping[str, Any]
FIELDS = ("FieldWells", "Computations", "XAxisField", "JoinDefinition")
# A thing's kind, as a refusal names it, by the member that holds its id; the first that fits.
IDS = {
    "VisualId": "Visual",
    "SheetId": "Sheet",
    "FilterId": "Filter",
    "FilterGroupId": "FilterGroup",
    "FilterControlId": "FilterControl",
    "ParameterControlId": "ParameterControl",
    "SheetTextBoxId": "TextBox",
    "SheetImageId": "Image",
    "SectionId": "Section",
}
Place = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Placed:
    """A visual and the sheet that it stands on.

    Args:
        type: the member of ``Visual`` that it is (``BarChartVisual``).
        body: that member's value.
    """

    sheet: Json
    type: str
    body: Json

    @property
    def id(self) -> str:
        return str(self.body["VisualId"])

    @property
    def visual(self) -> dict[str, Json]:
        """The visual as a member of its sheet's ``Visuals``."""
        return {self.type: self.body}


@dataclass(frozen=True)
class Node:
    """An object somewhere in a definition.

    Args:
        key: the member that it, or the list that it is in, stands under.
        place: the kinds and ids of what it is in, the nearest last: ``(("Sheet", "s1"),)``.
    """

    key: str
    value: Json
    place: Place


def sheets(definition: Json) -> list[Json]:
    """The sheets, those of tooltips last."""
    return [*definition.get("Sheets", ()), *definition.get("TooltipSheets", ())]


def placed(definition: Json) -> list[Placed]:
    """All visuals in the order of the sheets, doubles included."""
    return [
        Placed(sheet, type, body)
        for sheet in sheets(definition)
        for visual in sheet.get("Visuals", ())
        for type, body in visual.items()
    ]


def visuals(definition: Json) -> dict[str, Placed]:
    """The visuals by their ids, in the order of the sheets."""
    return {each.id: each for each in placed(definition)}


def body_of(visual: Json) -> tuple[str, Json]:
    """The type of a member of ``Visuals`` and its value.

    >>> body_of({"KPIVisual": {"VisualId": "v"}})
    ('KPIVisual', {'VisualId': 'v'})
    """
    return next(iter(visual.items()))


def fields(body: Json) -> Iterator[tuple[str, Json]]:
    """The fields that a visual defines, in wells or computations, and what each is.

    A field is ``{"FieldId": ..., "Column": ...}``; it is a ``NumericalMeasureField``, say, or in a
    well of unaggregated ones, of ``Values``.
    """
    for node in nodes(body):
        if node.key in FIELDS:
            for inner in nodes({node.key: node.value}):
                if "FieldId" in inner.value:
                    yield inner.key, inner.value


def filters_of(definition: Json, visual_id: str) -> list[Json]:
    """The filters, of groups that are on, in whose scope a visual is.

    A group over all sheets reaches the visuals of its data set; one over ``ALL_DATASETS`` also
    those of others that have its column, which the caller knows.
    """
    visual = visuals(definition)[visual_id]
    return [
        each
        for group in definition.get("FilterGroups", ())
        if group.get("Status", "ENABLED") == "ENABLED" and in_scope(group, visual)
        for each in group["Filters"]
    ]


def in_scope(group: Json, visual: Placed) -> bool:
    """Whether a filter group's scope takes a visual in."""
    scope = group["ScopeConfiguration"]
    chosen = scope.get("SelectedSheets", {}).get("SheetVisualScopingConfigurations", ())
    return "AllSheets" in scope or any(
        each["SheetId"] == visual.sheet["SheetId"]
        and (each["Scope"] == "ALL_VISUALS" or visual.id in each.get("VisualIds", ()))
        for each in chosen
    )


def data_set_of(visual: Placed) -> str:
    """The identifier of the data set that a visual shows; empty where it shows none."""
    named = (node.value for node in nodes(visual.body) if "DataSetIdentifier" in node.value)
    return next((str(each["DataSetIdentifier"]) for each in named), "")


def data_sets(definition: Json) -> dict[str, str]:
    """The ARNs of the data sets by the identifiers that the definition gives them."""
    declared = definition.get("DataSetIdentifierDeclarations", ())
    return {each["Identifier"]: each["DataSetArn"] for each in declared}


def calculated_fields(definition: Json, identifier: str) -> dict[str, str]:
    """The calculated fields on a data set: their expressions by name."""
    every = definition.get("CalculatedFields", ())
    return {
        each["Name"]: each["Expression"]
        for each in every
        if each.get("DataSetIdentifier") == identifier
    }


def parameters(definition: Json, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The parameters and their values: given ones before the static defaults.

    One of one value has that value, one of several a list; ``None`` where there is no value.
    Defaults that a data set decides (``DynamicValue``) are among those given.
    """
    chosen = given or {}
    return {
        each["Name"]: _alone(each, chosen[each["Name"]])
        if each["Name"] in chosen
        else _default(kind, each)
        for kind, each in declarations(definition)
    }


def declarations(definition: Json) -> Iterator[tuple[str, Json]]:
    """The parameters' types (``String``) and declarations."""
    for each in definition.get("ParameterDeclarations", ()):
        for kind, declared in each.items():
            yield kind.removesuffix("ParameterDeclaration"), declared


def overrides(parameters: Json) -> dict[str, tuple[str, list[Any]]]:
    """The API's ``Parameters``: each name's type (``String``) and values."""
    return {
        each["Name"]: (kind.removesuffix("Parameters"), each["Values"])
        for kind, every in parameters.items()
        for each in every
    }


def given_values(parameters: Json | None) -> dict[str, list[Any]]:
    """The API's ``Parameters`` as values by name."""
    return {name: values for name, (_, values) in overrides(parameters or {}).items()}


def moment(value: Any) -> datetime.datetime:
    """A moment of a definition, however it is kept: seconds since 1970, a text, a date.

    >>> moment(0).year
    1970
    """
    if isinstance(value, (int, float)):
        return datetime.datetime.fromtimestamp(value, datetime.UTC)
    return datetime.datetime.fromisoformat(value) if isinstance(value, str) else value


def nodes(value: Any, key: str = "", place: Place = ()) -> Iterator[Node]:
    """Every object of a tree, the outer before the inner."""
    if isinstance(value, Mapping):
        inside = place + _own_place(value)
        yield Node(key, value, inside)
        for name, each in value.items():
            yield from nodes(each, name, inside)
    elif isinstance(value, list):
        for each in value:
            yield from nodes(each, key, place)


def _own_place(value: Json) -> Place:
    found = ((kind, str(value[member])) for member, kind in IDS.items() if member in value)
    first = next(found, None)
    return (first,) if first else ()


def _alone(declared: Json, value: Any) -> Any:
    """A parameter's value without the list that it is given in, where it has one value alone."""
    is_one = declared.get("ParameterValueType") != "MULTI_VALUED"
    return value[0] if is_one and isinstance(value, list | tuple) and value else value


def _default(kind: str, declared: Json) -> Any:
    defaults = declared.get("DefaultValues") or {}
    static = list(defaults.get("StaticValues") or ())
    if kind == "DateTime":
        static = [moment(each) for each in static]
        if not static and defaults.get("RollingDate"):
            static = [each for each in [rolled(defaults["RollingDate"]["Expression"])] if each]
    if declared.get("ParameterValueType") == "MULTI_VALUED":
        return static or None
    return static[0] if static else None
