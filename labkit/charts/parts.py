"""Parts of a definition where the API has them: sheets, visuals, their wells and sorts.

A visual is a union of one member, so here it comes as the member's name and its value. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetDefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from labkit.charts.fields import Definition
from labkit.charts.shapes import Shape, shapes
from labkit.errors import UnknownName

EMPTY = "EmptyVisual"  # one that has no type yet


class Place(NamedTuple):
    """A visual and where it is: its sheet, its member of the union, that member's value."""

    sheet: Definition
    member: str
    body: Definition

    @property
    def shape(self) -> Shape | None:
        """Its type, if that is one whose wells are known and filled."""
        shape = shapes().get(self.member.removesuffix("Visual"))
        return shape if shape and not self.is_foreign else None

    @property
    def is_foreign(self) -> bool:
        """Whether its wells are another set than the one with aggregated values."""
        filled = [name for name, member in _wells_of(self.body).items() if member]
        shape = shapes().get(self.member.removesuffix("Visual"))
        known = {path for well in shape.wells.values() for path in well.path[:1]} if shape else ()
        return bool(known) and any(name not in known for name in filled)

    @property
    def wells(self) -> dict[str, list[Definition]]:
        """The fields of each well of its type."""
        if self.shape is None:
            return {}
        return {name: _at(_wells_of(self.body), (*well.path, name)) for name, well in
                self.shape.wells.items()}  # fmt: skip

    @property
    def data_set(self) -> str:
        """The identifier of the data set that it is about; empty where it has no field."""
        for each in columns(self.body):
            return str(each["DataSetIdentifier"])
        return str(self.body.get("DataSetIdentifier", ""))


def sheet(definition: Definition, sheet_id: str) -> Definition:
    """A sheet.

    Raises:
        UnknownName: there is none of that id.
    """
    for each in definition["Sheets"]:
        if each["SheetId"] == sheet_id:
            found: Definition = each
            return found
    raise UnknownName("sheet", sheet_id, [each["SheetId"] for each in definition["Sheets"]])


def placed(definition: Definition) -> Iterator[Place]:
    """All visuals, sheet by sheet."""
    for each in definition["Sheets"]:
        for union in each.get("Visuals", ()):
            [(member, body)] = union.items()
            yield Place(each, member, body)


def visual(definition: Definition, visual_id: str) -> Place:
    """A visual.

    Raises:
        UnknownName: there is none of that id.
    """
    for each in placed(definition):
        if each.body["VisualId"] == visual_id:
            return each
    known = [each.body["VisualId"] for each in placed(definition)]
    raise UnknownName("visual", visual_id, known)


def replace(place: Place, member: str, body: Definition) -> None:
    """Put another visual in a visual's place."""
    for at, union in enumerate(place.sheet["Visuals"]):
        if next(iter(union.values())) is place.body:
            place.sheet["Visuals"][at] = {member: body}


def column_of(field: Definition) -> Mapping[str, str]:
    """A field's column; empty where it is an expression."""
    found: Mapping[str, str] = next(iter(field.values())).get("Column", {})
    return found


def id_of(field: Definition) -> str:
    return str(next(iter(field.values()))["FieldId"])


def is_measure(field: Definition) -> bool:
    return next(iter(field)).endswith("MeasureField")


def columns(tree: Any) -> Iterator[Mapping[str, str]]:
    """All columns that are named anywhere in a part of a definition."""
    if isinstance(tree, Mapping):
        if {"DataSetIdentifier", "ColumnName"} <= set(tree):
            yield tree
        for value in tree.values():
            yield from columns(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from columns(value)


def ids(tree: Any) -> Iterator[str]:
    """All ids that are given or named anywhere in a definition."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            if name.endswith("Id") and isinstance(value, str):
                yield value
            yield from ids(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from ids(value)


def fresh_id(definition: Definition, stem: str) -> str:
    """An id that the definition does not have: ``visual-1``, ``visual-2``.

    >>> fresh_id({"Sheets": [{"SheetId": "sheet-1"}]}, "sheet")
    'sheet-2'
    """
    taken, number = set(ids(definition)), 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _wells_of(body: Definition) -> dict[str, Any]:
    found: dict[str, Any] = body.get("ChartConfiguration", {}).get("FieldWells", {})
    return found


def _at(tree: Any, path: tuple[str, ...]) -> list[Definition]:
    for step in path:
        tree = tree.get(step, {})
    return list(tree or ())
