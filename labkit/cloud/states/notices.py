"""What EventBridge hears of executions, ``Step Functions Execution Status Change``, and CloudWatch.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html and
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.cloudwatch.sending import send
from labkit.cloud.events.rules import emit
from labkit.cloud.members import shown
from labkit.cloud.states.words import redrivable

KIND = "Step Functions Execution Status Change"
MOST_BYTES = 248_000
_NULL = (
    "output", "error", "cause", "stateMachineVersionArn", "stateMachineAliasArn",
    "redriveDate", "redriveStatusReason",
)  # fmt: skip
_MOMENTS = ("startDate", "stopDate", "redriveDate")
_COUNTED = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def tell(cloud: Cloud, record: dict[str, Any]) -> None:
    """Publish the state that an execution has come to; of Express ones the metrics alone."""
    _measure(record)
    if record["_"]["type"] == "EXPRESS":
        return
    detail = dict.fromkeys(_NULL) | shown(record) | redrivable(record)
    for name in _MOMENTS:
        detail[name] = int(record[name] * 1000) if record.get(name) else None
    detail |= {
        "inputDetails": {"included": True},
        "outputDetails": {"included": True} if "output" in record else None,
    }
    emit(
        cloud,
        source="aws.states",
        kind=KIND,
        detail=_fitting(detail),
        resources=[record["executionArn"]],
        region=record["_"]["region"],
    )


def _measure(record: dict[str, Any]) -> None:
    if (name := _COUNTED.get(record["status"])) is None:
        return
    values = {name: (1.0, "Count")}
    if record.get("stopDate") and record["status"] != "RUNNING":
        took_s = record["stopDate"] - record["startDate"]
        values["ExecutionTime"] = (1000 * took_s, "Milliseconds")
    send(
        record["_"]["region"], "AWS/States", values, {"StateMachineArn": record["stateMachineArn"]}
    )


def _fitting(detail: dict[str, Any]) -> dict[str, Any]:
    """Input and output are left out when they are too long together."""
    if len(detail["input"] or "") + len(detail["output"] or "") <= MOST_BYTES:
        return detail
    left_out = {"included": False}
    return detail | {
        "input": None,
        "output": None,
        "inputDetails": left_out,
        "outputDetails": left_out,
    }
