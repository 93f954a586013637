"""How the axes of a visual are ordered, as its sort configuration says.

A sort is by a field of the visual or by any column with an aggregation function. Groups that are
equal go by their own values, so that the order is the same every time. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FieldSortOptions.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotFieldSortOptions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.quicksight.calc.scope import Derived
from labkit.cloud.quicksight.visuals import fields
from labkit.cloud.quicksight.visuals.axes import Axis
from labkit.cloud.quicksight.visuals.model import direction
from labkit.cloud.quicksight.visuals.plan import Key, Measure
from labkit.cloud.quicksight.visuals.request import Request

Json = Mapping[str, Any]


@dataclass
class Sorting:
    """The sorts of one visual; what it sorts by besides its fields is added to `hidden`."""

    request: Request
    dimensions: Sequence[fields.Dimension]
    measures: Sequence[fields.Measured]
    hidden: list[Measure] = field(default_factory=list)
    derived: list[Derived] = field(default_factory=list)

    def keys(self, axis: Axis, at: Sequence[int]) -> tuple[Key, ...]:
        """What orders an axis with these dimensions."""
        said = self.request.wells.sorting.get(axis.sort) or ()
        if axis.sort == "FieldSortOptions":
            return tuple(self._nested(said, at))
        keys = tuple(key for each in said for key in self._key(each, at, len(at)))
        return keys or self._default(axis, at)

    def _default(self, axis: Axis, at: Sequence[int]) -> tuple[Key, ...]:
        own = any(self.dimensions[each].field.kind in ("date", "number") for each in at)
        if axis.order == "value" or not self.measures or (own and axis.order == "texts"):
            return ()
        return (Key("m0", "DESC", len(at)),)

    def _key(self, sort: Json, at: Sequence[int], depth: int) -> Iterator[Key]:
        if "FieldSort" in sort:
            yield from self._by_field(sort["FieldSort"], at, depth)
        elif "ColumnSort" in sort:
            yield self._by_column(sort["ColumnSort"], at, depth)

    def _by_field(self, sort: Json, at: Sequence[int], depth: int) -> Iterator[Key]:
        ids = {each.field.id: f"m{index}" for index, each in enumerate(self.measures)}
        ids |= {self.dimensions[index].field.id: f"d{index}" for index in at}
        if sort["FieldId"] in ids:
            yield Key(ids[sort["FieldId"]], direction(sort), depth)
        else:
            self.request.notes.append(
                f"The sort by the field '{sort['FieldId']}', which is not on the sorted axis."
            )

    def _by_column(self, sort: Json, at: Sequence[int], depth: int) -> Key:
        column, function = sort["SortBy"]["ColumnName"], sort.get("AggregationFunction")
        own = {self.dimensions[index].field.column: f"d{index}" for index in at}
        if not function and column in own:
            return Key(own[column], direction(sort), depth)
        measure, derived = fields.hidden(column, function, self.request.names)
        self.hidden.append(measure)
        self.derived += derived
        name = f"m{len(self.measures) + len(self.hidden) - 1}"
        return Key(name, direction(sort), depth)

    def _nested(self, said: Sequence[Json], at: Sequence[int]) -> Iterator[Key]:
        """Of a pivot: each dimension is ordered within those before it."""
        by_field = {each["FieldId"]: each["SortBy"] for each in said}
        for depth, index in enumerate(at, 1):
            sort = by_field.get(self.dimensions[index].field.id) or {}
            yield from self._pivoted(sort, at, depth)
            yield Key(f"d{index}", "ASC", depth)

    def _pivoted(self, sort: Json, at: Sequence[int], depth: int) -> Iterator[Key]:
        if "Field" in sort:
            yield from self._by_field(sort["Field"], at, depth)
        elif "Column" in sort:
            yield self._by_column(sort["Column"], at, depth)
        elif "DataPath" in sort:
            yield from self._by_path(sort["DataPath"], at, depth)

    def _by_path(self, sort: Json, at: Sequence[int], depth: int) -> Iterator[Key]:
        """By a measure at one place of the other axis."""
        ids = {each.field.id: index for index, each in enumerate(self.dimensions)}
        measures = {each.field.id: f"m{index}" for index, each in enumerate(self.measures)}
        column, places = ("m0" if self.measures else ""), []
        for step in sort["SortPaths"]:
            column = measures.get(step.get("FieldId", ""), column)
            index = ids.get(step.get("FieldId", ""))
            if index is not None and index not in at:
                text = f"= {quoted_text(str(step.get('FieldValue', '')))}"
                places.append((f"d{index}", text))
        if column:
            yield Key(column, direction(sort), depth, tuple(places))
