"""The rows of a query, all of them, so that it has ended.

DuckDB refuses to do anything else on a connection while the rows of an ``execute`` are not all
taken: to take the one row of a query is not to have seen its end.
"""

from __future__ import annotations

from typing import Any


def first_row(connection: Any, sql: str) -> tuple[Any, ...]:
    """The first row of a query that has one."""
    rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
    return rows[0] if rows else (None,)
