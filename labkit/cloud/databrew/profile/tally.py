"""How often each value of a column occurs, and what follows for values of any type.

A value is missing when it is null or an empty string; what is missing has no part in any statistic
but the count of it. Entropy is in nats: a column of n different values has ln n. Of values that
occur equally often the smaller one comes first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa

from labkit.cloud.databrew.profile.defaults import NUMBER, STRING
from labkit.cloud.databrew.profile.numbers import Array, Numbers, counted
from labkit.cloud.engine.types import Type

TALLY = "profiled_tally"
"""The table of a column's values and their counts."""
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
    return Summary(count, distinct, unique, math.log(count) - within / count)


class Grouped:
    """The counts of strings or booleans, in the table `TALLY` of ``value`` and ``times``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows: str, column: Column) -> None:
        self._connection = connection
        grouped = f"SELECT {column.sql} AS value, count(*) AS times FROM {rows}"
        where = f"WHERE {column.present} GROUP BY {column.sql}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {TALLY} AS {grouped} {where}")
        lengths = f"SELECT length(value)::BIGINT AS value, sum(times)::BIGINT AS times FROM {TALLY}"
        self.multiplicities: list[tuple[int, int]] = connection.sql(
            f"SELECT times, count(*) FROM {TALLY} GROUP BY times"
        ).fetchall()
        self.numbers = (
            _grouped(connection, f"{lengths} GROUP BY ALL") if column.kind == STRING else NONE
        )

    def most_common(self, limit: int | None) -> list[tuple[Any, int]]:
        taken = "" if limit is None else f"LIMIT {limit}"
        listed = f"SELECT value, times FROM {TALLY} ORDER BY times DESC, value {taken}"
        return self._connection.sql(listed).fetchall()


class Sorted:
    """The counts of numbers. NaN and the infinities are values too, but no `numbers`."""

    def __init__(self, numbers: Numbers) -> None:
        finite = np.isfinite(numbers.values)
        self._all = numbers
        self.numbers = numbers
        if not finite.all():
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
        connection: where the rows are; the table `TALLY` is made there.
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
    """SQL of each ``value`` as text and its ``times``, of strings and of integers.

    A column of strings must be the last that was counted.
    """
    if column.kind == STRING:
        return f"SELECT trim(value) AS value, times FROM {TALLY}"
    if column.type.base not in _INTEGERS:
        return None
    written = f"SELECT {column.sql}::VARCHAR AS value, count(*) AS times FROM {rows}"
    return f"{written} WHERE {column.present} GROUP BY value"


def _grouped(connection: duckdb.DuckDBPyConnection, sql: str) -> Numbers:
    return counted(*map(_array, connection.sql(sql).to_arrow_table().columns))


def _array(column: pa.ChunkedArray) -> Array:
    values: Array = column.to_numpy()
    return values
