"""A join of the lake with a local table in a warehouse, against DuckDB on the same two sources."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from tools.bench.figures import Figure, take_turns
from tools.bench.lake import BUCKET, COLUMNS, Lake

PLACE = {"ClusterIdentifier": "bench-lake", "DbUser": "awsuser", "Database": "dev"}
TARGET, _POLL_S = 1.2, 0.005
_TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Service": "redshift.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""
_MAY = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:*", "glue:*"], "Resource": "*"}]}"""
_JOIN = """SELECT u.kind, count(*), sum(r.interaction_micros) FROM {} r
    JOIN users u ON r.user_id = u.user_id WHERE r.timestamp_hour > 8 GROUP BY u.kind"""


def measure(client: Callable[[str], Any], lake: Lake, folder: Path) -> Iterator[Figure]:
    """The figure of ten million rows joined with a table of the warehouse.

    Args:
        client: gives boto3's.
        folder: where DuckDB's own database may lie.
    """
    _prepare(client)
    data = client("redshift-data")
    columns = ", ".join(
        f'"{n}" {t.replace("varchar", "varchar(65535)")}' for n, t in COLUMNS.items()
    )
    _run(data, f"CREATE EXTERNAL TABLE lake.requests ({columns}) STORED AS PARQUET "
               f"LOCATION 's3://{BUCKET}/parquet/'")  # fmt: skip
    users = "SELECT DISTINCT user_id, user_id % 7 AS kind FROM {}"
    _run(data, f"CREATE TABLE users AS {users.format('lake.requests')}")
    with duckdb.connect(str(folder / "joined.duckdb"), config={"threads": 2}) as duck:
        own = lake.relation("parquet")
        duck.execute(f"CREATE TABLE users AS {users.format(own)}")
        took = take_turns(
            lambda: _run(data, _JOIN.format("lake.requests")),
            lambda: duck.execute(_JOIN.format(own)).fetchall(),
        )
    yield Figure("lake joined with warehouse, 10 M rows", took[0], TARGET, took[1])


def _prepare(client: Callable[[str], Any]) -> None:
    iam, redshift = client("iam"), client("redshift")
    arn = iam.create_role(RoleName="spectrum", AssumeRolePolicyDocument=_TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="spectrum", PolicyName="own", PolicyDocument=_MAY)
    redshift.create_cluster(
        ClusterIdentifier=PLACE["ClusterIdentifier"],
        NodeType="ra3.large",
        NumberOfNodes=2,
        MasterUsername=PLACE["DbUser"],
        MasterUserPassword="Labkit2024",
        IamRoles=[arn],
        DefaultIamRoleArn=arn,
    )
    waiter = redshift.get_waiter("cluster_available")
    waiter.wait(ClusterIdentifier=PLACE["ClusterIdentifier"], WaiterConfig={"Delay": 1})
    _run(
        client("redshift-data"),
        "CREATE EXTERNAL SCHEMA lake FROM DATA CATALOG DATABASE 'joined' IAM_ROLE default "
        "CREATE EXTERNAL DATABASE IF NOT EXISTS",
    )


def _run(data: Any, sql: str) -> None:
    number = data.execute_statement(Sql=sql, **PLACE)["Id"]
    while (found := data.describe_statement(Id=number))["Status"] not in ("FINISHED", "FAILED"):
        time.sleep(_POLL_S)
    if found["Status"] == "FAILED":
        raise RuntimeError(found["Error"])
