"""COPY into a warehouse and UNLOAD out of it, against DuckDB's own reading and writing."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from tools.bench.figures import Figure, take_turns
from tools.bench.lake import BUCKET, Lake

PLACE = {"ClusterIdentifier": "bench", "DbUser": "awsuser", "Database": "dev"}
FILES, TARGET = 16, 1.25
_POLL_S = 0.005
_TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Service": "redshift.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""
_MAY = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"""


def packed(lake: Lake) -> list[Path]:
    """The lake's rows as gzip CSV files, or those of an earlier run."""
    folder = lake.folder / "packed"
    if not folder.exists():
        aside = lake.folder / "packed.new"
        shutil.rmtree(aside, ignore_errors=True)
        rows = f"SELECT *, user_id % {FILES} AS part FROM {lake.relation('parquet')}"
        how = "FORMAT csv, HEADER false, COMPRESSION gzip, PARTITION_BY (part)"
        duckdb.sql(f"COPY ({rows}) TO '{aside}' ({how})")
        aside.rename(folder)
    return sorted(folder.rglob("*.csv*"))


def measure(
    client: Callable[[str], Any], lake: Lake, files: list[Path], folder: Path
) -> Iterator[Figure]:
    """The figures of ten million rows in and out.

    Args:
        client: gives boto3's.
        files: from `packed`.
        folder: where DuckDB's own database may lie.
    """
    _prepare(client, files)
    data = client("redshift-data")
    kinds = _kinds(lake)
    _run(data, f"CREATE TABLE requests ({_declared(kinds).replace('VARCHAR', 'VARCHAR(4000)')})")
    with duckdb.connect(str(folder / "own.duckdb"), config={"threads": 2}) as duck:
        listed = [str(path) for path in files]
        own = (
            f"read_csv({listed}, auto_detect = false, hive_partitioning = false, columns = {kinds})"
        )
        took = _in_turns(data, "packed/", "CSV GZIP", duck, _declared(kinds), own)
        yield Figure("COPY, 16 gzip CSV files, 10 M rows", took[0], TARGET, took[1])
        own = lake.relation("parquet")
        took = _in_turns(data, "parquet/", "PARQUET", duck, _declared(kinds), own)
        yield Figure("COPY, Parquet, 10 M rows", took[0], TARGET, took[1])
        own = f"COPY requests TO '{folder / 'own.parquet'}' (FORMAT parquet, COMPRESSION snappy)"
        took = take_turns(lambda: _unload(data), lambda: duck.execute(own))
        yield Figure("UNLOAD to Parquet, 10 M rows", took[0], TARGET, took[1])


def _prepare(client: Callable[[str], Any], files: list[Path]) -> None:
    iam, redshift, s3 = client("iam"), client("redshift"), client("s3")
    role = iam.create_role(RoleName="copier", AssumeRolePolicyDocument=_TRUST)
    iam.put_role_policy(RoleName="copier", PolicyName="own", PolicyDocument=_MAY)
    for path in files:
        with path.open("rb") as body:
            s3.put_object(Bucket=BUCKET, Key=f"packed/{path.parent.name}-{path.name}", Body=body)
    arn = role["Role"]["Arn"]
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


def _kinds(lake: Lake) -> dict[str, str]:
    """The columns of the lake's rows and their types."""
    with duckdb.connect() as duck:
        rows = duck.execute(f"DESCRIBE SELECT * FROM {lake.relation('parquet')}").fetchall()
    return {name: kind for name, kind, *_ in rows}


def _declared(kinds: dict[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())


def _in_turns(
    data: Any, prefix: str, how: str, duck: duckdb.DuckDBPyConnection, columns: str, source: str
) -> tuple[float, float]:
    """A COPY of a prefix, and DuckDB's own reading of the same files, each into an empty table."""

    def copy() -> None:
        _run(data, "TRUNCATE requests")
        _run(data, f"COPY requests FROM 's3://{BUCKET}/{prefix}' IAM_ROLE default {how}")

    def load() -> None:
        duck.execute(f"CREATE OR REPLACE TABLE requests ({columns})")
        duck.execute(f"INSERT INTO requests SELECT * FROM {source}")

    return take_turns(copy, load)


def _unload(data: Any) -> None:
    where = f"'s3://{BUCKET}/unloaded/' IAM_ROLE default PARQUET CLEANPATH"
    _run(data, f"UNLOAD ('SELECT * FROM requests') TO {where}")


def _run(data: Any, sql: str) -> None:
    id = data.execute_statement(Sql=sql, **PLACE)["Id"]
    while (found := data.describe_statement(Id=id))["Status"] not in ("FINISHED", "FAILED"):
        time.sleep(_POLL_S)
    if found["Status"] == "FAILED":
        raise RuntimeError(found["Error"])
