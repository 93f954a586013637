"""Metric filters: what events that fit a pattern say becomes a metric.

Sources:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html,
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import moto.logs.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.cloudwatch.sending import send_data
from labkit.cloud.json_text import is_number
from labkit.cloud.logs.conditions import number_of
from labkit.cloud.logs.patterns import Pattern, pattern_of
from labkit.cloud.operations import Answer, Context, operation

_put_events: Any = models.LogStream.put_log_events
_SELECTOR = re.compile(r"\$[.\w\[\]\"']+")
Json = dict[str, Any]


@on_start
def measure_events(cloud: Cloud) -> None:
    """Let moto's streams tell CloudWatch what their group's filters find in new events."""

    def put(stream: Any, events: list[Json]) -> Any:
        told = _put_events(stream, events)
        group = stream.log_group
        filters = cloud.backend("logs", group.region).filters.metric_filters
        for each in filters:
            if each["logGroupName"] == group.name:
                _measure(each, events, group.region)
        return told

    models.LogStream.put_log_events = put  # type: ignore[method-assign, assignment]


def _measure(told: Json, events: list[Json], region: str) -> None:
    pattern = pattern_of(told["filterPattern"])
    fitting = [each for each in events if pattern.matches(each["message"])]
    for metric in told["metricTransformations"]:
        data = [_datum(metric, pattern, each) for each in fitting]
        if not fitting and "defaultValue" in metric:
            data = [_of(metric, float(metric["defaultValue"]), events[-1])]
        send_data(region, metric["metricNamespace"], [each for each in data if each])


def _datum(metric: Json, pattern: Pattern, event: Json) -> Json | None:
    """What an event says of a metric; nothing where that is no number."""
    message, wanted = event["message"], str(metric["metricValue"])
    said = pattern.field(message, wanted) if wanted.startswith("$") else wanted
    value = float(said) if is_number(said) else number_of(str(said))
    named = {n: pattern.field(message, p) for n, p in (metric.get("dimensions") or {}).items()}
    if value is None or None in named.values():
        return None
    return _of(metric, value, event, named)


def _of(metric: Json, value: float, event: Json, dimensions: Json | None = None) -> Json:
    return {
        "MetricName": metric["metricName"],
        "Value": value,
        "Unit": metric.get("unit") or "None",
        "Timestamp": datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
        "Dimensions": [{"Name": n, "Value": str(v)} for n, v in (dimensions or {}).items()],
    }


@operation("logs", "TestMetricFilter")
def test_metric_filter(
    context: Context, *, filterPattern: str, logEventMessages: list[str]
) -> Answer:
    """The messages that fit a pattern, with what its selectors find in them.

    Raises:
        AwsError: ``InvalidParameterException``.
    """
    pattern = pattern_of(filterPattern)
    matches = [
        {
            "eventNumber": number,
            "eventMessage": message,
            "extractedValues": _extracted(pattern, filterPattern, message),
        }
        for number, message in enumerate(logEventMessages, 1)
        if pattern.matches(message)
    ]
    return {"matches": matches}


def _extracted(pattern: Pattern, text: str, message: str) -> dict[str, str]:
    names = _SELECTOR.findall(text)
    if columns := getattr(pattern, "fields", None):
        names = [f"${name}" for name in columns(message) if name not in ("", "...")]
    found = {name: pattern.field(message, name) for name in names}
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in found.items()
        if value is not None
    }
