"""Insights in words and numbers, forecasts, and periods without data."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import botocore.session
import pytest

from labkit.cloud.engine.types import BIGINT, TIMESTAMP
from labkit.cloud.quicksight.spice.model import Column, DataSet
from labkit.cloud.quicksight.visuals.forecast import forecast
from labkit.cloud.quicksight.visuals.model import VisualData, VisualError
from tests.quicksight.visuals.building import column, date, dim, insight, measure, visual

Show = Callable[..., VisualData]
JANUARY, FEBRUARY, MARCH = (datetime(2024, month, 1) for month in (1, 2, 3))


MONTHS = {"Time": date(), "Value": measure()}

COMPUTATIONS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "TotalAggregation": (
        insight("TotalAggregation", Value=measure()),
        {"total": 57}, "Sum of views is 57."),
    "TopBottomRanked": (
        insight("TopBottomRanked", Category=dim("course"), Value=measure(), Type="TOP",
                ResultSize=2),
        {"items": [{"category": "bio", "value": 30}, {"category": "dance", "value": 12}]},
        "Top 2 by Sum of views, of course: bio with 30 and dance with 12."),
    "the bottom": (
        insight("TopBottomRanked", Category=dim("course"), Value=measure(), Type="BOTTOM",
                ResultSize=1),
        {"items": [{"category": "chem", "value": 4}]},
        "Bottom 1 by Sum of views, of course: chem with 4."),
    "TopBottomMovers": (
        insight("TopBottomMovers", Category=dim("device"), **MONTHS, Type="TOP", MoverSize=1,
                SortOrder="ABSOLUTE_DIFFERENCE"),
        {"time": MARCH, "previous_time": FEBRUARY},
        "Top movers of Sum of views for Mar 2024: web decreased by 15.38% (2)."),
    "MaximumMinimum": (
        insight("MaximumMinimum", **MONTHS, Type="MAXIMUM"),
        {"time": MARCH, "value": 41}, "The highest Sum of views is 41, Mar 2024."),
    "the minimum": (
        insight("MaximumMinimum", **MONTHS, Type="MINIMUM"),
        {"time": JANUARY, "value": 3}, "The lowest Sum of views is 3, Jan 2024."),
    "MetricComparison": (
        insight("MetricComparison", Time=date(), FromValue=measure(),
                TargetValue=measure("price", "MAX")),
        {"primary": 41, "secondary": 8.0, "time": MARCH},
        "Sum of views is 41, Max of price 8 for Mar 2024: a difference of 412.5%."),
    "PeriodOverPeriod": (
        insight("PeriodOverPeriod", **MONTHS),
        {"primary": 41, "secondary": 13, "difference": 28, "time": MARCH},
        "Sum of views for Mar 2024 increased by 215.38% (28), from 13 to 41."),
    "PeriodToDate": (
        insight("PeriodToDate", Time=date("DAY"), Value=measure(), PeriodTimeGranularity="MONTH"),
        {"primary": 41, "secondary": 13, "previous_time": datetime(2024, 2, 25)},
        "Month-to-date Sum of views for Mar 25, 2024 increased by 215.38% (28)."),
    "GrowthRate": (
        insight("GrowthRate", **MONTHS, PeriodSize=3),
        {"periods": 3, "rate": pytest.approx((41 / 3) ** 0.5 - 1)},
        "The last 3 periods' compounded growth of Sum of views is 269.68%."),
    "UniqueValues": (
        insight("UniqueValues", Category=dim("course")),
        {"count": 4}, "There are 4 values of course."),
    "Forecast": (
        insight("Forecast", **MONTHS, PeriodsForward=1, LowerBoundary=0.0, UpperBoundary=30.0),
        {"method": "Holt-Winters (additive)"},
        "Sum of views is forecast as 30 for Apr 2024, by Holt-Winters (additive)."),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPUTATIONS)
def test_computations(name: str, show: Show) -> None:
    asked, numbers, sentence = COMPUTATIONS[name]
    data = show(asked)
    assert list(data.rows) == [(sentence,)]
    found = data.computations["c"]
    assert {key: found[key] for key in numbers} == numbers


NARRATIVE = """<narrative><ul>
  <li><block>Views: <b><expression>All.totalAggregate.formattedValue</expression></b> &amp; more
      than 5 &lt; 6.</block></li>
  <li><block><expression>All.metricField.name</expression></block></li>
  <li><block><expression>All.nothing.value</expression> is unknown.</block></li>
</ul></narrative>"""


def test_an_insight_has_its_own_narrative(show: Show) -> None:
    asked = insight("TotalAggregation", Value=measure(), Name="All")
    asked["InsightVisual"]["InsightConfiguration"]["CustomNarrative"] = {"Narrative": NARRATIVE}
    data = show(asked)
    assert list(data.rows) == [("Views: 57 & more than 5 < 6.",), ("Sum of views",)]
    assert data.not_drawn == ("A line of the narrative, for its expression All.nothing.value.",)
    assert data.computations["c"]["total"] == 57


ITEMS: list[tuple[str, dict[str, Any], str, str]] = [
    ("TopBottomRanked", {"Category": dim("course"), "Value": measure()},
     "itemsCount", "5"),
    ("TopBottomRanked", {"Category": dim("course"), "Value": measure()},
     "items[1].categoryField.formattedValue", "dance"),
    ("TopBottomRanked", {"Category": dim("course"), "Value": measure()},
     "items[0].metricValue.formattedValue", "30"),
    ("TopBottomMovers", {"Category": dim("device"), **MONTHS},
     "items[0].percentDifference.formattedAbsoluteValue", "15.38%"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "named", "told"), ITEMS)
def test_a_narrative_names_one_of_several(
    kind: str, fields: dict[str, Any], named: str, told: str, show: Show
) -> None:
    sizes = {"TopBottomRanked": {"ResultSize": 20}, "TopBottomMovers": {"MoverSize": 20}}
    asked = insight(kind, Name="Top", Type="TOP", **sizes[kind], **fields)
    narrative = f"<narrative><block><expression>Top.{named}</expression></block></narrative>"
    asked["InsightVisual"]["InsightConfiguration"]["CustomNarrative"] = {"Narrative": narrative}
    assert list(show(asked).rows) == [(told,)]


CONDITIONS = """<narrative><b>Top <expression>Top.itemsCount</expression></b>
  <if condition="Top.itemsCount &lt; 2" level="inline"> course</if>
  <if condition="Top.itemsCount &gt; 1" level="inline"> courses:</if><br/>
  <for level="block" listExpression="Top.items"><ul><li class="ql-indent-0">
    <expression>Top.items[index].categoryValue.value</expression>
    <if condition="Top.items[index].metricValue.value &gt;= 10 and
      Top.items[index].categoryValue.value &lt;&gt; 'art'">is <i>busy</i></if>
    <if condition="NOT(Top.items[index].metricValue.value &gt;= 10)">is calm</if></li></ul></for>
  <if condition="Top.nothing.value &gt; 1">never</if></narrative>"""


def test_a_narrative_has_conditions_and_goes_through_what_was_found(show: Show) -> None:
    asked = insight(
        "TopBottomRanked", Name="Top", Type="TOP", ResultSize=3,
        Category=dim("course"), Value=measure(),
    )  # fmt: skip
    asked["InsightVisual"]["InsightConfiguration"]["CustomNarrative"] = {"Narrative": CONDITIONS}
    data = show(asked)
    found = data.computations["c"]["items"]
    lines = [f"• {each['category']} {'is busy' if each['value'] >= 10 else 'is calm'}"
             for each in found]  # fmt: skip
    assert [row[0] for row in data.rows] == ["Top 3 courses:", *lines]
    assert data.not_drawn == ("A part of the narrative, for its condition Top.nothing.value > 1.",)


def test_every_computation_of_the_api_has_a_row() -> None:
    model = botocore.session.get_session().get_service_model("quicksight")
    asked = {
        kind
        for one, _, _ in COMPUTATIONS.values()
        for each in one["InsightVisual"]["InsightConfiguration"]["Computations"]
        for kind in each
    }
    assert asked == set(model.shape_for("Computation").members)


def test_a_computation_says_what_it_lacks(show: Show) -> None:
    with pytest.raises(VisualError, match="The computation c needs its Time"):
        show(insight("GrowthRate", Value=measure()))


SEASON = [10, 20, 30, 40]


def test_a_forecast_goes_on_as_its_history_did() -> None:
    line = forecast([float(at) for at in range(10)], 3)
    assert [point.value for point in line] == [pytest.approx(at) for at in (10, 11, 12)]
    waves = [value + 4 * year for year in range(5) for value in SEASON]
    ahead = forecast(waves, 4, season=4)
    assert [point.value for point in ahead] == [
        pytest.approx(value + 20, abs=0.5) for value in SEASON
    ]


def test_a_forecast_is_the_same_every_time_and_less_sure_further_on() -> None:
    noisy = [10, 12, 9, 14, 13, 17, 15, 18, 16, 21]
    first, second = forecast(noisy, 5), forecast(noisy, 5)
    assert first == second
    widths = [point.upper - point.lower for point in first]
    assert widths == sorted(widths)
    assert all(point.lower < point.value < point.upper for point in first)
    wider = forecast(noisy, 5, interval=99)
    assert wider[0].upper > first[0].upper


GAPPED = DataSet(
    "SELECT * FROM (VALUES (TIMESTAMP '2024-01-01', 10), (TIMESTAMP '2024-01-02', 20),"
    " (TIMESTAMP '2024-01-05', 50)) AS t(\"at\", views)",
    (Column("at", TIMESTAMP), Column("views", BIGINT)),
)


def line(**configuration: Any) -> Any:
    place = {"DataSetIdentifier": "other"}
    day = {"FieldId": "at", "Column": {**column("at"), **place}, "DateGranularity": "DAY"}
    value = {"FieldId": "views", "Column": {**column("views"), **place}}
    wells = {"Category": [{"DateDimensionField": day}],
             "Values": [{"NumericalMeasureField": value}]}  # fmt: skip
    return visual("LineChart", {"LineChartAggregated": wells}, **configuration)


def missing(treatment: str) -> Any:
    return {"PrimaryYAxisDisplayOptions": {
        "MissingDataConfigurations": [{"TreatmentOption": treatment}]}}  # fmt: skip


GAPS: dict[str, tuple[Any, list[Any]]] = {
    "as they are": ({}, [10, 20, 50]),
    "shown": (
        {"XAxisDisplayOptions": {"DataOptions": {"DateAxisOptions": {
            "MissingDateVisibility": "VISIBLE"}}}}, [10, 20, None, None, 50]),
    "blank": (missing("SHOW_AS_BLANK"), [10, 20, None, None, 50]),
    "zero": (missing("SHOW_AS_ZERO"), [10, 20, 0, 0, 50]),
    "interpolated": (missing("INTERPOLATE"), [10, 20, 30, 40, 50]),
}  # fmt: skip


@pytest.mark.parametrize("name", GAPS)
def test_periods_without_data(name: str, show: Show) -> None:
    configuration, values = GAPS[name]
    rows = show(line(**configuration), other=GAPPED).rows
    assert [row[1] for row in rows] == [
        None if value is None else pytest.approx(value) for value in values
    ]


def test_a_line_chart_has_its_forecast(show: Show) -> None:
    properties = {"PeriodsForward": 2, "Seasonality": 1, "PredictionInterval": 80}
    data = show(line(ForecastConfigurations=[{"ForecastProperties": properties}]), other=GAPPED)
    assert [each.well for each in data.fields][2:] == ["Forecast", "ForecastLower", "ForecastUpper"]
    assert [row[0].day for row in data.rows] == [1, 2, 5, 6, 7]
    assert [row[1] for row in data.rows] == [10, 20, 50, None, None]
    assert [row[2] for row in data.rows] == [
        None, None, None, pytest.approx(60), pytest.approx(70)]  # fmt: skip


def test_a_sort_from_the_latest_on_stays_and_a_forecast_lies_ahead(show: Show) -> None:
    by = [{"FieldSort": {"FieldId": "at", "Direction": "DESC"}}]
    latest_first = {"SortConfiguration": {"CategorySort": by}}
    data = show(line(**latest_first, **missing("SHOW_AS_ZERO")), other=GAPPED)
    assert [row[0].day for row in data.rows] == [5, 4, 3, 2, 1]
    ahead = [{"ForecastProperties": {"PeriodsForward": 2, "Seasonality": 1}}]
    data = show(line(**latest_first, ForecastConfigurations=ahead), other=GAPPED)
    assert [row[0].day for row in data.rows] == [1, 2, 5, 6, 7]


def test_a_what_if_is_told_not_to_be_drawn(show: Show) -> None:
    scenario = {"WhatIfPointScenario": {"Date": MARCH, "Value": 3.0}}
    data = show(line(ForecastConfigurations=[{"Scenario": scenario}]), other=GAPPED)
    assert data.not_drawn == ("The forecast's what-if scenario.",)


def test_divided_lines_are_forecast_each_by_itself(show: Show) -> None:
    """Of the devices, each has views in the last month; of the courses, most have none then."""
    properties = {"PeriodsForward": 1, "Seasonality": 1}
    configuration = [{"ForecastProperties": properties}]

    def of(column: str) -> VisualData:
        wells = {"Category": [date("DAY")], "Values": [measure()], "Colors": [dim(column)]}
        return show(
            visual(
                "LineChart", {"LineChartAggregated": wells}, ForecastConfigurations=configuration
            ),
            other=None,
        )

    devices = of("device")
    ahead = [row for row in devices.rows if row[3] is not None]
    assert [(row[0].day, row[2]) for row in ahead] == [(26, "web")]
    assert devices.not_drawn == ("The forecast of app, which has no value in the last period.",)
