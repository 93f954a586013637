"""Where groups and numbers stand in each visual type's field wells.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_BarChartFieldWells.html and
its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Layout:
    """The wells of one visual type.

    Args:
        visual: the member of the API's ``Visual``.
        prefix: of the member that holds the wells (``BarChartAggregatedFieldWells``); empty for
            types whose wells are not nested.
        groups: the wells of the first, second, ... group; the last takes what is left.
        measures: likewise of the numbers.
        sorted_by: the member of the ``SortConfiguration`` that sorts the groups.
        extra: further options of the chart.
    """

    visual: str
    prefix: str
    groups: tuple[str, ...]
    measures: tuple[str, ...]
    sorted_by: str = ""
    extra: Json = field(default_factory=dict)

    def aggregation(self, raw: bool) -> str:
        return "ScatterPlotUnaggregatedFieldWells" if raw else self.prefix

    def wells(self, groups: Sequence[Json], measures: Sequence[Json]) -> Json:
        return {**_spread(self.groups, groups), **_spread(self.measures, measures)}

    def nested(self, wells: Json) -> Json:
        return wells if self.prefix else next(iter(wells.values()))

    def sort(self, sorts: Sequence[Json]) -> Json:
        return {self.sorted_by: list(sorts)} if sorts and self.sorted_by else {}

    def options(self, groups: int) -> Json:
        return dict(self.extra) if groups > 1 else {}


def _spread(wells: Sequence[str], fields: Sequence[Json]) -> Json:
    made: Json = {}
    for at, each in enumerate(fields):
        if wells:
            made.setdefault(wells[min(at, len(wells) - 1)], []).append(each)
    return made


def _aggregated(name: str) -> str:
    return f"{name}AggregatedFieldWells"


LAYOUTS = {
    each.visual: each
    for each in (
        Layout("BarChartVisual", _aggregated("BarChart"), ("Category", "Colors"), ("Values",),
               "CategorySort", {"BarsArrangement": "STACKED"}),
        Layout("LineChartVisual", _aggregated("LineChart"), ("Category", "Colors"), ("Values",),
               "CategorySort"),
        Layout("PieChartVisual", _aggregated("PieChart"), ("Category", "SmallMultiples"),
               ("Values",), "CategorySort"),
        Layout("ScatterPlotVisual", "ScatterPlotCategoricallyAggregatedFieldWells",
               ("Category", "Label"), ("XAxis", "YAxis", "Size")),
        Layout("KPIVisual", "", ("TrendGroups",), ("Values",)),
        Layout("TableVisual", _aggregated("Table"), ("GroupBy",), ("Values",), "RowSort"),
        Layout("PivotTableVisual", _aggregated("PivotTable"), ("Rows", "Columns"), ("Values",)),
        Layout("HeatMapVisual", _aggregated("HeatMap"), ("Rows", "Columns"), ("Values",),
               "HeatMapRowSort"),
        Layout("TreeMapVisual", _aggregated("TreeMap"), ("Groups",), ("Sizes", "Colors"),
               "TreeMapSort"),
        Layout("FunnelChartVisual", _aggregated("FunnelChart"), ("Category",), ("Values",),
               "CategorySort"),
        Layout("BoxPlotVisual", _aggregated("BoxPlot"), ("GroupBy",), ("Values",)),
        Layout("WaterfallVisual", _aggregated("WaterfallChart"), ("Categories", "Breakdowns"),
               ("Values",), "CategorySort"),
        Layout("WordCloudVisual", _aggregated("WordCloud"), ("GroupBy",), ("Size",),
               "CategorySort"),
        Layout("RadarChartVisual", _aggregated("RadarChart"), ("Category", "Color"), ("Values",),
               "CategorySort"),
        Layout("HistogramVisual", _aggregated("Histogram"), (), ("Values",)),
        Layout("GaugeChartVisual", "", (), ("Values", "TargetValues")),
    )
}  # fmt: skip
