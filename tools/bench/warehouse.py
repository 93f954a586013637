"""COPY into a warehouse and UNLOAD out of it, against DuckDB's own reading and writing."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from tools.bench.cluster import Run
from tools.bench.figures import Figure, take_turns
from tools.bench.lake import BUCKET, Lake

FILES, TARGET, TURNS = 16, 1.25, 2


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


def measure(run: Run, s3: Any, lake: Lake, files: list[Path], folder: Path) -> Iterator[Figure]:
    """The figures of ten million rows in and out.

    Args:
        run: runs a statement of the warehouse.
        files: from `packed`.
        folder: where DuckDB's own database may lie.
    """
    _upload(s3, files)
    kinds = _kinds(lake)
    run(f"CREATE TABLE requests ({_declared(kinds).replace('VARCHAR', 'VARCHAR(4000)')})")
    with duckdb.connect(str(folder / "own.duckdb"), config={"threads": 2}) as duck:
        listed = [str(path) for path in files]
        own = (
            f"read_csv({listed}, auto_detect = false, hive_partitioning = false, columns = {kinds})"
        )
        took = _in_turns(run, "packed/", "CSV GZIP", duck, _declared(kinds), own)
        yield Figure("COPY, 16 gzip CSV files, 10 M rows", took[0], TARGET, took[1])
        own = lake.relation("parquet")
        took = _in_turns(run, "parquet/", "PARQUET", duck, _declared(kinds), own)
        yield Figure("COPY, Parquet, 10 M rows", took[0], TARGET, took[1])
        own = f"COPY requests TO '{folder / 'own.parquet'}' (FORMAT parquet, COMPRESSION snappy)"
        took = take_turns(lambda: _unload(run), lambda: duck.execute(own), turns=TURNS)
        yield Figure("UNLOAD to Parquet, 10 M rows", took[0], TARGET, took[1])


def _upload(s3: Any, files: list[Path]) -> None:
    for path in files:
        with path.open("rb") as body:
            s3.put_object(Bucket=BUCKET, Key=f"packed/{path.parent.name}-{path.name}", Body=body)


def _kinds(lake: Lake) -> dict[str, str]:
    """The columns of the lake's rows and their types."""
    with duckdb.connect() as duck:
        rows = duck.execute(f"DESCRIBE SELECT * FROM {lake.relation('parquet')}").fetchall()
    return {name: kind for name, kind, *_ in rows}


def _declared(kinds: dict[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())


def _in_turns(
    run: Run, prefix: str, how: str, duck: duckdb.DuckDBPyConnection, columns: str, source: str
) -> tuple[float, float]:
    """A COPY of a prefix, and DuckDB's own reading of the same files, each into an empty table."""

    def copy() -> None:
        run("TRUNCATE requests")
        run(f"COPY requests FROM 's3://{BUCKET}/{prefix}' IAM_ROLE default {how}")

    def load() -> None:
        duck.execute(f"CREATE OR REPLACE TABLE requests ({columns})")
        duck.execute(f"INSERT INTO requests SELECT * FROM {source}")

    return take_turns(copy, load, turns=TURNS)


def _unload(run: Run) -> None:
    where = f"'s3://{BUCKET}/unloaded/' IAM_ROLE default PARQUET CLEANPATH"
    run(f"UNLOAD ('SELECT * FROM requests') TO {where}")
