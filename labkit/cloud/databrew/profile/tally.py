"""How often each value of a column occurs, and what follows for values of any type.

A value is missing when it is null or an empty string; what is missing has no part in any statistic
but the count of it. Entropy is in nats: a column of n different values has ln n. Of values that
occur equally often the smaller one comes first.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa

from labkit.cloud.databrew.profile.counting import counted
from labkit.cloud.databrew.profile.defaults import NUMBER, STRING
from labkit.cloud.databrew.profile.numbers import Array, Numbers
from labkit.cloud.engine.types import Type

_SHOWN = 50
"""How many of the most common texts are told, if the configuration says nothing else."""
_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_NEARLY_UNIQUE = 0.05
"""The share of different values from which sorting all is faster than grouping them."""


@dataclass(frozen=True)
class Column:
    """A column that is profiled.

    Args:
        name: the data set's name of it.
        type: its type.
        kind: which statistics it gets, a key of `defaults.STATISTICS`.
        sql: its name in the rows' table.
    """

    name: str
    type: Type
    kind: str
    sql: str

    @property
    def present(self) -> str:
        """SQL: whether a row has a value."""
        return f"{self.sql} <> ''" if self.kind == STRING else f"{self.sql} IS NOT NULL"


class Tally(Protocol):
    """A column's values and their counts."""

    @property
    def multiplicities(self) -> Iterable[tuple[int, int]]:
        """How many values occur so many times: (times, values)."""
        ...

    @property
    def numbers(self) -> Numbers:
        """The numbers of a numeric column, the lengths of a string's; empty for others."""
        ...

    def most_common(self, limit: int | None) -> list[tuple[Any, int]]:
        """The most frequent values and how often they occur."""
        ...


@dataclass(frozen=True)
class Summary:
    """What is told of values of any type."""

    count: int
    distinct: int
    unique: int
    entropy: float | None


def summary(tally: Tally) -> Summary:
    """Count, distinct and unique values, and the entropy."""
    groups = sorted(tally.multiplicities)
    count = sum(times * values for times, values in groups)
    distinct, unique = sum(values for _, values in groups), dict(groups).get(1, 0)
    if not count:
        return Summary(0, 0, 0, None)
    within = math.fsum(values * times * math.log(times) for times, values in groups)
    return Summary(count, distinct, unique, max(0.0, math.log(count) - within / count))


class Grouped:
    """The counts of strings or booleans.

    They are grouped in one pass, which tells of all values of the same count and length together
    how many they are and which come first: so they need not be kept to be asked again.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows: str, column: Column) -> None:
        self._connection, self._sql = connection, _values(rows, column)
        length = "length(value)::BIGINT" if column.kind == STRING else "0::BIGINT"
        told = f"times, {length} AS length, count(*), min(value, {_SHOWN})"
        alike = f"SELECT {told} FROM ({self._sql}) GROUP BY times, length"
        values, lengths = Counter[int](), Counter[int]()
        self._first: list[tuple[Any, int]] = []
        for times, size, count, first in connection.sql(alike).fetchall():
            values[times] += count
            lengths[size] += times * count
            self._first += [(value, times) for value in first]
        self.multiplicities = list(values.items())
        self.numbers = _weighed(lengths) if column.kind == STRING else NONE

    def most_common(self, limit: int | None) -> list[tuple[Any, int]]:
        if limit is not None and limit <= _SHOWN:
            return heapq.nsmallest(limit, self._first, key=lambda pair: (-pair[1], pair[0]))
        taken = "" if limit is None else f"LIMIT {limit}"
        listed = f"SELECT value, times FROM ({self._sql}) ORDER BY times DESC, value {taken}"
        return self._connection.sql(listed).fetchall()


class Sorted:
    """The counts of numbers. NaN and the infinities are values too, but no `numbers`."""

    def __init__(self, numbers: Numbers) -> None:
        self._all = numbers
        self.numbers = numbers
        if not np.isfinite(numbers.values[[0, -1]] if len(numbers.values) else ()).all():
            finite = np.isfinite(numbers.values)
            self.numbers = Numbers(numbers.values[finite], numbers.counts[finite])

    @cached_property
    def multiplicities(self) -> list[tuple[int, int]]:
        counts = self._all.counts
        if len(counts) and counts.max() <= len(counts):
            values = np.bincount(counts)
            return [(int(times), int(values[times])) for times in np.flatnonzero(values)]
        pairs = zip(*np.unique(counts, return_counts=True), strict=True)
        return [(int(times), int(values)) for times, values in pairs]

    def most_common(self, limit: int | None) -> list[tuple[Any, int]]:
        values, counts = self._all.values, self._all.counts
        chosen = self._frequent(len(counts) if limit is None else limit)
        ordered = chosen[np.argsort(-counts[chosen], kind="stable")]
        return list(zip(values[ordered].tolist(), counts[ordered].tolist(), strict=True))

    def _frequent(self, limit: int) -> Array:
        """Where the largest counts stand, in the values' order; of equal ones the first."""
        least = rest = 0
        for times, values in reversed(self.multiplicities):
            if limit > 0:
                least, rest, limit = times, limit, limit - values
        counts = self._all.counts
        above, equal = np.flatnonzero(counts > least), np.flatnonzero(counts == least)[:rest]
        return np.sort(np.concatenate((above, equal)))


NONE = Numbers(np.array([], dtype=np.int64), np.array([], dtype=np.int64))


def tally(
    connection: duckdb.DuckDBPyConnection, rows: str, column: Column, likely: float
) -> Callable[[], Tally]:
    """What counts a column's values; numbers have been read then, and any thread may count them.

    Args:
        connection: where the rows are.
        rows: the table of the rows.
        column: the column.
        likely: about how many of the values are different, as a share.
    """
    if column.kind != NUMBER:
        return partial(Grouped, connection, rows, column)
    whole = column.type.base in _INTEGERS
    number = f"{column.sql}::BIGINT" if whole else f"{column.sql}::DOUBLE + 0e0"  # -0.0 is 0.0
    sql = f"SELECT {number} AS value FROM {rows} WHERE {column.present}"
    if likely <= _NEARLY_UNIQUE:
        sql = f"SELECT value, count(*) AS times FROM ({sql}) GROUP BY value"
    table = connection.sql(sql).to_arrow_table()
    return lambda: Sorted(counted(*map(_array, table.columns)))


def texts(rows: str, column: Column) -> str | None:
    """SQL of each ``value`` as text and its ``times``, of strings and of integers."""
    if column.kind != STRING and column.type.base not in _INTEGERS:
        return None
    return f"SELECT trim(value::VARCHAR) AS value, times FROM ({_values(rows, column)})"


def _values(rows: str, column: Column) -> str:
    """SQL of each ``value`` and its ``times``."""
    grouped = f"SELECT {column.sql} AS value, count(*) AS times FROM {rows}"
    return f"{grouped} WHERE {column.present} GROUP BY {column.sql}"


def _weighed(counts: Mapping[int, int]) -> Numbers:
    pairs = np.array(sorted(counts.items()), dtype=np.int64).reshape(-1, 2)
    return Numbers(pairs[:, 0].copy(), pairs[:, 1].copy())


def _array(column: pa.ChunkedArray) -> Array:
    """A column of numbers without nulls; its `to_numpy` would load pandas."""
    return np.from_dlpack(column.combine_chunks())
