"""A data profile against grouping each column in DuckDB, on the same files and in the same engine.

One ``GROUP BY`` a column is the least that exact counts of values ask for; a profile tells moments,
quantiles, distributions, correlations and duplicate rows beside.
"""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import duckdb

from labkit.cloud.databrew.profile import profile
from labkit.cloud.engine import DuckEngine, Session
from labkit.cloud.engine.types import parse_type
from tools.bench.figures import Figure, take_turns

ROWS = 1_000_000
#: Name, Hive type, DuckDB SQL of row ``i``.
COLUMNS = (
    ("id", "bigint", "i"),
    ("hashed", "bigint", "(hash(i) % 1000000000)::BIGINT"),
    ("code", "int", "(hash(i + 7) % 100)::INTEGER"),
    ("customer", "bigint", "(hash(i + 1) % 20000)::BIGINT"),
    ("measured", "double", "hash(i + 2) / 1e15"),
    ("price", "double", "round((hash(i + 3) % 1000000) / 100, 2)"),
    ("weekday", "smallint", "(hash(i + 4) % 7)::SMALLINT"),
    ("sometimes", "int", "CASE WHEN i % 10 > 0 THEN (hash(i + 5) % 5000)::INTEGER END"),
    ("root", "double", "sqrt(hash(i) % 100000)"),
    ("triple", "bigint", "i // 3"),
    ("uuid", "string", "md5(i::VARCHAR)"),
    ("user_name", "string", "'user' || (hash(i) % 30000)"),
    ("method", "string", "['GET', 'POST', 'PUT'][1 + (hash(i) % 3)::INTEGER]"),
    ("url", "string", "'https://host/path/' || (hash(i * 3) % 50000) || '/x'"),
    ("seldom", "string", "CASE WHEN i % 5 = 0 THEN '' ELSE 'c' || (i % 12) END"),
    ("flag", "boolean", "i % 2 = 0"),
    ("name", "string", "'name ' || (hash(i) % 900000)"),
    ("grade", "string", "['a', 'b', 'c', 'd'][1 + (hash(i + 9) % 4)::INTEGER]"),
    ("time", "string", "strftime(TIMESTAMP '2020-01-01' + to_seconds(i * 7), '%Y-%m-%dT%H:%M:%S')"),
    ("agent", "string", "'agent ' || (hash(i + 3) % 300)"),
)
PARQUET = "Profile of Parquet, 1 M rows × 20 columns"
COPIED = "The same, rows copied first"


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of one million rows in twenty columns."""
    relation = make(folder)
    with closing(_engine(folder)) as engine, engine.session() as session:
        for what, columnar, target in ((PARQUET, True, 2.0), (COPIED, False, 2.0)):
            work = partial(_profile, session, relation, columnar=columnar)
            ours, base = take_turns(work, partial(_group, session, relation))
            yield Figure(what, ours, target, base)
    yield Figure("The same, memory of the process", _peak_mb(folder), 1000, unit="MB")


def make(folder: Path) -> str:
    """The relation of the rows, in a file that is made when it is not there."""
    path = folder / "profiled.parquet"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        selected = ", ".join(f"{sql} AS {name}" for name, _, sql in COLUMNS)
        with duckdb.connect() as duck:
            duck.execute(f"COPY (SELECT {selected} FROM range({ROWS}) t(i)) TO '{path}'")
    return f"SELECT * FROM read_parquet('{path}')"


def _engine(folder: Path) -> DuckEngine:
    return DuckEngine([folder], threads=2)


def _profile(session: Session, relation: str, *, columnar: bool) -> None:
    typed = [(name, parse_type(kind)) for name, kind, _ in COLUMNS]
    document = profile(session, relation, typed, columnar=columnar)
    if document["sampleSize"] != ROWS or document["columns"][0]["uniqueValuesCount"] != ROWS:
        raise RuntimeError("The profile is not of these rows.")


def _group(session: Session, relation: str) -> None:
    for name, _, _ in COLUMNS:
        grouped = f"SELECT {name}, count(*) AS times FROM ({relation}) GROUP BY {name}"
        session.connection.sql(f"SELECT max(times), count(*) FROM ({grouped})").fetchall()


def _peak_mb(folder: Path) -> float:
    """The most memory of a process that does nothing but copy the rows and profile them."""
    command = [sys.executable, "-m", __name__, str(folder)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Profile the rows in a folder, and print the megabytes that it took."""
    folder = Path(sys.argv[1])
    with closing(_engine(folder)) as engine, engine.session() as session:
        _profile(session, make(folder), columnar=False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in KB on Linux, bytes on macOS
    sys.stdout.write(f"{peak / (1e6 if sys.platform == 'darwin' else 1e3)}\n")


if __name__ == "__main__":
    main()
