"""What a front end shows of an analysis: its sheets, visuals, filters and fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from labkit.charts import controls as chart_controls
from labkit.charts import filter_values as chart_filter_values
from labkit.charts import layouts as chart_layouts
from labkit.charts import options as chart_options
from labkit.charts import parts as chart_parts
from labkit.charts import sorts as sorts
from labkit.charts.auto import missing, room
from labkit.charts.edits import Analysis, scopes_of
from labkit.charts.parts import EMPTY, Place
from labkit.charts.shapes import Shape, shapes

Facts = dict[str, Any]
_MEASURES = ("INTEGER", "DECIMAL", chart_options.AGGREGATED)


def kinds() -> list[Facts]:
    """The visual types that can be chosen: ``name``, ``label``, ``wells``."""
    return [
        {
            "name": name,
            "label": spaced(name),
            "wells": [[spaced(well), shape.wells[well].takes] for well in shape.wells],
        }
        for name, shape in shapes().items()
    ]


def sheet_facts(analysis: Analysis) -> list[Facts]:
    """All sheets with their visuals and controls."""
    return [
        {
            "id": sheet["SheetId"],
            "name": sheet.get("Name") or sheet.get("Title") or sheet["SheetId"],
            "layout": chart_layouts.kind_of(sheet),
            "visuals": list(_visuals(analysis, sheet)),
            "controls": list(_controls(sheet)),
        }
        for sheet in analysis.definition["Sheets"]
    ]


def field_facts(analysis: Analysis) -> list[Facts]:
    """All columns and calculated fields of the data sets."""
    calculated = {
        (each["DataSetIdentifier"], each["Name"]): each["Expression"]
        for each in analysis.definition.get("CalculatedFields", ())
    }
    return [
        {
            "set": data_set,
            "name": name,
            "type": kind,
            "measure": kind in _MEASURES,
            "expression": calculated.get((data_set, name), ""),
        }
        for data_set, schema in analysis.schemas.items()
        for name, kind in schema.items()
    ]


def filter_facts(analysis: Analysis) -> list[Facts]:
    """All filters: where they apply, what they let through, whether they have a control."""
    controlled = {
        body.get("SourceFilterId"): kind
        for sheet in analysis.definition["Sheets"]
        for each in sheet.get("FilterControls", ())
        for kind, body in each.items()
    }
    return [
        _filter(analysis, group, union, controlled)
        for group in analysis.definition.get("FilterGroups", ())
        for union in group["Filters"]
    ]


def _filter(analysis: Analysis, group: Facts, union: Facts, controlled: Mapping[Any, str]) -> Facts:
    [(member, body)] = union.items()
    column = next(iter(chart_parts.columns(body)), {})
    data_set, name = column.get("DataSetIdentifier", ""), column.get("ColumnName", "")
    return {
        "id": body["FilterId"],
        "set": data_set,
        "column": name,
        "type": analysis.type_of(data_set, name),
        "value": chart_filter_values.value_of(union),
        "scope": _scope(group),
        "on": group.get("Status", "ENABLED") == "ENABLED",
        "control": controlled.get(body["FilterId"], ""),
        "controls": list(chart_controls.FITTING.get(member, ())),
    }


def _scope(group: Facts) -> Facts:
    scopes = scopes_of(group)
    if not scopes:
        return {"kind": "all", "sheets": [], "visuals": []}
    visuals = [each for scope in scopes for each in scope.get("VisualIds", ())]
    sheets = [scope["SheetId"] for scope in scopes]
    return {"kind": "visual" if visuals else "sheet", "sheets": sheets, "visuals": visuals}


def _visuals(analysis: Analysis, sheet: Facts) -> Iterable[Facts]:
    places = chart_layouts.places(sheet)
    for place in chart_parts.placed(analysis.definition):
        if place.sheet is sheet:
            yield {**visual_facts(analysis, place), "place": places[place.body["VisualId"]]}


def visual_facts(analysis: Analysis, place: Place) -> Facts:
    """A visual: its type, title, wells and sort."""
    shape = place.shape
    return {
        "id": place.body["VisualId"],
        "kind": place.member.removesuffix("Visual") if place.member != EMPTY else "",
        "label": spaced(place.member.removesuffix("Visual")),
        "title": place.body.get("Title", {}).get("FormatText", {}).get("PlainText", ""),
        "name": _name(place),
        "set": place.data_set,
        "auto": place.body["VisualId"] in analysis.auto,
        "fixed": shape is None and place.member != EMPTY,
        "wells": list(_wells(analysis, place, shape)) if shape else [],
        "aside": [_field(analysis, each) for each in _aside(analysis, place)],
        "missing": [spaced(each) for each in missing(shape, place.wells)] if shape else [],
        "sort": sorts.sort_of(place),
        "limit": sorts.limit_of(place),
        "can": sorts.can(place),
    }


def _aside(analysis: Analysis, place: Place) -> Iterable[Facts]:
    return analysis.aside.get(place.body["VisualId"], ())


def _wells(analysis: Analysis, place: Place, shape: Shape) -> Iterable[Facts]:
    for name, well in shape.wells.items():
        yield {
            "name": name,
            "label": spaced(name),
            "takes": well.takes,
            "many": room(shape, name) > 1,
            "fields": [_field(analysis, each) for each in place.wells[name]],
        }


def _name(place: Place) -> str:
    """What a visual is called: its title, or else what it shows."""
    text = place.body.get("Title", {}).get("FormatText", {}).get("PlainText", "")
    if text or place.member == EMPTY:
        return str(text or "New visual")
    named = [label(each) for fields in place.wells.values() for each in fields]
    kind = spaced(place.member.removesuffix("Visual"))
    return f"{kind} of {' and '.join(named[:3])}" if named else kind


def label(field: Facts) -> str:
    """A field in words: ``Sum of pageviews``, ``day by month``."""
    [body] = field.values()
    name = body.get("Column", {}).get("ColumnName") or body.get("Expression", "")
    if chart_parts.is_measure(field):
        function = chart_options.aggregation_of(field)
        return f"{words(function)} of {name}" if function else str(name)
    grain = body.get("DateGranularity", "")
    return f"{name} by {grain.lower()}" if grain else str(name)


def _field(analysis: Analysis, field: Facts) -> Facts:
    [(member, body)] = field.items()
    shape = re.sub(r"(Measure|Dimension)Field$", "", member)
    column = body.get("Column", {})
    return {
        "id": body["FieldId"],
        "column": column.get("ColumnName", ""),
        "type": analysis.type_of(column.get("DataSetIdentifier", ""), column.get("ColumnName", "")),
        "label": label(field),
        "measure": chart_parts.is_measure(field),
        "aggregation": chart_options.aggregation_of(field),
        "aggregations": list(_aggregations(member, shape, body)),
        "granularity": body.get("DateGranularity", ""),
        "format": chart_options.format_of(field),
    }


def _aggregations(member: str, shape: str, body: Facts) -> Iterable[str]:
    if member.endswith("MeasureField") and body.get("AggregationFunction"):
        return chart_options.AGGREGATIONS.get(shape, ())
    return ()


def _controls(sheet: Facts) -> Iterable[Facts]:
    for of in ("Filter", "Parameter"):
        for each in sheet.get(f"{of}Controls", ()):
            [(kind, body)] = each.items()
            yield {
                "id": body[f"{of}ControlId"],
                "kind": kind,
                "title": body.get("Title", ""),
                "filter": body.get("SourceFilterId", ""),
                "parameter": body.get("SourceParameterName", ""),
                "low": body.get("MinimumValue"),
                "high": body.get("MaximumValue"),
                "step": body.get("StepSize"),
                "single": body.get("Type") in ("SINGLE_SELECT", "SINGLE_POINT", "SINGLE_VALUED"),
                "values": list((body.get("SelectableValues") or {}).get("Values") or ()),
            }


def spaced(name: str) -> str:
    """A name of the API in words.

    >>> spaced("SmallMultiples"), spaced("KPI"), spaced("XAxis")
    ('Small multiples', 'KPI', 'X axis')
    """
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).split()
    return " ".join([*parts[:1], *(each.lower() for each in parts[1:])])


def words(name: str) -> str:
    """A constant of the API in words.

    >>> words("DISTINCT_COUNT")
    'Distinct count'
    """
    return name.replace("_", " ").capitalize()


def plain(tree: Any) -> Any:
    """A definition with its moments as text, which JSON and the API both take."""
    if isinstance(tree, datetime):
        return tree.isoformat()
    if isinstance(tree, dict):
        return {name: plain(value) for name, value in tree.items()}
    return [plain(each) for each in tree] if isinstance(tree, list) else tree
