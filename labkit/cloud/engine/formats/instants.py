"""Texts of files that are all instants as logs write them: ``2024-03-01T12:00:00.123Z``.

Where every value of a column is one of these, and as long as the others, DuckDB's own cast reads it
as ISO 8601 does; to look which form each has takes as long as the cast. Objects never change, so
what a look at a file has found is remembered. A look costs half of a query over the column, so the
first query goes without.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from labkit.cloud.engine.formats.delimited import layout_of
from labkit.cloud.engine.formats.model import File, Session, Table
from labkit.cloud.engine.formats.parquet import stored
from labkit.cloud.engine.formats.text_instants import hold_instants
from labkit.cloud.engine.types import VARCHAR

_FORMS = [f"1000-00-00T00:00:00{'.'[:digits]}{'0' * digits}Z" for digits in range(7)]
#: The lowest and the highest byte of each place, by the length of the text.
_RANGES = {
    len(form): tuple(
        np.frombuffer(limit.encode(), np.uint8) for limit in (form, re.sub(r"\d", "9", form))
    )
    for form in _FORMS
}
_TOGETHER = 64
_LIMIT = 200_000
#: Whether a file's column holds instants alone; None where it was asked for once.
_KNOWN: dict[tuple[Any, ...], bool | None] = {}


def are_instants(session: Session, table: Table, files: Sequence[File], name: str) -> bool:
    """Whether these files are known to hold nothing but such texts, and NULL, in a column."""
    if dict(table.columns).get(name) != VARCHAR:
        return False
    if table.format == "csv" and (layout := layout_of(table)):
        index = [column for column, _ in table.columns].index(name)
        return hold_instants(session, table, files, index, layout)
    return table.format == "parquet" and _are_instants(table, files, name)


def _are_instants(table: Table, files: Sequence[File], name: str) -> bool:
    if len(_KNOWN) > _LIMIT:
        _KNOWN.clear()
    with ThreadPoolExecutor() as pool:
        return all(list(pool.map(lambda file: _known(table, file, name), files)))


def _known(table: Table, file: File, name: str) -> bool:
    found = Path(file.path).stat()
    column = stored(table, file, name)
    key = file.path, found.st_size, found.st_mtime_ns, column
    if key not in _KNOWN:
        _KNOWN[key] = None
    elif _KNOWN[key] is None:
        _KNOWN[key] = column is not None and column.logical == "string" and _look(file, column.name)
    return bool(_KNOWN[key])


def _look(file: File, name: str) -> bool:
    """Whether a file's column holds them alone; one that cannot be read is left to the query."""
    try:
        with pq.ParquetFile(file.path) as parquet:
            return all(
                _all_instants(batch.column(0).drop_null())
                for batch in parquet.iter_batches(columns=[name], use_threads=False)
            )
    except (pa.ArrowException, OSError):
        return False


def _all_instants(texts: pa.StringArray) -> bool:
    """Whether they are all as long as a form, and each byte is within its place's range."""
    if not len(texts):
        return True
    _, places, content = texts.buffers()
    ends = np.frombuffer(places, np.int32, len(texts) + 1, 4 * texts.offset)
    width = int(ends[1] - ends[0])
    if width not in _RANGES or (np.diff(ends) != width).any():
        return False
    rows = np.frombuffer(content, np.uint8)[ends[0] : ends[-1]].reshape(-1, width)
    within = zip(_extremes(rows), _RANGES[width], (np.greater_equal, np.less_equal), strict=True)
    fits = all(compare(found, limit).all() for found, limit, compare in within)
    return fits and bool((10 * (rows[:, 11] - ord("0")) + rows[:, 12] - ord("0") < 24).all())


def _extremes(rows: Any) -> tuple[Any, Any]:
    """The lowest and the highest byte of each place; NumPy is fast over long lines only."""
    whole, width = len(rows) // _TOGETHER * _TOGETHER, rows.shape[1]
    long = rows[:whole].reshape(-1, _TOGETHER * width)
    low, high = (
        reduce(reduce(long, initial=none).reshape(-1, width))
        for reduce, none in ((np.minimum.reduce, 255), (np.maximum.reduce, 0))
    )
    rest = rows[whole:]
    return np.minimum(low, rest.min(0, initial=255)), np.maximum(high, rest.max(0, initial=0))
