"""Counting over rows as they are, apart from the session's own work.

A count may fail where the query itself does not, as it applies a condition earlier; that must not
end the session's transaction.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


def counted(connection: Connection, sql: str) -> list[tuple[Any, ...]] | None:
    """The rows of a counting query; None for one that fails.

    What a transaction block has not committed, and temporary tables, only the session itself sees.
    """
    if connection.transaction == "open" or connection.temporary:
        return connection.duck.execute(sql).fetchall()
    with contextlib.closing(connection.warehouse.database.cursor()) as apart:
        try:
            return apart.execute(sql).fetchall()
        except duckdb.Error:
            return None
