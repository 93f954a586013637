"""A table as CSV: values as they are, one line of heads (as many as a pivot has), UTF-8.

Source: https://docs.aws.amazon.com/quicksight/latest/user/exporting-data.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from labkit.cloud.quicksight.render.cells import Cell
from labkit.cloud.quicksight.reports.tables import Row, Table
from labkit.cloud.quicksight.visuals.model import Other, Total

MOST_ROWS = 1_000_000


def csv_file(table: Table) -> bytes:
    """The bytes of the file."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\n")
    timed = {at for row in table.rows for at, cell in enumerate(row) if _has_time(cell.value)}
    lines.writerows(_line(row, timed) for row in (*table.heads, *table.rows))
    return out.getvalue().encode()


def _line(row: Row, timed: Collection[int]) -> list[str]:
    """A line; a head that stands over several columns stands over each of them.

    Args:
        timed: the columns of which a date has a time, so that all are written with theirs.
    """
    line: list[str] = []
    for at, cell in enumerate(row):
        line.append(_text(cell, timed=at in timed) if cell.span else line[-1])
    return line


def _text(cell: Cell, *, timed: bool) -> str:
    is_named = cell.field is None or isinstance(cell.value, Other | Total)
    return cell.text if is_named else plain_value(cell.value, timed=timed)


def _has_time(value: Any) -> bool:
    return isinstance(value, datetime) and value.time() != time()


def plain_value(value: Any, *, timed: bool = False) -> str:
    """A value without a format; of a number of binary digits, the 15 that are sure.

    Args:
        timed: whether a date at midnight is written with its time too.

    >>> plain_value(1234.5), plain_value(None), plain_value(datetime(2024, 3, 1))
    ('1234.5', '', '2024-03-01')
    >>> plain_value(0.1 + 0.2), plain_value(28809.519999999997)
    ('0.3', '28809.52')
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ") if timed or _has_time(value) else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        tidy = value if isinstance(value, Decimal) else float(f"{value:.15g}")
        return f"{tidy:f}" if isinstance(tidy, Decimal) else repr(tidy).removesuffix(".0")
    return str(value)
