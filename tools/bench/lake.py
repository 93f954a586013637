"""Ten million requests as CSV and as Parquet, on disk and in a bucket of the local AWS."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from seeds.lake import generate
from seeds.schema import LMS

SCALE = 20
BUCKET = "bench"
DATABASE = "bench"
TYPES = {
    "timestamp_year": "bigint",
    "timestamp_month": "bigint",
    "timestamp_day": "bigint",
    "timestamp_hour": "bigint",
    "user_id": "bigint",
    "course_id": "bigint",
    "interaction_micros": "bigint",
}
COLUMNS = {name: TYPES.get(name, "varchar") for name in LMS["requests"]}
_SERDE = {"csv": "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','", "parquet": "STORED AS PARQUET"}


@dataclass(frozen=True)
class Lake:
    """The files, and the folder that they lie in."""

    folder: Path
    csv: list[Path] = field(default_factory=list)
    parquet: list[Path] = field(default_factory=list)

    def relation(self, kind: str) -> str:
        """What DuckDB reads in the place of Athena's table."""
        paths = [str(p) for p in (self.csv if kind == "csv" else self.parquet)]
        if kind == "parquet":
            return f"read_parquet({paths})"
        options = f"header = true, delim = ',', auto_detect = false, columns = {COLUMNS}"
        return f"read_csv({paths}, {options})"


def make(folder: Path) -> Lake:
    """Write the files, or find those of an earlier run."""
    raw, parquet = folder / "csv", folder / "parquet"
    if not raw.exists():
        aside = folder / "csv.new"
        shutil.rmtree(aside, ignore_errors=True)
        generate(aside, SCALE, ["requests"])
        aside.rename(raw)
    lake = Lake(folder, sorted(raw.rglob("*.csv")))
    if not parquet.exists():
        aside = folder / "parquet.new"
        shutil.rmtree(aside, ignore_errors=True)
        options = "FORMAT parquet, COMPRESSION snappy, FILE_SIZE_BYTES '64MB'"
        duckdb.sql(f"COPY (FROM {lake.relation('csv')}) TO '{aside}' ({options})")
        aside.rename(parquet)
    return Lake(folder, lake.csv, sorted(parquet.rglob("*.parquet")))


def load(lake: Lake, s3: Any, kinds: Sequence[str] = ("csv", "parquet")) -> None:
    """Put the files into the bucket."""
    s3.create_bucket(Bucket=BUCKET)
    for kind in kinds:
        for number, path in enumerate(getattr(lake, kind)):
            with path.open("rb") as body:
                s3.put_object(Bucket=BUCKET, Key=f"{kind}/{number:03}.{kind}", Body=body)


def definitions() -> Iterator[str]:
    """The statements that put both tables into the catalog."""
    yield f"CREATE DATABASE {DATABASE}"
    columns = ", ".join(f"`{n}` {t.replace('varchar', 'string')}" for n, t in COLUMNS.items())
    for kind, serde in _SERDE.items():
        header = "TBLPROPERTIES ('skip.header.line.count'='1')" if kind == "csv" else ""
        place = f"LOCATION 's3://{BUCKET}/{kind}/'"
        yield f"CREATE EXTERNAL TABLE {DATABASE}.{kind} ({columns}) {serde} {place} {header}"
