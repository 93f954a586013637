"""The field wells of a visual: which fields stand where, whatever the visual's type.

Each type has wells of its own names; a well holds a list of fields, and a field is a union of one
member: ``{"CategoricalDimensionField": {...}}``. Some types have two sets of wells, for aggregated
and unaggregated data. Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Visual.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.quicksight.visuals.model import VisualError

Json = Mapping[str, Any]


@dataclass(frozen=True)
class WellField:
    """A field as the definition has it.

    Args:
        well: the well's name in the API.
        shape: the member of the union: ``DateDimensionField``, ``UnaggregatedField``, ...
        body: what stands in it.
    """

    well: str
    shape: str
    body: Json

    @property
    def id(self) -> str:
        return str(self.body["FieldId"])

    @property
    def column(self) -> str:
        return str(self.body.get("Column", {}).get("ColumnName", ""))

    @property
    def data_set(self) -> str:
        return str(self.body.get("Column", {}).get("DataSetIdentifier", ""))

    @property
    def expression(self) -> str:
        """Of a `CalculatedMeasureField`."""
        return str(self.body.get("Expression", ""))

    @property
    def is_dimension(self) -> bool:
        return self.shape.endswith("DimensionField") or self.shape == "UnaggregatedField"

    @property
    def hierarchy(self) -> str:
        return str(self.body.get("HierarchyId", ""))


@dataclass(frozen=True)
class Wells:
    """A visual's type, configuration and fields.

    Args:
        type: the member of the union of visuals: ``BarChartVisual``.
        body: the visual.
        configuration: its ``ChartConfiguration``.
        kind: the name of the set of wells that it uses.
        fields: in the order of the wells in the API's model.
    """

    type: str
    body: Json
    configuration: Json
    kind: str = ""
    fields: tuple[WellField, ...] = ()
    sorting: Json = field(default_factory=dict)


def read(visual: Json) -> Wells:
    """What a visual shows, from one member of a sheet's ``Visuals``."""
    if len(visual) != 1:
        raise VisualError("A visual is a mapping of one member, such as BarChartVisual.")
    [(kind, body)] = visual.items()
    configuration = body.get("ChartConfiguration") or {}
    name, chosen = _chosen(configuration.get("FieldWells") or _of_layers(configuration))
    fields = tuple(_fields(chosen))
    return Wells(
        kind, body, configuration, name, fields, configuration.get("SortConfiguration", {})
    )


def member(field: Json, well: str) -> WellField:
    """One field of a union's shape."""
    [(shape, body)] = field.items() if "FieldId" not in field else [("UnaggregatedField", field)]
    return WellField(well, shape, body)


def _chosen(wells: Json) -> tuple[str, Json]:
    """The set of wells in use: of two sets, the one that is filled; a plugin's have no names."""
    if not isinstance(wells, Mapping):
        return "", {}
    nested = {name: one for name, one in wells.items() if isinstance(one, Mapping)}
    for name, one in nested.items():
        if any(one.values()):
            return name, one
    return "", {} if nested else wells


def _of_layers(configuration: Json) -> Json:
    """The fields of a map of layers, which stand in the join of its first layer with data.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GeospatialLayerJoinDefinition.html
    """
    for layer in configuration.get("MapLayers") or ():
        join = layer.get("JoinDefinition")
        if join and join.get("DatasetKeyField"):
            color = join.get("ColorField") or {}
            return {
                "Geospatial": [join["DatasetKeyField"]],
                "Values": color.get("ColorValuesFields") or [],
                "Colors": color.get("ColorDimensionsFields") or [],
            }
    return {}


def _fields(wells: Json) -> Iterator[WellField]:
    for well, fields in wells.items():
        for each in fields or ():
            yield member(each, well)


def shown(wells: Wells) -> tuple[WellField, ...]:
    """The fields at the level that a hierarchy is drilled to.

    The fields of a hierarchy stand in one well together, and one of them is shown: the first, or,
    after each drill-down filter, the next. See
    https://docs.aws.amazon.com/quicksight/latest/user/adding-drill-downs.html
    """
    levels = {key: len(filters) for key, filters in drill_downs(wells).items()}
    members: dict[str, list[WellField]] = {}
    for each in wells.fields:
        members.setdefault(each.hierarchy, []).append(each)

    def is_shown(each: WellField) -> bool:
        if not each.hierarchy:
            return True
        of = members[each.hierarchy]
        return of.index(each) == min(levels.get(each.hierarchy, 0), len(of) - 1)

    return tuple(each for each in wells.fields if is_shown(each))


def drill_downs(wells: Wells) -> dict[str, list[Json]]:
    """The drill-down filters of each hierarchy."""
    found: dict[str, list[Json]] = {}
    for hierarchy in wells.body.get("ColumnHierarchies") or ():
        for body in hierarchy.values():
            found[body["HierarchyId"]] = list(body.get("DrillDownFilters") or ())
    return found
