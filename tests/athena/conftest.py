"""What Athena's tests share: a bucket and a database of their own, and one way to run a query."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import Running, wait_for

ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")


@dataclass
class Lake:
    """A bucket with a database over it."""

    s3: Any
    glue: Any
    athena: Any
    bucket: str
    database: str

    def put(self, key: str, body: bytes | str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def get(self, uri: str) -> bytes:
        """The content of an object."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def keys(self, prefix: str = "") -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [each["Key"] for each in found.get("Contents", ())]

    def start(self, statement: str, **options: Any) -> str:
        """Start a statement; its id."""
        asked = {
            "QueryExecutionContext": {"Database": self.database},
            "ResultConfiguration": {"OutputLocation": f"s3://{self.bucket}/results/"},
        }
        started = self.athena.start_query_execution(QueryString=statement, **(asked | options))
        return str(started["QueryExecutionId"])

    def follow(self, number: str) -> dict[str, Any]:
        """The execution, once it has ended."""

        def look() -> dict[str, Any] | None:
            found = self.athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]
            return found if found["Status"]["State"] in ENDED else None

        return dict(wait_for(look))

    def run(self, statement: str, **options: Any) -> dict[str, Any]:
        """Run a statement to its end, whatever that is."""
        return self.follow(self.start(statement, **options))

    def do(self, statement: str, **options: Any) -> dict[str, Any]:
        """Run a statement that must succeed."""
        found = self.run(statement, **options)
        assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
        return found

    def fail(self, statement: str, **options: Any) -> str:
        """Run a statement that must fail; its reason."""
        found = self.run(statement, **options)
        assert found["Status"]["State"] == "FAILED", found["Status"]
        return str(found["Status"]["StateChangeReason"])

    def refuse(self, statement: str, **options: Any) -> str:
        """Send a statement that must not start; the message."""
        with pytest.raises(self.athena.exceptions.InvalidRequestException) as caught:
            self.start(statement, **options)
        return str(caught.value.response["Error"]["Message"])

    def rows(self, statement: str, **options: Any) -> list[list[str | None]]:
        """The rows of a statement that must succeed, without a query's header."""
        done = self.do(statement, **options)
        found = self.results(done["QueryExecutionId"])["ResultSet"]["Rows"]
        rows = [[datum.get("VarCharValue") for datum in row["Data"]] for row in found]
        return rows[1:] if done["StatementType"] == "DML" else rows

    def results(self, number: str, **options: Any) -> dict[str, Any]:
        return dict(self.athena.get_query_results(QueryExecutionId=number, **options))

    def csv_table(self, name: str, columns: str, files: dict[str, str], more: str = "") -> None:
        """A table of comma-separated files: name of each file and its text."""
        for file, text in files.items():
            self.put(f"{name}/{file}", text)
        self.do(
            f"CREATE EXTERNAL TABLE {name} ({columns}) {more} "
            "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
            f"LOCATION 's3://{self.bucket}/{name}/'"
        )

    def parquet_table(self, name: str, columns: str, table: pa.Table) -> None:
        """A table of one Parquet file."""
        buffer = io.BytesIO()
        pq.write_table(table, buffer)
        self.put(f"{name}/a.parquet", buffer.getvalue())
        self.do(
            f"CREATE EXTERNAL TABLE {name} ({columns}) STORED AS PARQUET "
            f"LOCATION 's3://{self.bucket}/{name}/'"
        )


def make_lake(clients: tuple[Any, ...], fresh: Callable[..., str]) -> Lake:
    """A lake of its own in a local AWS."""
    found = Lake(*clients, fresh("lake"), fresh("db", "_"))
    found.s3.create_bucket(Bucket=found.bucket)
    found.glue.create_database(DatabaseInput={"Name": found.database})
    return found


@pytest.fixture(scope="session")
def clients(cloud: Running) -> tuple[Any, ...]:
    """Clients of S3, Glue and Athena; to make them takes longer than most tests."""
    return tuple(map(cloud.client, ("s3", "glue", "athena")))


@pytest.fixture
def lake(clients: tuple[Any, ...], fresh: Callable[..., str]) -> Lake:
    return make_lake(clients, fresh)


@pytest.fixture
def people(lake: Lake) -> Lake:
    """A lake with a table ``people`` of three rows."""
    lake.csv_table("people", "id int, name string", {"a.csv": "1,ann\n2,bob\n", "b.csv": "3,\\N\n"})
    return lake
