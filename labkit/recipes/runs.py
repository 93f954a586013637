"""DataBrew's job runs: waited for, read, and billed.

An interactive session costs $1.00 for each half an hour, a job $0.48 for each hour of each of its
nodes, by the minute; a job has five nodes unless it says otherwise. Source:
https://aws.amazon.com/glue/pricing/ (AWS Glue DataBrew)
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit.errors import RunFailed, UnknownName
from labkit.progress import Progress, wait
from labkit.storage import readable_denial

if TYPE_CHECKING:
    from labkit.lab import Lab

DOLLARS_PER_SESSION, DOLLARS_PER_NODE_HOUR = 1.00, 0.48
ENDS = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")


@dataclass(frozen=True)
class Run:
    """A job run that succeeded.

    Args:
        job: its job.
        id: DataBrew's id of the run.
        seconds: how long it ran.
        nodes: how many nodes it had.
        outputs: the addresses of what it wrote.
    """

    job: str
    id: str
    seconds: int
    nodes: int
    outputs: tuple[str, ...]
    state: str = "SUCCEEDED"

    @property
    def node_hours(self) -> float:
        """What is billed: whole minutes of all nodes, in hours."""
        return node_hours(self.seconds, self.nodes)

    @property
    def bill(self) -> float:
        """Dollars that AWS would charge."""
        return round(self.node_hours * DOLLARS_PER_NODE_HOUR, 6)

    def __repr__(self) -> str:
        files = f"{len(self.outputs)} file{'s' * (len(self.outputs) != 1)}"
        return f"Job {self.job}: {self.state}, {files} written · on AWS this costs ${self.bill:g}"


@dataclass(frozen=True)
class Profile:
    """A data set's profile.

    Args:
        run: the job run that made it.
        document: the JSON that it wrote, parsed.
    """

    run: Run
    document: dict[str, Any]

    @property
    def columns(self) -> pd.DataFrame:
        """One row a column: ``column``, ``type``, ``missing``, ``distinct``, ``unique``, ``min``,
        ``max``, ``mean``; for texts the last three are of their length."""
        names = {
            "column": "name",
            "type": "type",
            "missing": "missingValuesCount",
            "distinct": "distinctValuesCount",
            "unique": "uniqueValuesCount",
            "min": "min",
            "max": "max",
            "mean": "mean",
        }
        rows = [[column.get(key) for key in names.values()] for column in self.document["columns"]]
        return pd.DataFrame(rows, columns=list(names))

    def __repr__(self) -> str:
        rows, columns = self.document["sampleSize"], len(self.document["columns"])
        return f"Profile of {rows:,} rows and {columns} columns"


def node_hours(seconds: float, nodes: int) -> float:
    """Hours of nodes that a run is billed for: each minute that has begun counts.

    >>> node_hours(61, 5)
    0.16666666666666666
    """
    return max(1, math.ceil(seconds / 60)) * nodes / 60


def run_of(lab: Lab, job: str, timeout_s: float) -> Run:
    """Start a job and wait until it is done.

    Raises:
        UnknownName: no such job.
        RunFailed: it failed, was stopped or took too long; with DataBrew's message.
    """
    databrew = lab.client("databrew")
    try:
        run_id = databrew.start_job_run(Name=job)["RunId"]
    except databrew.exceptions.ResourceNotFoundException as error:
        known = [j["Name"] for j in databrew.list_jobs()["Jobs"]]
        if job in known:
            raise RunFailed("job", job, error.response["Error"]["Message"]) from None
        raise UnknownName("job", job, known) from None
    ended = wait(
        f"The job {job}",
        lambda: databrew.describe_job_run(Name=job, RunId=run_id),
        until=lambda run: run["State"] in ENDS,
        tell=progress,
        timeout_s=timeout_s,
    )
    if ended["State"] != "SUCCEEDED":
        raise RunFailed("job", job, readable_denial(ended.get("ErrorMessage", ended["State"])))
    nodes = databrew.describe_job(Name=job)["MaxCapacity"]
    outputs = tuple(written(lab, ended))
    return Run(job, run_id, ended["ExecutionTime"], nodes, outputs)


def progress(run: dict[str, Any]) -> Progress:
    """A run's state in words."""
    good = run["State"] not in ("FAILED", "TIMEOUT")
    share = 1.0 if run["State"] in ENDS else None
    return Progress(f"Job {run['JobName']}: {run['State']}", share, good=good)


def written(lab: Lab, run: dict[str, Any]) -> Iterable[str]:
    """The addresses of the objects that a run has written."""
    places = [output["Location"] for output in run.get("Outputs", [])]
    tables = [o.get("S3Options") for o in run.get("DataCatalogOutputs", [])]
    places += [each["Location"] for each in tables if each]
    for place in places:
        where = {"Bucket": place["Bucket"], "Prefix": place.get("Key", "")}
        for found in lab.all("s3", "list_objects_v2", "Contents", **where):
            if found["LastModified"] >= run["StartedOn"].replace(microsecond=0):
                yield f"s3://{place['Bucket']}/{found['Key']}"


def read_profile(lab: Lab, data_set: str, run: Run) -> dict[str, Any]:
    """The document that a profile job has written: its name ends in the run's own digits."""
    name = f"{data_set}_{run.id.removeprefix('db_')}.json"
    uri = next(uri for uri in run.outputs if uri.endswith(name))
    bucket, key = uri.removeprefix("s3://").split("/", 1)
    body = lab.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    document: dict[str, Any] = json.loads(body)
    return document


def billed(opened: list[dict[str, Any]], runs: list[dict[str, Any]]) -> pd.DataFrame:
    """What sessions and job runs cost: ``what``, ``units``, ``dollars``."""
    done = [run for run in runs if run["State"] in ENDS]
    hours = sum(node_hours(run["ExecutionTime"], run["nodes"]) for run in done)
    rows = [
        ("sessions of half an hour", len(opened), len(opened) * DOLLARS_PER_SESSION),
        ("node-hours of jobs", round(hours, 4), round(hours * DOLLARS_PER_NODE_HOUR, 4)),
    ]
    return pd.DataFrame(rows, columns=["what", "units", "dollars"])
