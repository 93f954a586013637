"""CloudWatch's GetMetricData: metrics, each in one unit, and what expressions make of them.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil

from labkit.cloud.cloudwatch import metrics
from labkit.cloud.cloudwatch.maths import Maths, Series
from labkit.cloud.cloudwatch.metrics import STATISTICS, Json, in_periods, unit_of
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

_MOST_MOMENTS = 100_800
# In the order in which a query without a unit takes one, as recorded on AWS.
_UNITS = (
    "Megabits Terabits Gigabits Count Bytes Gigabytes Gigabytes/Second Kilobytes Kilobits/Second "
    "Terabytes Terabits/Second Bytes/Second Percent Megabytes Megabits/Second Milliseconds "
    "Microseconds Kilobytes/Second Gigabits/Second Megabytes/Second Bits Bits/Second Count/Second "
    "Seconds Kilobits Terabytes/Second None"
).split()


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
    """All that is asked for in one answer; expressions are read by `maths`."""
    if NextToken:
        raise metrics.invalid("Request parameter NextToken is invalid")
    if StartTime >= EndTime:
        least = "equal parameter EndTime" if StartTime == EndTime else "be after EndTime"
        raise AwsError("ValidationError", f"The parameter StartTime must not {least}.")
    if len({each["Id"] for each in MetricDataQueries}) < len(MetricDataQueries):
        words = "The values for parameter id in MetricDataQueries are not unique."
        raise AwsError("ValidationError", words)
    stats = {each["Id"]: each["MetricStat"] for each in MetricDataQueries if "MetricStat" in each}
    for number, query in enumerate(MetricDataQueries, 1):
        if "MetricStat" not in query and "Expression" not in query:
            words = f"The parameter MetricDataQueries.member.{number}.MetricStat is required.\n"
            raise AwsError("ValidationError", words)
    expressions = {e["Id"]: e["Expression"] for e in MetricDataQueries if "Expression" in e}
    of = {name: _series(context, asked, StartTime, EndTime) for name, asked in stats.items()}
    periods = {int(each["Period"]) for each in stats.values()}
    period = periods.pop() if len(periods) == 1 else None
    maths = Maths(
        {name: points for name, (points, _) in of.items()},
        expressions,
        period,
        lambda: _moments(StartTime, EndTime, period or 0),
    )
    results = []
    for query in MetricDataQueries:
        if not query.get("ReturnData", True):
            continue
        found = list(maths.series(query["Id"]).items())
        metric = expressions.get(query["Id"]) or query["Id"]
        _, units = of.get(metric.strip(), ({}, []))
        if ScanBy == "TimestampDescending":
            found.reverse()
        results.append({
            "Id": query["Id"],
            "Label": query.get("Label") or _label(query, stats),
            "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in found],
            "Values": [value for _, value in found],
            "StatusCode": "Complete",
            **({"Messages": [_of_units(units)]} if len(units) > 1 else {}),
        })  # fmt: skip
    if MaxDatapoints and sum(len(each["Values"]) for each in results) > MaxDatapoints:
        raise not_here("cloudwatch", context.operation, "no pages of data points")
    return {"MetricDataResults": results, "Messages": []}


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
) -> tuple[Series, list[str]]:
    """What a query's metric was, a period at a time, in the first of the units that it has."""
    if asked["Stat"] not in STATISTICS:
        raise not_here("cloudwatch", context.operation, metrics.ALONE)
    metrics.check_period(asked["Period"])
    metric, period = asked["Metric"], asked["Period"]
    names = metric.get("Namespace", ""), metric.get("MetricName", "")
    data = metrics.data_of(context, *names, metric.get("Dimensions"), asked.get("Unit"))
    inside = [each for _, found in in_periods(data, start, end, period) for each in found]
    units = sorted({unit_of(each) for each in inside}, key=_UNITS.index)
    of_one = [each for each in data if unit_of(each) in units[:1]]
    statistic = STATISTICS[asked["Stat"]]
    points = in_periods(of_one, start, end, period)
    return {at.timestamp(): float(statistic(found)) for at, found in points}, units


def _moments(start: datetime, end: datetime, period: int) -> list[float]:
    """When each period begins, of those that have begun."""
    first = metrics.beginning(start, period)
    last = min(end.timestamp(), datetime.now(UTC).timestamp())
    count = max(0, ceil((last - first) / period))
    if count > _MOST_MOMENTS:
        raise not_here("cloudwatch", "GetMetricData", "no pages of data points")
    return [first + n * period for n in range(count)]
