"""The same rows by COPY, by one INSERT of many rows, and by many INSERTs of one row, measured.

COPY reads files on all slices at once. An INSERT is planned and committed, and a commit costs the
same for one row as for a million. Source:
https://docs.aws.amazon.com/redshift/latest/dg/c_loading-data-best-practices.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit.errors import QueryFailed
from labkit.warehouses import pictures
from labkit.warehouses.results import readable

if TYPE_CHECKING:
    from labkit.storage import Storage

TABLE, MOST_ROWS = "load_trial", 2000
BATCH, POLL_S = 40, 0.02


@dataclass(frozen=True)
class Loads:
    """What each way to load took.

    Args:
        df: ``way``, ``statements``, ``rows``, ``milliseconds``, as the warehouse tells them.
    """

    df: pd.DataFrame

    def __repr__(self) -> str:
        return repr(self.df.drop(columns="milliseconds"))

    def _repr_html_(self) -> str:
        most = max(float(self.df["milliseconds"].max()), 0.001)
        rows = [
            (f"{way} · {_counted(count)}", took / most, f"{took:,.0f} ms")
            for way, count, took in self.df[["way", "statements", "milliseconds"]].itertuples(
                index=False
            )
        ]
        head = f"{int(self.df['rows'].max()):,} rows into an empty table"
        return pictures.framed(head, pictures.bars(rows, pictures.BLUE))


def measured(data: Any, place: dict[str, str], storage: Storage, uri: str, rows: int) -> Loads:
    """Load rows three times, each into an empty table that is gone afterwards.

    Args:
        data: a client of the Data API.
        place: the cluster, its database and user.
        uri: where the file for COPY may lie for the time.
        rows: 2,000 at most.

    Raises:
        ValueError: more rows than that, or none.
    """
    if not 0 < rows <= MOST_ROWS:
        raise ValueError(f"rows is a number from 1 to {MOST_ROWS:,}, not {rows}.")
    values = [(number, f"student {number}", number % 120) for number in range(rows)]
    storage.put("".join(f"{a},{b},{c}\n" for a, b, c in values), uri)
    try:
        found = [
            {"way": way, "statements": len(sqls), "rows": rows, "milliseconds": took}
            for way, sqls in _ways(uri, [f"({a}, '{b}', {c})" for a, b, c in values])
            for took in [_timed(data, place, sqls)]
        ]
    finally:
        storage.delete(uri)
        _run(data, place, [f"DROP TABLE IF EXISTS {TABLE}"])
    return Loads(pd.DataFrame(found))


def _ways(uri: str, values: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    insert = f"INSERT INTO {TABLE} VALUES"
    yield "COPY", [f"COPY {TABLE} FROM '{uri}' IAM_ROLE default CSV"]
    yield "INSERT, all rows", [f"{insert} {', '.join(values)}"]
    yield "INSERT, row by row", [f"{insert} {value}" for value in values]


def _timed(data: Any, place: dict[str, str], sqls: Sequence[str]) -> float:
    """The milliseconds of statements that commit one by one."""
    ddl = f"CREATE TABLE {TABLE} (student_id int, name varchar(40), minutes int)"
    _run(data, place, [f"DROP TABLE IF EXISTS {TABLE}", ddl])
    parts = [sqls[at : at + BATCH] for at in range(0, len(sqls), BATCH)]
    return round(sum(_run(data, place, part) for part in parts), 1)


def _run(data: Any, place: dict[str, str], sqls: Sequence[str]) -> float:
    """Run statements, each a transaction of its own; how many milliseconds they took."""
    started = data.batch_execute_statement(Sqls=sqls, ExecutionMode="AUTO_COMMIT", **place)
    while (found := data.describe_statement(Id=started["Id"]))["Status"] not in _ENDS:
        time.sleep(POLL_S)
    if found["Status"] != "FINISHED":
        raise QueryFailed(readable(found.get("Error", found["Status"])), started["Id"])
    return float(found["Duration"]) / 1e6


_ENDS = ("FINISHED", "FAILED", "ABORTED")


def _counted(statements: int) -> str:
    return "1 statement" if statements == 1 else f"{statements:,} statements"
