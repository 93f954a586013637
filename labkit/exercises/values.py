"""What a learner's answer says, in plain JSON: the one form that is compared, stored and sent.

An answer comes in many clothes: a number of NumPy, a decimal, a DataFrame of pandas or Polars, an
Arrow table, a relation of DuckDB, the result of a statement. `plain` takes them off, so that only
what was said is judged, never an object that a learner made. Nothing here trusts the object: what
is not known is `Unreadable`.

    scalar: None, bool, int, float, str (dates and times in ISO 8601; NaN is None)
    list:   [plain, ...]          a sequence, a set (sorted), an array, a Series without index
    dict:   {str: plain}          a mapping
    table:  {"columns": [str, ...], "rows": [[scalar, ...], ...]}
"""

from __future__ import annotations

import datetime
import decimal
import json
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping, MappingView, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray

Plain = Any
MOST_CELLS = 200_000
MOST_TEXT = 100_000
DEEPEST = 6


class Unreadable(ValueError):
    """An answer that says nothing that could be compared; the message tells why."""


def plain(value: object) -> Plain:
    """An answer as JSON says it.

    >>> plain(decimal.Decimal("1.50")), plain(np.int64(3)), plain(datetime.date(2021, 5, 3))
    (1.5, 3, '2021-05-03')
    >>> plain(pd.DataFrame({"n": [1, None]}))
    {'columns': ['n'], 'rows': [[1], [None]]}

    Raises:
        Unreadable: a type that no answer has, or more than 200,000 cells.
    """
    said = _plain(value, 0)
    if _cells(said) > MOST_CELLS:
        raise Unreadable(f"It holds more than {MOST_CELLS:,} values.")
    return said


def is_table(said: Plain) -> bool:
    """Whether a plain answer is a table."""
    return isinstance(said, dict) and set(said) == {"columns", "rows"}


def untouched(value: object) -> bool:
    """Whether a variable still is as the exercise left it: ``...``, or nothing at all."""
    return value is ... or value is None


def _plain(value: object, depth: int) -> Plain:
    if depth > DEEPEST:
        raise Unreadable("It is nested too deeply. Is it what makes the answer, or the answer?")
    if (table := _frame(value)) is not None:
        if not table:
            raise Unreadable("It is a table without columns, so there is nothing to read in it.")
        return _table(table, depth)
    for kinds, read in SCALARS:
        if isinstance(value, kinds):
            return read(value)
    if callable(getattr(type(value), "_asdict", None)):  # a row that knows its columns' names
        value = value._asdict()  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return {str(_plain(key, depth + 1)): _plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(one, depth + 1) for one in value), key=json.dumps)
    if isinstance(value, np.ndarray) and not value.ndim:
        return _plain(value[()], depth)
    if isinstance(value, LISTS) and not isinstance(value, BYTES):
        return [_plain(one, depth + 1) for one in _limited(value)]
    if isinstance(value, pd.Series):
        return [_plain(one, depth + 1) for one in _limited(value.tolist())]
    if hasattr(type(value), "__arrow_c_stream__"):
        return _plain(_streamed(value), depth)
    if value is ...:
        raise Unreadable("A part of it is still `...`, as the exercise left it.")
    why = ": was it called, with ()?" if callable(value) else "."
    why = ": list(...) makes a list of it." if isinstance(value, Iterator) else why
    why = ": await it." if isinstance(value, Awaitable) else why
    raise Unreadable(f"An answer cannot be a {type(value).__name__}{why}")


def _frame(value: object) -> list[tuple[str, list[Any]]] | None:
    """The columns of what is a table: pandas, Arrow, or a statement's result."""
    if isinstance(value, np.ndarray) and value.dtype.names:
        value = pd.DataFrame(value)
    if isinstance(value, pd.DataFrame) and value.shape[1] == 1 and not any(value.index.names):
        value = value if _is_numbered(value.index) else value.iloc[:, 0]  # its labels say more
    if isinstance(value, pd.Series) and not _is_numbered(value.index):
        value = value.reset_index(name=str(value.name or "value"))
    if isinstance(value, pd.DataFrame):
        if any(value.index.names):
            twice = [name for name in value.index.names if name in value.columns]
            value = value.reset_index(twice, drop=True) if twice else value
            value = value.reset_index() if any(value.index.names) else value
        if value.columns.nlevels > 1:
            raise Unreadable(
                "Its columns have several levels: give each one name, as `.agg(name=(...))` does."
            )
        _limited(value.to_numpy(dtype=object).ravel())
        return [(str(name), value.iloc[:, at].tolist()) for at, name in enumerate(value.columns)]
    if isinstance(value, (pa.Table, pa.RecordBatch)):
        return [(name, value.column(at).to_pylist()) for at, name in enumerate(value.column_names)]
    held = getattr(value, "df", None) if type(value).__module__.startswith("labkit.") else None
    return _frame(held) if isinstance(held, pd.DataFrame) else None


def _streamed(value: Any) -> pa.Table | pa.ChunkedArray:
    """What another library hands over by Arrow's interface: a table, or one column.

    Source: https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
    """
    held = pa.chunked_array(value)
    return pa.Table.from_struct_array(held) if pa.types.is_struct(held.type) else held


def _is_numbered(index: pd.Index) -> bool:
    """Whether an index is the rows' numbers alone, also after some rows were left out."""
    return index.nlevels == 1 and index.name is None and index.dtype.kind == "i"


def _table(columns: list[tuple[str, list[Any]]], depth: int) -> Plain:
    values = [[_plain(one, depth + 1) for one in column] for _, column in columns]
    rows = [list(row) for row in zip(*values, strict=True)]
    return {"columns": [name for name, _ in columns], "rows": rows}


def _number(value: Any) -> int | float | None:
    try:
        number = float(value)
    except OverflowError as error:
        raise Unreadable("It holds a number that is too large.") from error
    if math.isnan(number):
        return None
    return int(value) if number.is_integer() and abs(number) < 2**63 else number


def _text(value: Any) -> str:
    text = str(value)
    if len(text) > MOST_TEXT:
        raise Unreadable(f"It holds a text of more than {MOST_TEXT:,} letters.")
    return text


def _moment(value: Any) -> str | None:
    if pd.isna(value):
        return None
    moment = pd.Timestamp(value)
    return str(moment.date() if moment == moment.normalize() else moment.isoformat(sep=" "))


def _of_arrow(value: Any) -> Plain:
    return _plain(value.as_py(), 1)


# What a scalar can be, the narrower before the wider, and how it is read.
SCALARS: tuple[tuple[Any, Callable[[Any], Plain]], ...] = (
    ((type(None), type(pd.NA)), lambda _: None),
    (pa.Scalar, _of_arrow),
    ((bool, np.bool_), bool),
    ((int, float, decimal.Decimal, Fraction, np.number), _number),
    (str, _text),
    ((datetime.date, np.datetime64, type(pd.NaT)), _moment),
    (pd.Period, str),
    ((datetime.timedelta, np.timedelta64), lambda value: pd.Timedelta(value).total_seconds()),
    (datetime.time, lambda value: value.isoformat()),
)
# What is a list, whatever it is called.
LISTS: tuple[Any, ...] = (Sequence, MappingView, np.ndarray, pd.Index, ExtensionArray)
LISTS += (pa.Array, pa.ChunkedArray)
BYTES = (bytes, bytearray, memoryview)


def _limited(values: Any) -> Any:
    if len(values) > MOST_CELLS:
        raise Unreadable(f"It holds more than {MOST_CELLS:,} values.")
    return values


def _cells(said: Plain) -> int:
    if isinstance(said, dict):
        return sum(map(_cells, said.values()))
    return sum(map(_cells, said)) if isinstance(said, list) else 1
