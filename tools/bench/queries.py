"""Athena through boto3 against DuckDB on the same files."""

import itertools
from collections.abc import Iterator
from typing import Any

import duckdb

from tools.bench.figures import Figure, seconds, take_turns, wait
from tools.bench.lake import BUCKET, DATABASE, Lake

USERS = """SELECT timestamp_hour, count(*) AS requests, count(DISTINCT user_id) AS users
    FROM {table} GROUP BY timestamp_hour ORDER BY timestamp_hour"""
HEAT = """SELECT {weekday} AS weekday, timestamp_hour, count(*) AS requests
    FROM {table} GROUP BY 1, 2 ORDER BY 1, 2"""
AGENTS = """SELECT user_agent, http_method, count(*) AS requests,
        sum(interaction_micros) AS micros
    FROM {table} WHERE url LIKE '%assignments%' GROUP BY 1, 2 ORDER BY 1, 2"""
BUSIEST = """SELECT user_id, count(DISTINCT session_id) AS sessions,
        max(interaction_micros) AS longest
    FROM {table} GROUP BY user_id ORDER BY sessions DESC, user_id LIMIT 100"""
ATHENA = {"weekday": 'day_of_week(from_iso8601_timestamp("timestamp"))'}
DUCKDB = {"weekday": 'isodow("timestamp"::TIMESTAMP)'}
#: What, which table, the query, the target.
QUERIES = (
    ("Athena, Parquet, 10 M rows: users by hour", "parquet", USERS, 1.15),
    ("Athena, Parquet, 10 M rows: weekday and hour", "parquet", HEAT, 1.15),
    ("Athena, Parquet, 10 M rows: sessions by user", "parquet", BUSIEST, 1.15),
    ("Athena, CSV, 10 M rows: users by hour", "csv", USERS, 1.2),
    ("Athena, CSV, 10 M rows: weekday and hour", "csv", HEAT, 1.2),
    ("Athena, CSV, 10 M rows: agents of matching", "csv", AGENTS, 1.2),
)
_copies = itertools.count()


def measure(athena: Any, lake: Lake) -> Iterator[Figure]:
    """The figures of queries, of CREATE TABLE AS and of a query that does nothing."""
    with duckdb.connect() as duck:
        for what, kind, sql, target in QUERIES:
            yield _query(athena, duck, lake, (what, kind, sql, target))
        for kind in ("parquet", "csv"):
            yield _copy(athena, duck, lake, kind)
        yield _small(athena, duck)


def run(athena: Any, sql: str) -> list[list[str | None]]:
    """A query's rows, as any client fetches them.

    Raises:
        RuntimeError: it failed.
    """
    started = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": DATABASE},
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
    )
    identity = {"QueryExecutionId": started["QueryExecutionId"]}
    status = wait(
        lambda: athena.get_query_execution(**identity)["QueryExecution"]["Status"],
        lambda status: status["State"] not in ("QUEUED", "RUNNING"),
    )
    if status["State"] != "SUCCEEDED":
        raise RuntimeError(f"{status.get('StateChangeReason')}: {sql}")
    pages = athena.get_paginator("get_query_results").paginate(**identity)
    rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]]
    return [[cell.get("VarCharValue") for cell in row] for row in rows]


def _query(athena: Any, duck: Any, lake: Lake, case: tuple[str, str, str, float]) -> Figure:
    what, kind, sql, target = case
    mine = sql.format(table=kind, **ATHENA)
    theirs = sql.format(table=lake.relation(kind), **DUCKDB)
    expected = [[str(v) for v in row] for row in duck.sql(theirs).fetchall()]
    if run(athena, mine)[1:] != expected:
        raise RuntimeError(f"Athena and DuckDB differ: {sql}")
    ours, base = take_turns(
        lambda: run(athena, mine),
        lambda: duck.sql(theirs).fetchall(),
        turns=5 if kind == "parquet" else 3,
    )
    return Figure(what, ours, target, base)


def _copy(athena: Any, duck: Any, lake: Lake, kind: str) -> Figure:
    target = lake.folder / "copy.parquet"

    def ours() -> None:
        name = f"copy_{next(_copies)}"
        place = f"external_location = 's3://{BUCKET}/copies/{name}/'"
        options = f"format = 'PARQUET', write_compression = 'SNAPPY', {place}"
        run(athena, f"CREATE TABLE {name} WITH ({options}) AS SELECT * FROM {kind}")

    def base() -> None:
        options = "FORMAT parquet, COMPRESSION snappy"
        duck.sql(f"COPY (FROM {lake.relation(kind)}) TO '{target}' ({options})")

    times = take_turns(ours, base)
    target.unlink()
    return Figure(f"CREATE TABLE AS, from {kind} to Parquet, 10 M rows", times[0], 1.2, times[1])


def _small(athena: Any, duck: Any) -> Figure:
    sql = "SELECT 1 AS one"
    overhead = [
        seconds(lambda: run(athena, sql)) - seconds(lambda: duck.sql(sql).fetchall())
        for _ in range(21)
    ]
    return Figure("A small query's overhead", 1000 * sorted(overhead)[10], 50, unit="ms")
