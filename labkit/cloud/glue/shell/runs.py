"""The runs of jobs: begun, told in moto's records, ended, and tried again.

Only those of Python shell can succeed: there is no Spark and no Ray here.

Sources: https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html,
https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html and
https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

import copy
import logging
import threading
import time
from typing import Any

import moto.glue.models as models
from moto.core.utils import utcnow

from labkit.cloud.access.trust import trusted_role
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.rules import aws_event, publish
from labkit.cloud.glue.endings import ended
from labkit.cloud.glue.shell.process import Ended, Process, Unrunnable
from labkit.cloud.jobs import until_kept

log = logging.getLogger(__name__)

SHELL = "pythonshell"
LOGS, _OTHERS_LOGS = "/aws-glue/python-jobs", "/aws-glue/jobs"
RUNNING = ("STARTING", "RUNNING", "STOPPING")
NO_SPARK = (
    "The local AWS runs no Spark and no Ray: nothing of this job has run, and nothing was written. "
    "Python shell jobs (Command.Name pythonshell) do run."
)
_INTERRUPTED = "The job was interrupted when the local AWS ended"
_KIND = "Glue Job State Change"
_SERVICE = "glue.amazonaws.com"
_TIMEOUT_MINUTES = 2880
_PROCESSES: dict[str, Process] = {}


def begin(cloud: Cloud, region: str, job: Any, run: Any, attempt: int = 0) -> None:
    """Let a run that is on record begin; called within a change of Glue's records."""
    run._transitions = []  # moto's runs succeed by being looked at
    run.status, run.attempt, run.error, run.ended = "RUNNING", attempt, None, None
    run.shell = job.command.get("Name") == SHELL
    work = threading.Thread(
        target=_work, args=(cloud, region, copy.copy(job), run), name=run.job_run_id, daemon=True
    )
    work.start()


def stop(run: Any) -> None:
    """Tell a run to end."""
    run.status = "STOPPING"
    if process := _PROCESSES.get(run.job_run_id):
        process.kill()


def told(run: Any) -> dict[str, Any]:
    """What is told of a run, beyond what moto tells of all."""
    seconds = round(((run.ended or utcnow()) - run.started_on).total_seconds())
    return {
        "Attempt": run.attempt,
        "CompletedOn": run.ended,
        "ErrorMessage": run.error,
        "ExecutionTime": seconds,
        "JobRunState": run.status,
        "LogGroupName": LOGS if run.shell else _OTHERS_LOGS,
    }


def _work(cloud: Cloud, region: str, job: Any, run: Any) -> None:
    try:
        state, error = _outcome(cloud, region, job, run)
    except Exception as failure:
        log.exception("the run %s failed", run.job_run_id)
        state, error = "FAILED", f"Internal service error: {failure}"
    until_kept(lambda: _end(cloud, region, job, run, state, error))
    detail = {
        "jobName": run.job_name,
        "severity": "INFO" if state == "SUCCEEDED" else "ERROR",
        "state": state,
        "jobRunId": run.job_run_id,
        "message": error or "Job run succeeded",
    }
    publish(
        cloud,
        aws_event(
            cloud, source="aws.glue", kind=_KIND, detail=detail, resources=[], moment=time.time()
        ),
        region,
    )
    ended(cloud, region, "JobName", run.job_name, state)


def _outcome(cloud: Cloud, region: str, job: Any, run: Any) -> tuple[str, str | None]:
    """The state that a run ends in, and why."""
    if not run.shell:
        return "FAILED", NO_SPARK
    role = trusted_role(cloud, job.role, _SERVICE)
    if role is None:
        return "FAILED", (
            f"Role {job.role} should be given assume role permissions for Glue Service."
        )
    minutes = run.timeout or job.timeout or _TIMEOUT_MINUTES
    try:
        script, arguments = job.command.get("ScriptLocation") or "", dict(run.arguments or {})
        process = Process(cloud, region, role.arn, script, arguments)
    except Unrunnable as error:
        return "FAILED", str(error)
    _PROCESSES[run.job_run_id] = process
    if run.status == "STOPPING":
        process.kill()
    exited = process.wait(minutes * 60)
    del _PROCESSES[run.job_run_id]
    until_kept(lambda: _keep(cloud, region, run.job_run_id, exited))
    if run.status == "STOPPING":
        return "STOPPED", None
    if exited.code is None:
        return "TIMEOUT", "Job run exceeded its timeout."
    return ("FAILED", _why(exited)) if exited.code else ("SUCCEEDED", None)


def _why(exited: Ended) -> str:
    """An exception's own words, else the exit code."""
    lines = exited.err.strip().splitlines()
    raised = "Traceback (most recent call last):" in lines
    return lines[-1] if raised else f"Command failed with exit code {exited.code}"


def _end(cloud: Cloud, region: str, job: Any, run: Any, state: str, error: str | None) -> None:
    with cloud.changing("glue"):
        run.status, run.error = state, error
        run.ended = run.modified_on = utcnow()
        known = cloud.backend("glue", region).jobs.get(run.job_name)
        if state in ("FAILED", "TIMEOUT") and known and run.attempt < (job.max_retries or 0):
            again = copy.copy(run)
            again.previous_run_id = run.job_run_id
            stem = run.job_run_id.partition("_attempt_")[0]
            again.job_run_id = f"{stem}_attempt_{run.attempt + 1}"
            again.started_on = again.modified_on = run.ended
            known.job_runs.append(again)
            begin(cloud, region, job, again, run.attempt + 1)


def _keep(cloud: Cloud, region: str, stream: str, exited: Ended) -> None:
    """Put what a script printed where CloudWatch Logs has it."""
    logs, moment = cloud.backend("logs", region), int(time.time() * 1000)
    with cloud.changing("logs"):
        for name, text in (("output", exited.out), ("error", exited.err)):
            group = f"{LOGS}/{name}"
            lines = [{"timestamp": moment, "message": line} for line in text.splitlines() if line]
            logs.ensure_log_group(group)
            if lines and stream not in logs.groups[group].streams:
                logs.create_log_stream(group, stream)
            if lines:
                logs.put_log_events(group, stream, lines)


@on_start
def fail_interrupted(cloud: Cloud) -> None:
    """Runs that were under way when the process died have failed."""
    for backend in models.glue_backends[cloud.account].values():
        runs: list[Any] = [run for job in backend.jobs.values() for run in job.job_runs]
        for run in runs:
            if run.status in RUNNING:
                run.status, run.error, run.ended = "FAILED", _INTERRUPTED, run.modified_on
