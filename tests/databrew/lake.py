"""A lake for tests of DataBrew: data in, a job over it, and what the job then wrote."""

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

RUN_S = 60
ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")
READ_AND_WRITE = {"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"}
Record = dict[str, Any]


class Lake:
    """A bucket, and names of its own for data sets, recipes and jobs."""

    def __init__(self, client: Callable[[str], Any], name: str, role: str) -> None:
        self.client, self.name, self.role = client, name, role
        self.s3, self.databrew = client("s3"), client("databrew")
        self.bucket = f"{name}-lake"
        known = [each["Name"] for each in self.s3.list_buckets()["Buckets"]]
        if self.bucket not in known:
            self.s3.create_bucket(Bucket=self.bucket)
        self._count = 0

    def fresh(self, stem: str) -> str:
        """A name that nothing else has."""
        self._count += 1
        return f"{self.name} {stem} {self._count}"

    # data -----------------------------------------------------------------------------------------

    def put(self, key: str, body: bytes | str) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def put_table(self, key: str, **columns: list[Any]) -> None:
        """A Parquet file of these columns."""
        sink = io.BytesIO()
        pq.write_table(pa.table(columns), sink)
        self.put(key, sink.getvalue())

    def get(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    # resources ------------------------------------------------------------------------------------

    def dataset(self, key: str, **members: Any) -> str:
        """A data set over a key of the bucket."""
        place = {"S3InputDefinition": {"Bucket": self.bucket, "Key": key}}
        return self.dataset_of(place, **members)

    def dataset_of(self, place: Record, **members: Any) -> str:
        name = self.fresh("data")
        self.databrew.create_dataset(Name=name, Input=place, **members)
        return name

    def recipe(self, *steps: Record) -> str:
        """A published recipe of steps, each an ``Action`` and conditions."""
        name = self.fresh("recipe")
        self.databrew.create_recipe(Name=name, Steps=list(steps))
        self.databrew.publish_recipe(Name=name)
        return name

    def recipe_job(self, dataset: str, *steps: Record, **members: Any) -> str:
        """A recipe job; by default it writes Parquet below ``out/``."""
        name = self.fresh("job")
        full = {
            "RoleArn": self.role,
            "Outputs": [self.output("out", Format="PARQUET")],
            "RecipeReference": {"Name": self.recipe(*steps), "RecipeVersion": "LATEST_PUBLISHED"},
        } | members
        told = {each: value for each, value in full.items() if value != []}
        self.databrew.create_recipe_job(Name=name, DatasetName=dataset, **told)
        return name

    def profile_job(self, dataset: str, **members: Any) -> str:
        """A profile job that writes below ``profile/``."""
        name = self.fresh("profile")
        place = {"Bucket": self.bucket, "Key": "profile"}
        full = {"RoleArn": self.role, "OutputLocation": place} | members
        self.databrew.create_profile_job(Name=name, DatasetName=dataset, **full)
        return name

    def output(self, key: str, **members: Any) -> Record:
        return {"Location": {"Bucket": self.bucket, "Key": key}, **members}

    # runs -----------------------------------------------------------------------------------------

    def start(self, job: str) -> str:
        run: str = self.databrew.start_job_run(Name=job)["RunId"]
        return run

    def look(self, job: str, run: str) -> Record:
        found: Record = self.databrew.describe_job_run(Name=job, RunId=run)
        return found

    def wait(self, job: str, run: str) -> Record:
        """The run once it has ended."""
        deadline = time.monotonic() + RUN_S
        while time.monotonic() < deadline:
            found = self.look(job, run)
            if found["State"] in ENDED:
                return found
            time.sleep(0.02)
        raise AssertionError("the run does not end")

    def run(self, job: str) -> Record:
        """Run a job to its end, which must be its success."""
        found = self.wait(job, self.start(job))
        assert found["State"] == "SUCCEEDED", found.get("ErrorMessage")
        return found

    def fail(self, job: str) -> str:
        """Run a job to its end, which must be its failure; gives the reason."""
        found = self.wait(job, self.start(job))
        assert found["State"] == "FAILED", found["State"]
        return str(found["ErrorMessage"])

    def written(self, run: Record, prefix: str = "out") -> list[str]:
        """The keys that a run wrote below a prefix."""
        stamp = f"_{round(run['StartedOn'].timestamp() * 1000)}/"
        return [key for key in self.keys(prefix) if stamp in key]

    def table(self, dataset: str, *steps: Record, **members: Any) -> pa.Table:
        """What a recipe makes of a data set."""
        run = self.run(self.recipe_job(dataset, *steps, **members))
        [key] = self.written(run)
        return pq.read_table(io.BytesIO(self.get(key)))

    def rows(self, dataset: str, *steps: Record, **members: Any) -> list[Record]:
        rows: list[Record] = self.table(dataset, *steps, **members).to_pylist()
        return rows

    def logged(self, run: str) -> Iterator[str]:
        """The lines of a run's log stream."""
        group = "/aws-glue-databrew/jobs"
        lines = self.client("logs").get_log_events(logGroupName=group, logStreamName=run)
        return (line["message"] for line in lines["events"])


def step(operation: str, **parameters: str) -> Record:
    """A recipe's step."""
    return {"Action": {"Operation": operation, "Parameters": parameters}}
