"""A job run while it runs: as its role, from the data set to the outputs, however it ends.

Source: https://docs.aws.amazon.com/databrew/latest/dg/jobs.html
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from labkit.cloud.access.trust import role_session, trusted_role
from labkit.cloud.cloud import Cloud
from labkit.cloud.databrew.failures import EXPECTED, reason
from labkit.cloud.databrew.jobs import notices, profile_job, recipe_job
from labkit.cloud.databrew.jobs.plans import Plan
from labkit.cloud.databrew.jobs.runlog import RunLog
from labkit.cloud.databrew.jobs.working import RUNS, Working, succeeded
from labkit.cloud.databrew.records import Record, now
from labkit.cloud.databrew.trust import SERVICE
from labkit.cloud.jobs import Job, Stopped, until_kept
from labkit.cloud.lake.engines import stoppable_session
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.store import Store

log = logging.getLogger(__name__)
SESSION = "AWSGlueDataBrew"
INTERRUPTED = "The job run was interrupted: the local AWS stopped."
WORKS = {"RECIPE": recipe_job.work, "PROFILE": profile_job.work}
_ALGORITHMS = {"SSE-S3": "AES256", "SSE-KMS": "aws:kms"}


@dataclass
class Work:
    """A run's work in the background.

    Args:
        cloud: the workspace's local AWS.
        id: the run's.
        plan: what it does.
    """

    cloud: Cloud
    id: str
    plan: Plan
    _late: threading.Event = field(default_factory=threading.Event)

    def run(self, job: Job) -> None:
        """Do it to its end, and put on record how it ended."""
        started = time.monotonic()
        record = until_kept(lambda: self._change(("STARTING",), State="RUNNING"))
        lines = RunLog(self.cloud, record)
        lines.write("INFO", f"Job {record['JobName']} has started as {self.plan.job['RoleArn']}")
        with self._in_time(job):
            ending = self._tried(job, lines)
        seconds = round(time.monotonic() - started)
        level = "INFO" if ending["State"] == "SUCCEEDED" else "ERROR"
        until_kept(lambda: lines.write(level, _told(ending)))
        done = {"CompletedOn": now(), "ExecutionTime": seconds, **ending}
        ended = until_kept(lambda: self._change(("RUNNING", "STOPPING"), **done))
        notices.tell(self.cloud, ended)

    def _tried(self, job: Job, lines: RunLog) -> Record:
        """How the run ends, tried again as often as the job says."""
        for attempt in range(self.plan.job["MaxRetries"] + 1):
            if attempt:
                self._change(("RUNNING",), Attempt=attempt)
                lines.write("WARN", f"Attempt {attempt + 1}")
            ending = self._attempt(job, lines)
            if ending["State"] != "FAILED" or job.stopping:
                break
        return ending

    def _attempt(self, job: Job, lines: RunLog) -> Record:
        try:
            job.check()
            with stoppable_session(self.cloud, job) as session:
                working = Working(
                    self.cloud, self.id, self.plan, job, self._store(), session, lines
                )
                try:
                    WORKS[self.plan.job["Type"]](working)
                finally:
                    working.close()
        except Exception as error:
            return self._failure(error, job)
        return succeeded(self.cloud.records(RUNS)[self.id])

    def _store(self) -> Store:
        """The objects, as a session of the job's role.

        Raises:
            AwsError: the role does not exist, or does not trust DataBrew.
        """
        definition = self.plan.job
        role = definition["RoleArn"]
        if trusted_role(self.cloud, role, SERVICE) is None:
            raise AwsError(
                "AccessDeniedException",
                f"DataBrew is unable to assume the role {role}. Verify that it exists and that "
                f"its trust policy names {SERVICE}.",
            )
        mode = _ALGORITHMS.get(definition.get("EncryptionMode", ""))
        encrypted = (mode, definition.get("EncryptionKeyArn") if mode == "aws:kms" else None)
        return Store(self.cloud, role_session(role, self.cloud.account, SESSION), encrypted)

    def _failure(self, error: Exception, job: Job) -> Record:
        if self._late.is_set():
            minutes = self.plan.job["Timeout"]
            return {"State": "TIMEOUT", "ErrorMessage": f"Job run exceeded {minutes} minute(s)"}
        if isinstance(error, Stopped) or job.stopping:
            asked = self.cloud.records(RUNS)[self.id]["State"] == "STOPPING"
            return {"State": "STOPPED"} if asked else _failed(INTERRUPTED)
        if isinstance(error, AwsError):
            return _failed(f"{error.code}: {error.message}")
        if isinstance(error, EXPECTED):
            return _failed(reason(error))
        log.error("a job run failed", exc_info=error)
        return _failed(f"Internal Service Exception: {error}")

    @contextlib.contextmanager
    def _in_time(self, job: Job) -> Iterator[None]:
        """Stop the job when its timeout is over."""

        def stop() -> None:
            self._late.set()
            job.stop()

        timer = threading.Timer(60 * self.plan.job["Timeout"], stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _change(self, states: tuple[str, ...], **members: object) -> Record:
        """Change the run's record, which is in one of these states; else leave it."""
        runs = self.cloud.records(RUNS)
        with self.cloud.lock("databrew"):
            if runs[self.id]["State"] in states:
                runs[self.id] = {**runs[self.id], **members}
            return runs[self.id]


def _failed(reason: str) -> Record:
    return {"State": "FAILED", "ErrorMessage": reason}


def _told(ending: Record) -> str:
    reason = ending.get("ErrorMessage")
    return f"Job run {ending['State'].lower()}" + (f": {reason}" if reason else "")
