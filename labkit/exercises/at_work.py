"""What was started and not waited for: a cell may end while a query or a job still writes.

AWS answers a start at once, so the next call may come too early. Before a state is read, what has
been at work for a short while only is waited for. What has been at it for longer is left alone.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from labkit.errors import TimedOut
from labkit.progress import Progress, wait

if TYPE_CHECKING:
    from labkit.lab import Lab

Found = Iterator[tuple[str, Any]]  # state, and the moment of its start
MOST_S = 45  # less than a grading lets all readers take
AT_WORK = (
    *("QUEUED", "RUNNING", "STARTING", "STOPPING"),
    *("SUBMITTED", "PICKED", "STARTED", "INITIALIZED"),
)


def settle(lab: Lab) -> None:
    """Wait until nothing is at work that was started in the last 45 s, in the lab's services."""
    if not _young(lab):
        return
    told = Progress("What was started is still at work")
    with contextlib.suppress(TimedOut):
        wait(
            "What was started",
            lambda: _young(lab),
            until=lambda is_left: not is_left,
            tell=lambda _: told,
            timeout_s=MOST_S,
            quiet=True,
        )


def _young(lab: Lab) -> bool:
    """Whether something was started a short while ago and has not ended."""
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=MOST_S)
    with contextlib.suppress(ClientError):  # what may not be listed is not waited for
        found = (one for look in LOOKS[lab.number] for one in look(lab))
        return any(state in AT_WORK and start > since for state, start in found)
    return False


def _queries(lab: Lab) -> Found:
    """The last statements of each work group of Athena."""
    athena = lab.client("athena")
    for group in athena.list_work_groups()["WorkGroups"]:
        last = athena.list_query_executions(WorkGroup=group["Name"], MaxResults=50)
        if ids := last["QueryExecutionIds"]:
            found = athena.batch_get_query_execution(QueryExecutionIds=ids)["QueryExecutions"]
            for status in (one["Status"] for one in found):
                yield status["State"], status["SubmissionDateTime"]


def _jobs(lab: Lab) -> Found:
    """The runs of DataBrew's jobs."""
    for job in lab.all("databrew", "list_jobs", "Jobs"):
        for run in lab.all("databrew", "list_job_runs", "JobRuns", Name=job["Name"]):
            yield run["State"], run["StartedOn"]


def _imports(lab: Lab) -> Found:
    """The imports into SPICE."""
    calls = lab.chart.calls
    for one in calls.data_sets():
        if one["ImportMode"] == "SPICE":
            for each in calls.imports(one["DataSetId"]):
                yield each["IngestionStatus"], each["CreatedTime"]


def _statements(lab: Lab) -> Found:
    """The last statements of the warehouse's Data API."""
    data = lab.client("redshift-data")
    for one in data.list_statements(Status="ALL", MaxResults=100)["Statements"]:
        yield one["Status"], one["CreatedAt"]


# Where the exercises of each lab start things.
LOOKS: dict[int, tuple[Callable[[Lab], Found], ...]] = {
    1: (_queries,),
    2: (_jobs, _queries),
    3: (_queries, _imports),
    4: (_statements, _queries),
}
