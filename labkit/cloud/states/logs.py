"""What CloudWatch Logs hears of executions, where their state machine says so.

An Express workflow has no other history. A log's lines are the events, from its level on, written
when the execution has ended.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

from __future__ import annotations

import hashlib
import logging
import time
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.json_text import compact
from labkit.cloud.states.history import History, without_data

log = logging.getLogger(__name__)
_FATAL = ("ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut")
_ERROR = ("Aborted", "Failed", "TimedOut", "FailStateEntered")
Record = dict[str, Any]


def write(cloud: Cloud, record: Record, history: History) -> None:
    """Write an execution's events to the log groups of its machine."""
    wanted = record["_"]["machine"].get("loggingConfiguration", {})
    events = [event for event in history.events() if _is_wanted(event, wanted.get("level", "OFF"))]
    if not events:
        return
    lines = [_line(event, record, wanted.get("includeExecutionData", False)) for event in events]
    for each in wanted.get("destinations", []):
        arn = each["cloudWatchLogsLogGroup"]["logGroupArn"]
        _put(cloud, arn.split(":")[3], arn.split(":")[6], _stream(record), lines)


def has_group(cloud: Cloud, arn: str) -> bool:
    """Whether there is the log group of a destination."""
    parts = arn.split(":")
    return len(parts) > 6 and parts[6] in cloud.backend("logs", parts[3]).groups


def _is_wanted(event: Record, level: str) -> bool:
    if level == "ALL":
        return True
    ends = {"ERROR": _ERROR, "FATAL": _FATAL}.get(level, ())
    return bool(ends) and event["type"].endswith(ends)


def _line(event: Record, record: Record, with_data: bool) -> Record:
    event = event if with_data else without_data(event)
    details: Record = next((v for k, v in event.items() if k.endswith("EventDetails")), {})
    said = {
        "id": str(event["id"]),
        "type": event["type"],
        "details": details,
        "previous_event_id": str(event["previousEventId"]),
        "event_timestamp": str(int(event["timestamp"] * 1000)),
        "execution_arn": record["executionArn"],
        "redrive_count": str(record.get("redriveCount", 0)),
    }
    text = compact(said)
    return {"timestamp": int(event["timestamp"] * 1000), "message": text}


def _stream(record: Record) -> str:
    """The stream of all executions of a machine that begin in the same minute."""
    minute = time.strftime("%Y-%m-%d-%H-%M", time.gmtime(record["startDate"]))
    of_machine = hashlib.md5(record["stateMachineArn"].encode()).hexdigest()[:8]
    return f"states/{record['_']['machine']['name']}/{minute}/{of_machine}"


def _put(cloud: Cloud, region: str, group: str, stream: str, lines: list[Record]) -> None:
    with cloud.changing("logs"):
        logs = cloud.backend("logs", region)
        if group not in logs.groups:
            log.warning("there is no log group %s", group)
            return
        if stream not in logs.groups[group].streams:
            logs.create_log_stream(group, stream)
        logs.put_log_events(group, stream, lines)
