"""Tables as an Excel workbook: one worksheet a visual, in the order that is asked for.

Numbers and dates are typed cells with the visual's formats; heads and totals keep their looks. The
workbook says no time, so that the same rows are the same bytes. Source:
https://docs.aws.amazon.com/quicksight/latest/user/exporting-data.html
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from labkit.cloud.quicksight.render.cells import Cell
from labkit.cloud.quicksight.render.charts.pivot_layout import INDENT
from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.reports.tables import Row, Table
from labkit.cloud.quicksight.visuals.formats import (
    DATE_PART,
    DATES,
    SCALES,
    around,
    date_part,
    flattened,
)
from labkit.cloud.quicksight.visuals.model import Field, Other, Total

MOST_ROWS = 400_000
EPOCH = datetime(1980, 1, 1)
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_BAD = re.compile(r"[\[\]:*?/\\']")
_NARROW, _WIDE = 8.0, 60.0


def excel_file(tables: Sequence[Table]) -> bytes:
    """The bytes of the workbook."""
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"created": EPOCH})
        looks = _Looks(book)
        names = sheet_names([table.title for table in tables])
        for name, table in zip(names, tables, strict=True):
            _fill(book.add_worksheet(name), table, looks)
    return out.getvalue()


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names that Excel takes: at most 31 letters, none twice.

    >>> sheet_names(["A/B", "", "A/B"])
    ['A B', 'Sheet2', 'A B (2)']
    """
    names: list[str] = []
    for number, title in enumerate(titles, 1):
        name = _BAD.sub(" ", title).strip()[:31] or f"Sheet{number}"
        while name.lower() in (known.lower() for known in names):
            name = f"{name[:26].strip()} ({number - 1 if number > 2 else number})"
        names.append(name)
    return names


class _Looks:
    """The workbook's formats, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._known: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, cell: Cell, *, is_head: bool, fill: str) -> Any:
        bold = cell.bold or is_head
        said = {
            "bold": bold,
            "bg_color": _color(cell.fill or fill),
            "font_color": _color(cell.color),
            "num_format": number_format(cell.field, cell.value)
            if cell.field and not is_head
            else "",
            "align": "right" if cell.right else "",
            "indent": cell.indent // INDENT,
            "bottom": 1 if is_head else 0,
            "text_wrap": is_head,
        }
        chosen = {name: value for name, value in said.items() if value}
        key = tuple(sorted(chosen.items()))
        if key not in self._known:
            self._known[key] = self._book.add_format(chosen)
        return self._known[key]


def _fill(sheet: Any, table: Table, looks: _Looks) -> None:
    grid, rows = table.grid, [*table.heads, *table.rows]
    header = grid.header.fill or "#F2F3F3"
    for at, row in enumerate(rows):
        is_head = at < grid.heads
        for column, cell in enumerate(row):
            look = looks.of(cell, is_head=is_head, fill=header if is_head else grid.body.fill)
            _write(sheet, at, column, cell, look)
    sheet.freeze_panes(grid.heads, table.left)
    for column, wide in enumerate(_widths(rows)):
        sheet.set_column(column, column, wide)


def _write(sheet: Any, at: int, column: int, cell: Cell, look: Any) -> None:
    if cell.span == 0:
        return
    if cell.span > 1:
        sheet.merge_range(at, column, at, column + cell.span - 1, cell.text, look)
        return
    value = cell.value if cell.field is not None else cell.text
    if isinstance(value, (Total, Other)):
        value = cell.text
    if isinstance(value, bool) or value is None or _is_nan(value):
        sheet.write_string(at, column, cell.text, look)
    elif isinstance(value, int | float | Decimal) and not _is_beyond(value):
        sheet.write_number(at, column, float(value), look)
    elif isinstance(value, date):
        sheet.write_datetime(at, column, value, look)
    else:
        sheet.write_string(at, column, str(value), look)


def number_format(field: Field, value: Any) -> str:
    """Excel's format of a field's value; a whole number has no point unless places are said.

    >>> of = Field("f", "Values", "", "number", "x", "SUM")
    >>> number_format(of, 1.5), number_format(of, 1234)
    ('#,##0.##', '#,##0')
    """
    chosen = flattened(field.format)
    if field.kind == "date":
        return _date_format(
            chosen.get("DateTimeFormat") or DATES[field.granularity or "DAY"], value
        )
    if field.kind != "number":
        return ""
    percent = chosen.get("Numeric") == "PercentageDisplayFormatConfiguration"
    comma, unit = _UNITS.get(chosen.get("NumberScale", ""), ("", ""))
    before, after = around(chosen)
    after = after.replace("%", "", 1) if percent else after
    number = f"{_thousands(chosen)}{_decimals(field, chosen, value, percent)}{comma}"
    text = f"{_quoted(before)}{number}{'%' if percent else ''}{_quoted(f'{unit}{after}')}"
    mode = (chosen.get("NegativeValueConfiguration") or {}).get("DisplayMode")
    return f"{text};({text})" if mode == "POSITIVE" else text


_UNITS = {
    name: ("," * (SCALES[name][0] // 3), SCALES[name][1])
    for name in ("THOUSANDS", "MILLIONS", "BILLIONS", "TRILLIONS")
}


def _decimals(field: Field, chosen: dict[str, Any], value: Any, percent: bool) -> str:
    places = (chosen.get("DecimalPlacesConfiguration") or {}).get("DecimalPlaces")
    if places is None and chosen.get("Numeric") == "CurrencyDisplayFormatConfiguration":
        places = 2
    if field.aggregation in ("COUNT", "DISTINCT_COUNT"):
        places = 0
    if places is not None:
        return "." + "0" * places if places else ""
    if chosen.get("NumberScale") in _UNITS:
        return ".##"
    shown = value * 100 if percent and isinstance(value, float | Decimal) else value
    whole = isinstance(shown, int) or (
        isinstance(shown, float | Decimal) and math.isfinite(shown) and shown == int(shown)
    )
    return "" if whole else ".##"


def _thousands(chosen: dict[str, Any]) -> str:
    mark = (chosen.get("SeparatorConfiguration") or {}).get("ThousandsSeparator") or {}
    return "#,##0" if mark.get("Visibility", "VISIBLE") == "VISIBLE" else "0"


_WORDS = {"EEEE": "dddd", "EEE": "ddd", "dddd": "dddd", "ddd": "ddd", "SSS": "000",
          "A": "AM/PM", "a": "AM/PM"}  # fmt: skip
_MARK = re.compile(f"{DATE_PART.pattern}|[A-Za-z]")


def _date_format(pattern: str, value: Any) -> str:
    """A date's pattern in Excel's words; quarters and weeks, which it has not, as they are.

    >>> _date_format("[Q]Q YYYY", date(2024, 8, 1)), _date_format("EEE, D MMMM", None)
    ('"Q""3" yyyy', 'ddd, d mmmm')
    """

    def word(found: re.Match[str]) -> str:
        mark = found[0]
        if not DATE_PART.fullmatch(mark):
            return _quoted(mark)
        if mark in ("Q", "w") and not isinstance(value, date):
            return ""
        said = mark in ("Q", "w") or mark[0] in "['"
        return _quoted(date_part(mark, value)) if said else _WORDS.get(mark, mark.lower())

    return _MARK.sub(word, pattern)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "") + '"' if text else ""


def _widths(rows: Sequence[Row]) -> list[float]:
    """Each column as wide as the longest words of its first rows, in letters."""
    count = max(map(len, rows), default=0)
    found = [_NARROW] * count
    for row in rows[:500]:
        for at, cell in enumerate(row):
            if cell.span == 1:
                found[at] = max(found[at], width(cell.text, 11, bold=cell.bold) / 6.5 + 2)
    return [round(min(each, _WIDE), 2) for each in found]


def _color(text: str) -> str:
    return text[:7] if text else ""


def _is_nan(value: Any) -> bool:
    return isinstance(value, float | Decimal) and not math.isfinite(value)


def _is_beyond(value: Any) -> bool:
    """Whether a whole number is one that a cell, a double, would round; it stands as text."""
    return isinstance(value, int) and abs(value) > 2**53
