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
     "changes": {"new": [], "changed": ["id"], "removed": [],  # of a previewed or applied step
                 "rowCount": 500}}                             # how many rows there were before

``statistics`` are there unless ``Analytics`` is ``DISABLE``; they are of all rows of the view, not
of the frame alone. Missing is NULL and the empty text. ``minimum``, ``maximum`` are those of the
values, for texts those of their length, as in a profile; ``mean`` and ``histogram`` are there for
numbers. Whole numbers beyond 2^53, decimals, dates and what JSON has no word for are texts; what
is nested is JSON in a text. ``types`` are DataBrew's names.
"""

from __future__ import annotations

import datetime
import decimal
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from labkit.cloud.databrew.recipe import Column
from labkit.cloud.databrew.recipe.types import shown

COLUMNS, TOP, BINS = 20, 10, 10
_SAFE = 1 << 53


def view(table: pa.Table, columns: Sequence[Column], frame: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a table that a ``ViewFrame`` asks for.

    Args:
        table: all rows, in order.
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


def changes(
    before: tuple[pa.Table, Sequence[Column]], after: tuple[pa.Table, Sequence[Column]]
) -> dict[str, Any]:
    """What a step does to columns: which are new, which have other values, which are gone."""
    old = {column.name: at for at, column in enumerate(before[1])}
    new = {column.name: at for at, column in enumerate(after[1])}
    both = [name for name in new if name in old]
    return {
        "new": [name for name in new if name not in old],
        "changed": [n for n in both if _differs(before[0][old[n]], after[0][new[n]])],
        "removed": [name for name in old if name not in new],
        "rowCount": before[0].num_rows,
    }


def _differs(before: pa.ChunkedArray, after: pa.ChunkedArray) -> bool:
    """Whether values differ; where rows are gone only the type is compared."""
    same_rows = len(before) == len(after)
    if before.type != after.type:
        return True
    return same_rows and not before.equals(after) and before.to_pylist() != after.to_pylist()


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
    return told | {"statistics": statistics(table[at].to_pylist(), column)}


def statistics(values: Sequence[Any], column: Column) -> dict[str, Any]:
    """Figures of a column's values."""
    present = [plain(value) for value in values if value is not None and value != ""]
    counts = Counter(present)
    told: dict[str, Any] = {
        "valid": len(present),
        "missing": len(values) - len(present),
        "distinct": len(counts),
        "unique": sum(1 for count in counts.values() if count == 1),
        "topValues": [{"value": v, "count": n} for v, n in counts.most_common(TOP)],
    }
    if column.is_number:
        return told | _of_numbers([float(value) for value in present if _is_finite(value)])
    if column.is_text:
        return told | _ends([len(value) for value in present])
    return told | _ends(present)


def _of_numbers(numbers: list[float]) -> dict[str, Any]:
    if not numbers:
        return {}
    mean = math.fsum(number / len(numbers) for number in numbers)
    return _ends([plain(n) for n in numbers]) | {"mean": mean, "histogram": histogram(numbers)}


def histogram(numbers: Sequence[float]) -> list[dict[str, Any]]:
    """How many numbers lie in each of ten equal parts of their range.

    >>> [part["count"] for part in histogram([0.0, 1.0, 10.0])]
    [1, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    """
    low, high = min(numbers), max(numbers)
    width = high / BINS - low / BINS
    if not width or not math.isfinite(width):
        return [{"from": low, "to": high, "count": len(numbers)}]
    parts = Counter(min(BINS - 1, int((n - low) / width)) for n in numbers)
    ends = [low + width * part for part in range(BINS)] + [high]
    return [{"from": ends[p], "to": ends[p + 1], "count": parts[p]} for p in range(BINS)]


def _ends(values: list[Any]) -> dict[str, Any]:
    return {"minimum": min(values), "maximum": max(values)} if values else {}


def _is_finite(value: Any) -> bool:
    return math.isfinite(float(value))


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE else str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (datetime.date, datetime.time, decimal.Decimal)):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, default=plain, ensure_ascii=False)


def _number(value: float) -> Any:
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() and abs(value) <= _SAFE else value
