"""A table as CSV: values as they are, one line of heads (as many as a pivot has), UTF-8.

Source: https://docs.aws.amazon.com/quicksight/latest/user/exporting-data.html
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
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
    lines.writerows(_line(row) for row in (*table.heads, *table.rows))
    return out.getvalue().encode()


def _line(row: Row) -> list[str]:
    """A line; a head that stands over several columns stands over each of them."""
    line: list[str] = []
    for cell in row:
        line.append(_text(cell) if cell.span else line[-1])
    return line


def _text(cell: Cell) -> str:
    is_named = cell.field is None or isinstance(cell.value, Other | Total)
    return cell.text if is_named else plain_value(cell.value)


def plain_value(value: Any) -> str:
    """A value without a format; of a number of binary digits, the 15 that are sure.

    >>> plain_value(1234.5), plain_value(None), plain_value(datetime(2024, 3, 1))
    ('1234.5', '', '2024-03-01')
    >>> plain_value(0.1 + 0.2), plain_value(28809.519999999997)
    ('0.3', '28809.52')
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        day = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if day else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        tidy = value if isinstance(value, Decimal) else float(f"{value:.15g}")
        return f"{tidy:f}" if isinstance(tidy, Decimal) else repr(tidy).removesuffix(".0")
    return str(value)
