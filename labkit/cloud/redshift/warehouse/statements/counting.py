"""Changes of rows, run and counted."""

from __future__ import annotations

from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.redshift.warehouse import staleness
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.recording import wrote


def count_of(connection: Connection, table: Object, sql: str, *steps: str) -> int:
    """Run a change of a table's rows, by these steps; how many it changed."""
    count = int(first_row(connection.duck, sql)[0])
    wrote(connection, table, count, *steps)
    return count


def changed(connection: Connection, table: Object, sql: str, *steps: str) -> int:
    """Run a change of a table's rows; materialized views of it are stale where there was one."""
    count = count_of(connection, table, sql, *steps)
    if count:
        staleness.note(connection, table)
    return count
