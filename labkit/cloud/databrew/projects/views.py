"""What a session shows: columns and rows of a frame, and figures of each column.

AWS tells only that an action's ``Result`` is a string; here it is the JSON of this object::

    {"project": "students", "recipe": "clean", "steps": 3,    # how many steps the view is after
     "sample": {"type": "FIRST_N", "size": 500, "rows": 500},
     "rowCount": 498, "columnCount": 12,
     "allColumns": [{"name": "id", "type": "long"}, …],       # of the whole table, in order
     "columns": [{"index": 0, "name": "id", "type": "long",   # those of the frame
                  "statistics": {"valid": 498, "missing": 0, "distinct": 498, "unique": 498,
                                 "minimum": 1, "maximum": 500, "mean": 250.5,
                                 "topValues": [{"value": 1, "count": 1}, …],
                                 "histogram": [{"from": 1, "to": 50.9, "count": 50}, …]}}, …],
     "startRowIndex": 0, "rows": [[1, …], …],                 # values in the order of ``columns``
     "changes": {"new": [], "changed": ["id"], "removed": [],  # of the step in question: a
                                                  # previewed or applied one, that of a StepIndex
                 "rowCount": 500}}                             # how many rows there were before

``statistics`` are there unless ``Analytics`` is ``DISABLE``; they are of all rows of the view, not
of the frame alone. Missing is NULL and the empty text. ``minimum``, ``maximum`` are those of the
values, for texts those of their length, as in a profile; ``mean`` and ``histogram`` are there for
numbers. ``advancedDataType`` is what a step GET_ADVANCED_DATATYPE asks for. Whole numbers beyond
2^53, decimals, dates and what JSON has no word for are texts; what is nested is JSON in a text and
bytes are base64, as in a job's CSV files. A ``type`` is DataBrew's name of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from labkit.cloud.databrew.jobs.values import as_text
from labkit.cloud.databrew.recipe import Column
from labkit.cloud.databrew.recipe.types import shown
from labkit.cloud.engine.nested import NESTED

COLUMNS, TOP, BINS = 20, 10, 10
_SAFE = 1 << 53
#: All rows, in order, and the columns.
Rows = tuple[pa.Table, Sequence[Column]]


def showable(columns: Sequence[Column]) -> str:
    """SQL of columns for `view`: numbers, truth values and texts; all else is text.

    Dates beyond the year 9999 have no word in Python.
    """
    return ", ".join(f"{_shown(column)} AS {column.sql}" for column in columns)


def _shown(column: Column) -> str:
    if column.type.base == "real":  # with its own digits, as a job writes it
        return f"CAST(CAST({column.sql} AS VARCHAR) AS DOUBLE)"
    if column.is_text or column.is_number or column.type.base == "boolean":
        return column.sql
    if column.type.base in (*NESTED, "varbinary"):
        return as_text(column.sql, column.type)
    return f"CAST({column.sql} AS VARCHAR)"


def view(table: pa.Table, columns: Sequence[Column], frame: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a table that a ``ViewFrame`` asks for.

    Args:
        table: all rows, in order, as `showable` has them.
        columns: name and type of each column.
        frame: as boto3 sends it; all rows of the first 20 columns when it is empty.
    """
    positions = _positions(columns, frame)
    first, most = frame.get("StartRowIndex", 0), frame.get("RowRange", table.num_rows)
    rows = table.slice(min(first, table.num_rows), max(0, min(most, table.num_rows)))
    chosen = [[plain(value) for value in rows[at].to_pylist()] for at in positions]
    return {
        "rowCount": table.num_rows,
        "columnCount": len(columns),
        "allColumns": [_named(column) for column in columns],
        "columns": [_column(table, at, columns[at], frame) for at in positions],
        "startRowIndex": first,
        "rows": [list(row) for row in zip(*chosen, strict=True)],
    }


def changes(before: Rows, after: Rows) -> dict[str, Any]:
    """What a step does to columns: which are new, which have other values, which are gone."""
    old = {column.name: at for at, column in enumerate(before[1])}
    new = {column.name: at for at, column in enumerate(after[1])}
    both = [name for name in new if name in old]
    return {
        "new": [name for name in new if name not in old],
        "changed": [name for name in both if _differs(before, old[name], after, new[name])],
        "removed": [name for name in old if name not in new],
        "rowCount": before[0].num_rows,
    }


def _differs(before: Rows, at: int, after: Rows, to: int) -> bool:
    """Whether values differ; where rows are gone only the type is compared."""
    if before[1][at].type != after[1][to].type:
        return True
    old, new = before[0][at], after[0][to]
    if len(old) != len(new) or old.equals(new):
        return False
    return bool(repr(old.to_pylist()) != repr(new.to_pylist()))  # NaN equals NaN here


def _positions(columns: Sequence[Column], frame: Mapping[str, Any]) -> list[int]:
    hidden = set(frame.get("HiddenColumns") or [])
    start, most = frame.get("StartColumnIndex", 0), frame.get("ColumnRange", COLUMNS)
    visible = [at for at, c in enumerate(columns) if at >= start and c.name not in hidden]
    return visible[:most]


def _named(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": shown(column.type)}


def _column(table: pa.Table, at: int, column: Column, frame: Mapping[str, Any]) -> dict[str, Any]:
    told = {"index": at, **_named(column)}
    if frame.get("Analytics", "ENABLE").upper() == "DISABLE":
        return told
    return told | {"statistics": statistics(table[at], column)}


def statistics(values: pa.ChunkedArray, column: Column) -> dict[str, Any]:
    """Figures of a column's values."""
    present = _present(values, column)
    counted = pc.value_counts(present)
    counts = counted.field("counts").to_numpy(zero_copy_only=False)
    most = counted.take(np.argsort(-counts, kind="stable")[:TOP]).to_pylist()
    told: dict[str, Any] = {
        "valid": len(present),
        "missing": len(values) - len(present),
        "distinct": len(counts),
        "unique": int((counts == 1).sum()),
        "topValues": [{"value": plain(e["values"]), "count": e["counts"]} for e in most],
    }
    if column.is_number:
        return told | _of_numbers(present)
    if column.is_text:
        return told | _ends(pc.utf8_length(present))
    return told | (_ends(present) if column.is_time or column.type.base == "boolean" else {})


def _present(values: pa.ChunkedArray, column: Column) -> pa.Array:
    """The values that are not missing."""
    kept = values.combine_chunks().drop_null()
    return kept.filter(pc.not_equal(kept, "")) if column.is_text else kept


def _of_numbers(present: pa.Array) -> dict[str, Any]:
    finite = present.filter(pc.is_finite(pc.cast(present, pa.float64(), safe=False)))
    numbers = pc.cast(finite, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    if not len(numbers):
        return {}
    mean = float((numbers / len(numbers)).sum())
    return _ends(finite) | {"mean": mean, "histogram": histogram(numbers)}


def histogram(numbers: npt.ArrayLike) -> list[dict[str, Any]]:
    """How many numbers lie in each of ten equal parts of their range.

    >>> [part["count"] for part in histogram([0.0, 1.0, 10.0])]
    [1, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    """
    given = np.asarray(numbers, dtype=np.float64)
    low, high = float(given.min()), float(given.max())
    width = high / BINS - low / BINS
    if not width or not math.isfinite(width):
        return [{"from": low, "to": high, "count": len(given)}]
    places = np.minimum(BINS - 1, (given / width - low / width).astype(np.int64))
    parts = np.bincount(np.maximum(0, places), minlength=BINS)
    ends = [low * (1 - part / BINS) + high * (part / BINS) for part in range(BINS + 1)]
    return [{"from": ends[p], "to": ends[p + 1], "count": int(parts[p])} for p in range(BINS)]


def _ends(values: pa.Array) -> dict[str, Any]:
    if not len(values):
        return {}
    ends = pc.min_max(values).as_py()
    return {"minimum": plain(ends["min"]), "maximum": plain(ends["max"])}


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE else str(value)
    if isinstance(value, float):
        return _number(value)
    return str(value)


def _number(value: float) -> Any:
    if not math.isfinite(value):
        return json.dumps(value)  # as a job writes it: NaN, Infinity
    return int(value) if value.is_integer() and abs(value) <= _SAFE else value
