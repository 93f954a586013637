"""The raw data as a reference reads them: one pandas DataFrame a table, no SQL, no cloud."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

import seeds
from labkit.results import NULLABLE


class Data:
    """The tables of one lake, read from its files when they are asked for.

    >>> data.student.shape      # doctest: +SKIP
    (402, 24)

    Args:
        folder: where the lake lies, as `seeds.generate` lays it out; made if it is missing.
        scale: how many students, see `seeds.objects`.
        seed: which students.
    """

    def __init__(self, folder: Path, scale: float = 1.0, seed: int = 0) -> None:
        self._folder, self._scale, self._seed = folder, scale, seed
        self._tables: dict[str, pd.DataFrame] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        """A table; LMS tables have their partition as the last column, ``process_date``."""
        if table not in self._tables:
            self._tables[table] = self._read(table)
        return self._tables[table].copy()

    def __getattr__(self, table: str) -> pd.DataFrame:
        if table.startswith("_"):
            raise AttributeError(table)
        return self[table]

    def exports(self, table: str, *weeks: str) -> pd.DataFrame:
        """What the LMS exported of a table on some Mondays (``2020-10-12``); no other is read."""
        kept = [path for path in self._files(table) if _week(path) in weeks]
        return pd.concat([_export(path) for path in kept], ignore_index=True)

    def sizes(self, table: str) -> pd.DataFrame:
        """The files of a table: columns ``process_date`` (of the LMS's) and ``bytes``."""
        rows = [(_week(path), path.stat().st_size) for path in self._files(table)]
        return pd.DataFrame(rows, columns=["process_date", "bytes"])

    def _files(self, table: str) -> list[Path]:
        found = sorted(self._folder.glob(f"*/*/{table}/**/*.parquet"))
        found = found or sorted(self._folder.glob(f"lmsapi/{table}/*/*.csv"))
        if not found:
            seeds.generate(self._folder, self._scale, [table], seed=self._seed)
            return self._files(table)
        return found

    def _read(self, table: str) -> pd.DataFrame:
        files = self._files(table)
        if files[0].suffix == ".parquet":
            return _frame(parquet.read_table(files[0]))
        return pd.concat([_export(path) for path in files], ignore_index=True)


def _week(path: Path) -> str:
    return path.parent.name.removeprefix("process_date=")


def _export(path: Path) -> pd.DataFrame:
    """One file of the LMS, with its folder's partition; all that is empty is missing."""
    options = csv.ConvertOptions(
        strings_can_be_null=True, null_values=[""], timestamp_parsers=[], column_types=_TEXTS
    )
    frame = _frame(csv.read_csv(path, convert_options=options))
    return frame.assign(process_date=_week(path))


# What looks like a date stays text, as in the catalog.
_TEXTS = dict.fromkeys(["timestamp", "submitted_at", "all_day_date"], pa.string())


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(types_mapper=NULLABLE.get)
    return frame
