"""CloudWatch's statistics of metrics, and the list of metrics.

A metric is a namespace, a name and all of its dimensions: what was put with other dimensions, or
with none, is another metric. moto adds them up. A period begins at the start that was asked for,
which is rounded down to a minute, or to the period where that is shorter.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
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
# In the order in which a query without a unit takes one, as recorded on AWS.
_UNITS = (
    "Megabits Terabits Gigabits Count Bytes Gigabytes Gigabytes/Second Kilobytes Kilobits/Second "
    "Terabytes Terabits/Second Bytes/Second Percent Megabytes Megabits/Second Milliseconds "
    "Microseconds Kilobytes/Second Gigabits/Second Megabytes/Second Bits Bits/Second Count/Second "
    "Seconds Kilobits Terabytes/Second None"
).split()
_VALUES = ("Value", "Values", "StatisticValues")
_ALONE = f"statistics are {', '.join(STATISTICS)}"
_MOST_DIMENSIONS, _LARGEST = 30, 2.0**360


def judge_call(context: Context, parameters: Json) -> None:
    """Raise for data without a value or of no unit, which moto takes; other calls are passed on."""
    check_call(context.operation, parameters)
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
        raise not_here("cloudwatch", context.operation, _ALONE)
    if not Statistics:
        words = "Must specify either Statistics or ExtendedStatistics"
        raise AwsError("InvalidParameterCombinationException", words)
    if StartTime >= EndTime:
        raise _invalid("The parameter StartTime must be less than the parameter EndTime.")
    _check_period(Period)
    count = int((EndTime - StartTime).total_seconds() // Period)
    if count > MOST_DATAPOINTS:
        raise AwsError(
            "InvalidParameterCombinationException",
            f"You have requested up to {count} datapoints, which exceeds the limit of "
            f"{MOST_DATAPOINTS}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range.",
        )
    data = _metric(context, Namespace, MetricName, Dimensions, Unit)
    points = [
        {"Timestamp": moment, "Unit": unit} | {name: STATISTICS[name](found) for name in Statistics}
        for unit in sorted({_unit(each) for each in data})
        for moment, found in _periods(
            [each for each in data if _unit(each) == unit], StartTime, EndTime, Period
        )
    ]
    return {"Label": MetricName, "Datapoints": sorted(points, key=lambda each: each["Timestamp"])}


@operation("cloudwatch", "GetMetricData")
def get_metric_data(
    context: Context,
    *,
    MetricDataQueries: list[Json],
    StartTime: datetime,
    EndTime: datetime,
    ScanBy: str = "TimestampDescending",
    MaxDatapoints: int | None = None,
    NextToken: str | None = None,
    LabelOptions: Json | None = None,
) -> Answer:
    """All that is asked for in one answer; an expression may name another query's metric."""
    if NextToken:
        raise _invalid("Request parameter NextToken is invalid")
    if StartTime >= EndTime:
        least = "equal parameter EndTime" if StartTime == EndTime else "be after EndTime"
        raise AwsError("ValidationError", f"The parameter StartTime must not {least}.")
    stats = {each["Id"]: each["MetricStat"] for each in MetricDataQueries if "MetricStat" in each}
    results = []
    for number, query in enumerate(MetricDataQueries, 1):
        if "MetricStat" not in query and "Expression" not in query:
            words = f"The parameter MetricDataQueries.member.{number}.MetricStat is required.\n"
            raise AwsError("ValidationError", words)
        if not query.get("ReturnData", True):
            continue
        asked = query.get("MetricStat") or stats.get(query["Expression"].strip())
        if asked is None:
            raise not_here("cloudwatch", context.operation, "an expression is another query's Id")
        found, units = _series(context, asked, StartTime, EndTime)
        if ScanBy == "TimestampDescending":
            found.reverse()
        results.append({
            "Id": query["Id"],
            "Label": query.get("Label") or _label(query, stats),
            "Timestamps": [moment for moment, _ in found],
            "Values": [value for _, value in found],
            "StatusCode": "Complete",
            **({"Messages": [_of_units(units)]} if len(units) > 1 else {}),
        })  # fmt: skip
    if MaxDatapoints and sum(len(each["Values"]) for each in results) > MaxDatapoints:
        raise not_here("cloudwatch", context.operation, "no pages of data points")
    return {"MetricDataResults": results, "Messages": []}


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
    refusal = _invalid("Request parameter NextToken is invalid")
    return page("Metrics", metrics, MOST_METRICS, NextToken, refusal)


def _label(query: Json, stats: dict[str, Json]) -> str:
    """A metric's name, and what tells the queries apart: statistic and period."""
    if (stat := query.get("MetricStat")) is None:
        return str(query["Id"])
    apart = [n for n in ("Stat", "Period") if len({each[n] for each in stats.values()}) > 1]
    return " ".join([stat["Metric"]["MetricName"], *(str(stat[name]) for name in apart)])


def _of_units(units: list[str]) -> Json:
    told = f"Multiple units returned: '[{', '.join(sorted(units))}]'"
    return {"Code": "MultipleUnits", "Value": told}


def _series(
    context: Context, asked: Json, start: datetime, end: datetime
) -> tuple[list[tuple[datetime, float]], list[str]]:
    """What a query's metric was, a period at a time, in the first of the units that it has."""
    if asked["Stat"] not in STATISTICS:
        raise not_here("cloudwatch", context.operation, _ALONE)
    _check_period(asked["Period"])
    metric = asked["Metric"]
    data = _metric(
        context,
        metric.get("Namespace", ""),
        metric.get("MetricName", ""),
        metric.get("Dimensions"),
        asked.get("Unit"),
    )
    whole = list(_periods(data, start, end, asked["Period"]))
    units = sorted({_unit(each) for _, found in whole for each in found}, key=_UNITS.index)
    of_one = [each for each in data if _unit(each) in units[:1]]
    periods = _periods(of_one, start, end, asked["Period"])
    return [(moment, STATISTICS[asked["Stat"]](found)) for moment, found in periods], units


def _metric(
    context: Context, namespace: str, name: str, dimensions: list[Json] | None, unit: str | None
) -> Data:
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
        and unit in (None, _unit(each))
    ]


def _data(context: Context) -> Data:
    found: Data = context.backend("cloudwatch").get_all_metrics()
    return found


def _periods(
    data: Data, start: datetime, end: datetime, period: int
) -> Iterable[tuple[datetime, Data]]:
    """The periods that have data, each by its beginning."""
    grain = min(period, 60)
    first = start.timestamp() // grain * grain
    found: dict[float, Data] = {}
    for each in data:
        if first <= moment(each) < end.timestamp():
            found.setdefault((moment(each) - first) // period, []).append(each)
    for number in sorted(found):
        yield datetime.fromtimestamp(first + number * period, UTC), found[number]


def _of(datum: Any) -> tuple[float, float, float, float]:
    """How many values stand in a datum, their sum, the least and the greatest."""
    if isinstance(datum, MetricAggregatedDatum):
        return datum.sample_count, datum.sum, datum.min, datum.max
    return 1, datum.value, datum.value, datum.value


def moment(datum: Any) -> float:
    """When a datum is of, in seconds."""
    return in_utc(datum.timestamp).timestamp()


def _unit(datum: Any) -> str:
    return datum.unit or "None"


def _has(datum: Any, asked: Json) -> bool:
    return any(
        each.name == asked["Name"] and asked.get("Value") in (None, each.value)
        for each in datum.dimensions
    )


def _check_period(period: int) -> None:
    if period not in _SHORT and (period < 1 or period % 60):
        words = "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60."
        raise AwsError("ValidationError", words)


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterValueException", words)
