"""An import into SPICE through boto3 against DuckDB's own copy, and what six visuals ask of it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from tools.bench.figures import Figure, seconds, take_turns, wait
from tools.bench.lake import COLUMNS, DATABASE, Lake

ROLE, NAME = "aws-quicksight-service-role-v0", "bench"
MAY = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"""
#: What six visuals of a dashboard ask, and one of them with a filter.
VISUALS = (
    "SELECT http_method, count(*) FROM {} GROUP BY 1",
    "SELECT timestamp_year, timestamp_month, count(*) FROM {} GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT course_id, count(*) FROM {} GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
    "SELECT timestamp_hour, avg(interaction_micros) FROM {} GROUP BY 1",
    "SELECT user_id, sum(interaction_micros) FROM {} GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
    "SELECT count(*), sum(interaction_micros), max(interaction_micros) FROM {}",
)
FILTERED = (
    "SELECT timestamp_hour, count(*) FROM {} WHERE http_method = 'POST' AND course_id = "
    "(SELECT min(course_id) FROM {}) GROUP BY 1"
)


def measure(quicksight: Any, iam: Any, account: str, lake: Lake, home: Path) -> Iterator[Figure]:
    """The figures of a data set of ten million rows."""
    _prepare(quicksight, iam, account)
    with duckdb.connect(config={"threads": 2}) as duck:
        took = take_turns(lambda: refresh(quicksight, account), lambda: _copied(duck, lake))
        yield Figure("SPICE import, Parquet, 10 M rows", took[0], 1.3, took[1])
        file = max(home.glob("spice/*.parquet"), key=lambda path: path.stat().st_mtime)
        _compare(duck, lake, file)
        ours, theirs = f"'{file}'", lake.relation("parquet")
        took = take_turns(lambda: _all(duck, ours), lambda: _all(duck, theirs))
        yield Figure("Six visuals' group-bys, 10 M rows in SPICE", took[0], 1.0)
        yield Figure("The same against the lake's Parquet", took[0], 1.3, took[1])
        best = min(seconds(lambda: _run(duck, FILTERED, ours)) for _ in range(3))
        yield Figure("One of them filtered", best, 0.3)


def refresh(quicksight: Any, account: str) -> None:
    """Import the data set anew.

    Raises:
        RuntimeError: it failed.
    """
    id = f"refresh-{time.monotonic_ns()}"
    where = {"AwsAccountId": account, "DataSetId": NAME, "IngestionId": id}
    quicksight.create_ingestion(**where)
    _ended(quicksight, where)


def _prepare(quicksight: Any, iam: Any, account: str) -> None:
    """Sign up, and make the data set upon Athena's table."""
    quicksight.create_account_subscription(
        AwsAccountId=account, AccountName=NAME, Edition="ENTERPRISE",
        AuthenticationMethod="IAM_AND_QUICKSIGHT", NotificationEmail="bench@example.edu",
    )  # fmt: skip
    iam.put_role_policy(RoleName=ROLE, PolicyName="may", PolicyDocument=MAY)
    source = quicksight.create_data_source(
        AwsAccountId=account, DataSourceId=NAME, Name=NAME, Type="ATHENA"
    )
    kinds = {"bigint": "INTEGER", "varchar": "STRING"}
    columns = [{"Name": name, "Type": kinds[kind]} for name, kind in COLUMNS.items()]
    table = {
        "DataSourceArn": source["Arn"],
        "Schema": DATABASE,
        "Name": "parquet",
        "InputColumns": columns,
    }
    made = quicksight.create_data_set(
        AwsAccountId=account, DataSetId=NAME, Name=NAME, ImportMode="SPICE",
        PhysicalTableMap={"p": {"RelationalTable": table}},
    )  # fmt: skip
    where = {"AwsAccountId": account, "DataSetId": NAME, "IngestionId": made["IngestionId"]}
    _ended(quicksight, where)


def _ended(quicksight: Any, where: dict[str, str]) -> None:
    found = wait(
        lambda: quicksight.describe_ingestion(**where)["Ingestion"],
        lambda found: found["IngestionStatus"] in ("COMPLETED", "FAILED", "CANCELLED"),
    )
    if found["IngestionStatus"] != "COMPLETED":
        raise RuntimeError(found.get("ErrorInfo"))


def _copied(duck: Any, lake: Lake) -> None:
    target = lake.folder / "copied.parquet"
    options = "FORMAT parquet, COMPRESSION lz4_raw"
    duck.sql(f"COPY (FROM {lake.relation('parquet')}) TO '{target}' ({options})")
    target.unlink()


def _compare(duck: Any, lake: Lake, file: Path) -> None:
    """Raise unless SPICE holds what the lake does."""
    summary = "SELECT count(*), sum(interaction_micros), count(DISTINCT user_id) FROM"
    [ours] = duck.sql(f"{summary} '{file}'").fetchall()
    [theirs] = duck.sql(f"{summary} {lake.relation('parquet')}").fetchall()
    if ours != theirs:
        raise RuntimeError(f"SPICE and the lake differ: {ours}, {theirs}")


def _all(duck: Any, relation: str) -> None:
    for visual in VISUALS:
        _run(duck, visual, relation)


def _run(duck: Any, sql: str, relation: str) -> None:
    duck.sql(sql.replace("{}", relation)).fetchall()
