"""Insights: what stands out, in sentences, as QuickSight's computations tell it.

The API has no computation of outliers, so they are ranked: a calculated field has the values beyond
Tukey's fences, which are 1.5 interquartile ranges away from the quartiles, and no other.

Sources: https://docs.aws.amazon.com/quicksight/latest/user/computational-insights.html and
https://www.itl.nist.gov/div898/handbook/prc/section1/prc16.htm
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from labkit.charts import options as chart_options
from labkit.charts import parts as chart_parts
from labkit.charts.edits import Analysis, edit
from labkit.charts.fields import Definition
from labkit.charts.visuals import put
from labkit.errors import NoChart, UnknownName


class Insight(NamedTuple):
    """A kind of insight.

    Args:
        computation: the API's name of it.
        takes: the fields that it needs.
        options: what else its computation says.
        beyond: the values that its computations are about, by words for them, where not all are;
            each is an expression of ``{value}``.
    """

    computation: str
    takes: tuple[str, ...]
    options: Mapping[str, Any] = MappingProxyType({})
    beyond: tuple[tuple[str, str, Definition], ...] = ()


_QUARTER = "percentileContOver({{value}}, {}, [])"
_LOW, _HIGH = _QUARTER.format(25), _QUARTER.format(75)
_REACH = f"1.5 * ({_HIGH} - {_LOW})"
_FENCES = (
    (
        "above Tukey's upper fence (Q3 + 1.5 IQR)",
        f"ifelse({{value}} > {_HIGH} + {_REACH}, {{value}}, NULL)",
        {"Type": "TOP"},
    ),
    (
        "below Tukey's lower fence (Q1 - 1.5 IQR)",
        f"ifelse({{value}} < {_LOW} - {_REACH}, {{value}}, NULL)",
        {"Type": "BOTTOM"},
    ),
)
_RANKED, _MOVERS = ("Category", "Value"), ("Time", "Category", "Value")
_MOVED = {"MoverSize": 3, "SortOrder": "ABSOLUTE_DIFFERENCE"}
_SERIES = ("Time", "Value")
INSIGHTS: dict[str, Insight] = {
    "Top ranked": Insight("TopBottomRanked", _RANKED, {"Type": "TOP", "ResultSize": 3}),
    "Bottom ranked": Insight("TopBottomRanked", _RANKED, {"Type": "BOTTOM", "ResultSize": 3}),
    "Top movers": Insight("TopBottomMovers", _MOVERS, {"Type": "TOP", **_MOVED}),
    "Bottom movers": Insight("TopBottomMovers", _MOVERS, {"Type": "BOTTOM", **_MOVED}),
    "Period over period": Insight("PeriodOverPeriod", _SERIES),
    "Period to date": Insight("PeriodToDate", _SERIES, {"PeriodTimeGranularity": "YEAR"}),
    "Growth rate": Insight("GrowthRate", _SERIES),
    "Maximum": Insight("MaximumMinimum", _SERIES, {"Type": "MAXIMUM"}),
    "Minimum": Insight("MaximumMinimum", _SERIES, {"Type": "MINIMUM"}),
    "Outliers": Insight("TopBottomRanked", _SERIES, {"ResultSize": 5}, _FENCES),
    "Forecast": Insight("Forecast", _SERIES, {"PeriodsForward": 3, "Seasonality": "AUTOMATIC"}),
    "Total": Insight("TotalAggregation", ("Value",)),
    "Unique values": Insight("UniqueValues", ("Category",)),
}
_TAKES = {"Time": "dimension", "Category": "dimension", "Value": "measure"}
_FUNCTIONS = {"AVERAGE": "avg"}  # the others are called as their aggregations


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
    """A visual that tells what stands out in words.

    Args:
        kind: one of `INSIGHTS`.
        time: a date's column, which is cut to the granularity.
        category: a dimension's column.
        value: a measure's column.
    """
    if kind not in INSIGHTS:
        raise UnknownName("insight", kind, list(INSIGHTS))
    visual_id = chart_parts.fresh_id(made.definition, "insight")
    given = {"Time": time, "Category": category, "Value": value}
    fields: Definition = {}
    for name in INSIGHTS[kind].takes:
        if not given[name]:
            raise NoChart(f"{kind} needs a {name.lower()}.")
        fields[name] = _field(made, visual_id, name, data_set, given[name])
    _set(fields, "Time", "granularity", granularity)
    if aggregation:
        _set(fields, "Value", "aggregation", aggregation)
    told = list(_computations(made, kind, visual_id, fields))
    insight = {
        "VisualId": visual_id,
        "Title": {"Visibility": "VISIBLE", "FormatText": {"PlainText": kind}},
        "InsightConfiguration": {"Computations": told},
        "DataSetIdentifier": data_set,
    }
    put(made, sheet, "InsightVisual", insight)


def _computations(
    made: Analysis, kind: str, visual: str, fields: Definition
) -> Iterator[Definition]:
    wanted = INSIGHTS[kind]
    named = {"ComputationId": f"{visual}-computation", "Name": kind}
    if not wanted.beyond:
        yield {wanted.computation: named | dict(wanted.options) | fields}
    for at, (words, expression, options) in enumerate(wanted.beyond):
        value = _beyond(made, fields["Value"], words, expression)
        own = {"ComputationId": f"{visual}-computation-{at}", "Name": f"{kind} {words}"}
        ranked = {"Category": fields["Time"], "Value": value}
        yield {wanted.computation: own | dict(wanted.options) | options | ranked}


def _beyond(made: Analysis, field: Definition, words: str, expression: str) -> Definition:
    """The measure of a calculated field with those values of a measure that are beyond a fence."""
    [body] = field.values()
    column, aggregation = body["Column"], chart_options.aggregation_of(field)
    named = f"{{{column['ColumnName']}}}"
    function = _FUNCTIONS.get(aggregation, aggregation.lower())
    made_of = f"{aggregation.replace('_', ' ').capitalize()} of " if aggregation else ""
    name = f"{made_of}{column['ColumnName']} {words}"
    made_field = {
        "DataSetIdentifier": column["DataSetIdentifier"],
        "Name": name,
        "Expression": expression.replace("{value}", f"{function}({named})" if function else named),
    }
    known = made.definition.setdefault("CalculatedFields", [])
    if made_field not in known:
        known.append(made_field)
    field_id = f"{body['FieldId']}-{len(known)}"
    return chart_options.new_field(
        "measure", chart_options.AGGREGATED, field_id, column | {"ColumnName": name}
    )


def _field(made: Analysis, visual: str, name: str, data_set: str, column: str) -> Definition:
    named = {"DataSetIdentifier": data_set, "ColumnName": column}
    kind = made.type_of(data_set, column)
    return chart_options.new_field(_TAKES[name], kind, f"{visual}.{name.lower()}", named)


def _set(fields: Definition, name: str, option: str, value: Any) -> None:
    if name in fields:
        chart_options.change(fields[name], {option: value})
