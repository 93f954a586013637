"""One table kept by row and by column, and what two questions read of each.

A row store keeps whole rows together on pages of 8 KB, as PostgreSQL does; a column store keeps
each column by itself in blocks, of 1 MB in Redshift. A store is read by whole pages or blocks.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_columnar_storage_disk_mem_mgmnt.html

Both stores are files of real ones: SQLite's by row, Parquet's by column.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from labkit.warehouses import pictures

PAGE_BYTES, LARGEST_PAGE_BYTES = 8 * 1024, 64 * 1024
TURNS = 5
_LEAF = 13


class Store(Protocol):
    """A table in a file."""

    def one(self, number: int) -> Sequence[Any]:
        """A row by its number, which is 0 for the first."""

    def average(self, column: str) -> float:
        """The average of a column."""

    def one_bytes(self) -> int:
        """The bytes that `one` reads."""

    def average_bytes(self, column: str) -> int:
        """The bytes that `average` reads."""

    def close(self) -> None:
        """Let the file go."""


class Rows:
    """A table as a SQLite file: whole rows on the leaves of a tree, in the order of their numbers.

    SQLite reads whole pages. A row by its number takes a page of each level of the tree, from the
    root to the leaf; an average takes all pages of the table, whatever its column. Both are counted
    in the file, whose first page describes it and is not counted.
    Source: https://www.sqlite.org/fileformat2.html#b_tree_pages

    Args:
        file: where to write it.
    """

    def __init__(self, file: Path, frame: pd.DataFrame) -> None:
        self.file, self.page_bytes = file, _page_bytes(frame)
        rows = [[_plain(value) for value in row] for row in frame.itertuples(index=False)]
        marks, names = ", ".join("?" * frame.shape[1]), ", ".join(map(_quoted, frame.columns))
        self.opened = sqlite3.connect(file)
        self.opened.execute(f"PRAGMA page_size = {self.page_bytes}")
        self.opened.execute(f"CREATE TABLE held ({names})")
        self.opened.executemany(f"INSERT INTO held VALUES ({marks})", rows)
        self.opened.commit()

    def one(self, number: int) -> Sequence[Any]:
        sql = "SELECT * FROM held WHERE rowid = ?"
        return list(self.opened.execute(sql, [number + 1]).fetchone())

    def average(self, column: str) -> float:
        [(found,)] = self.opened.execute(f"SELECT avg({_quoted(column)}) FROM held").fetchall()
        return float(found)

    def one_bytes(self) -> int:
        return self._levels() * self.page_bytes

    def average_bytes(self, column: str) -> int:
        [(pages,)] = self.opened.execute("PRAGMA page_count").fetchall()
        return int(pages - 1) * self.page_bytes

    def close(self) -> None:
        self.opened.close()

    def _levels(self) -> int:
        """How many levels the tree has: the way from the root down along the last children."""
        [(page,)] = self.opened.execute("SELECT rootpage FROM sqlite_schema").fetchall()
        levels = 1
        with self.file.open("rb") as opened:
            while (head := self._head(opened, page))[0] != _LEAF:
                [page] = struct.unpack(">I", head[8:])
                levels += 1
        return levels

    def _head(self, opened: Any, page: int) -> bytes:
        opened.seek((page - 1) * self.page_bytes)
        head: bytes = opened.read(12)
        return head


class Columns:
    """A table as a Parquet file: one block a column, each read whole and by itself.

    Args:
        file: where to write it.
    """

    def __init__(self, file: Path, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        parquet.write_table(table, file, row_group_size=max(len(frame), 1))
        self.opened = parquet.ParquetFile(file)

    def one(self, number: int) -> Sequence[Any]:
        [row] = self.opened.read().slice(number, 1).to_pylist()
        return list(row.values())

    def average(self, column: str) -> float:
        return float(pc.mean(self.opened.read(columns=[column])[column]).as_py())

    def one_bytes(self) -> int:
        return sum(map(self.average_bytes, self.opened.schema_arrow.names))

    def average_bytes(self, column: str) -> int:
        group = self.opened.metadata.row_group(0)
        at = self.opened.schema_arrow.names.index(column)
        return int(group.column(at).total_compressed_size)

    def close(self) -> None:
        self.opened.close()


@dataclass(frozen=True)
class Comparison:
    """What two questions read of a table by row and by column.

    Args:
        df: ``question``, ``store``, ``bytes``, ``milliseconds``, ``answer``.
    """

    table: str
    df: pd.DataFrame

    def __repr__(self) -> str:
        return repr(self.df.drop(columns="milliseconds"))

    def _repr_html_(self) -> str:
        """The bytes; the milliseconds are another each time, and stay in `df`."""
        most = max(int(self.df["bytes"].max()), 1)
        rows = [
            (f"{question} · {store}", count / most, pictures.size(count))
            for question, store, count in self.df[["question", "store", "bytes"]].itertuples(
                index=False
            )
        ]
        return pictures.framed(f"{self.table}: bytes read", pictures.bars(rows, pictures.BLUE))


def compare(table: str, frame: pd.DataFrame, column: str) -> Comparison:
    """Keep a table both ways, and ask for one row and for the average of a column.

    The milliseconds are those of the quickest of five turns, with the files in memory.

    Raises:
        ValueError: the table has no rows, or the column no numbers.
    """
    if frame.empty:
        raise ValueError(f"There are no rows to take of {table}.")
    try:
        frame = frame.assign(**{column: pd.to_numeric(frame[column])})
    except (TypeError, ValueError):
        raise ValueError(f"{column} has no numbers, so it has no average.") from None
    with contextlib.ExitStack() as open_files:
        folder = Path(open_files.enter_context(tempfile.TemporaryDirectory()))
        stores: dict[str, Store] = {
            "rows": Rows(folder / "rows.sqlite", frame),
            "columns": Columns(folder / "columns.parquet", frame),
        }
        for store in stores.values():
            open_files.enter_context(contextlib.closing(store))
        told = [
            ask(name, store, column, len(frame) // 2)
            for ask in (_one, _average)
            for name, store in stores.items()
        ]
    return Comparison(table, pd.DataFrame(told))


def _one(name: str, store: Store, column: str, number: int) -> dict[str, Any]:
    return _asked("SELECT * of one row", name, store.one_bytes(), lambda: store.one(number))


def _average(name: str, store: Store, column: str, number: int) -> dict[str, Any]:
    return _asked(
        f"AVG({column})", name, store.average_bytes(column), lambda: round(store.average(column), 6)
    )


def _asked(question: str, store: str, read: int, ask: Callable[[], Any]) -> dict[str, Any]:
    times = []
    for _ in range(TURNS):
        started = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - started) * 1000)
    return {
        "question": question, "store": store, "bytes": read,
        "milliseconds": round(min(times), 3), "answer": answer,
    }  # fmt: skip


def _page_bytes(frame: pd.DataFrame) -> int:
    """The size of pages that hold a row each at least, if there is one: rows are not split."""
    rows = frame.itertuples(index=False)
    longest = max((sum(len(str(v).encode()) + 9 for v in row) for row in rows), default=0)
    size = PAGE_BYTES
    while size < LARGEST_PAGE_BYTES and longest > size - 100:
        size *= 2
    return size


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA:
        return None
    if isinstance(value, Decimal):
        return float(value)
    return value.item() if hasattr(value, "item") else value


def _quoted(name: str) -> str:
    return f'"{name}"'
