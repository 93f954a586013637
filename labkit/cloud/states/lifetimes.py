"""Executions outlive the server: they are put away with it, and go on when it comes up again.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-executions.html
"""

from __future__ import annotations

import time

from labkit.cloud.cloud import Cloud, on_start, on_stop
from labkit.cloud.states import frames, history
from labkit.cloud.states.distributed.runs import abort_orphans
from labkit.cloud.states.execution import KIND, RUNNING, Execution

DOWN = "states.down"
STARTED = time.time()


def fell_with_the_server(cloud: Cloud, ended_ms: int | None) -> bool:
    """Whether something ended because the local AWS went down."""
    down = cloud.records(DOWN).get("at", {}).get("moment")
    return ended_ms is not None and down is not None and ended_ms >= int(down * 1000)


@on_start
def resume(cloud: Cloud) -> None:
    """Let the executions go on that ran when the process ended."""
    down = cloud.records(DOWN).get("at", {})
    moment = down["moment"] if down.get("clean") else STARTED
    cloud.records(DOWN)["at"] = {"moment": moment, "clean": False}
    _sweep(cloud)
    abort_orphans(cloud)
    for arn, record in list(cloud.records(KIND).items()):
        if "mapRunArn" in record:
            continue  # its Map Run lets it go on
        if record["status"] == "RUNNING":
            Execution(cloud, record).start()
        elif record["_"]["type"] == "EXPRESS":
            del cloud.records(KIND)[arn]


def _sweep(cloud: Cloud) -> None:
    """Delete what is left of executions that somebody had waited for in a call."""
    executions = cloud.records(KIND)
    for kind, mark in ((frames.KIND, "|"), (history.KIND, "#")):
        records = cloud.records(kind)
        for name in [each for each in records if each.rpartition(mark)[0] not in executions]:
            del records[name]


@on_stop
def suspend(cloud: Cloud) -> None:
    """Leave the running executions as they are, to go on at the next start."""
    running = list(RUNNING.values())
    for execution in running:
        execution.suspend()
    for execution in running:
        if execution.thread is not None:
            execution.thread.join(timeout=2)
    cloud.records(DOWN)["at"] = {"moment": time.time(), "clean": True}
