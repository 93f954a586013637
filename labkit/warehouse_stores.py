"""The same rows kept by row and by column, and the bytes that two questions read of each.

A row store keeps whole rows together on pages of 8 KB, as PostgreSQL does; a column store keeps
each column by itself in blocks, of 1 MB in Redshift. A store is read by whole pages or blocks.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_columnar_storage_disk_mem_mgmnt.html
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from labkit import warehouse_pictures

PAGE_BYTES, BLOCK_BYTES = 8 * 1024, 1024 * 1024


@dataclass
class Store:
    """A file of values in pages; it counts the bytes that it reads.

    Args:
        starts: the number of each page's first value, and where the page begins.
    """

    file: Path
    starts: list[tuple[int, int]] = field(default_factory=list)
    read_bytes: int = 0

    def write(self, values: Sequence[Any], page_bytes: int) -> Store:
        """Put values into pages of at most so many bytes."""
        with self.file.open("wb") as out:
            self.starts.append((0, 0))
            for number, value in enumerate(values):
                text = json.dumps(value, default=str).encode() + b"\n"
                begun = out.tell() - self.starts[-1][1]
                if begun and begun + len(text) > page_bytes:
                    self.starts.append((number, out.tell()))
                out.write(text)
        return self

    def one(self, number: int) -> Any:
        """A value, from its page."""
        at = max(at for at, (first, _) in enumerate(self.starts) if first <= number)
        return self._page(at)[number - self.starts[at][0]]

    def all(self) -> list[Any]:
        """All values, page after page."""
        return [value for at in range(len(self.starts)) for value in self._page(at)]

    def _page(self, at: int) -> list[Any]:
        start = self.starts[at][1]
        end = self.starts[at + 1][1] if at + 1 < len(self.starts) else self.file.stat().st_size
        with self.file.open("rb") as opened:
            opened.seek(start)
            found = opened.read(end - start)
        self.read_bytes += len(found)
        return [json.loads(line) for line in found.splitlines()]


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
            (f"{question} · {store}", count / most, warehouse_pictures.size(count))
            for question, store, count in self.df[["question", "store", "bytes"]].itertuples(
                index=False
            )
        ]
        return warehouse_pictures.framed(
            f"{self.table}: bytes read", warehouse_pictures.bars(rows, warehouse_pictures.BLUE)
        )


def compare(table: str, frame: pd.DataFrame, column: str) -> Comparison:
    """Keep a table both ways, and ask for one row and for the average of a column."""
    with tempfile.TemporaryDirectory() as folder:
        rows, columns = _by_row(Path(folder), frame), _by_column(Path(folder), frame)
        middle, place = len(frame) // 2, list(frame.columns).index(column)
        one, average = "SELECT * of one row", f"AVG({column})"
        told = [
            _asked(one, "rows", [rows], lambda: rows.one(middle)),
            _asked(one, "columns", columns, lambda: [each.one(middle) for each in columns]),
            _asked(average, "rows", [rows], lambda: _mean([row[place] for row in rows.all()])),
            _asked(average, "columns", columns, lambda: _mean(columns[place].all())),
        ]
    return Comparison(table, pd.DataFrame(told))


def _by_row(folder: Path, frame: pd.DataFrame) -> Store:
    values = [[_plain(value) for value in row] for row in frame.itertuples(index=False)]
    return Store(folder / "rows").write(values, PAGE_BYTES)


def _by_column(folder: Path, frame: pd.DataFrame) -> list[Store]:
    return [
        Store(folder / f"column{at}").write([_plain(v) for v in frame.iloc[:, at]], BLOCK_BYTES)
        for at in range(frame.shape[1])
    ]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA:
        return None
    return value.item() if hasattr(value, "item") else value


def _asked(
    question: str, store: str, stores: Sequence[Store], ask: Callable[[], Any]
) -> dict[str, Any]:
    before, started = sum(each.read_bytes for each in stores), time.perf_counter()
    answer = ask()
    took = (time.perf_counter() - started) * 1000
    read = sum(each.read_bytes for each in stores) - before
    return {
        "question": question, "store": store, "bytes": read,
        "milliseconds": round(took, 2), "answer": answer,
    }  # fmt: skip


def _mean(values: Sequence[Any]) -> float:
    numbers = [float(value) for value in values if value is not None]
    return round(sum(numbers) / len(numbers), 6) if numbers else 0.0
