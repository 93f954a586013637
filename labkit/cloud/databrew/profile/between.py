"""Statistics between columns: duplicate rows, and correlations of numbers.

A row is a duplicate when an earlier one has the same values in all columns, so their count is that
of the rows less that of the different ones. A correlation is Pearson's coefficient over the rows
where both columns have a number; it is null where one of them has the same number throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import duckdb
import numpy as np
import pyarrow as pa

from labkit.cloud.databrew.profile.numbers import Array, Standard
from labkit.cloud.databrew.profile.tally import Column

_BLOCK = 1 << 14
"""How many rows are summed at once: what of ten columns fits near the processor."""
_ROUNDING = 1e-7
"""How much of what was summed a spread is at least, for half of the digits to be left."""
_AT_ONCE = 100
"""How many pairs of columns are looked at again in one pass."""


def duplicate_rows_count(
    connection: duckdb.DuckDBPyConnection, rows: str, names: Sequence[str]
) -> int:
    """How many rows repeat another.

    Rows whose hash occurs once have no equal; only the others are compared.

    Args:
        connection: where the rows are.
        rows: their table.
        names: SQL of all its columns.
    """
    listed = ", ".join(names)
    repeated = f"SELECT hash({listed}) FROM {rows} GROUP BY 1 HAVING count(*) > 1"
    groups = f"SELECT count(*) AS times FROM {rows} WHERE hash({listed}) IN ({repeated})"
    summed = f"SELECT coalesce(sum(times - 1), 0)::BIGINT FROM ({groups} GROUP BY {listed})"
    [(repeats,)] = connection.execute(summed).fetchall()
    return int(repeats)


def correlations(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Sequence[tuple[Column, Standard]],
    check: Callable[[], None],
) -> Array:
    """The matrix of the columns' coefficients, NaN where there is none.

    The sums go over parts of the rows in their order, so that they are the same every time. Two
    columns whose numbers hardly differ in the rows that both have, where one's others lie far off,
    are looked at again by themselves.
    """
    numbers = [_shifted(column, standard) for column, standard in columns]
    selected = ", ".join(f"coalesce({number}, 'NaN'::DOUBLE)" for number in numbers)
    means = np.array([[standard.mean] for _, standard in columns])
    deviations = np.array([[standard.deviation] for _, standard in columns])
    sums = np.zeros((4, len(columns), len(columns)))
    reader = connection.sql(f"SELECT {selected} FROM {rows}").to_arrow_reader(_BLOCK)
    with closing(reader), np.errstate(divide="ignore", invalid="ignore"):
        for block in _blocks(reader, len(columns)):
            check()
            np.subtract(block, means, out=block)
            sums += _sums(np.divide(block, deviations, out=block))
        found, doubtful = _coefficients(*sums)
    pairs = [(a, b) for a, b in np.argwhere(doubtful).tolist() if a < b]
    for at in range(0, len(pairs), _AT_ONCE):
        check()
        some = pairs[at : at + _AT_ONCE]
        asked = ", ".join(_pearson(numbers[a], numbers[b]) for a, b in some)
        [told] = connection.execute(f"SELECT {asked} FROM {rows}").fetchall()
        for (a, b), coefficient in zip(some, told, strict=True):
            found[a, b] = found[b, a] = np.nan if coefficient is None else coefficient
    return np.clip(found, -1.0, 1.0)


def _pearson(one: str, other: str) -> str:
    return f"corr({one}, {other}) FILTER (WHERE isfinite({one}) AND isfinite({other}))"


def _shifted(column: Column, standard: Standard) -> str:
    """SQL of what the mean is taken from."""
    if standard.whole:
        kind = "BIGINT" if standard.span < 2**63 else "HUGEINT"  # which is far slower
        return f"({column.sql}::{kind} - {standard.origin})::DOUBLE"
    return f"{column.sql}::DOUBLE / {standard.scale!r}::DOUBLE"


def _blocks(reader: pa.RecordBatchReader, columns: int) -> Iterator[Array]:
    """The rows in their order, always as many at once, a line a column.

    Arrow's own `to_numpy` would load pandas.
    """
    block, filled = np.empty((columns, _BLOCK)), 0
    for batch in reader:
        while len(batch):
            part, batch = batch.slice(0, _BLOCK - filled), batch.slice(_BLOCK - filled)
            for line, column in zip(block, part.columns, strict=True):
                line[filled : filled + len(part)] = np.from_dlpack(column)
            filled = (filled + len(part)) % _BLOCK
            if not filled:
                yield block
    if filled:
        yield block[:, :filled]


def _sums(block: Array) -> Array:
    """Over rows with both numbers: how many, sums of one, of its squares, of the products."""
    known = np.isfinite(block)
    if known.all():
        ones = np.ones_like(block)
    else:
        block, ones = np.where(known, block, 0.0), known.astype(float)
    sums = ones @ ones.T, block @ ones.T, (block * block) @ ones.T, block @ block.T
    return np.stack(sums)


def _coefficients(count: Array, one: Array, squares: Array, products: Array) -> tuple[Array, Array]:
    """Each pair's coefficient, and whether its digits are lost."""
    spread = squares - one * one / count
    small = (count > 1) & (spread <= squares * _ROUNDING)
    spread[small] = np.nan
    found: Array = (products - one * one.T / count) / np.sqrt(spread * spread.T)
    np.fill_diagonal(found, np.where(np.isfinite(found.diagonal()), 1.0, np.nan))
    return found, small | small.T
