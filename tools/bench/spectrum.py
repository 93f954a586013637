"""A join of the lake with a local table in a warehouse, against DuckDB on the same two sources."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from tools.bench.cluster import Run
from tools.bench.figures import Figure, take_turns
from tools.bench.lake import BUCKET, COLUMNS, Lake

TARGET = 1.2
_SCHEMA = """CREATE EXTERNAL SCHEMA lake FROM DATA CATALOG DATABASE 'joined'
    IAM_ROLE default CREATE EXTERNAL DATABASE IF NOT EXISTS"""
_JOIN = """SELECT u.kind, count(*), sum(r.interaction_micros) FROM {} r
    JOIN users u ON r.user_id = u.user_id WHERE r.timestamp_hour > 8 GROUP BY u.kind"""


def measure(run: Run, lake: Lake, folder: Path) -> Iterator[Figure]:
    """The figure of ten million rows joined with a table of the warehouse.

    Args:
        run: runs a statement of the warehouse.
        folder: where DuckDB's own database may lie.
    """
    run(_SCHEMA)
    columns = ", ".join(
        f'"{n}" {t.replace("varchar", "varchar(65535)")}' for n, t in COLUMNS.items()
    )
    run(f"CREATE EXTERNAL TABLE lake.requests ({columns}) STORED AS PARQUET "
               f"LOCATION 's3://{BUCKET}/parquet/'")  # fmt: skip
    users = "SELECT DISTINCT user_id, user_id % 7 AS kind FROM {}"
    run(f"CREATE TABLE users AS {users.format('lake.requests')}")
    with duckdb.connect(str(folder / "joined.duckdb"), config={"threads": 2}) as duck:
        own = lake.relation("parquet")
        duck.execute(f"CREATE TABLE users AS {users.format(own)}")
        took = take_turns(
            lambda: run(_JOIN.format("lake.requests")),
            lambda: duck.execute(_JOIN.format(own)).fetchall(),
        )
    yield Figure("lake joined with warehouse, 10 M rows", took[0], TARGET, took[1])
