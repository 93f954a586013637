"""The axes of each type of visual, their order and how much they show.

An axis is one or more wells whose groups are sorted and cut together. QuickSight shows a number of
groups that depends on the type, and fewer where colours divide them; some types fold the rest into
"Other". Source: https://docs.aws.amazon.com/quicksight/latest/user/working-with-visual-types.html
and the pages of the types below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Axis:
    """An axis of a type.

    Args:
        wells: their names.
        sort: the member of ``SortConfiguration`` that orders it.
        limit: the member of ``SortConfiguration`` that cuts it.
        most: how many groups it shows.
        crowded: how many where another axis divides it.
        others: whether the rest is folded where the definition does not say.
        order: what it is ordered by where the definition does not say: its own values, or the
            first measure, highest first; ``texts`` has dates and numbers by their own, texts by the
            measure; ``chosen`` is cut by the measure and shown by its own. Bars stand by the
            measure over dates too, their colours by name, as public pictures of dashboards
            without sorts show.
    """

    wells: tuple[str, ...]
    sort: str = ""
    limit: str = ""
    most: int = 10_000
    crowded: int = 0
    others: bool = False
    order: Literal["value", "measure", "texts", "chosen"] = "texts"


def _multiples() -> Axis:
    sort, limit = "SmallMultiplesSort", "SmallMultiplesLimitConfiguration"
    return Axis(("SmallMultiples",), sort, limit, most=20, order="value")


AXES: Mapping[str, tuple[Axis, ...]] = {
    "BarChartVisual": (
        Axis(
            ("Category",), "CategorySort", "CategoryItemsLimit", crowded=50, others=True,
            order="measure",
        ),
        Axis(("Colors",), "ColorSort", "ColorItemsLimit", 50, others=True, order="chosen"),
        _multiples(),
    ),
    "LineChartVisual": (
        Axis(
            ("Category",), "CategorySort", "CategoryItemsLimitConfiguration", crowded=400,
            order="value",
        ),
        Axis(("Colors",), "", "ColorItemsLimitConfiguration", 25),
        _multiples(),
    ),
    "ComboChartVisual": (
        Axis(("Category",), "CategorySort", "CategoryItemsLimit", 2_500, 50, others=True),
        Axis(("Colors",), "ColorSort", "ColorItemsLimit", 50, others=True),
    ),
    "PieChartVisual": (
        Axis(("Category",), "CategorySort", "CategoryItemsLimit", 20, others=True),
        _multiples(),
    ),
    "HeatMapVisual": (
        Axis(("Rows",), "HeatMapRowSort", "HeatMapRowItemsLimitConfiguration", 50, order="value"),
        Axis(
            ("Columns",), "HeatMapColumnSort", "HeatMapColumnItemsLimitConfiguration", 50,
            order="value",
        ),
    ),
    "TreeMapVisual": (
        Axis(("Groups",), "TreeMapSort", "TreeMapGroupItemsLimitConfiguration", 100, others=True),
    ),
    "GeospatialMapVisual": (Axis(("Geospatial",)), Axis(("Colors",), most=50)),
    "FilledMapVisual": (Axis(("Geospatial",), "CategorySort"),),
    "FunnelChartVisual": (
        Axis(("Category",), "CategorySort", "CategoryItemsLimit", 50, others=True),
    ),
    "ScatterPlotVisual": (
        Axis(("Category", "Label"), "", "ScatterPlotLimitConfiguration", 2_500),
    ),
    "WaterfallVisual": (
        Axis(("Categories",), "CategorySort", "", 2_500, order="value"),
        Axis(("Breakdowns",), "", "BreakdownItemsLimit", 5, others=True),
    ),
    "WordCloudVisual": (Axis(("GroupBy",), "CategorySort", "CategoryItemsLimit", 100),),
    "SankeyDiagramVisual": (
        Axis(("Source",), "WeightSort", "SourceItemsLimit", 100, others=True),
        Axis(("Destination",), "WeightSort", "DestinationItemsLimit", 100, others=True),
    ),
    "RadarChartVisual": (
        Axis(("Category",), "CategorySort", "CategoryItemsLimit", 100, order="value"),
        Axis(("Color",), "ColorSort", "ColorItemsLimit", 50),
    ),
    "KPIVisual": (Axis(("TrendGroups",), "TrendGroupSort", order="value"),),
    "GaugeChartVisual": (),
    "TableVisual": (Axis(("GroupBy",), "RowSort", order="value"),),
    "PivotTableVisual": (
        Axis(("Rows",), "FieldSortOptions", most=10_000, order="value"),
        Axis(("Columns",), "FieldSortOptions", most=500, order="value"),
    ),
    "BoxPlotVisual": (Axis(("GroupBy",), "CategorySort", order="value"),),
    "LayerMapVisual": (Axis(("Geospatial",)), Axis(("Colors",), most=50)),
}  # fmt: skip


def limit_of(axis: Axis, sorting: Mapping[str, Any], *, crowded: bool) -> tuple[int, bool]:
    """How many groups an axis shows, and whether the rest is folded.

    >>> limit_of(AXES["PieChartVisual"][0], {}, crowded=False)
    (20, True)
    """
    said = sorting.get(axis.limit) or {}
    most = said.get("ItemsLimit") or ((crowded and axis.crowded) or axis.most)
    folded = said.get("OtherCategories")
    return int(most), axis.others if folded is None else folded == "INCLUDE"
