"""Excel workbooks of a data set: the sheets that it names, or the first.

Source: https://docs.aws.amazon.com/databrew/latest/dg/API_ExcelOptions.html
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from labkit.cloud.databrew.reading import workbook
from labkit.cloud.databrew.reading.source import Read, Reading, Unreadable, unique
from labkit.cloud.databrew.reading.workbook import Rows
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.engine.formats.guess import arrow_kind
from labkit.cloud.engine.formats.model import File
from labkit.cloud.engine.quoting import quoted_name


def read_excel(reading: Reading) -> Read:
    """The sheets' rows, put into a table of the session."""
    options = reading.options.get("Excel") or {}
    selects = []
    tables = [
        (file, _table(rows, options)) for file in reading.files for rows in _sheets(reading, file)
    ]
    if not any(table.num_columns for _, table in tables):
        raise Unreadable(f"There are no columns in {reading.files[0].name}.")
    schema = pa.unify_schemas([table.schema for _, table in tables], promote_options="permissive")
    for file, table in tables:
        if not table.num_columns:
            continue
        name = f"sheet_{uuid.uuid4().hex}"
        reading.con.register(name, table)
        selects.append(f"SELECT *{reading.added_sql([file])} FROM {name}")
    columns = tuple(Column(field.name, arrow_kind(field.type)) for field in schema)
    shown = ", ".join(
        f"CAST({column.sql} AS {column.type.duckdb}) AS {column.sql}" for column in columns
    )
    added = "".join(f", {quoted_name(column.name)}" for column in reading.added)
    return f"SELECT {shown}{added} FROM ({' UNION ALL BY NAME '.join(selects)})", columns


def _sheets(reading: Reading, file: File) -> list[Rows]:
    options = reading.options.get("Excel") or {}
    try:
        return workbook.sheets(file.path, options, reading.session.beside)
    except workbook.NotRead as error:
        raise Unreadable(f"{file.name}: {error}") from error


def _table(rows: Rows, options: dict[str, Any]) -> pa.Table:
    """A sheet's cells as a table, each column of the one type that its cells have, or text."""
    header = options.get("HeaderRow", True)
    width = max(map(len, rows), default=0)
    first = [str(_plain(cell) or "") for cell in rows[0]] if rows and header else [""] * width
    names = unique([*first, *[""] * (width - len(first))])
    body = rows[1:] if header else rows
    cells = [[_plain(row[at]) if at < len(row) else None for row in body] for at in range(width)]
    return pa.table([_array(column) for column in cells], names=names)


def _plain(cell: Any) -> Any:
    """A cell's value: whole numbers without a point, nothing for an empty cell."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1 << 53:
        return int(cell)
    return None if cell == "" else cell


def _array(cells: Sequence[Any]) -> pa.Array:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {int, float}:
        return pa.array(
            cells, pa.int64() if kinds == {int} else pa.float64() if kinds else pa.string()
        )
    if kinds <= {datetime.date, datetime.datetime} and datetime.datetime in kinds:
        return pa.array([_moment(cell) for cell in cells], pa.timestamp("us"))
    if len(kinds) == 1 and kinds <= {bool, datetime.date}:
        return pa.array(cells)
    return pa.array([None if cell is None else _shown(cell) for cell in cells], pa.string())


def _moment(cell: Any) -> Any:
    if isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime):
        return datetime.datetime.combine(cell, datetime.time())
    return cell


def _shown(cell: Any) -> str:
    """A cell's text; a length of time as Excel writes it.

    >>> _shown(datetime.timedelta(hours=30))
    '30:00:00'
    """
    if isinstance(cell, datetime.timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(cell).lower() if isinstance(cell, bool) else str(cell)
