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
from labkit.cloud.databrew.reading.source import Read, Reading, Unreadable, spelled, unique
from labkit.cloud.databrew.reading.workbook import Rows
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.engine.formats.guess import arrow_kind
from labkit.cloud.engine.formats.model import File
from labkit.cloud.engine.quoting import quoted_name


def read_excel(reading: Reading) -> Read:
    """The sheets' rows, put into tables of the session; a column is of one type in all of them."""
    known: dict[str, str] = {}
    sheets = [
        (file, _columns(rows, reading.options.get("Excel") or {}, known))
        for file in reading.files
        for rows in _sheets(reading, file)
    ]
    cells: dict[str, list[Any]] = {}
    for name, column in (pair for _, sheet in sheets for pair in sheet.items()):
        cells.setdefault(name, []).extend(column)
    if not cells:
        raise Unreadable(f"There are no columns in {reading.files[0].name}.")
    kinds = {name: _kind(column) for name, column in cells.items()}
    selects = []
    for file, sheet in sheets:
        if sheet:
            table = f"sheet_{uuid.uuid4().hex}"
            arrays = [_array(column, kinds[name]) for name, column in sheet.items()]
            reading.con.register(table, pa.table(arrays, names=list(sheet)))
            selects.append(f"SELECT *{reading.added_sql([file])} FROM {table}")
    shown = ", ".join(map(quoted_name, [*kinds, *(column.name for column in reading.added)]))
    columns = tuple(Column(name, arrow_kind(kind)) for name, kind in kinds.items())
    return f"SELECT {shown} FROM ({' UNION ALL BY NAME '.join(selects)})", columns


def _sheets(reading: Reading, file: File) -> list[Rows]:
    options = reading.options.get("Excel") or {}
    try:
        return workbook.sheets(file.path, options, reading.session.beside)
    except workbook.NotRead as error:
        raise Unreadable(f"{file.name}: {error}") from error


def _columns(rows: Rows, options: dict[str, Any], known: dict[str, str]) -> dict[str, list[Any]]:
    """A sheet's cells by the names of their columns, spelt as the first sheet spells them."""
    header = options.get("HeaderRow", True)
    width = max(map(len, rows), default=0)
    first = map(_plain, rows[0]) if rows and header else ()
    given = ["" if cell is None else _shown(cell) for cell in first]
    names = spelled(unique([*given, *[""] * (width - len(given))]), known)
    body = rows[1:] if header else rows
    return {
        name: [_plain(row[at]) if at < len(row) else None for row in body]
        for at, name in enumerate(names)
    }


def _plain(cell: Any) -> Any:
    """A cell's value: whole numbers without a point, nothing for an empty cell."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1 << 53:
        return int(cell)
    return None if cell == "" else cell


def _kind(cells: Sequence[Any]) -> pa.DataType:
    """The one type that cells have, or text."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {int, float}:
        return pa.float64() if float in kinds else pa.int64()
    if kinds and kinds <= {datetime.date, datetime.datetime}:
        return pa.timestamp("us") if datetime.datetime in kinds else pa.date32()
    return pa.bool_() if kinds == {bool} else pa.string()


def _array(cells: Sequence[Any], kind: pa.DataType) -> pa.Array:
    plain = {pa.string(): _shown, pa.timestamp("us"): _moment}.get(kind, lambda cell: cell)
    return pa.array([None if cell is None else plain(cell) for cell in cells], kind)


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
