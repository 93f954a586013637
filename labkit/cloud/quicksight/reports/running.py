"""A snapshot job from its start to its end: ``QUEUED`` → ``RUNNING`` → ``COMPLETED`` or ``FAILED``.

An account runs twelve at a time. A job's id is free again a day after the job has ended. A job that
dies with the server has failed. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StartDashboardSnapshotJob.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DescribeDashboardSnapshotJob.html
"""

from __future__ import annotations

import logging
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.jobs import Job, Stopped, until_kept
from labkit.cloud.members import given
from labkit.cloud.operations import AwsError, Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.kinds import Kind
from labkit.cloud.quicksight.records import Record, now
from labkit.cloud.quicksight.reports import delivery
from labkit.cloud.quicksight.reports.users import redacted
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.quicksight.words import exists, limit_exceeded

log = logging.getLogger(__name__)
JOB = Kind("snapshotjob", "SnapshotJob")
ENDED = ("COMPLETED", "FAILED")
MOST, REUSED_AFTER_S = 12, 24 * 3600
INTERRUPTED = "The job was interrupted: the local AWS stopped."


def begin(
    context: Context, dashboard: Record, version: Record,
    id: str, configuration: Record, user: Record,
) -> Record:  # fmt: skip
    """Put a job on record and let it run.

    Raises:
        AwsError: the id is taken, or too many jobs run.
    """
    name = dashboard["DashboardId"]
    _check_free(context, dashboard, id)
    going = [each for each in records.listed(context, JOB) if each["JobStatus"] not in ENDED]
    if len(going) >= MOST:
        raise limit_exceeded(f"An account runs at most {MOST} snapshot jobs at a time.")
    record = {
        "Arn": f"{dashboard['Arn']}/snapshot-job/{id}",
        "DashboardId": name,
        "SnapshotJobId": id,
        "UserConfiguration": redacted(user),
        "SnapshotConfiguration": configuration,
        "JobStatus": "QUEUED",
        "CreatedTime": now(),
        "LastUpdatedTime": now(),
        "_": {
            "id": f"{name}/{id}",
            "region": context.region,
            "user": user,
            "maker": context.principal.arn,
            "account": context.principal.account,
            "version": version["VersionNumber"],
            "name": dashboard["Name"],
        },
    }
    made = given(record)
    delivery.forget(context.cloud, made)
    records.put(context.cloud, JOB, made)
    cloud = context.cloud
    cloud.jobs.start(f"quicksight/snapshot/{made['Arn']}", lambda job: _work(cloud, made, job))
    return made


def job_of(context: Context, dashboard: Record, id: str) -> Record | None:
    """A dashboard's job; those of a deleted one of its id are not its own."""
    name = f"{dashboard['DashboardId']}/{id}"
    found = records.look_up(context.cloud, context.region, JOB, name)
    return found if found and found["CreatedTime"] >= dashboard["CreatedTime"] else None


def _check_free(context: Context, dashboard: Record, id: str) -> None:
    known = job_of(context, dashboard, id)
    if known is None:
        return
    ended = known["JobStatus"] in ENDED
    if not ended or now() - known["LastUpdatedTime"] < REUSED_AFTER_S:
        raise exists(f"Dashboard Snapshot Job {known['SnapshotJobId']} already exists.")


def _work(cloud: Cloud, record: Record, job: Job) -> None:
    """Make the files and deliver them, and put on record how it ended."""
    from labkit.cloud.quicksight.reports import making  # what draws is loaded when it is needed

    until_kept(lambda: _change(cloud, record, JobStatus="RUNNING"))
    try:
        found = making.make(cloud, record, job)
        ended = _ending([delivery.deliver(cloud, record, each) for each in found])
    except BaseException as error:
        ended = {"JobStatus": "FAILED", "ErrorInfo": _told(error, job)}
    until_kept(lambda: _change(cloud, record, **ended))


def _ending(groups: list[Record]) -> Record:
    """How a job ends that has come to delivering its files."""
    failed = [info for group in groups for info in delivery.errors(group)]
    if failed and not any(each["uris"] for each in groups):
        return {"JobStatus": "FAILED", "ErrorInfo": failed[0], "Result": groups}
    return {"JobStatus": "COMPLETED", "Result": groups}


def _told(error: BaseException, job: Job) -> Record:
    if isinstance(error, Stopped) or job.stopping:
        return {"ErrorType": "INTERNAL_FAILURE", "ErrorMessage": INTERRUPTED}
    if isinstance(error, AwsError):
        lost = error.details.get("ResourceType") == "DATA_SET"
        kind = "DATASET_DELETED" if lost else error.code
        return {"ErrorType": kind, "ErrorMessage": error.message}
    if isinstance(error, SourceError):
        return {"ErrorType": str(error.args[0]), "ErrorMessage": str(error)}
    log.error("a snapshot failed", exc_info=error)
    return {"ErrorType": "INTERNAL_FAILURE", "ErrorMessage": f"{type(error).__name__}: {error}"}


def _change(cloud: Cloud, record: Record, **members: Any) -> None:
    with cloud.lock("quicksight"):
        current = records.look_up(cloud, record["_"]["region"], JOB, record["_"]["id"])
        if current is not None and current["CreatedTime"] == record["CreatedTime"]:
            records.put(cloud, JOB, current | {"LastUpdatedTime": now(), **members})


@on_start
def mend(cloud: Cloud) -> None:
    """Fail the jobs that ran when the server died."""
    error = {"ErrorType": "INTERNAL_FAILURE", "ErrorMessage": INTERRUPTED}
    for record in list(records.records(cloud, JOB).values()):
        if record["JobStatus"] not in ENDED:
            _change(cloud, record, JobStatus="FAILED", ErrorInfo=error)
