"""What goes wrong around a query: no permission, damaged objects, a process that dies."""

import contextlib
import json
import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.athena.conftest import Lake, make_lake
from tests.conftest import Running, connect, kill_cloud, start_cloud, stop_cloud
from tests.roles import policy


def deny(lake: Lake, action: str, prefix: str) -> None:
    """Let nobody do something below a prefix of the lake's bucket."""
    resource = f"arn:aws:s3:::{lake.bucket}/{prefix}*"
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource}
    lake.s3.put_bucket_policy(Bucket=lake.bucket, Policy=policy(statement))


def test_data_that_the_caller_may_not_read(people: Lake) -> None:
    deny(people, "s3:GetObject", "people/")
    reason = people.fail("SELECT * FROM people")
    assert reason.startswith(
        f"HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://{people.bucket}"
    )
    assert "AccessDenied" in reason


def test_folders_that_the_caller_may_list_alone(lake: Lake) -> None:
    root = f"s3://{lake.bucket}"
    lake.do(f"CREATE EXTERNAL TABLE t (n int) PARTITIONED BY (p string) LOCATION '{root}/t/'")
    lake.do(f"ALTER TABLE t ADD PARTITION (p = 'a') LOCATION '{root}/far/'")
    lake.do("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    others = {"StringNotLike": {"s3:prefix": ["t/*", "far/*"]}}
    arn = f"arn:aws:s3:::{lake.bucket}"
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:ListBucket", "Resource": arn}
    lake.s3.put_bucket_policy(Bucket=lake.bucket, Policy=policy(statement | {"Condition": others}))
    assert lake.rows("SELECT n FROM t ORDER BY n") == [["1"], ["2"]]
    others["StringNotLike"]["s3:prefix"].pop()
    lake.s3.put_bucket_policy(Bucket=lake.bucket, Policy=policy(statement | {"Condition": others}))
    assert lake.fail("SELECT n FROM t").startswith(
        f"PERMISSION_DENIED: Permission denied on S3 path: {root}/far/"
    )


def test_results_that_the_caller_may_not_write(people: Lake) -> None:
    deny(people, "s3:PutObject", "results/")
    assert people.fail("SELECT 1").startswith(
        f"Access denied when writing output to url: s3://{people.bucket}/results/"
    )
    assert people.fail("CREATE TABLE made AS SELECT 1 AS a").startswith(
        "Access denied when writing"
    )
    assert people.rows("SHOW TABLES", **elsewhere(people)) == [["people"]]


def elsewhere(lake: Lake) -> dict[str, Any]:
    return {"ResultConfiguration": {"OutputLocation": f"s3://{lake.bucket}/other/"}}


def test_a_damaged_object_is_named(lake: Lake) -> None:
    lake.put("t/a.parquet", b"PAR1 this is no Parquet file PAR1")
    where = f"s3://{lake.bucket}/t"
    lake.do(f"CREATE EXTERNAL TABLE t (a int) STORED AS PARQUET LOCATION '{where}/'")
    reason = lake.fail("SELECT * FROM t")
    assert reason.startswith(("HIVE_BAD_DATA", "HIVE_CURSOR_ERROR", "HIVE_CANNOT_OPEN_SPLIT"))
    assert f"{where}/a.parquet" in reason


@pytest.mark.parametrize("stored", ["TEXTFILE", "PARQUET", "ORC"])
def test_an_object_that_goes_while_a_query_reads(lake: Lake, cloud: Running, stored: str) -> None:
    told = f"external_location = 's3://{lake.bucket}/t/', format = '{stored}'"
    lake.do(f"CREATE TABLE t WITH ({told}) AS SELECT 'x' AS a")
    for body in (cloud.home / "s3" / "objects" / lake.bucket).rglob("*"):
        if body.is_file():
            body.unlink()
    reason = lake.fail("SELECT a FROM t")
    assert re.fullmatch(
        "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split(: an object was overwritten or deleted "
        f"while the query ran| (s3://{lake.bucket}/t/\\S+): File does not exist: \\2)",
        reason,
    )


def test_a_type_that_the_file_does_not_have(lake: Lake) -> None:
    lake.do("CREATE TABLE made WITH (external_location = "
            f"'s3://{lake.bucket}/made/') AS SELECT 'x' AS a")  # fmt: skip
    where = f"s3://{lake.bucket}/made/"
    lake.do(f"CREATE EXTERNAL TABLE t (a int) STORED AS PARQUET LOCATION '{where}'")
    assert lake.fail("SELECT a FROM t").startswith("HIVE_BAD_DATA")


def test_a_number_beyond_its_type(lake: Lake) -> None:
    lake.parquet_table("t", "a int", pa.table({"a": [1 << 40]}))
    told = "HIVE_BAD_DATA: Value out of range of type integer in field a"
    assert lake.fail("SELECT a FROM t") == told


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT getenv('HOME')",
        "SELECT * FROM duckdb_settings()",
        "PRAGMA database_list",
        "ATTACH '/tmp/x.db'",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "INSTALL httpfs",
        "SET memory_limit = '1GB'",
    ],
)
def test_sql_sees_the_lake_and_nothing_else(lake: Lake, sql: str) -> None:
    try:
        found = lake.run(sql)
    except lake.athena.exceptions.InvalidRequestException:
        return
    assert found["Status"]["State"] == "FAILED"


def test_a_table_over_the_machines_files(lake: Lake) -> None:
    message = lake.refuse("CREATE EXTERNAL TABLE t (a string) LOCATION 'file:///etc/'")
    assert "no S3 path" in message


@pytest.mark.parametrize(("end", "moment"), [(stop_cloud, 0.1), (kill_cloud, 0.8)])
def test_an_end_leaves_no_half_table(
    tmp_path: Path, fresh: Callable[..., str], end: Callable[..., None], moment: float
) -> None:
    process = start_cloud(tmp_path)
    try:
        running = connect(tmp_path, process)
        lake = make_lake(tuple(map(running.client, ("s3", "glue", "athena"))), fresh)
        fallen = _leave_files(lake)
        done = [
            lake.run(f"{verb} DATABASE gone")["QueryExecutionId"] for verb in ("CREATE", "DROP")
        ]
        old = lake.do("SELECT 1")["QueryExecutionId"]
        numbers = "UNNEST(sequence(1, 3000))"
        number = lake.start(
            "CREATE TABLE made WITH (partitioned_by = ARRAY['k']) AS "
            f"SELECT x * y AS n, x % 20 AS k FROM {numbers} a(x) CROSS JOIN {numbers} b(y)"
        )
        time.sleep(moment)
        end(process)
        (tmp_path / "cloud.json").unlink(missing_ok=True)
        for each in (fallen, *done):
            _rewrite(tmp_path, each, State="RUNNING")
        _rewrite(tmp_path, old, SubmissionDateTime=time.time() - 46 * 86_400)
        process = start_cloud(tmp_path)
        running = connect(tmp_path, process)
        lake.s3, lake.glue, lake.athena = map(running.client, ("s3", "glue", "athena"))
        ended = lake.athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]
        assert ended["Status"]["State"] == "FAILED"
        assert "interrupted" in ended["Status"]["StateChangeReason"]
        told = lake.athena.batch_get_query_execution(QueryExecutionIds=done)["QueryExecutions"]
        assert [each["Status"]["State"] for each in told] == ["SUCCEEDED"] * 2
        told = lake.athena.batch_get_query_execution(QueryExecutionIds=[old])
        assert [each["QueryExecutionId"] for each in told["UnprocessedQueryExecutionIds"]] == [old]
        assert not [key for key in lake.keys("results/tables/") if fallen not in key]
        assert lake.keys("iced/") == []
        assert lake.rows("SHOW TABLES") == []
    finally:
        stop_cloud(process)


def _leave_files(lake: Lake) -> str:
    """The number of a statement whose Iceberg table is gone from the catalog, not its files."""
    place = f"location = 's3://{lake.bucket}/iced/'"
    how = f"table_type = 'ICEBERG', is_external = false, {place}"
    ended = lake.run(f"CREATE TABLE iced WITH ({how}) AS SELECT 1 AS a")
    lake.glue.delete_table(DatabaseName=lake.database, Name="iced")
    assert lake.keys("iced/")
    return str(ended["QueryExecutionId"])


def _rewrite(home: Path, number: str, **status: Any) -> None:
    """As if something else were on record of a statement."""
    with contextlib.closing(sqlite3.connect(home / "state.db")) as state:
        where = ("athena.execution", number)
        sql = "SELECT value FROM records WHERE kind = ? AND id = ?"
        told = json.loads(state.execute(sql, where).fetchone()[0])
        told["Status"] |= status
        sql = "UPDATE records SET value = ? WHERE kind = ? AND id = ?"
        state.execute(sql, (json.dumps(told), *where))
        state.commit()
