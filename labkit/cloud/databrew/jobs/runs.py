"""Job runs: started, looked up, listed and stopped.

States: ``STARTING`` → ``RUNNING`` → ``SUCCEEDED``, ``FAILED`` or ``TIMEOUT``; ``STOPPING`` →
``STOPPED``. Each change is on disk before anybody is told. A run's outputs become objects in one
change, which is the moment of its success: a run that was interrupted before has written nothing.
Source: https://docs.aws.amazon.com/databrew/latest/dg/API_DescribeJobRun.html
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import secrets

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.databrew import records
from labkit.cloud.databrew.jobs import notices
from labkit.cloud.databrew.jobs.execution import INTERRUPTED, Work
from labkit.cloud.databrew.jobs.plans import OUTPUTS, Plan, plan_of
from labkit.cloud.databrew.jobs.runlog import LOG_GROUP
from labkit.cloud.databrew.jobs.working import RUNS, finish, succeeded
from labkit.cloud.databrew.records import JOB, Record, answers, lists, shown
from labkit.cloud.databrew.words import invalid, not_found
from labkit.cloud.operations import Answer, Context

ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")
#: How long a start waits for a quick run's end, so that the client's first look sees it.
PATIENCE_S = 0.2
_COPIED = (
    "DatasetName", "LogSubscription", *OUTPUTS, "JobSample", "ProfileConfiguration",
    "ValidationConfigurations",
)  # fmt: skip


@answers("StartJobRun", alone=False)
def start_job_run(context: Context, *, Name: str) -> Answer:
    """Run a job now."""
    return {"RunId": start(context, Name)}


def start(context: Context, name: str) -> str:
    """Start a run in the background; gives its id.

    Raises:
        AwsError: no such job, or what it needs does not exist.
    """
    cloud = context.cloud
    with cloud.lock("databrew"):
        job = records.find(context, JOB, name)
        plan = plan_of(context, job)
        run = _new(context, job, plan)
        cloud.records(RUNS)[run["RunId"]] = run
    work = Work(cloud, run["RunId"], plan)
    future = cloud.jobs.start(f"databrew/{run['RunId']}", work.run)
    with contextlib.suppress(concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
        future.result(timeout=PATIENCE_S)
    return str(run["RunId"])


def _new(context: Context, job: Record, plan: Plan) -> Record:
    enabled = job["LogSubscription"] == "ENABLE"
    return {
        "RunId": f"db_{secrets.token_hex(32)}",
        "JobName": job["Name"],
        "State": "STARTING",
        "Attempt": 0,
        "StartedBy": context.principal.arn,
        "StartedOn": _moment(context, job["Name"]),
        "ExecutionTime": 0,
        **{name: job[name] for name in _COPIED if name in job},
        **({"LogGroupName": LOG_GROUP} if enabled else {}),
        **({"RecipeReference": plan.reference} if plan.reference else {}),
        "DatasetName": plan.dataset["Name"],
        "_": {"region": context.region, "nodes": job["MaxCapacity"]},
    }


def _moment(context: Context, name: str) -> float:
    """Now, or the next millisecond in which no run of the job began: it names a run's files."""
    taken = {run["StartedOn"] for run in _of(context, name)}
    moment = records.now()
    while moment in taken:
        moment = round(moment + 0.001, 3)
    return moment


@answers("DescribeJobRun")
def describe_job_run(context: Context, *, Name: str, RunId: str) -> Answer:
    return shown(_find(context, Name, RunId))


@lists("ListJobRuns", "JobRuns")
def list_job_runs(context: Context, *, Name: str) -> list[Record]:
    """A job's runs, the newest first."""
    records.find(context, JOB, Name)
    found = [shown(run) for run in _of(context, Name)]
    return found[::-1]


@answers("StopJobRun")
def stop_job_run(context: Context, *, Name: str, RunId: str) -> Answer:
    """Tell a run to stop; it leaves no output."""
    run = _find(context, Name, RunId)
    if run["State"] in ENDED:
        raise invalid(f"The job run {RunId} has ended already: it is {run['State']}.")
    if run["State"] != "STOPPING":
        context.cloud.records(RUNS)[RunId] = run | {"State": "STOPPING"}
    job = context.cloud.jobs.find(f"databrew/{RunId}")
    if job is not None:
        job.stop()
    return {"RunId": RunId}


def running(context: Context, name: str) -> bool:
    """Whether a run of this job has not ended."""
    return any(run["State"] not in ENDED for run in _of(context, name))


def forget(context: Context, name: str) -> None:
    """Drop the history of a job's runs."""
    for run in _of(context, name):
        del context.cloud.records(RUNS)[run["RunId"]]


def _of(context: Context, name: str) -> list[Record]:
    runs = context.cloud.records(RUNS).values()
    here = context.region
    return [run for run in runs if run["JobName"] == name and run["_"]["region"] == here]


def _find(context: Context, name: str, number: str) -> Record:
    records.find(context, JOB, name)
    run = context.cloud.records(RUNS).get(number)
    if run is None or run["JobName"] != name or run["_"]["region"] != context.region:
        raise not_found(f"The job run {number} of the job {name} wasn't found.")
    return run


@on_start
def mend(cloud: Cloud) -> None:
    """End the runs that the process's death interrupted, by what they have left."""
    for number, run in list(cloud.records(RUNS).items()):
        if run["State"] not in ENDED:
            ended = cloud.records(RUNS)[number] = run | _ending(cloud, run)
            notices.tell(cloud, ended)


def _ending(cloud: Cloud, run: Record) -> Record:
    done = {"CompletedOn": records.now()}
    if finish(cloud, run):
        return {**succeeded(run), **done}
    if run["State"] == "STOPPING":
        return {"State": "STOPPED", **done}
    return {"State": "FAILED", "ErrorMessage": INTERRUPTED, **done}
