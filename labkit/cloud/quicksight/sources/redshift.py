"""Tables and queries of Redshift: run in the warehouse, as the data source's user.

A cluster is named by its id, or by the host and port of its endpoint; the user by a name and a
password, a secret that holds both, or a role that may become a database user. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RedshiftParameters.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.formats.parquet import WITH_NAN, computed
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAY_SECOND,
    DOUBLE,
    TIMESTAMP,
    VARBINARY,
    VARCHAR,
    Type,
)
from labkit.cloud.quicksight.sources.access import SourceStore
from labkit.cloud.quicksight.sources.athena import with_parameters
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.quicksight.sources.opening import Opening, reader, typed
from labkit.cloud.quicksight.spice.model import Column, Relation
from labkit.cloud.quicksight.spice.types import is_readable
from labkit.cloud.redshift import logins, wire
from labkit.cloud.redshift.data_api.target import secret_login
from labkit.cloud.redshift.keys import cluster_key
from labkit.cloud.redshift.warehouse import Connection, RedshiftError, open_warehouse
from labkit.cloud.redshift.warehouse.access_modes import query

Members = Mapping[str, Any]
_TYPES: tuple[tuple[Any, Type], ...] = (
    (pa.types.is_boolean, BOOLEAN),
    (pa.types.is_integer, BIGINT),
    (pa.types.is_floating, DOUBLE),
    (pa.types.is_decimal, DOUBLE),
    (pa.types.is_date, DATE),
    (pa.types.is_timestamp, TIMESTAMP),
    (pa.types.is_binary, VARBINARY),
    (pa.types.is_interval, DAY_SECOND),
    (pa.types.is_duration, DAY_SECOND),
)


@reader("REDSHIFT", "RelationalTable")
def read_table(opening: Opening, table: Members) -> Relation:
    """A table or view, of which the input's columns are read."""
    names = ", ".join(quoted_name(column["Name"]) for column in table["InputColumns"])
    place = [part for part in (table.get("Schema"), table["Name"]) if part]
    sql = f"SELECT {names} FROM {'.'.join(map(quoted_name, place))}"
    return typed(_relation(opening, sql), table["InputColumns"])


@reader("REDSHIFT", "CustomSql")
def read_query(opening: Opening, table: Members) -> Relation:
    """What a query answers."""
    sql = with_parameters(table["SqlQuery"].strip().rstrip(";"), opening.parameters)
    return typed(_relation(opening, sql), table.get("Columns") or [])


def check(cloud: Cloud, region: str, source: Members) -> None:
    """Raise ``SourceError`` when the data source lets nobody in."""
    _connect(cloud, region, source).close()


def _relation(opening: Opening, sql: str) -> Relation:
    connection = _connect(opening.cloud, opening.region, opening.source)
    try:
        found = query(connection, sql)
    except RedshiftError as error:
        raise SourceError("SQL_EXCEPTION", str(error)) from error
    finally:
        connection.close()
    if found.rows is None:
        raise SourceError("SQL_EXCEPTION", "The statement answers no rows.")
    path = SourceStore(opening.cloud, opening.principal, opening.region).scratch()
    opening.aside.append(path)
    return _written(found.rows.rename_columns([column.name for column in found.columns]), path)


def _written(rows: pa.Table, path: Path) -> Relation:
    """The rows as a file, of which those columns are shown that QuickSight takes."""
    found = [Column(field.name, _type(field.type)) for field in rows.schema]
    kept = [at for at, column in enumerate(found) if is_readable(column.type)]
    if not kept:
        raise SourceError("SQL_SCHEMA_MISMATCH_ERROR", "The query has no column of a known type.")
    pq.write_table(rows.select(kept), path)
    columns = tuple(found[at] for at in kept)
    shown = ", ".join(_shown(each) for each in columns)
    source = f"read_parquet({quoted_text(str(path))}, {WITH_NAN})"
    return Relation(f"SELECT {shown} FROM {source}", columns)


def _shown(column: Column) -> str:
    value = computed(column.sql) if column.type == DOUBLE else column.sql
    return f"CAST({value} AS {column.type.duckdb}) AS {column.sql}"


def _type(arrow: pa.DataType) -> Type:
    return next((found for is_it, found in _TYPES if is_it(arrow)), VARCHAR)


def _connect(cloud: Cloud, region: str, source: Members) -> Connection:
    given = source["DataSourceParameters"]["RedshiftParameters"]
    try:
        key = _key(cloud, region, given)
        user = _user(cloud, region, key, given, source["_"].get("credentials") or {})
        return open_warehouse(cloud, key).connect(user, given["Database"], application="QuickSight")
    except RedshiftError as error:
        raise SourceError("DATA_SOURCE_CONNECTION_FAILED", str(error)) from error


def _key(cloud: Cloud, region: str, given: Members) -> str:
    if given.get("ClusterId"):
        return cluster_key(region, given["ClusterId"])
    host, port = given.get("Host", ""), given.get("Port", 0)
    if found := wire.key_at(cloud, host, port):
        return found
    raise SourceError("UNRESOLVABLE_HOST", f"No warehouse answers at {host}:{port}.")


def _user(cloud: Cloud, region: str, key: str, given: Members, credentials: Members) -> str:
    """The database user that a data source's credentials become."""
    pair = credentials.get("CredentialPair")
    if pair:
        return logins.log_in(cloud, key, pair["Username"], pair["Password"]).user
    if credentials.get("SecretArn"):
        return logins.log_in(
            cloud, key, *secret_login(cloud, region, credentials["SecretArn"])
        ).user
    user = (given.get("IAMParameters") or {}).get("DatabaseUser")
    if not user:
        raise SourceError("INVALID_CREDENTIALS", "The data source has no credentials.")
    return str(user)
