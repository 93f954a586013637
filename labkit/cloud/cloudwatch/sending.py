"""The metrics that services send by themselves, which CloudWatch has a moment later.

Nobody waits for them; those of the last moment are lost when the process is killed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from labkit.cloud.cloud import Cloud

#: Set when there is something to be kept, or to be judged anew.
NEWS = threading.Event()
_SENT: deque[tuple[str, str, list[dict[str, Any]]]] = deque()
Value = tuple[float, str]


def send(
    region: str, namespace: str, values: Mapping[str, Value], *dimensions: Mapping[str, str]
) -> None:
    """Send metrics.

    Args:
        region: whose CloudWatch gets them.
        namespace: such as ``AWS/Athena``.
        values: their values and units, by name.
        dimensions: of each of these they are metrics of their own.
    """
    now = datetime.now(UTC)
    data = [
        {
            "MetricName": name,
            "Value": value,
            "Unit": unit,
            "Timestamp": now,
            "Dimensions": [{"Name": key, "Value": told} for key, told in each.items()],
        }
        for each in dimensions
        for name, (value, unit) in values.items()
    ]
    send_data(region, namespace, data)


def send_data(region: str, namespace: str, data: list[dict[str, Any]]) -> None:
    """Send data as PutMetricData has them."""
    if data:
        _SENT.append((region, namespace, data))
        NEWS.set()


def keep(cloud: Cloud) -> None:
    """Have CloudWatch hold what was sent, and what moto's services have put there."""
    with cloud.changing("cloudwatch"):
        while _SENT:
            region, namespace, data = _SENT.popleft()
            cloud.backend("cloudwatch", region).put_metric_data(namespace, data)
