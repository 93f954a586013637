"""Runs of workflows: a start trigger begins, conditional ones go on, and the last end ends the run.

Source: https://docs.aws.amazon.com/glue/latest/dg/workflows_overview.html
"""

from __future__ import annotations

import contextlib
import logging
from typing import Any

import moto.glue.models as models
from moto.core.utils import utcnow

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.glue.endings import HEARERS
from labkit.cloud.glue.firing import fire, is_met
from labkit.cloud.glue.records import glue
from labkit.cloud.glue.shell import runs as shell_runs
from labkit.cloud.operations import Answer, AwsError, Context, operation

log = logging.getLogger(__name__)
# What a run waits for, such as ("JobName", "tidy"), and the action that names it.
Awaited = tuple[tuple[str, str], dict[str, Any]]
_STARTING = ("ON_DEMAND", "SCHEDULED", "EVENT")
_COUNTS = {
    "SUCCEEDED": "SucceededActions",
    "FAILED": "FailedActions",
    "TIMEOUT": "TimeoutActions",
    "STOPPED": "StoppedActions",
    "CANCELLED": "StoppedActions",
}


@operation("glue", "StartWorkflowRun")
def start_workflow_run(
    context: Context, *, Name: str, RunProperties: dict[str, str] | None = None
) -> Answer:
    """Start what the workflow's start trigger names; without one the run stays as it is."""
    return {"RunId": begin(context.cloud, context.region, Name, RunProperties)}


def begin(cloud: Cloud, region: str, name: str, properties: dict[str, str] | None = None) -> str:
    """Begin a run of a workflow; gives its id.

    Raises:
        AwsError: ``ConcurrentRunsExceededException``.
    """
    records = cloud.backend("glue", region)
    with cloud.changing("glue"):
        _check_number(records.workflows.get(name))
        number = str(records.start_workflow_run(name, properties))
        run: Any = records.workflows[name].runs[number]
        run.waiting, run.met, run.counts = [], {}, {}
        awaited = _await(run, _triggers(cloud, region, run, *_STARTING))
    _go_on(cloud, region, run, awaited)
    _end_if_done(cloud, run)
    return number


def _check_number(workflow: Any) -> None:
    most = getattr(workflow, "max_concurrent_runs", None)
    if most and sum(run.status == "RUNNING" for run in workflow.runs.values()) >= most:
        words = "Too many jobs are being run concurrently."
        raise AwsError("ConcurrentRunsExceededException", words)


@operation("glue", "StopWorkflowRun")
def stop_workflow_run(context: Context, *, Name: str, RunId: str) -> Answer:
    """End a run and its Python shell jobs; crawls that are under way come to their end."""
    cloud, records = context.cloud, glue(context)
    with cloud.changing("glue"):
        records.stop_workflow_run(Name, RunId)
        run = records.workflows[Name].runs[RunId]
        jobs = [name for what, name in getattr(run, "waiting", ()) if what == "JobName"]
        for job in filter(None, map(records.jobs.get, jobs)):
            for each in (r for r in job.job_runs if r.status in shell_runs.RUNNING):
                shell_runs.stop(each)
        _close(run, "STOPPED")
    return {}


def _triggers(cloud: Cloud, region: str, run: Any, *kinds: str) -> list[Any]:
    """The triggers of a run's workflow; conditional ones once they are activated."""
    found = cloud.backend("glue", region).triggers.values()
    return [
        trigger
        for trigger in list(found)
        if trigger.workflow_name == run.workflow_name
        and trigger.trigger_type in kinds
        and (trigger.trigger_type != "CONDITIONAL" or trigger.state == "ACTIVATED")
    ]


def _await(run: Any, triggers: list[Any]) -> list[Awaited]:
    """What triggers name: a run waits for all of it before the first of it is started, and ends."""
    found = []
    for named in (action.as_dict() for trigger in triggers for action in trigger.actions):
        what = "JobName" if "JobName" in named else "CrawlerName"
        found.append(((what, named[what]), named))
    run.waiting += [begun for begun, _ in found]
    return found


def _go_on(cloud: Cloud, region: str, run: Any, awaited: list[Awaited]) -> None:
    """Start what a run waits for, as a part of it."""
    told = {"--WORKFLOW_NAME": run.workflow_name, "--WORKFLOW_RUN_ID": run.run_id}
    for begun, named in awaited:
        if run.status != "RUNNING":  # it was stopped meanwhile
            return
        try:
            fire(cloud, region, named, **told)
        except Exception as error:
            log.warning("the workflow %s could not start %s: %s", run.workflow_name, begun, error)
            with cloud.changing("glue"), contextlib.suppress(ValueError):
                run.waiting.remove(begun)
                _count(run, "ErroredActions")


def _hear(cloud: Cloud, region: str, what: str, name: str, state: str) -> None:
    """Go on with the runs that waited for this end."""
    for workflow in list(cloud.backend("glue", region).workflows.values()):
        for run in list(workflow.runs.values()):
            if run.status == "RUNNING" and (what, name) in getattr(run, "waiting", ()):
                _went_on(cloud, region, run, (what, name), state)


HEARERS.append(_hear)


def _went_on(cloud: Cloud, region: str, run: Any, ended: tuple[str, str], state: str) -> None:
    firing = []
    with cloud.changing("glue"):
        if run.status != "RUNNING":  # it was stopped meanwhile
            return
        with contextlib.suppress(ValueError):
            run.waiting.remove(ended)
        _count(run, _COUNTS[state])
        for trigger in _triggers(cloud, region, run, "CONDITIONAL"):
            met = run.met.get(trigger.name, [])
            fires, run.met[trigger.name] = is_met(trigger, met, dict([ended]), state)
            if fires:
                firing.append(trigger)
        awaited = _await(run, firing)
    _go_on(cloud, region, run, awaited)
    _end_if_done(cloud, run)


def _end_if_done(cloud: Cloud, run: Any) -> None:
    with cloud.changing("glue"):
        if run.status == "RUNNING" and run.counts and not run.waiting:
            _close(run, "COMPLETED")


def _count(run: Any, which: str) -> None:
    run.counts[which] = run.counts.get(which, 0) + 1


def _close(run: Any, status: str) -> None:
    run.status, run.waiting = status, []
    run.completed_on = utcnow()


@on_start
def tell_statistics(cloud: Cloud) -> None:
    """Let runs tell how their actions ended; those that were under way have stopped."""
    kind: Any = models.FakeWorkflowRun
    kind.as_dict = _told
    for backend in models.glue_backends[cloud.account].values():
        for run in [run for w in backend.workflows.values() for run in w.runs.values()]:
            if run.status == "RUNNING" and getattr(run, "waiting", None):
                _close(run, "STOPPED")


_as_dict: Any = models.FakeWorkflowRun.as_dict


def _told(run: Any) -> dict[str, Any]:
    told: dict[str, Any] = _as_dict(run)
    counts = dict(getattr(run, "counts", {}))
    running = len(getattr(run, "waiting", ()))
    statistics = dict.fromkeys((*_COUNTS.values(), "ErroredActions"), 0) | counts
    total = sum(statistics.values()) + running
    return told | {"Statistics": statistics | {"RunningActions": running, "TotalActions": total}}
