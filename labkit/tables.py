"""A data frame as a small HTML table: text to the left, numbers to the right, NULL told apart."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

LINE, WHOLE, BROKEN = 80, "white-space:nowrap", "min-width:30em"


def table_html(frame: pd.DataFrame) -> str:
    """Rows as HTML, without the index; a value is broken over lines where it is long.

    >>> table_html(pd.DataFrame({"n": [1]})).count('text-align:right')
    2
    >>> table_html(pd.DataFrame({"id": ["a4c4-0a8d", "a " * 99]})).count("nowrap")
    2
    """
    sides = ["right" if _is_number(frame.iloc[:, i]) else "left" for i in range(frame.shape[1])]
    head = _row("th", [html.escape(str(name)) for name in frame.columns], sides)
    rows = (_row("td", map(_cell, row), sides) for row in frame.itertuples(index=False, name=None))
    return f"<table>{head}{''.join(rows)}</table>"


def _is_number(column: pd.Series[Any]) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column) and column.dtype != "boolean")


def _row(tag: str, cells: Any, sides: list[str]) -> str:
    made = (
        f'<{tag} style="text-align:{side};{WHOLE if len(cell) <= LINE else BROKEN}">{cell}</{tag}>'
        for cell, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{''.join(made)}</tr>"


def _cell(value: Any) -> str:
    missing = value is None or value is pd.NA or value is pd.NaT
    return "<em>NULL</em>" if missing else html.escape(str(value))
