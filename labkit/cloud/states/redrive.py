"""Running a failed execution again, from the state that failed.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

import time
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.states import frames, notices, words
from labkit.cloud.states.execution import KIND, Execution
from labkit.cloud.states.executions import find_execution
from labkit.cloud.states.history import Event

Record = dict[str, Any]


@operation("stepfunctions", "RedriveExecution")
def redrive_execution(
    context: Context, *, executionArn: str, clientToken: str | None = None
) -> Answer:
    with context.cloud.lock("states.execution"):
        execution = _redriven(context, executionArn)
    notices.tell(context.cloud, execution.record)
    execution.start()
    return {"redriveDate": execution.record["redriveDate"]}


def _redriven(context: Context, arn: str) -> Execution:
    """Put on record that an execution runs again, if it may.

    Raises:
        AwsError: ``ExecutionNotRedrivable``.
    """
    record = find_execution(context, arn)
    told = words.redrivable(record)
    if told["redriveStatus"] != "REDRIVABLE":
        reason = told.get("redriveStatusReason", "Execution is redriven by its Map Run")
        raise AwsError("ExecutionNotRedrivable", f"Execution Not Redrivable: '{reason}'")
    return begin_anew(context.cloud, record)


def begin_anew(cloud: Cloud, record: Record) -> Execution:
    """Put on record that an execution runs again, once."""
    kept = {k: v for k, v in record.items() if k not in ("stopDate", "error", "cause", "output")}
    count = record["redriveCount"] + 1
    record = kept | {"status": "RUNNING", "redriveCount": count, "redriveDate": time.time()}
    execution = Execution(cloud, record)
    with cloud.state.together():
        cloud.records(KIND)[execution.arn] = record
        _rewind(execution, count)
    return execution


def _rewind(execution: Execution, count: int) -> None:
    """Let every walk that failed begin its last state anew."""
    number = execution.history.add(Event("ExecutionRedriven", {"redriveCount": count}), 0)
    records = execution.cloud.records(frames.KIND)
    for name in list(records):
        if name.startswith(f"{execution.arn}|") and "output" not in records[name]:
            mark = {k: v for k, v in records[name].items() if k != "failed"}
            work = mark["work"] if _has_children(records, name) else _map_run(mark["work"])
            fresh: Record = {"attempts": {}, "tries": 0, "retry_at": None, "work": work}
            records[name] = mark | fresh | {"last": number}


def _map_run(work: Record | None) -> Record | None:
    """What a distributed Map goes on with."""
    return {"mapRun": work["mapRun"]} if work and "mapRun" in work else None


def _has_children(records: Any, name: str) -> bool:
    inside = name if name.endswith("|") else f"{name}/"
    return any(each.startswith(inside) and each != name for each in records)
