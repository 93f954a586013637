"""Which visual type fits fields, and where fields go in a type.

AutoGraph chooses by the number and kinds of the fields; QuickSight does not publish its table.
Source: https://docs.aws.amazon.com/quicksight/latest/user/autograph.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labkit.charts import parts as chart_parts
from labkit.charts.fields import Definition
from labkit.charts.shapes import Shape

MANY = 20
# Wells that take more than one field; all others take one.
_ROOM = {
    "TableVisual": ("GroupBy", "Values"),
    "PivotTableVisual": ("Rows", "Columns", "Values"),
    "BarChartVisual": ("Values",),
    "LineChartVisual": ("Values",),
    "ComboChartVisual": ("BarValues", "LineValues"),
    "RadarChartVisual": ("Values",),
    "BoxPlotVisual": ("Values",),
    "KPIVisual": ("TrendGroups",),
}
# Wells that a field goes to only by hand.
_BY_HAND = ("SmallMultiples", "TargetValues", "Label")
# Wells without which there is nothing to draw; of a table any well will do.
_NEEDS = {
    "BarChartVisual": ("Values",),
    "LineChartVisual": ("Category", "Values"),
    "ComboChartVisual": ("Category",),
    "PieChartVisual": ("Values",),
    "KPIVisual": ("Values",),
    "GaugeChartVisual": ("Values",),
    "HeatMapVisual": ("Rows", "Values"),
    "TreeMapVisual": ("Groups", "Sizes"),
    "FunnelChartVisual": ("Category", "Values"),
    "ScatterPlotVisual": ("XAxis", "YAxis"),
    "BoxPlotVisual": ("Values",),
    "WaterfallVisual": ("Categories", "Values"),
    "HistogramVisual": ("Values",),
    "WordCloudVisual": ("GroupBy",),
    "SankeyDiagramVisual": ("Source", "Destination", "Weight"),
    "RadarChartVisual": ("Category", "Values"),
    "FilledMapVisual": ("Geospatial",),
    "GeospatialMapVisual": ("Geospatial",),
}
# Dates, other dimensions and measures, each from and to, and the type that they make.
_RULES = (
    ((0, 0), (0, 0), (1, 1), "KPI"),
    ((0, 0), (0, 0), (2, 2), "ScatterPlot"),
    ((1, 1), (0, 1), (1, 1), "LineChart"),
    ((1, 1), (0, 0), (0, MANY), "LineChart"),
    ((0, 0), (1, 1), (0, MANY), "BarChart"),
    ((0, 0), (2, 2), (0, 1), "BarChart"),
    ((0, MANY), (0, MANY), (1, MANY), "PivotTable"),
    ((0, MANY), (0, MANY), (0, MANY), "Table"),
)


def auto_kind(fields: Sequence[Definition]) -> str:
    """The type for these fields.

    >>> auto_kind([{"CategoricalDimensionField": {}}, {"NumericalMeasureField": {}}])
    'BarChart'
    """
    measures = sum(chart_parts.is_measure(each) for each in fields)
    dates = sum("DateDimensionField" in each for each in fields)
    counts = dates, len(fields) - measures - dates, measures
    for *ranges, kind in _RULES:
        if all(low <= n <= high for n, (low, high) in zip(counts, ranges, strict=True)):
            return str(kind)
    raise AssertionError("the last rule fits all")


def room(shape: Shape, well: str) -> int:
    """How many fields a well takes."""
    return MANY if well in _ROOM.get(shape.member, ()) else 1


def missing(shape: Shape, filled: Mapping[str, Sequence[Definition]]) -> list[str]:
    """The wells that a visual still needs."""
    if shape.member in _NEEDS:
        return [well for well in _NEEDS[shape.member] if not filled.get(well)]
    return [] if any(filled.values()) else list(shape.wells)[:1]


def spread(shape: Shape, fields: Sequence[Definition]) -> dict[str, list[Definition]]:
    """Fields in the wells of a type; what finds no place is left out."""
    made: dict[str, list[Definition]] = {}
    for each in fields:
        well = free_well(shape, made, "measure" if chart_parts.is_measure(each) else "dimension")
        if well:
            made.setdefault(well, []).append(each)
    return {well: made[well] for well in shape.wells if well in made}


def free_well(shape: Shape, filled: dict[str, list[Definition]], takes: str) -> str:
    """The first well with room for a dimension or a measure; empty where there is none."""
    for name, well in shape.wells.items():
        fits = well.takes == takes and name not in _BY_HAND
        if fits and len(filled.get(name, ())) < room(shape, name):
            return name
    return ""
