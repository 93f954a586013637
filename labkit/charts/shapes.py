"""The visual types as the API's model has them: their wells, and where sorts and limits stand.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Visual.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import botocore.session

from labkit.errors import NoChart, UnknownName

_TAKES = {
    "DimensionField": "dimension",
    "MeasureField": "measure",
    "UnaggregatedField": "unaggregated",
}


class Well(NamedTuple):
    """A field well: where it stands below ``FieldWells``, and what it takes."""

    path: tuple[str, ...]
    takes: str


class Shape:
    """One visual type that has field wells.

    Args:
        member: its name in the API's union: ``BarChartVisual``.
        shape: botocore's model of it.
    """

    def __init__(self, member: str, shape: Any) -> None:
        self.member = member
        configuration = shape.members["ChartConfiguration"].members
        self.wells: dict[str, Well] = {}
        self._find_wells(configuration["FieldWells"], ())
        sorting = configuration.get("SortConfiguration")
        self._sorting: Mapping[str, Any] = sorting.members if sorting else {}

    @classmethod
    def of(cls, kind: str) -> Shape:
        """The visual type of a name: ``BarChart``, ``bar chart``, ``bar``, ``KPI``.

        Raises:
            UnknownName: there is none.
        """
        known = {_folded(name): shape for name, shape in shapes().items()}
        for name in (kind, f"{kind} chart", f"{kind} plot", f"{kind} diagram", f"{kind} table"):
            if _folded(name) in known:
                return known[_folded(name)]
        raise UnknownName("visual type", kind, [snake(each).replace("_", " ") for each in shapes()])

    def well(self, given: str) -> str:
        """A well's name in the API: ``group_by`` is ``GroupBy``.

        Raises:
            UnknownName: the visual type has none of that name.
        """
        for name in self.wells:
            if _folded(name) == _folded(given):
                return name
        kind = f"well of a {self.member}"
        raise UnknownName(kind, given, [snake(name) for name in self.wells])

    def nested(self, filled: Mapping[str, list[Any]]) -> dict[str, Any]:
        """Filled wells where the API has them."""
        made: dict[str, Any] = {}
        for well, fields in filled.items():
            place = made
            for step in self.wells[well].path:
                place = place.setdefault(step, {})
            place[well] = fields
        return made

    def add_sort(
        self, sorting: dict[str, Any], well: str, by: Any, wells: Mapping[str, list[Any]]
    ) -> None:
        """Add a well's sort to a sort configuration."""
        name = self.member_for(well, "Sort")
        if self._sorting[name].member.name == "PivotFieldSortOptions":
            own = next(iter(wells[well][0].values()))["FieldId"]
            pivot = {{"FieldSort": "Field", "ColumnSort": "Column"}[k]: v for k, v in by.items()}
            by = {"FieldId": own, "SortBy": pivot}
        sorting.setdefault(name, []).append(by)

    def limit_of(self, well: str) -> str:
        """The sort configuration's member for a well's limit."""
        return self.member_for(well, "Limit")

    def member_for(self, well: str, what: str) -> str:
        """The member whose name holds the well's, else the only one there is."""
        found = [
            name
            for name, shape in self._sorting.items()
            if what in name and (shape.type_name == "list") is (what == "Sort")
        ]
        stem = well.removesuffix("s").removesuffix("ie")
        named = [name for name in found if stem in name]
        main = [name for name in found if not re.search("Color|SmallMultiples|Breakdown", name)]
        if not (named or main):
            raise NoChart(f"A {self.member} has no {what.lower()} for {snake(well)}.")
        return (named or main)[0]

    def _find_wells(self, shape: Any, path: tuple[str, ...]) -> None:
        """Collect wells; where a type has two sets of them, the aggregated one comes first."""
        for name, member in shape.members.items():
            each = member.member if member.type_name == "list" else member
            if each.name in _TAKES:
                self.wells.setdefault(name, Well(path, _TAKES[each.name]))
            elif member.type_name == "structure":
                self._find_wells(member, (*path, name))


@functools.cache
def shapes() -> dict[str, Shape]:
    """The visual types that have field wells, by name: ``BarChart``, ``KPI``, ``HeatMap``."""
    model = botocore.session.get_session().get_service_model("quicksight")
    return {
        member.removesuffix("Visual"): Shape(member, shape)
        for member, shape in model.shape_for("Visual").members.items()
        if _has_wells(shape)
    }


def _has_wells(shape: Any) -> bool:
    configuration = shape.members.get("ChartConfiguration")
    wells = getattr(configuration, "members", {}).get("FieldWells")
    return getattr(wells, "type_name", "") == "structure"


def snake(name: str) -> str:
    """A name of the API as Python writes it.

    >>> snake("SmallMultiples")
    'small_multiples'
    >>> snake("XAxis")
    'x_axis'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
