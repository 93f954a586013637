"""Data sets that are tables or queries of a warehouse, behind a Glue connection.

The rows are asked for once, in a transaction that can change nothing, and are read as the session's
own: many of them lie in a file that has no name. Source:
https://docs.aws.amazon.com/databrew/latest/dg/API_DatabaseInputDefinition.html
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from labkit.cloud.databrew.places import check_bucket
from labkit.cloud.databrew.reading.columnar import as_stored
from labkit.cloud.databrew.reading.source import Read, Reading, Unreadable
from labkit.cloud.databrew.words import invalid
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.glue.databases import behind, connect

#: How DataBrew calls itself where statements are listed.
APPLICATION = "AWS Glue DataBrew"


def check_input(account: str, source: Mapping[str, Any]) -> None:
    """Refuse a source that names no rows, or a bucket of another account.

    Raises:
        AwsError: it does.
    """
    asked = [name for name in ("DatabaseTableName", "QueryString") if source.get(name)]
    if len(asked) != 1:
        raise invalid("A dataset of a database needs a DatabaseTableName or a QueryString.")
    check_bucket(account, source.get("TempDirectory") or {})


def read_database(reading: Reading, region: str, source: Mapping[str, Any]) -> tuple[Read, int]:
    """The rows of a ``DatabaseInputDefinition``, and how many bytes they take here.

    Args:
        source: may have a ``Database`` too, in place of the connection's.

    Raises:
        AwsError: the connection leads nowhere, or lets nobody in.
        Unreadable: the statement fails.
    """
    sql = source.get("QueryString") or f"SELECT * FROM {table_sql(source['DatabaseTableName'])}"
    connection = connect(
        reading.store.cloud,
        reading.store.principal,
        region,
        source["GlueConnectionName"],
        application=APPLICATION,
        database=source.get("Database", ""),
    )
    from labkit.cloud.redshift.warehouse.access_modes import query

    try:
        with reading.session.beside(connection.cancel):
            found = query(connection, sql.strip().rstrip(";"))
    except RedshiftError as error:
        raise Unreadable(f"The database refuses it: {error.message}") from error
    finally:
        connection.close()
    assert found.rows is not None, "a query answers rows"
    names = [column.name for column in found.columns]
    if twin := next((name for name in names if names.count(name) > 1), None):
        raise Unreadable(f"The query has two columns '{twin}': give one another name.")
    return _read(reading, found.rows.rename_columns(names))


def input_of(definition: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A table of the Data Catalog as such a source; ``None`` for one of files."""
    if (found := behind(definition)) is None:
        return None
    return {
        "GlueConnectionName": found.connection,
        "Database": found.database,
        "DatabaseTableName": found.table,
    }


def table_sql(name: str) -> str:
    """A table as SQL names it.

    >>> table_sql("public.students")
    '"public"."students"'
    """
    return ".".join(map(quoted_name, name.split(".")))


def _read(reading: Reading, rows: pa.Table) -> tuple[Read, int]:
    if odd := next((each.name for each in rows.schema if pa.types.is_interval(each.type)), ""):
        raise Unreadable(f"DataBrew has no type for the column '{odd}'.")
    name = f"rows_{secrets.token_hex(8)}"
    reading.con.register(name, rows)
    return as_stored(reading, name), rows.nbytes
