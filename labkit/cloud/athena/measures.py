"""The metrics of a query that has ended, where its work group publishes them.

Source: https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.athena.workgroups import work_groups
from labkit.cloud.cloud import Cloud
from labkit.cloud.cloudwatch.sending import send

_STATES = {"CANCELLED": "CANCELED"}  # as metrics spell it
_TIMES = (
    *("TotalExecutionTime", "EngineExecutionTime", "QueryQueueTime", "QueryPlanningTime"),
    *("ServicePreProcessingTime", "ServiceProcessingTime"),
)


def measure(cloud: Cloud, record: dict[str, Any]) -> None:
    """Send what a query took, and what it read."""
    region, group = record["_"]["region"], record["WorkGroup"]
    settings = getattr(work_groups(cloud, region).get(group), "configuration", {})
    if not settings.get("PublishCloudWatchMetricsEnabled"):
        return
    figures, state = record["Statistics"], record["Status"]["State"]
    values = {name: (float(figures.get(f"{name}InMillis", 0)), "Milliseconds") for name in _TIMES}
    if record["StatementType"] == "DML":
        values["ProcessedBytes"] = (float(figures["DataScannedInBytes"]), "Bytes")
    kinds = {"QueryState": _STATES.get(state, state), "QueryType": record["StatementType"]}
    send(region, "AWS/Athena", values, kinds | {"WorkGroup": group})
