"""Edits of visuals: made, doubled, taken away, given a title or another type.

Source: https://docs.aws.amazon.com/quicksight/latest/user/adding-visuals.html
"""

from __future__ import annotations

import copy

from labkit.charts import layouts as chart_layouts
from labkit.charts import parts as chart_parts
from labkit.charts.edits import Analysis, drop_group, edit, scopes_of
from labkit.charts.fields import Definition
from labkit.charts.parts import EMPTY
from labkit.charts.wells import all_fields, editable, follow, set_kind
from labkit.errors import NoChart


@edit
def add_visual(made: Analysis, *, sheet: str, data_set: str, kind: str = "") -> None:
    """A visual without fields; without a type, one that follows its fields."""
    visual_id = chart_parts.fresh_id(made.definition, "visual")
    put(made, sheet, EMPTY, {"VisualId": visual_id, "DataSetIdentifier": data_set})
    made.auto.add(visual_id)
    if kind:
        set_kind(made, chart_parts.visual(made.definition, visual_id), kind)


def put(made: Analysis, sheet: str, member: str, body: Definition, after: str = "") -> None:
    """Put a visual onto a sheet, at its end or after another one."""
    page = chart_parts.sheet(made.definition, sheet)
    page.setdefault("Visuals", []).append({member: body})
    chart_layouts.add(page, body["VisualId"], after=after)


@edit
def duplicate(made: Analysis, *, visual: str) -> None:
    """A second visual like one, beside it, under the same filters."""
    place = chart_parts.visual(made.definition, visual)
    body = copy.deepcopy(place.body)
    body["VisualId"] = chart_parts.fresh_id(made.definition, "visual")
    body.pop("Actions", None)  # their ids are unique
    put(made, place.sheet["SheetId"], place.member, body, after=visual)
    for group in made.definition.get("FilterGroups", ()):
        for scope in scopes_of(group):
            if visual in scope.get("VisualIds", ()):
                scope["VisualIds"].append(body["VisualId"])
    if visual in made.auto:
        made.auto.add(body["VisualId"])
    if visual in made.aside:
        made.aside[body["VisualId"]] = copy.deepcopy(made.aside[visual])


@edit
def delete(made: Analysis, *, visual: str) -> None:
    """Take a visual away, and the filters that are about it alone."""
    place = chart_parts.visual(made.definition, visual)
    place.sheet["Visuals"].remove({place.member: place.body})
    chart_layouts.remove(place.sheet, visual)
    made.auto.discard(visual)
    made.aside.pop(visual, None)
    for group in list(made.definition.get("FilterGroups", ())):
        for scope in scopes_of(group):
            if visual in scope.get("VisualIds", ()):
                scope["VisualIds"].remove(visual)
                if not scope["VisualIds"] and len(scopes_of(group)) == 1:
                    drop_group(made.definition, group)


@edit
def retitle(made: Analysis, *, visual: str, text: str) -> None:
    """Give a visual a title; an empty one hides it.

    Raises:
        NoChart: the visual has no type yet, and so nothing that bears a title.
    """
    found = chart_parts.visual(made.definition, visual)
    if found.member == EMPTY:
        raise NoChart("A visual takes a title once it has a type: choose a field or a type first.")
    shown: Definition = {"Visibility": "VISIBLE" if text else "HIDDEN"}
    if text:
        shown["FormatText"] = {"PlainText": text}
    found.body["Title"] = shown


@edit
def change_kind(made: Analysis, *, visual: str, kind: str = "") -> None:
    """Another type for a visual, which takes over its fields; without one, what fits them.

    Fields that the type has no well for are kept aside.
    """
    found = editable(made, visual)
    if kind:
        set_kind(made, found, kind)
    else:
        made.auto.add(visual)
        follow(made, found, all_fields(made, found))
