"""Map Runs as AWS's API tells them and lets them be changed.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.members import shown
from labkit.cloud.operations import Answer, Context, operation
from labkit.cloud.states import words
from labkit.cloud.states.distributed.children import CREWS
from labkit.cloud.states.distributed.runs import KIND, MapRun, find_run
from labkit.cloud.states.executions import find_execution

# Of each limit, what is told where there is none.
LIMITS: dict[str, float] = {
    "maxConcurrency": 0,
    "toleratedFailurePercentage": 0.0,
    "toleratedFailureCount": 0,
}
_LISTED = ("executionArn", "mapRunArn", "startDate", "stopDate")


@operation("stepfunctions", "DescribeMapRun")
def describe_map_run(context: Context, *, mapRunArn: str) -> Answer:
    """What a Map Run is, and how far its executions have come."""
    run = find_run(context, mapRunArn)
    told = {k: v or LIMITS[k] for k, v in run.record.items() if k in LIMITS}
    return (
        shown(run.record)
        | told
        | {"itemCounts": run.counts(items=True), "executionCounts": run.counts(items=False)}
    )


@operation("stepfunctions", "UpdateMapRun")
def update_map_run(context: Context, *, mapRunArn: str, **limits: Any) -> Answer:
    """Change how many executions run at once, or may fail, while they run."""
    run = find_run(context, mapRunArn)
    if not limits:
        raise words.invalid("At least one of the Map Run's limits must be given.")
    if run.status != "RUNNING":
        raise words.invalid(f"Map Run '{mapRunArn}' is not running.")
    run.change(**limits)
    if crew := CREWS.get(mapRunArn):
        crew.wake()
    return {}


@operation("stepfunctions", "ListMapRuns")
def list_map_runs(
    context: Context, *, executionArn: str, maxResults: int = 100, nextToken: str = ""
) -> Answer:
    """The Map Runs of an execution, the newest first."""
    find_execution(context, executionArn)
    found = [
        {name: record[name] for name in _LISTED if name in record}
        | {"stateMachineArn": MapRun(context.cloud, arn).machine_arn}
        for arn, record in context.cloud.records(KIND).items()
        if record["executionArn"] == executionArn
    ]
    found.sort(key=lambda each: each["startDate"], reverse=True)
    return words.page("mapRuns", found, maxResults or 100, nextToken, executionArn)
