"""CloudWatch's statistics of metrics, and the list of metrics; `queries` has GetMetricData.

A metric is a namespace, a name and all of its dimensions: what was put with other dimensions, or
with none, is another metric. moto adds them up. A period begins at the start that was asked for,
which is rounded down to a minute, or to the period where that is shorter.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
and https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import MetricAggregatedDatum

from labkit.cloud import protocol
from labkit.cloud.cloudwatch.alarm_checks import check_call
from labkit.cloud.members import in_utc
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page

Json = dict[str, Any]
Data = list[Any]  # moto's MetricDatum and MetricAggregatedDatum
MOST_DATAPOINTS, MOST_METRICS = 1440, 500
_SHORT = (1, 5, 10, 20, 30)
STATISTICS: dict[str, Callable[[Data], float]] = {
    "SampleCount": lambda data: sum(_of(each)[0] for each in data),
    "Sum": lambda data: sum(_of(each)[1] for each in data),
    "Average": lambda data: STATISTICS["Sum"](data) / STATISTICS["SampleCount"](data),
    "Minimum": lambda data: min(_of(each)[2] for each in data),
    "Maximum": lambda data: max(_of(each)[3] for each in data),
}
_VALUES = ("Value", "Values", "StatisticValues")
ALONE = f"statistics are {', '.join(STATISTICS)}"
_MOST_DIMENSIONS, _LARGEST = 30, 2.0**360


def judge_call(context: Context, parameters: Json) -> None:
    """Raise for data without a value or of no unit, which moto takes, and others' metrics."""
    check_call(context.operation, parameters)
    queries = parameters.get("MetricDataQueries") or parameters.get("Metrics") or ()
    asked = [each for each in queries if isinstance(each, dict)]  # others are names
    accounts = {each.get("AccountId") for each in asked} | {parameters.get("OwningAccount")}
    if accounts - {None, context.account}:
        raise not_here("cloudwatch", context.operation, "metrics of other accounts")
    if context.operation != "PutMetricData":
        return
    if parameters.get("EntityMetricData"):
        raise not_here("cloudwatch", "PutMetricData", "EntityMetricData")
    model: Any = protocol.service_model("cloudwatch")
    units = model.shape_for("StandardUnit").enum
    for number, datum in enumerate(parameters.get("MetricData") or (), 1):
        named = f"MetricData.member.{number}"
        if len(datum.get("Dimensions") or ()) > _MOST_DIMENSIONS:
            told = f"{named}.Dimensions must not have a size greater than {_MOST_DIMENSIONS}."
            raise AwsError("InvalidParameterValue", f"The collection {told}")
        given = [f"{named}.{name}" for name in _VALUES if name in datum]
        if len(given) > 1:
            told = f"{' and '.join(given)} are mutually exclusive and you have specified both."
            raise AwsError("InvalidParameterCombination", f"The parameters {told}")
        if not given:
            words = f"{named}.Value and {named}.StatisticValues must be specified."
            told = f"At least one of the parameters {words}"
            raise AwsError("InvalidParameterCombination", told)
        _check_numbers(named, datum)
        if datum.get("Unit", "None") not in units:
            told = f"The parameter {named}.Unit must be a value in the set [ {', '.join(units)} ]."
            raise AwsError("InvalidParameterValue", told)


def _check_numbers(named: str, datum: Json) -> None:
    """Raise for what is no finite number, or beyond 2^360.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
    """
    numbers = {"Value": datum.get("Value", 0.0)}
    for name in ("Values", "Counts"):
        numbers |= {f"{name}.member.{at}": each for at, each in enumerate(datum.get(name, ()), 1)}
    numbers |= {f"StatisticValues.{k}": v for k, v in datum.get("StatisticValues", {}).items()}
    for name, number in numbers.items():
        if not abs(number) <= _LARGEST:
            told = protocol.NOT_FINITE.get(repr(number), number)
            words = f"The value {told} for parameter {named}.{name} is invalid."
            raise AwsError("InvalidParameterValue", words)


@operation("cloudwatch", "GetMetricStatistics")
def get_metric_statistics(
    context: Context,
    *,
    Namespace: str,
    MetricName: str,
    StartTime: datetime,
    EndTime: datetime,
    Period: int,
    Statistics: list[str] | None = None,
    ExtendedStatistics: list[str] | None = None,
    Dimensions: list[Json] | None = None,
    Unit: str | None = None,
) -> Answer:
    """A data point a period and unit, in the order of time."""
    if ExtendedStatistics:
        raise not_here("cloudwatch", context.operation, ALONE)
    if not Statistics:
        words = "Must specify either Statistics or ExtendedStatistics"
        raise AwsError("InvalidParameterCombinationException", words)
    if StartTime >= EndTime:
        raise invalid("The parameter StartTime must be less than the parameter EndTime.")
    check_period(Period)
    count = int((EndTime - StartTime).total_seconds() // Period)
    if count > MOST_DATAPOINTS:
        raise AwsError(
            "InvalidParameterCombinationException",
            f"You have requested up to {count} datapoints, which exceeds the limit of "
            f"{MOST_DATAPOINTS}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range.",
        )
    data = data_of(context, Namespace, MetricName, Dimensions, Unit)
    points = [
        {"Timestamp": moment, "Unit": unit} | {name: STATISTICS[name](found) for name in Statistics}
        for unit in sorted({unit_of(each) for each in data})
        for moment, found in in_periods(
            [each for each in data if unit_of(each) == unit], StartTime, EndTime, Period
        )
    ]
    return {"Label": MetricName, "Datapoints": sorted(points, key=lambda each: each["Timestamp"])}


@operation("cloudwatch", "ListMetrics")
def list_metrics(
    context: Context,
    *,
    Namespace: str | None = None,
    MetricName: str | None = None,
    Dimensions: list[Json] | None = None,
    NextToken: str | None = None,
    RecentlyActive: str | None = None,
    **_: Any,
) -> Answer:
    """Each metric once; a dimension without a value stands for any."""
    recent = datetime.now(UTC).timestamp() - 3 * 3600 if RecentlyActive else 0.0
    found = {
        (each.namespace, each.name, tuple(sorted((d.name, d.value) for d in each.dimensions)))
        for each in _data(context)
        if Namespace in (None, each.namespace)
        and MetricName in (None, each.name)
        and all(_has(each, asked) for asked in Dimensions or [])
        and moment(each) >= recent
    }
    metrics = [
        {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
        }
        for namespace, name, dimensions in sorted(found)
    ]
    refusal = invalid("Request parameter NextToken is invalid")
    return page("Metrics", metrics, MOST_METRICS, NextToken, refusal)


def data_of(
    context: Context, namespace: str, name: str, dimensions: list[Json] | None, unit: str | None
) -> Data:
    """The data of a metric, as `of_metric` finds them."""
    return of_metric(_data(context), namespace, name, dimensions, unit)


def of_metric(
    data: Data, namespace: str, name: str, dimensions: list[Json] | None, unit: str | None
) -> Data:
    """The data of a metric with exactly these dimensions, in a unit where one is told."""
    asked = {(each["Name"], each["Value"]) for each in dimensions or []}
    return [
        each
        for each in data
        if (each.namespace, each.name) == (namespace, name)
        and {(d.name, d.value) for d in each.dimensions} == asked
        and unit in (None, unit_of(each))
    ]


def _data(context: Context) -> Data:
    found: Data = context.backend("cloudwatch").get_all_metrics()
    return found


def in_periods(
    data: Data, start: datetime, end: datetime, period: int
) -> Iterable[tuple[datetime, Data]]:
    """The periods that have data, each by its beginning."""
    first = beginning(start, period)
    found: dict[float, Data] = {}
    for each in data:
        if first <= moment(each) < end.timestamp():
            found.setdefault((moment(each) - first) // period, []).append(each)
    for number in sorted(found):
        yield datetime.fromtimestamp(first + number * period, UTC), found[number]


def beginning(start: datetime, period: int) -> float:
    """When the first period begins, in seconds."""
    grain = min(period, 60)
    return start.timestamp() // grain * grain


def _of(datum: Any) -> tuple[float, float, float, float]:
    """How many values stand in a datum, their sum, the least and the greatest."""
    if isinstance(datum, MetricAggregatedDatum):
        return datum.sample_count, datum.sum, datum.min, datum.max
    return 1, datum.value, datum.value, datum.value


def moment(datum: Any) -> float:
    """When a datum is of, in seconds."""
    return in_utc(datum.timestamp).timestamp()


def unit_of(datum: Any) -> str:
    """A datum's unit."""
    return datum.unit or "None"


def _has(datum: Any, asked: Json) -> bool:
    return any(
        each.name == asked["Name"] and asked.get("Value") in (None, each.value)
        for each in datum.dimensions
    )


def check_period(period: int) -> None:
    """Raise for a period that CloudWatch does not have."""
    if period not in _SHORT and (period < 1 or period % 60):
        words = "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60."
        raise AwsError("ValidationError", words)


def invalid(words: str) -> AwsError:
    """A refusal of a parameter."""
    return AwsError("InvalidParameterValueException", words)
