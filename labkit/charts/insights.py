"""Insights: what stands out, in sentences, as QuickSight's computations tell it.

Source: https://docs.aws.amazon.com/quicksight/latest/user/computational-insights.html
"""

from __future__ import annotations

from typing import Any

from labkit.charts import options as chart_options
from labkit.charts import parts as chart_parts
from labkit.charts.edits import Analysis, edit
from labkit.charts.fields import Definition
from labkit.charts.visuals import put
from labkit.errors import NoChart, UnknownName

# The computation, the fields that it takes, and what else it says.
INSIGHTS: dict[str, tuple[str, tuple[str, ...], Definition]] = {
    "Top ranked": ("TopBottomRanked", ("Category", "Value"), {"Type": "TOP", "ResultSize": 3}),
    "Bottom ranked": (
        "TopBottomRanked",
        ("Category", "Value"),
        {"Type": "BOTTOM", "ResultSize": 3},
    ),
    "Top movers": (
        "TopBottomMovers",
        ("Time", "Category", "Value"),
        {"Type": "TOP", "MoverSize": 3, "SortOrder": "ABSOLUTE_DIFFERENCE"},
    ),
    "Bottom movers": (
        "TopBottomMovers",
        ("Time", "Category", "Value"),
        {"Type": "BOTTOM", "MoverSize": 3, "SortOrder": "ABSOLUTE_DIFFERENCE"},
    ),
    "Period over period": ("PeriodOverPeriod", ("Time", "Value"), {}),
    "Period to date": ("PeriodToDate", ("Time", "Value"), {"PeriodTimeGranularity": "YEAR"}),
    "Growth rate": ("GrowthRate", ("Time", "Value"), {}),
    "Maximum": ("MaximumMinimum", ("Time", "Value"), {"Type": "MAXIMUM"}),
    "Minimum": ("MaximumMinimum", ("Time", "Value"), {"Type": "MINIMUM"}),
    "Forecast": ("Forecast", ("Time", "Value"), {"PeriodsForward": 3, "Seasonality": "AUTOMATIC"}),
    "Total": ("TotalAggregation", ("Value",), {}),
    "Unique values": ("UniqueValues", ("Category",), {}),
}
_TAKES = {"Time": "dimension", "Category": "dimension", "Value": "measure"}


@edit
def add_insight(
    made: Analysis,
    *,
    sheet: str,
    data_set: str,
    kind: str,
    time: str = "",
    category: str = "",
    value: str = "",
    granularity: str = "MONTH",
    aggregation: str = "",
) -> None:
    """A visual that tells one computation in words.

    Args:
        kind: one of `INSIGHTS`.
        time: a date's column, which is cut to the granularity.
        category: a dimension's column.
        value: a measure's column.
    """
    if kind not in INSIGHTS:
        raise UnknownName("insight", kind, list(INSIGHTS))
    visual_id = chart_parts.fresh_id(made.definition, "insight")
    computation, wanted, options = INSIGHTS[kind]
    given = {"Time": time, "Category": category, "Value": value}
    body: Definition = {"ComputationId": f"{visual_id}-computation", "Name": kind, **options}
    for name in wanted:
        if not given[name]:
            raise NoChart(f"{kind} needs a {name.lower()}.")
        body[name] = _field(made, visual_id, name, data_set, given[name])
    _set(body, "Time", "granularity", granularity)
    if aggregation:
        _set(body, "Value", "aggregation", aggregation)
    insight = {
        "VisualId": visual_id,
        "Title": {"Visibility": "VISIBLE", "FormatText": {"PlainText": kind}},
        "InsightConfiguration": {"Computations": [{computation: body}]},
        "DataSetIdentifier": data_set,
    }
    put(made, sheet, "InsightVisual", insight)


def _field(made: Analysis, visual: str, name: str, data_set: str, column: str) -> Definition:
    named = {"DataSetIdentifier": data_set, "ColumnName": column}
    kind = made.type_of(data_set, column)
    return chart_options.new_field(_TAKES[name], kind, f"{visual}.{name.lower()}", named)


def _set(body: Definition, name: str, option: str, value: Any) -> None:
    if name in body:
        chart_options.change(body[name], {option: value})
