"""Jobs: what Glue fills in of one that says less, and how their runs begin and are stopped.

Those of Python shell run (`labkit.cloud.glue.shell`). Others, which want Spark or Ray, fail: what
succeeded without having run would let others go on with data that nobody has written.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
"""

from __future__ import annotations

from typing import Any

import moto.glue.models as models
from botocore import xform_name

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.glue.records import answers, glue
from labkit.cloud.glue.shell import runs
from labkit.cloud.glue.words import not_found, page
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, Context

Members = dict[str, Any]
_VERSION = "5.1"
_TIMEOUT, _LONGER = 480, 2880  # minutes: from 5.0 on, before
_STREAMING = "gluestreaming"  # goes on: it has no time limit but one that is asked for
_CAPACITY, _SHELL_CAPACITY = 10.0, 0.0625  # in DPUs
# What a run may be asked to have, as moto calls it.
_ASKED = {
    "Arguments": "arguments",
    "AllocatedCapacity": "allocated_capacity",
    "MaxCapacity": "max_capacity",
    "Timeout": "timeout",
    "WorkerType": "worker_type",
    "SecurityConfiguration": "security_configuration",
    "NumberOfWorkers": "number_of_workers",
    "NotificationProperty": "notification_property",
    "JobRunId": "previous_run_id",
}
# What a job's definition has, as moto calls it.
_DEFINED = (
    *("role", "command", "description", "log_uri", "execution_property", "default_arguments"),
    *("non_overridable_arguments", "connections", "max_retries", "allocated_capacity", "timeout"),
    *("max_capacity", "security_configuration", "notification_property", "glue_version"),
    *("number_of_workers", "worker_type", "code_gen_configuration_nodes", "execution_class"),
    "source_control_details",
)
# What moto leaves out of one, or makes up.
_FURTHER = {
    "ExecutionClass": "execution_class",
    "JobMode": "job_mode",
    "JobRunQueuingEnabled": "job_run_queuing_enabled",
    "MaintenanceWindow": "maintenance_window",
}
# What a run has of its job, where it was not asked to have another.
_CAPACITIES = ("AllocatedCapacity", "MaxCapacity", "NumberOfWorkers", "WorkerType")
_INHERITED = (
    *("ExecutionClass", "GlueVersion", "JobMode", "JobRunQueuingEnabled", "MaintenanceWindow"),
    *("NotificationProperty", "SecurityConfiguration", "Timeout", *_CAPACITIES),
)
_MOST_RUNS = 200  # of a page
_DPUS = {"Standard": 1.0, "G.025X": 0.25}  # of a worker; of others it is in the name


@answers("CreateJob")
def create_job(context: Context, *, Name: str, Tags: Members | None = None, **asked: Any) -> Answer:
    """A job; one that is there as asked for stays, and so do its runs."""
    jobs = glue(context).jobs
    if Name not in jobs:
        jobs[Name] = _made(glue(context), Name, Tags or {}, asked)
    return {"Name": Name}


@answers("UpdateJob")
def update_job(context: Context, *, JobName: str, JobUpdate: Members) -> Answer:
    """Another definition in place of a job's; its runs and the moment it was made stay."""
    former = glue(context).jobs.get(JobName)
    if former is None:
        raise not_found(f"Job {JobName} not found.")
    changed = _made(former.backend, JobName, {}, JobUpdate)
    changed.created_on, changed.job_runs = former.created_on, former.job_runs
    glue(context).jobs[JobName] = changed
    return {"JobName": JobName}


def _made(backend: Any, name: str, tags: Members, asked: Members) -> Any:
    """A record of a job as it is defined."""
    defined = {xform_name(member): value for member, value in asked.items()}
    members: Any = {each: defined.get(each) for each in _DEFINED}
    job: Any = models.FakeJob(name, tags=tags, backend=backend, **members)
    for each in _FURTHER.values():
        setattr(job, each, defined.get(each))
    return job


@answers("StartJobRun")
def start_job_run(context: Context, *, JobName: str, **asked: Any) -> Answer:
    """A run of a job, with other arguments and capacity than the job's where they are given."""
    return {"JobRunId": start(context.cloud, context.region, JobName, **asked)}


def start(cloud: Cloud, region: str, name: str, **asked: Any) -> str:
    """Start a run; gives its id. Called within a change of Glue's records.

    Args:
        asked: members of ``StartJobRun``.

    Raises:
        AwsError, or moto's own: no such job, or too many runs of it.
    """
    records = cloud.backend("glue", region)
    options: Any = {option: asked.get(member) for member, option in _ASKED.items()}
    number: str = records.start_job_run(name=name, **options)
    job = records.jobs[name]
    run = next(each for each in job.job_runs if each.job_run_id == number)
    run.defined = _defined(job, asked)
    runs.begin(cloud, region, job, run)
    return number


def _defined(job: Any, asked: Members) -> Members:
    """What a run has of its job; capacities are asked for together."""
    wanted, known = given(asked), _known(job)
    if any(name in wanted for name in _CAPACITIES):
        known = {name: value for name, value in known.items() if name not in _CAPACITIES}
    told = known | wanted
    return {name: value for name, value in (_defaults(told) | told).items() if name in _INHERITED}


@answers("GetJobRuns")
def get_job_runs(
    context: Context, *, JobName: str, MaxResults: int | None = None, NextToken: str | None = None
) -> Answer:
    """A job's runs, the latest first.

    Source: https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobRuns.html
    """
    job = glue(context).jobs.get(JobName)
    if job is None:
        raise not_found(f"Job {JobName} not found.")
    found, token = page(job.job_runs[::-1], NextToken, MaxResults, most=_MOST_RUNS)
    return {"JobRuns": [run.as_dict() for run in found], "NextToken": token}


@answers("BatchStopJobRun")
def batch_stop_job_run(context: Context, *, JobName: str, JobRunIds: list[str]) -> Answer:
    """Stop runs, and tell why others cannot be: one has ended, or there is none."""
    job = glue(context).jobs.get(JobName)
    known = {run.job_run_id: run for run in job.job_runs} if job else {}
    stopped, errors = [], []
    for each in JobRunIds:
        run, named = known.get(each), {"JobName": JobName, "JobRunId": each}
        if run is not None and run.status in runs.RUNNING:
            runs.stop(run)
            stopped.append(named)
        else:
            errors.append(named | {"ErrorDetail": _why(run, each)})
    return {"SuccessfulSubmissions": stopped, "Errors": errors}


def _why(run: Any, name: str) -> Members:
    if run is None:
        words = f"Job run {name} not found."
        return {"ErrorCode": "EntityNotFoundException", "ErrorMessage": words}
    words = f"Job run {name} has ended: it is {run.status}."
    return {"ErrorCode": "InvalidInputException", "ErrorMessage": words}


@on_start
def tell_defaults(cloud: Cloud) -> None:
    """Let a job be told as Glue tells it, with what its definition leaves open."""
    jobs: Any = models.FakeJob
    told: Any = models.FakeJobRun
    jobs.as_dict, told.as_dict = _told, _told_run
    # of jobs and runs that an earlier version has kept
    for each in _FURTHER.values():
        setattr(jobs, each, None)
    told.attempt, told.error, told.ended, told.shell, told.defined = 0, None, None, True, {}


_as_dict: Any = models.FakeJob.as_dict
_run_as_dict: Any = models.FakeJobRun.as_dict


def _told_run(run: Any) -> Members:
    """A run as moto tells it, with its job's capacity and version in place of made-up ones."""
    told: Members = _run_as_dict(run)
    told.pop("GlueVersion", None)
    return given(told | runs.told(run) | run.defined)


def _told(job: Any) -> Members:
    known = _known(job)
    return _defaults(known) | known


def _known(job: Any) -> Members:
    """What a job was made with; moto tells the rest as nothing."""
    further = {member: getattr(job, name) for member, name in _FURTHER.items()}
    told = _as_dict(job) | further
    return {name: value for name, value in told.items() if value not in (None, {})}


def _defaults(known: Members) -> Members:
    kind = known.get("Command", {}).get("Name")
    shell = kind == runs.SHELL
    version = {} if shell else {"GlueVersion": _VERSION}
    first = known.get("GlueVersion", _VERSION).partition(".")[0]
    recent = not shell and first.isdigit() and int(first) >= 5
    capacity = _capacity(known, shell=shell)
    longest = {} if kind == _STREAMING else {"Timeout": _TIMEOUT if recent else _LONGER}
    return (
        version
        | longest
        | {
            "AllocatedCapacity": int(capacity),
            "DefaultArguments": {},
            "ExecutionProperty": {"MaxConcurrentRuns": 1},
            "JobMode": "SCRIPT",
            "MaxCapacity": capacity,
            "MaxRetries": 0,
        }
    )


def _capacity(known: Members, *, shell: bool) -> float:
    """The DPUs of a run, as asked for or by its workers."""
    workers, kind = known.get("NumberOfWorkers"), known.get("WorkerType")
    if workers and kind:
        return float(workers * _dpus(kind))
    usual = _SHELL_CAPACITY if shell else _CAPACITY
    return float(known.get("MaxCapacity") or known.get("AllocatedCapacity") or usual)


def _dpus(kind: str) -> float:
    """The DPUs of a worker.

    >>> _dpus("G.8X")
    8.0
    """
    size = kind.partition(".")[2].removesuffix("X")
    return _DPUS.get(kind) or float(size if size.isdigit() else 1)
