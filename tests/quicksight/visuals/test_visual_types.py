"""Each of the visual types: a definition over ten visits, and the rows that it shows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import botocore.session
import pytest

from labkit.cloud.quicksight.visuals.model import TOTAL, VisualData
from tests.quicksight.visuals.building import (
    bar,
    calculated,
    column,
    counted,
    date,
    dim,
    filtered,
    limit,
    measure,
    number,
    plain_field,
    sort,
    sort_by_column,
    visual,
)

Show = Callable[..., VisualData]
JANUARY, FEBRUARY, MARCH = (datetime(2024, month, 1) for month in (1, 2, 3))
VISIBLE = {"TotalsVisibility": "VISIBLE"}
TOTAL_ROWS = {"RowTotalOptions": VISIBLE, "RowSubtotalOptions": {**VISIBLE, "FieldLevel": "ALL"}}
PIVOT = {"Rows": [dim("city"), dim("course")], "Columns": [dim("device")], "Values": [measure()]}
BY_COURSE = [("bio", 30), ("dance", 12), ("art", 6), (None, 5), ("chem", 4)]
PER_DEVICE = [("art", "app", 2), ("art", "web", 4), ("bio", "app", 20), ("bio", "web", 10)]
CATEGORY = {"Category": [dim("course")], "Values": [measure()]}
MAP = {"Geospatial": [dim("city")], "Values": [measure()]}
BINS = {"SelectedBinType": "BIN_WIDTH", "BinWidth": {"Value": 10}}
_TWO = {"MatchOperator": "CONTAINS", "CategoryValues": ["art", "bio"]}
ART = [filtered("CategoryFilter", "course", Configuration={"FilterListConfiguration": _TWO})]

TYPES: dict[str, tuple[Any, list[Any]]] = {
    "bar": (bar([dim("course")], [measure()]), BY_COURSE),
    "bar of colours": (
        bar([dim("course")], [measure()], Colors=[dim("device")]),
        [("bio", 20, "app"), ("bio", 10, "web"), ("art", 2, "app"), ("art", 4, "web")],
    ),
    "line": (
        visual("LineChart", {"LineChartAggregated": {"Category": [date()], "Values": [measure()]}}),
        [(JANUARY, 3), (FEBRUARY, 13), (MARCH, 41), (None, None)],
    ),
    "combo": (
        visual("ComboChart", {"ComboChartAggregated": {
            "Category": [dim("course")], "BarValues": [measure()],
            "LineValues": [measure("price", "MAX")]}}),
        [("bio", 30, 1.0), ("dance", 12, 8.0), ("art", 6, 10.5), (None, 5, 5.0), ("chem", 4, 4.0)],
    ),
    "pie": (visual("PieChart", {"PieChartAggregated": CATEGORY}), BY_COURSE),
    "funnel": (visual("FunnelChart", {"FunnelChartAggregated": CATEGORY}), BY_COURSE),
    "radar": (
        visual("RadarChart", {"RadarChartAggregated": CATEGORY}),
        [("art", 6), ("bio", 30), ("chem", 4), ("dance", 12), (None, 5)],
    ),
    "tree map": (
        visual("TreeMap", {"TreeMapAggregated": {
            "Groups": [dim("course")], "Sizes": [measure()], "Colors": [measure("price", "MIN")]}}),
        [("bio", 30, 1.0), ("dance", 12, 6.0), ("art", 6, 0.1), (None, 5, 5.0), ("chem", 4, 4.0)],
    ),
    "heat map": (
        visual("HeatMap", {"HeatMapAggregated": {
            "Rows": [dim("course")], "Columns": [dim("device")], "Values": [measure()]}}),
        [*PER_DEVICE, ("chem", "app", 4), ("dance", "app", 6), ("dance", "web", 6),
         (None, "web", 5)],
    ),
    "word cloud": (
        visual("WordCloud", {"WordCloudAggregated": {
            "GroupBy": [dim("course")], "Size": [measure()]}}),
        BY_COURSE,
    ),
    "waterfall": (
        visual("Waterfall", {"WaterfallChartAggregated": {
            "Categories": [date("QUARTER")], "Values": [measure()], "Breakdowns": []}}),
        [(datetime(2024, 1, 1), 57), (None, None)],
    ),
    "Sankey": (
        visual("SankeyDiagram", {"SankeyDiagramAggregated": {
            "Source": [dim("city")], "Destination": [dim("device")], "Weight": [measure()]}}),
        [("LA", "app", 24), ("LA", "web", 10), ("SF", "app", 6), ("SF", "web", 11),
         ("NY", "app", 2), ("NY", "web", 4)],
    ),
    "scatter": (
        visual("ScatterPlot", {"ScatterPlotCategoricallyAggregated": {
            "XAxis": [measure()], "YAxis": [measure("price")], "Category": [dim("city")],
            "Size": [], "Label": []}}),
        [(34, 5.0, "LA"), (17, 26.0, "SF"), (6, 10.8, "NY")],
    ),
    "scatter of rows": (
        visual("ScatterPlot", {"ScatterPlotUnaggregated": {
            "XAxis": [number("id")], "YAxis": [number("views")]}},
            SortConfiguration={"ScatterPlotLimitConfiguration": limit(3)}),
        [(1, 1), (2, 2), (3, 3)],
    ),
    "filled map": (
        visual("FilledMap", {"FilledMapAggregated": MAP}),
        [("LA", 34), ("SF", 17), ("NY", 6)],
    ),
    "points on a map": (
        visual("GeospatialMap", {"GeospatialMapAggregated": {
            "Geospatial": [number("lat"), number("lon")], "Values": [measure()]}}),
        [(34.1, -118.2, 34), (37.8, -122.4, 17), (40.7, -74.0, 6)],
    ),
    "layer map": (
        {"LayerMapVisual": {"VisualId": "v", "DataSetIdentifier": "visits", "ChartConfiguration": {
            "MapLayers": [{"LayerId": "l", "JoinDefinition": {
                "ShapeKeyField": "name", "DatasetKeyField": plain_field("city"),
                "ColorField": {"ColorValuesFields": [measure()]}}}]}}},
        [("LA", 34), ("SF", 17), ("NY", 6)],
    ),
    "gauge": (
        visual("GaugeChart", {"Values": [measure()], "TargetValues": [measure("price", "MAX")]}),
        [(57, 10.5)],
    ),
    "KPI": (
        visual("KPI", {"Values": [measure()], "TrendGroups": [date()]}),
        [(3, JANUARY), (13, FEBRUARY), (41, MARCH), (None, None)],
    ),
    "histogram": (
        visual("Histogram", {"HistogramAggregated": {"Values": [measure()]}}, BinOptions=BINS),
        [(1, 11, 8), (11, 21, 1)],
    ),
    "histogram of a number of bins": (
        visual("Histogram", {"HistogramAggregated": {"Values": [measure()]}},
               BinOptions={"SelectedBinType": "BIN_COUNT", "BinCount": {"Value": 2}}),
        [(1, 10.5, 8), (10.5, 20, 1)],
    ),
    "histogram from a start": (
        visual("Histogram", {"HistogramAggregated": {"Values": [measure()]}},
               BinOptions={**BINS, "StartValue": 5}),
        [(5, 15, 4), (15, 25, 1)],
    ),
    "histogram of the first bins": (
        visual("Histogram", {"HistogramAggregated": {"Values": [measure()]}},
               BinOptions={**BINS, "BinWidth": {"Value": 4, "BinCountLimit": 2}}),
        [(1, 5, 4), (5, 9, 3)],
    ),
    "histogram from beyond all values": (
        visual("Histogram", {"HistogramAggregated": {"Values": [measure()]}},
               BinOptions={**BINS, "StartValue": 50}),
        [],
    ),
    "box plot": (
        visual("BoxPlot", {"BoxPlotAggregated": {
            "GroupBy": [dim("device")], "Values": [measure()]}}),
        [("app", 2, 3.5, 5, 9.5, 6, [20]), ("web", 1, 3, 5, 6, 10, [])],
    ),
    "box plot by another column": (
        visual("BoxPlot", {"BoxPlotAggregated": {
            "GroupBy": [dim("device")], "Values": [measure()]}},
            SortConfiguration={"CategorySort": sort_by_column("price", "MAX")}),
        [("web", 1, 3, 5, 6, 10, []), ("app", 2, 3.5, 5, 9.5, 6, [20])],
    ),
    "a page of box plots": (
        visual("BoxPlot", {"BoxPlotAggregated": {
            "GroupBy": [dim("device")], "Values": [measure()]}},
            SortConfiguration={"PaginationConfiguration": {"PageSize": 1, "PageNumber": 2}}),
        [("web", 1, 3, 5, 6, 10, [])],
    ),
    "table": (
        visual("Table", {"TableAggregated": {
            "GroupBy": [dim("city"), dim("device")], "Values": [measure(), counted("course")]}}),
        [("LA", "app", 24, 2), ("LA", "web", 10, 1), ("NY", "app", 2, 1), ("NY", "web", 4, 2),
         ("SF", "app", 6, 2), ("SF", "web", 11, 1)],
    ),
    "table of rows": (
        visual("Table", {"TableUnaggregated": {"Values": [plain_field("id"), plain_field("city")]}},
               SortConfiguration={"RowSort": sort("city", "ASC")}),
        [(4, "LA"), (5, "LA"), (6, "LA"), (1, "NY"), (2, "NY"), (3, "NY"), (7, "SF"), (8, "SF"),
         (9, "SF"), (10, "SF")],
    ),
    "pivot": (
        visual("PivotTable", {"PivotTableAggregated": PIVOT}, TotalOptions=TOTAL_ROWS),
        [("LA", "bio", "app", 20), ("LA", "bio", "web", 10), ("NY", "art", "app", 2),
         ("NY", "art", "web", 4), ("SF", "art", "app", None), ("LA", TOTAL, "app", 20),
         ("LA", TOTAL, "web", 10), ("NY", TOTAL, "app", 2), ("NY", TOTAL, "web", 4),
         ("SF", TOTAL, "app", None), (TOTAL, TOTAL, "app", 22),
         (TOTAL, TOTAL, "web", 14)],
    ),
    "insight": (
        {"InsightVisual": {"VisualId": "v", "DataSetIdentifier": "visits", "InsightConfiguration": {
            "Computations": [{"TotalAggregation": {"ComputationId": "t", "Value": measure()}}]}}},
        [("Sum of views is 57.",)],
    ),
    "custom content": (
        {"CustomContentVisual": {"VisualId": "v", "DataSetIdentifier": "visits"}}, []),
    "empty": ({"EmptyVisual": {"VisualId": "v", "DataSetIdentifier": "visits"}}, []),
    "plugin": ({"PluginVisual": {"VisualId": "v", "PluginArn": "arn"}}, []),
}  # fmt: skip
_TWO_COURSES = ("bar of colours", "pivot")


@pytest.mark.parametrize("name", TYPES)
def test_rows(name: str, show: Show) -> None:
    asked, rows = TYPES[name]
    data = show(asked, extra_filters=ART if name in _TWO_COURSES else ())
    assert [_rounded(row) for row in data.rows] == rows
    assert [note for note in data.not_drawn if name != "plugin"] == []
    assert all(len(row) == len(data.fields) for row in data.rows)


def _rounded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(round(value, 9) if isinstance(value, float) else value for value in row)


def test_every_type_of_the_api_has_a_row() -> None:
    model = botocore.session.get_session().get_service_model("quicksight")
    asked = {kind for one, _ in TYPES.values() for kind in one}
    assert asked == set(model.shape_for("Visual").members)


COMPARISONS: dict[str, tuple[dict[str, Any], tuple[Any, ...]]] = {
    "with the period before": ({"TrendGroups": [date()]}, (41, 13, 28, "period")),
    "with a target": ({"TargetValues": [measure("price", "MAX")]}, (57, 10.5, 46.5, "target")),
}


@pytest.mark.parametrize("name", COMPARISONS)
def test_kpi_compares(name: str, show: Show) -> None:
    wells, (primary, secondary, difference, against) = COMPARISONS[name]
    found = show(visual("KPI", {"Values": [measure()], **wells})).computations["comparison"]
    assert (found["primary"], found["secondary"]) == (primary, secondary)
    assert (found["difference"], found["against"]) == (difference, against)
    assert found["percent_difference"] == pytest.approx(difference / secondary)


def test_a_kpi_of_dates_compares_nothing(show: Show) -> None:
    last = counted("at", "MAX", "Date")
    data = show(visual("KPI", {"Values": [last], "TrendGroups": [date("YEAR")]}))
    assert len(data.rows) == 2
    assert not data.computations


def test_labels_and_kinds_of_fields(show: Show) -> None:
    labels = {"AxisLabelOptions": [{"CustomLabel": "Pages", "ApplyTo": {
        "FieldId": "sum_views", "Column": column("views")}}]}  # fmt: skip
    asked = bar([date("WEEK")], [measure(), measure("price", "AVERAGE")], ValueLabelOptions=labels)
    fields = show(asked).fields
    assert [each.label for each in fields] == ["at", "Pages", "Average of price"]
    assert [each.kind for each in fields] == ["date", "number", "number"]
    assert [each.granularity for each in fields] == ["WEEK", "", ""]


EXPRESSIONS = {"{yield}": "yield", "sum({views})\n / 2": "sum({views}) / 2"}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_is_called_by_its_text(expression: str, show: Show) -> None:
    fields = [{"DataSetIdentifier": "visits", "Name": "yield", "Expression": "sum({views})"}]
    data = show(bar([dim("course")], [calculated(expression)]), CalculatedFields=fields)
    assert [each.label for each in data.fields] == ["course", EXPRESSIONS[expression]]


def test_a_hierarchy_shows_the_level_that_it_is_drilled_to(show: Show) -> None:
    levels = [dim("city", HierarchyId="h"), dim("course", HierarchyId="h")]
    asked = bar(levels, [measure()])
    assert [row[0] for row in show(asked).rows] == ["LA", "SF", "NY"]
    drilled = {"CategoryFilter": {"Column": column("city"), "CategoryValues": ["SF"]}}
    hierarchy = {"HierarchyId": "h", "Columns": [], "DrillDownFilters": [drilled]}
    asked["BarChartVisual"]["ColumnHierarchies"] = [{"ExplicitHierarchy": hierarchy}]
    assert list(show(asked).rows) == [("dance", 12), (None, 5), ("art", None)]
