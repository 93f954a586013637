"""Edits of what is in a visual: the fields in its wells, their options, its sort and limit.

Source: https://docs.aws.amazon.com/quicksight/latest/user/changing-visual-fields.html
"""

from __future__ import annotations

import copy
from typing import Any

from labkit.charts import options as chart_options
from labkit.charts import parts as chart_parts
from labkit.charts.auto import MANY, auto_kind, free_well, room, spread
from labkit.charts.edits import Analysis, edit, title_of
from labkit.charts.fields import Definition
from labkit.charts.options import AGGREGATED, new_field
from labkit.charts.parts import EMPTY, Place
from labkit.charts.shapes import Shape
from labkit.charts.sorts import in_time, keep_sorts, set_limit, set_sort
from labkit.errors import NoChart, UnknownName

_MEASURES = ("INTEGER", "DECIMAL", AGGREGATED)


@edit
def place(made: Analysis, *, visual: str, data_set: str, column: str, well: str = "") -> None:
    """Put a column into a well; without one, where it fits."""
    found = editable(made, visual)
    if found.data_set not in ("", data_set):
        raise NoChart(f"{title_of(found)} is about {found.data_set}, not about {data_set}.")
    kind = made.type_of(data_set, column)
    shape = found.shape
    takes = "measure" if kind in _MEASURES else "dimension"
    if well and shape:
        takes = shape.wells[shape.well(well)].takes
    named = {"DataSetIdentifier": data_set, "ColumnName": column}
    new = new_field(takes, kind, _field_id(made, found, column), named)
    if visual in made.auto and not well:
        follow(made, found, [*all_fields(made, found), new])
    else:
        wells = found.wells
        _fill(wells, shape, well or _well_for(found, takes), new)
        _refill(found, wells)


@edit
def move_field(made: Analysis, *, visual: str, field: str, well: str = "", at: int = MANY) -> None:
    """Put a field into another well, or to another place in its own; or one that is aside."""
    found = editable(made, visual)
    wells, shape = found.wells, _shape(found)
    moved = _from_aside(made, visual, field)
    if moved:
        well = shape.well(well or _well_for(found, _takes(moved)))
        made.aside[visual] += [] if room(shape, well) > 1 else wells[well]  # they change places
    else:
        old, moved = _find(found, field)
        wells[old].remove(moved)
        well = shape.well(well or old)
    takes, is_measure = shape.wells[well].takes, chart_parts.is_measure(moved)
    if (takes == "measure") is not is_measure:
        column = chart_parts.column_of(moved)
        kind = made.type_of(column.get("DataSetIdentifier", ""), column.get("ColumnName", ""))
        moved = new_field(takes, kind, field, column)
    _fill(wells, shape, well, moved, at)
    _refill(found, wells)


@edit
def take_field(made: Analysis, *, visual: str, field: str) -> None:
    """Take a field out of its well, or from aside."""
    found = editable(made, visual)
    if _from_aside(made, visual, field):
        return
    if visual in made.auto:
        kept = [each for each in fields_of(found) if chart_parts.id_of(each) != field]
        follow(made, found, kept)
        return
    wells = found.wells
    well, taken = _find(found, field)
    wells[well].remove(taken)
    _refill(found, wells)


@edit
def change_field(made: Analysis, /, *, visual: str, field: str, **options: Any) -> None:
    """Change options of a field: ``aggregation``, ``granularity``, ``format``."""
    _, found = _find(editable(made, visual), field)
    chart_options.change(found, options)


@edit
def sort(made: Analysis, *, visual: str, by: str, direction: str = "DESC") -> None:
    """Sort a visual by one of its fields; by none as its type does by itself."""
    found = editable(made, visual)
    if by:
        _find(found, by)
    set_sort(found, by, direction)


@edit
def limit(made: Analysis, *, visual: str, number: int, others: bool = True) -> None:
    """Show the first groups alone, the rest folded into one or left out; 0 shows all."""
    set_limit(editable(made, visual), number, others)


def editable(made: Analysis, visual: str) -> Place:
    """A visual whose fields can be edited.

    Raises:
        NoChart: they cannot.
    """
    found = chart_parts.visual(made.definition, visual)
    if found.shape is None and found.member != EMPTY:
        raise NoChart(f"The fields of {title_of(found)} are changed by code, not here.")
    return found


def _shape(place: Place) -> Shape:
    if place.shape is None:
        raise NoChart(f"{title_of(place)} has no field yet.")
    return place.shape


def fields_of(place: Place) -> list[Definition]:
    return [each for fields in place.wells.values() for each in fields]


def all_fields(made: Analysis, place: Place) -> list[Definition]:
    """The fields in a visual's wells, and those aside."""
    return [*fields_of(place), *made.aside.get(place.body["VisualId"], ())]


def _from_aside(made: Analysis, visual: str, field: str) -> Definition | None:
    """Take a field from those aside, if it is one of them."""
    for each in made.aside.get(visual, ()):
        if chart_parts.id_of(each) == field:
            made.aside[visual].remove(each)
            return each
    return None


def _takes(field: Definition) -> str:
    return "measure" if chart_parts.is_measure(field) else "dimension"


def _find(place: Place, field_id: str) -> tuple[str, Definition]:
    """A field and its well."""
    for well, fields in place.wells.items():
        for each in fields:
            if chart_parts.id_of(each) == field_id:
                return well, each
    raise UnknownName("field", field_id, [chart_parts.id_of(each) for each in fields_of(place)])


def _field_id(made: Analysis, place: Place, column: str) -> str:
    visual = place.body["VisualId"]
    taken = {"body": place.body, "aside": made.aside.get(visual, [])}
    return chart_parts.fresh_id(taken, f"{visual}.{column}")


def _well_for(place: Place, takes: str) -> str:
    """The well for a further field: the first with room, else the first that takes its kind."""
    shape = _shape(place)
    found = free_well(shape, place.wells, takes)
    fitting = [name for name, well in shape.wells.items() if well.takes == takes]
    if not (found or fitting):
        raise NoChart(f"{title_of(place)} has no well for a {takes}.")
    return found or fitting[0]


def _fill(
    wells: dict[str, list[Definition]],
    shape: Shape | None,
    well: str,
    field: Definition,
    at: int = MANY,
) -> None:
    """Put a field into a well; where there is room for one only, it takes the other's place."""
    if shape is None:
        raise NoChart("Choose a visual type first.")
    well = shape.well(well)
    kept = wells[well] if room(shape, well) > 1 else []
    wells[well] = [*kept[:at], field, *kept[at:]]


def set_kind(made: Analysis, place: Place, kind: str) -> None:
    made.auto.discard(place.body["VisualId"])
    _take_over(made, place, Shape.of(kind), all_fields(made, place))


def follow(made: Analysis, place: Place, fields: list[Definition]) -> None:
    """The type that fits the fields, with them in it."""
    if fields:
        _take_over(made, place, Shape.of(auto_kind(fields)), fields)
        return
    empty = {"VisualId": place.body["VisualId"], "DataSetIdentifier": place.data_set}
    chart_parts.replace(place, EMPTY, empty)


def _take_over(made: Analysis, place: Place, shape: Shape, fields: list[Definition]) -> None:
    """A type with these fields in its wells; what finds no place there is kept aside."""
    wells = spread(shape, fields)
    shown = [chart_parts.id_of(each) for well in wells.values() for each in well]
    made.aside[place.body["VisualId"]] = [
        each for each in fields if chart_parts.id_of(each) not in shown
    ]
    _become(place, shape, wells)


def _become(place: Place, shape: Shape, wells: dict[str, list[Definition]]) -> None:
    """Another type, under the same id and title, sorted as before where it can be."""
    if shape.member == place.member:
        _refill(place, wells)
        return
    kept: Definition = {name: place.body[name] for name in ("VisualId", "Title", "Subtitle") if
            name in place.body}  # fmt: skip
    body = {**kept, "ChartConfiguration": {"FieldWells": shape.nested(wells)}}
    chart_parts.replace(place, shape.member, body)
    become = Place(place.sheet, shape.member, body)
    keep_sorts(place, become)
    in_time(become)


def _refill(place: Place, wells: dict[str, list[Definition]]) -> None:
    """Other fields in the wells of a visual; sorts by fields that are gone go too."""
    before = copy.deepcopy(place.body)
    filled = {well: fields for well, fields in wells.items() if fields}
    place.body["ChartConfiguration"]["FieldWells"] = _shape(place).nested(filled)
    keep_sorts(place._replace(body=before), place)
    in_time(place)
