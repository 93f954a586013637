"""Edits of filters: which rows visuals are about.

Each filter that is made here stands in a group of its own, whose scope is one visual, all of one
data set on a sheet, or all sheets. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/adding-a-filter.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Filter.html
"""

from __future__ import annotations

from typing import Any

from labkit.charts import parts as chart_parts
from labkit.charts.edits import Analysis, drop_controls, drop_group, edit
from labkit.charts.fields import Definition
from labkit.charts.filter_values import KINDS, members
from labkit.charts.options import AGGREGATED
from labkit.errors import NoChart, UnknownName

_FIRST = {"INTEGER": "range", "DECIMAL": "range", AGGREGATED: "range", "DATETIME": "time"}


@edit
def add_filter(
    made: Analysis, *, sheet: str, data_set: str, column: str, visual: str = "", kind: str = ""
) -> None:
    """A filter on a column that lets all rows through yet, on one visual or the whole sheet."""
    filter_id = chart_parts.fresh_id(made.definition, "filter")
    kind = kind or _FIRST.get(made.type_of(data_set, column), "list")
    named = {"DataSetIdentifier": data_set, "ColumnName": column}
    body: Definition = {"FilterId": filter_id, "Column": named}
    group = {
        "FilterGroupId": chart_parts.fresh_id(made.definition, "group"),
        "Filters": [{KINDS[kind]: body | members(made, kind, body, {})}],
        "ScopeConfiguration": _scope("visual" if visual else "sheet", sheet, visual),
        "CrossDataset": "SINGLE_DATASET",
        "Status": "ENABLED",
    }
    made.definition.setdefault("FilterGroups", []).append(group)


@edit
def change_filter(made: Analysis, /, *, filter: str, kind: str, **value: Any) -> None:
    """Give a filter another kind or value.

    Args:
        filter: its id.
        kind: ``list`` (values, exclude), ``text`` (text, match), ``range`` (low, high), ``time``
            (low, high), ``relative`` (type, granularity, number), ``top`` (number, by,
            aggregation, direction); each but the last two also ``parameter``.
    """
    group, at, body = find(made.definition, filter)
    kept = {"FilterId": filter, "Column": body["Column"]}
    if KINDS[kind] in group["Filters"][at]:
        for name in ("DefaultFilterControlConfiguration", "NullOption"):
            kept |= {name: body[name]} if name in body else {}
    group["Filters"][at] = {KINDS[kind]: kept | members(made, kind, body, value)}


@edit
def scope_filter(
    made: Analysis, *, filter: str, scope: str, sheet: str = "", visual: str = ""
) -> None:
    """Let a filter's group be about one visual (``visual``), a ``sheet``, or ``all`` sheets."""
    group, _, _ = find(made.definition, filter)
    group["ScopeConfiguration"] = _scope(scope, sheet, visual)


@edit
def switch_filter(made: Analysis, *, filter: str, on: bool) -> None:
    """Switch a filter's group on or off."""
    group, _, _ = find(made.definition, filter)
    group["Status"] = "ENABLED" if on else "DISABLED"


@edit
def remove_filter(made: Analysis, *, filter: str) -> None:
    """Take a filter away, with its control."""
    group, at, _ = find(made.definition, filter)
    if len(group["Filters"]) == 1:
        drop_group(made.definition, group)
        return
    del group["Filters"][at]
    drop_controls(made.definition, "Filter", lambda body: body.get("SourceFilterId") == filter)


def find(definition: Definition, filter_id: str) -> tuple[Definition, int, Definition]:
    """A filter's group, its place in there, and its value.

    Raises:
        UnknownName: there is none.
    """
    known = []
    for group in definition.get("FilterGroups", ()):
        for at, each in enumerate(group["Filters"]):
            [body] = each.values()
            if body["FilterId"] == filter_id:
                return group, at, body
            known.append(body["FilterId"])
    raise UnknownName("filter", filter_id, known)


def _scope(scope: str, sheet: str, visual: str) -> Definition:
    if scope == "all":
        return {"AllSheets": {}}
    if scope not in ("visual", "sheet") or (scope == "visual" and not visual):
        raise NoChart("A filter is about a visual, a sheet or all sheets.")
    one: Definition = {"SheetId": sheet, "Scope": "ALL_VISUALS"}
    if scope == "visual":
        one = {"SheetId": sheet, "Scope": "SELECTED_VISUALS", "VisualIds": [visual]}
    return {"SelectedSheets": {"SheetVisualScopingConfigurations": [one]}}
