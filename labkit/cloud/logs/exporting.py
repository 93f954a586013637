"""Exports of a log group to S3: an object a stream, below the task's id, a line an event.

moto exports all streams, whichever are asked for, ten thousand events of each at most, with whole
seconds of the machine's own time.

Sources:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html,
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeExportTasks.html
and https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasksConsole.html
"""

from __future__ import annotations

import gzip
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.logs.models import ExportTask

from labkit.cloud.logs.searches import find_group
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page
from labkit.cloud.s3.store import Store

_MOST = 50
_TEST = "aws-logs-write-test"


@operation("logs", "CreateExportTask")
def create_export_task(
    context: Context,
    *,
    logGroupName: str,
    destination: str,
    to: int,
    taskName: str | None = None,
    logStreamNamePrefix: str = "",
    destinationPrefix: str = "exportedlogs",
    **span: int,
) -> Answer:
    """Export at once: a task is never seen under way.

    Raises:
        AwsError: ``ResourceNotFoundException``; ``InvalidParameterException``.
    """
    begin, task, started = span["from"], str(uuid.uuid4()), _now()
    group = find_group(context, logGroupName)
    if destination not in context.cloud.backend("s3").buckets:
        words = "The given bucket does not exist. Please make sure the bucket is valid."
        raise AwsError("InvalidParameterException", words)
    if begin > to:
        raise AwsError("InvalidParameterException", "The end time is before the start time.")
    store = Store(context.cloud, context.principal)
    root = f"s3://{destination}/{destinationPrefix}"
    store.put_bytes(f"{root}/{_TEST}", b"Permission Check Successful")
    for name, stream in sorted(group.streams.items()):
        lines = [_line(each) for each in stream.filter_log_events(begin, to, "")]
        if lines and name.startswith(logStreamNamePrefix):
            uri = f"{root}/{task}/{name.replace('/', '-')}/000000.gz"
            store.put_bytes(uri, gzip.compress("".join(lines).encode()))
    with context.cloud.changing("logs"):
        record: Any = ExportTask
        made = record(task, taskName, logGroupName, destination, destinationPrefix, begin, to)
        made.status = {"code": "COMPLETED", "message": "Completed successfully"}
        made.execution = {"creationTime": started, "completionTime": _now()}
        context.backend("logs").export_tasks[task] = made
    return {"taskId": task}


@operation("logs", "DescribeExportTasks")
def describe_export_tasks(
    context: Context,
    *,
    taskId: str | None = None,
    statusCode: str | None = None,
    limit: int = _MOST,
    nextToken: str | None = None,
) -> Answer:
    """All tasks, the one of an id, or those in a state."""
    tasks = context.backend("logs").export_tasks
    if taskId is not None and taskId not in tasks:
        words = "The specified export task does not exist."
        raise AwsError("ResourceNotFoundException", words)
    told = [
        given(each.to_json() | {"executionInfo": getattr(each, "execution", None)})
        for each in tasks.values()
        if taskId in (None, each.task_id) and statusCode in (None, each.status["code"])
    ]
    refusal = AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    return page("exportTasks", told, limit, nextToken, refusal, following="nextToken")


def _line(event: dict[str, Any]) -> str:
    """
    >>> _line({"timestamp": 1405382400123, "message": "began"})
    '2014-07-15T00:00:00.123Z began\\n'
    """
    at = datetime.fromtimestamp(event["timestamp"] // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{event['timestamp'] % 1000:03}Z {event['message']}\n"


def _now() -> int:
    return int(time.time() * 1000)
