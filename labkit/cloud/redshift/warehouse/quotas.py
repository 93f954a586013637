"""Quotas of schemas: how much their tables may take, looked at before a transaction commits.

What only deletes goes through; what puts rows into a schema that is full does not. Source:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_SCHEMA.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: Statements that put rows somewhere, by their first words; CREATE TABLE AS tells it itself.
INGESTING = ("INSERT", "COPY", "UPDATE", "MERGE", "REFRESH")
#: What tells the MB of a table's blocks.
SIZES: list[Callable[[Connection, Object], int]] = []


def check(connection: Connection) -> None:
    """Refuse to commit while a schema is over its quota.

    Raises:
        RedshiftError: one is.
    """
    for schema in connection.objects.of("schema", database=connection.database):
        quota = schema.body.get("quota_mb")
        if quota and (used := used_mb(connection, schema)) > quota:
            raise RedshiftError(
                "Transaction is aborted due to exceed the disk space quota in schema(s): "
                f"(Schema: {schema.name}, Current Disk Usage: {used} MB, Disk Quota: {quota} MB)",
                "53100",
                hint="Free up disk space or request increased quota for the schema(s).",
            )


def used_mb(connection: Connection, schema: Object) -> int:
    """What the tables of a schema take."""
    where = {"database": schema.database, "schema": schema.name}
    tables = [one for one in connection.objects.of("relation", **where) if one.kind != "view"]
    return sum(size(connection, table) for table in tables for size in SIZES)
