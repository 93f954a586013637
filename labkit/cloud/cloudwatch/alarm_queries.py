"""Alarms on metric maths: their queries, what they come to, and how they are told.

Exactly one query of an alarm returns data, and that is watched. What hangs on how far back an alarm
looks, which AWS does not say, is not judged: sums and means of a whole series, running sums; nor is
what `maths` does not know. The alarm's state stays.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
and https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.cloudwatch import metrics
from labkit.cloud.cloudwatch.alarms import told
from labkit.cloud.cloudwatch.maths import Maths, Series
from labkit.cloud.operations import AwsError

Json = dict[str, Any]


def period_of(alarm: Any) -> int | None:
    """In seconds; nothing where an alarm's metrics have not all the same."""
    if not alarm.metric_data_queries:
        return int(alarm.period)
    stats = [each.metric_stat for each in alarm.metric_data_queries if each.metric_stat]
    known = all(each.stat in metrics.STATISTICS for each in stats)
    periods = {int(each.period) for each in stats}
    return periods.pop() if known and len(periods) == 1 else None


def points(
    alarm: Any, data: metrics.Data, starts: Sequence[float], period: int
) -> list[float | None] | None:
    """What an alarm's expression comes to in its periods; nothing where it is not judged.

    Args:
        starts: of the periods, in seconds.
    """
    queries = told(alarm)["Metrics"]
    known = {
        each["Id"]: _series(each["MetricStat"], data, starts, period)
        for each in queries
        if "MetricStat" in each
    }
    expressions = {each["Id"]: each["Expression"] for each in queries if "Expression" in each}
    [watched] = (each["Id"] for each in queries if each.get("ReturnData", True))
    maths = Maths(known, expressions, period, lambda: starts, is_whole=False)
    try:
        found = maths.series(watched)
    except AwsError:
        return None
    return [found.get(start) for start in starts]


def _series(stat: Json, data: metrics.Data, starts: Sequence[float], period: int) -> Series:
    asked = stat["Metric"]
    names = asked.get("Namespace", ""), asked.get("MetricName", "")
    found = metrics.of_metric(data, *names, asked.get("Dimensions"), stat.get("Unit"))
    inside = {s: [e for e in found if s <= metrics.moment(e) < s + period] for s in starts}
    statistic = metrics.STATISTICS[stat["Stat"]]
    return {start: float(statistic(each)) for start, each in inside.items() if each}


def configured(alarm: Any) -> list[Json]:
    """The queries as EventBridge and functions are told of them."""
    return [_configured(each) for each in told(alarm)["Metrics"]]


def _configured(query: Json) -> Json:
    found = {"id": query["Id"]}
    if stat := query.get("MetricStat"):
        metric = stat["Metric"]
        about = {
            "namespace": metric.get("Namespace"),
            "name": metric.get("MetricName"),
            "dimensions": {each["Name"]: each["Value"] for each in metric.get("Dimensions", ())},
        }
        found["metricStat"] = {"metric": about, "period": stat["Period"], "stat": stat["Stat"]}
    found |= {
        name: query[name.title()] for name in ("expression", "label") if name.title() in query
    }
    return found | {"returnData": query.get("ReturnData", True)}


def triggering(alarm: Any) -> list[Json]:
    """The queries as topics are told of them."""
    found = [{"ReturnData": True} | each for each in told(alarm)["Metrics"]]
    for each in found:
        if stat := each.get("MetricStat"):
            named = stat["Metric"].get("Dimensions", ())
            dimensions = [{"value": d["Value"], "name": d["Name"]} for d in named]
            each["MetricStat"] = stat | {"Metric": stat["Metric"] | {"Dimensions": dimensions}}
    return found
