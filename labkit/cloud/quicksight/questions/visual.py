"""From a ``TopicIR`` to parts of a definition: a visual, its filters and its calculated fields.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Visual.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.quicksight.questions.derived import PARTS, part_of
from labkit.cloud.quicksight.questions.filters import filter_of
from labkit.cloud.quicksight.questions.restate import restate
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.wells import LAYOUTS, Layout

IR = Mapping[str, Any]
Json = dict[str, Any]
DIRECTIONS = {"ASCENDING": "ASC", "DESCENDING": "DESC"}


@dataclass(frozen=True)
class Drawn:
    """Parts of a definition that show an answer.

    Args:
        visual: one member of a sheet's ``Visuals``.
        filter_groups: of the visual, joined by "and"; the filters of one are joined by "or".
        calculated_fields: of the topic, and parts of dates.
    """

    visual: Json
    filter_groups: list[Json] = field(default_factory=list)
    calculated_fields: list[Json] = field(default_factory=list)

    def definition(self, data_set_arn: str, identifier: str) -> Json:
        """A whole definition with this visual on its one sheet."""
        return {
            "DataSetIdentifierDeclarations": [
                {"Identifier": identifier, "DataSetArn": data_set_arn}
            ],
            "Sheets": [{"SheetId": SHEET, "Name": "Answer", "Visuals": [self.visual]}],
            "CalculatedFields": self.calculated_fields,
            "FilterGroups": self.filter_groups,
        }


SHEET = VISUAL = "answer"


def visual_of(ir: IR, topic: Topic, *, identifier: str) -> Drawn:
    """The visual of an IR.

    Args:
        ir: the API's ``TopicIR``.
        topic: whose fields it names.
        identifier: of the data set in the definition.
    """
    painter = _Painter(ir, topic, identifier)
    layout = LAYOUTS.get(ir["Visual"]["type"], LAYOUTS["TableVisual"])
    body = {"VisualId": VISUAL, "Title": _title(restate(dict(ir), topic))}
    body["ChartConfiguration"] = painter.configuration(layout)
    return Drawn({layout.visual: body}, painter.filter_groups(), painter.calculated_fields())


def _title(text: str) -> Json:
    return {"Visibility": "VISIBLE", "FormatText": {"PlainText": text[:1024]}}


class _Painter:
    """An IR's fields in the API's shapes of a definition."""

    def __init__(self, ir: IR, topic: Topic, identifier: str) -> None:
        self.ir, self.topic, self.identifier = ir, topic, identifier

    def configuration(self, layout: Layout) -> Json:
        raw = layout.visual == "ScatterPlotVisual" and self._is_raw()
        groups = [self._dimension(each, at) for at, each in enumerate(self.ir["GroupByList"])]
        measures = [self._measure(each) for each in self.ir["Metrics"]]
        if raw:
            measures = [self._raw(each, at) for at, each in enumerate(self.ir["Metrics"])]
        wells = {layout.aggregation(raw): layout.wells(groups, measures)}
        made: Json = {"FieldWells": layout.nested(wells)}
        sort = layout.sort(self._sorts())
        if sort:
            made["SortConfiguration"] = sort
        return made | (layout.options(len(groups)) if self._adds_up() else {})

    def _adds_up(self) -> bool:
        """Whether bars may stand on each other: sums and counts, not averages."""
        return all(m["Function"]["Aggregation"] in ("SUM", "COUNT") for m in self.ir["Metrics"])

    def _is_raw(self) -> bool:
        return all(m["Function"]["Aggregation"] == "COLUMN" for m in self.ir["Metrics"])

    def _column(self, name: str) -> Json:
        return {"DataSetIdentifier": self.identifier, "ColumnName": name}

    def _field(self, name: str) -> TopicField | None:
        return next((each for each in self.topic.fields if each.name == name), None)

    def _dimension(self, group: IR, at: int) -> Json:
        name = group["FieldName"]["Identity"]
        made = {"FieldId": f"group_{at}", "Column": self._column(name)}
        if "TimeGranularity" in group:
            return {"DateDimensionField": made | {"DateGranularity": group["TimeGranularity"]}}
        return {f"{self._dimension_kind(name)}DimensionField": made}

    def _dimension_kind(self, name: str) -> str:
        part = part_of(name)
        if part:
            return "Categorical" if PARTS[part[1]].names else "Numerical"
        found = self._field(name)
        return "Numerical" if found and found.kind == "number" else "Categorical"

    def _raw(self, metric: IR, at: int) -> Json:
        column = self._column(metric["Operands"][0]["Identity"])
        return {"NumericalDimensionField": {"FieldId": f"metric_{at}", "Column": column}}

    def _measure(self, metric: IR) -> Json:
        id, name = metric["MetricId"]["Identity"], metric["Operands"][0]["Identity"]
        if metric.get("ComparisonMethod") and self._expression(metric):
            return {
                "CalculatedMeasureField": {"FieldId": id, "Expression": self._expression(metric)}
            }
        made = {"FieldId": id, "Column": self._column(name)}
        aggregation = metric["Function"]["Aggregation"]
        found = self._field(name)
        kind = found.kind if found else "number"
        if aggregation == "CUSTOM" or self.ir["Visual"]["type"] == "HistogramVisual":
            return {"NumericalMeasureField": made}
        aggregation = "SUM" if aggregation == "COLUMN" else aggregation
        if kind == "number":
            simple = {"SimpleNumericalAggregation": aggregation}
            return {"NumericalMeasureField": made | {"AggregationFunction": simple}}
        noun = "Date" if kind == "date" else "Categorical"
        return {f"{noun}MeasureField": made | {"AggregationFunction": aggregation}}

    def _expression(self, metric: IR) -> str:
        """A comparison in QuickSight's language of calculated fields."""
        inner = _CALLS.get(metric["Function"]["Aggregation"], "sum({})")
        inner = inner.format("{" + metric["Operands"][0]["Identity"] + "}")
        groups = [each["FieldName"]["Identity"] for each in self.ir["GroupByList"]]
        by = ", ".join(f"{{{each}}} ASC" for each in groups[:1])
        date = next((g for g in self.ir["GroupByList"] if "TimeGranularity" in g), None)
        comparison = metric["ComparisonMethod"]
        match comparison["Type"]:
            case "PERCENT_OF_TOTAL":
                return f"percentOfTotal({inner}, [])" if groups else ""
            case "RUNNING_SUM":
                return f"runningSum({inner}, [{by}])"
            case "MOVING_AVERAGE":
                return f"windowAvg({inner}, [{by}], {comparison.get('WindowSize', 3) - 1}, 0)"
            case "DIFF":
                return f"difference({inner}, [{by}], -1)"
            case "POP_OVERTIME_DIFF_AS_PERC" if date:
                field_ = date["FieldName"]["Identity"]
                period = comparison.get("Period", date["TimeGranularity"])
                return f"periodOverPeriodPercentDifference({inner}, {{{field_}}}, {period}, 1)"
        return ""

    def _sorts(self) -> list[Json]:
        """The order that is asked for; dates and parts of them stand in their own."""
        sort = self.ir.get("Sort")
        if sort:
            return [self._sort(sort["Operand"]["Identity"], DIRECTIONS[sort["SortDirection"]])]
        first = next(iter(self.ir["GroupByList"]), None)
        part = part_of(first["FieldName"]["Identity"]) if first else None
        if first and "TimeGranularity" in first and self.ir["Visual"]["type"] == "BarChartVisual":
            return [self._sort(first["FieldName"]["Identity"], "ASC")]
        return [self._by_number(*part, "ASC")] if part else []

    def _sort(self, name: str, direction: str) -> Json:
        if name.startswith("metric_"):
            return {"FieldSort": {"FieldId": name, "Direction": direction}}
        for at, group in enumerate(self.ir["GroupByList"]):
            if group["FieldName"]["Identity"] == name:
                part = part_of(name)
                if part:
                    return self._by_number(*part, direction)
                return {"FieldSort": {"FieldId": f"group_{at}", "Direction": direction}}
        return self._by_column(name, direction, "AVERAGE")

    def _by_number(self, date: str, unit: str, direction: str) -> Json:
        return self._by_column(f"{date} ({PARTS[unit].noun} number)", direction, "MIN")

    def _by_column(self, name: str, direction: str, aggregation: str) -> Json:
        function = {"NumericalAggregationFunction": {"SimpleNumericalAggregation": aggregation}}
        return {
            "ColumnSort": {
                "SortBy": self._column(name),
                "Direction": direction,
                "AggregationFunction": function,
            }
        }

    def calculated_fields(self) -> list[Json]:
        """The topic's own, and the parts of dates that the IR names."""
        made = {
            each.name: each.record["Expression"]
            for each in self.topic.fields
            if "Expression" in each.record
        }
        for name in sorted(_names(self.ir)):
            part = part_of(name)
            if part:
                date, unit = part
                made[name] = PARTS[unit].expression(date)
                made[f"{date} ({PARTS[unit].noun} number)"] = PARTS[unit].number(date)
        return [
            {"DataSetIdentifier": self.identifier, "Name": name, "Expression": text}
            for name, text in made.items()
        ]

    def filter_groups(self) -> list[Json]:
        scope = {"SheetVisualScopingConfigurations": [
            {"SheetId": SHEET, "Scope": "SELECTED_VISUALS", "VisualIds": [VISUAL]}
        ]}  # fmt: skip
        return [
            {
                "FilterGroupId": f"filters_{at}",
                "Filters": [
                    filter_of(option, f"filter_{at}_{place}", self.identifier, self.topic)
                    for place, option in enumerate(entry)
                ],
                "ScopeConfiguration": {"SelectedSheets": scope},
                "Status": "ENABLED",
                "CrossDataset": "SINGLE_DATASET",
            }
            for at, entry in enumerate(self.ir["Filters"])
        ]


def _names(tree: Any) -> set[str]:
    """Every identity that an IR names."""
    if isinstance(tree, Mapping):
        own = {tree["Identity"]} if isinstance(tree.get("Identity"), str) else set()
        return own.union(*(_names(each) for each in tree.values()))
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return set().union(*(_names(each) for each in tree))
    return set()


_CALLS = {
    "SUM": "sum({})", "AVERAGE": "avg({})", "MIN": "min({})", "MAX": "max({})", "CUSTOM": "{}",
    "COUNT": "count({})", "DISTINCT_COUNT": "distinct_count({})", "MEDIAN": "median({})",
    "STDEV": "stdev({})", "STDEVP": "stdevp({})", "VAR": "var({})", "VARP": "varp({})",
}  # fmt: skip
