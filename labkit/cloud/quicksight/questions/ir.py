"""From a reading to the API's ``TopicIR``, the published contract between language and chart.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TopicIR.html
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.quicksight.questions.autograph import auto_graph
from labkit.cloud.quicksight.questions.derived import identity
from labkit.cloud.quicksight.questions.ir_filters import filter_of, named_filter, single
from labkit.cloud.quicksight.questions.reading import Condition, Group, Metric, Reading
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.visuals.model import Field

IR = dict[str, Any]
SCATTER = "ScatterPlotVisual"


def topic_ir(reading: Reading, topic: Topic) -> IR:
    """A reading in the API's shape."""
    reading = _as_points(reading)
    metrics = [_metric(each, at, reading, topic) for at, each in enumerate(reading.metrics)]
    groups = [*reading.groups, *([reading.colour] if reading.colour else [])]
    ir: IR = {
        "Metrics": metrics,
        "GroupByList": [_group(each) for each in groups],
        "Filters": [*_filters(reading, topic), *_limit(reading, metrics)],
        "Visual": {"type": _visual(reading, topic)},
    }
    if reading.order and (groups or reading.order.target != "x"):
        ir["Sort"] = _sort(reading, metrics)
    return ir


def _visual(reading: Reading, topic: Topic) -> str:
    """The type that is named, else AutoGraph's."""
    if _is_distribution(reading):
        return "HistogramVisual"
    return reading.visual or auto_graph(_fields(reading, topic))


def _is_distribution(reading: Reading) -> bool:
    """ "The distribution of GPA": of one number by nothing."""
    if reading.visual != "BarChartVisual" or reading.groups or len(reading.metrics) != 1:
        return False
    [metric] = reading.metrics
    return bool(metric.field and metric.field.measure and not metric.aggregation)


def _as_points(reading: Reading) -> Reading:
    """Two plain numbers against each other are both metrics of a scatter plot."""
    first = next(iter(reading.groups), None)
    plain = not any(each.aggregation for each in reading.metrics)
    if reading.visual != SCATTER or not plain or not first or first.field.kind != "number":
        return reading
    metrics = (Metric(first.field), *reading.metrics)
    return replace(reading, metrics=metrics, groups=reading.groups[1:])


def rows_field(topic: Topic) -> TopicField:
    """The field that counts rows: one that identifies, else the first."""
    return next((each for each in topic.fields if each.is_id), topic.fields[0])


def _metric(metric: Metric, at: int, reading: Reading, topic: Topic) -> IR:
    field = metric.field or rows_field(topic)
    made: IR = {
        "MetricId": {"Identity": f"metric_{at}"},
        "Function": {"Aggregation": _aggregation(metric, reading)},
        "Operands": [{"Identity": field.name}],
    }
    if metric.comparison:
        made["ComparisonMethod"] = {"Type": metric.comparison}
        if metric.period:
            made["ComparisonMethod"]["Period"] = metric.period
    return made


def _aggregation(metric: Metric, reading: Reading) -> str:
    """What is said, else the topic's default; points of a scatter plot are not aggregated."""
    if metric.field and metric.field.is_aggregate:
        return "CUSTOM"
    if metric.aggregation:
        return metric.aggregation
    if reading.visual == SCATTER and not any(m.aggregation for m in reading.metrics):
        return "COLUMN"
    if _is_distribution(reading):
        return "COLUMN"
    return metric.field.aggregation if metric.field else "COUNT"


def _group(group: Group) -> IR:
    made: IR = {"FieldName": {"Identity": identity(group.field.name, group.unit)}}
    if group.field.kind == "date" and made["FieldName"]["Identity"] == group.field.name:
        made["TimeGranularity"] = group.unit or "DAY"
    return made


def _filters(reading: Reading, topic: Topic) -> Iterator[list[IR]]:
    """Entries are joined by "and", the options of one by "or"."""
    for name in reading.filters:
        yield [named_filter(next(each for each in topic.filters if each["FilterName"] == name))]
    alternatives: list[list[Condition]] = []
    for each in reading.conditions:
        if each.joined == "or" and alternatives:
            alternatives.append([each])
        elif alternatives:
            alternatives[-1].append(each)
        else:
            alternatives = [[each]]
    for entry in itertools.product(*alternatives):
        if entry:
            yield [filter_of(each) for each in entry]


def _limit(reading: Reading, metrics: Sequence[IR]) -> Iterator[list[IR]]:
    """The top five by the first number."""
    if not reading.limit or not reading.groups:
        return
    count, direction = reading.limit
    group = reading.groups[0]
    aggregate = {
        "MetricOperand": metrics[0]["Operands"][0],
        "Function": metrics[0]["Function"]["Aggregation"],
        "SortDirection": direction,
    }
    shown = _group(group)
    made = {
        "FilterType": "TOP_BOTTOM_FILTER",
        "OperandField": shown["FieldName"],
        "TopBottomLimit": single(str(count)),
        "SortDirection": direction,
        "AggMetrics": [aggregate],
    }
    grain = shown.get("TimeGranularity")
    yield [made | ({"TimeGranularity": grain} if grain else {})]


def _sort(reading: Reading, metrics: Sequence[IR]) -> IR:
    assert reading.order
    target = reading.order.target
    if isinstance(target, TopicField):
        operand = {"Identity": target.name}
    elif target == "x" and reading.groups:
        group = reading.groups[0]
        operand = {"Identity": identity(group.field.name, group.unit)}
    else:
        operand = metrics[0]["MetricId"]
    return {"Operand": operand, "SortDirection": reading.order.direction}


def _fields(reading: Reading, topic: Topic) -> list[Field]:
    """The fields as AutoGraph looks at them."""
    groups = [*reading.groups, *([reading.colour] if reading.colour else [])]
    made = [
        Field(f"g{at}", "", each.field.label, _kind(each), each.field.name, granularity=each.unit)
        for at, each in enumerate(groups)
    ]
    for at, metric in enumerate(reading.metrics):
        field = metric.field or rows_field(topic)
        made.append(Field(f"m{at}", "", field.label, "number", field.name, aggregation="SUM"))
    return made


def _kind(group: Group) -> Any:
    is_part = identity(group.field.name, group.unit) != group.field.name
    return "text" if is_part else group.field.kind
