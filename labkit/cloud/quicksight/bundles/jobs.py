"""What export and import jobs have in common: five at a time, by ids that are free when they end.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DescribeAssetBundleExportJob.html
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.jobs import Job, until_kept
from labkit.cloud.members import given
from labkit.cloud.operations import AwsError, Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.kinds import Kind
from labkit.cloud.quicksight.records import Record, now
from labkit.cloud.quicksight.words import conflict, limit_exceeded

log = logging.getLogger(__name__)
EXPORT = Kind("asset-bundle-export-job", "AssetBundleExportJob")
IMPORT = Kind("asset-bundle-import-job", "AssetBundleImportJob")
STEP = Kind("asset-bundle-import-step", "AssetBundleImportStep")
MOST = 5
QUEUED, RUNNING, DONE, FAILED = (
    "QUEUED_FOR_IMMEDIATE_EXECUTION", "IN_PROGRESS", "SUCCESSFUL", "FAILED",
)  # fmt: skip
ROLLING_BACK = "FAILED_ROLLBACK_IN_PROGRESS"
GOING = (QUEUED, RUNNING, ROLLING_BACK)
INTERRUPTED = "The job was interrupted: the local AWS stopped."
Work = Callable[[], Record]


def begin(context: Context, kind: Kind, id: str, members: Record, work: Work) -> Record:
    """Put a job on record and let it run.

    Args:
        work: does it, and gives the members that tell how it ended, the files' among them.

    Raises:
        AwsError: a job of this id runs, or too many do.
    """
    going = [each for each in records.listed(context, kind) if each["JobStatus"] in GOING]
    if any(each[kind.id] == id for each in going):
        raise conflict(f"An asset bundle job with the ID {id} is running.")
    if len(going) >= MOST:
        raise limit_exceeded(f"An account runs at most {MOST} asset bundle jobs at a time.")
    made = {
        kind.id: id,
        "Arn": kind.arn(context, id),
        "AwsAccountId": context.account,
        "CreatedTime": now(),
        "JobStatus": QUEUED,
        **given(members),
        "_": {
            "id": id,
            "region": context.region,
            "principal": [context.principal.arn, context.principal.account],
        },
    }
    records.put(context.cloud, kind, made)
    name = f"quicksight/{kind.name}/{made['Arn']}"
    context.cloud.jobs.start(name, lambda job: _run(context, kind, made, work, job))
    return made


def change(context: Context, kind: Kind, id: str, **members: Any) -> None:
    """Change members of a job's record."""
    with context.cloud.lock("quicksight"):
        found = records.look_up(context.cloud, context.region, kind, id)
        if found is not None:
            records.put(context.cloud, kind, found | members)


def error(reason: Exception, arn: str = "") -> Record:
    """What went wrong, as a job tells it."""
    if not isinstance(reason, AwsError):
        log.error("an asset bundle job failed", exc_info=reason)
    code = reason.code if isinstance(reason, AwsError) else "InternalFailure"
    text = reason.message if isinstance(reason, AwsError) else f"{type(reason).__name__}: {reason}"
    return {**({"Arn": arn} if arn else {}), "Type": code, "Message": text}


def file_of(cloud: Cloud, kind: Kind, context: Context, id: str, suffix: str) -> Path:
    """Where a job's file lies."""
    return cloud.home / "bundles" / kind.name / context.region / f"{id}{suffix}"


def end(context: Context, kind: Kind, id: str, ended: Record, job: Job) -> None:
    """Put on record how a job ended, and drop its steps.

    A rollback that the end of the local AWS disturbs has not ended: it goes on at the next start.
    """

    def write() -> None:
        with context.cloud.lock("quicksight"), context.cloud.state.together():
            change(context, kind, id, **ended)
            for name in steps(context, id):
                del records.records(context.cloud, STEP)[name]

    if not (job.closing and ended["JobStatus"].startswith("FAILED_ROLLBACK")):
        until_kept(write)


def steps(context: Context, id: str) -> dict[str, Record]:
    """What is kept of an import that is to be taken back where it fails, in its order."""
    every = records.records(context.cloud, STEP).items()
    return {name: each for name, each in every if each["import"] == [context.region, id]}


def _run(context: Context, kind: Kind, record: Record, work: Work, job: Job) -> None:
    id = record[kind.id]
    until_kept(lambda: change(context, kind, id, JobStatus=RUNNING))
    try:
        ended = work()
    except Exception as reason:
        ended = {"JobStatus": FAILED, "Errors": [error(reason)]}
    end(context, kind, id, ended, job)


@on_start
def fail_interrupted(cloud: Cloud) -> None:
    """A job that ran when the server ended has failed; what was to be taken back then, is yet."""
    for kind in (EXPORT, IMPORT):
        for record in list(records.records(cloud, kind).values()):
            if record["JobStatus"] in GOING:
                told = [{"Type": "InternalFailure", "Message": INTERRUPTED}]
                status = ROLLING_BACK if record.get("FailureAction") == "ROLLBACK" else FAILED
                known = record.get("Errors") or told
                records.put(cloud, kind, record | {"JobStatus": status, "Errors": known})
