"""``CREATE DATABASE ... FROM INTEGRATION``, and what the system views tell of integrations.

Such a database is its source's copy: nobody else writes to it. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/zero-etl-using.creating-db.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object, add_database
from labkit.cloud.redshift.warehouse.paths import split_name
from labkit.cloud.redshift.warehouse.registry import Result
from labkit.cloud.redshift.warehouse.statements.dropping import READ_ONLY
from labkit.cloud.redshift.warehouse.statements.schemas import DATABASE_SOURCES
from labkit.cloud.redshift.zero_etl.integrations import find_by_id
from labkit.cloud.redshift.zero_etl.kinds import namespace_of
from labkit.cloud.redshift.zero_etl.replication import FAILED, SCHEMA
from labkit.cloud.redshift.zero_etl.running import rounds

_V = "varchar(128)"


def _create(connection: Connection, name: str, words: Words) -> Result:
    """``CREATE DATABASE name FROM INTEGRATION 'id' [DATABASE 'source']``

    An id that no integration has yet is kept on record, and told in a notice.
    """
    number = words.string().lower()
    source = words.string() if words.accept("DATABASE") else ""
    words.end()
    found = find_by_id(connection.warehouse.cloud, number)
    if found is None:
        connection.notices.append(f"integration {number} does not exist: the database stays empty")
    elif namespace_of(found) != connection.warehouse.namespace:
        raise RedshiftError(f"integration {number} has another namespace for its target", "42704")
    add_database(connection.objects, name, connection.user)
    made = connection.objects.find("database", name)
    if made:
        body = {"type": "integration", "integration": number, "source": source}
        connection.objects.replace(replace(made, body=made.body | body))
    return Result("CREATE DATABASE")


def _check_writable(connection: Connection, name: tuple[str, ...]) -> None:
    database, _, table = split_name(connection, name)
    found = connection.objects.find("database", database)
    if found and found.body.get("integration") and table not in connection.temporary:
        raise RedshiftError(
            f'database "{database}" is kept by a zero-ETL integration and read-only', "25006"
        )


def _made(connection: Connection) -> list[Object]:
    return [one for one in connection.objects.of("database") if one.body.get("integration")]


@system("svv_integration", f"integration_id {_V}, target_database {_V}, source {_V}, state {_V}, "
        f"current_lag bigint, last_replicated_checkpoint {_V}, total_tables_replicated int, "
        f"total_tables_failed int, creation_time timestamp, source_database {_V}")  # fmt: skip
def svv_integration(connection: Connection) -> Iterator[Any]:
    for one in _made(connection):
        told = one.body
        found = find_by_id(connection.warehouse.cloud, told["integration"])
        states = [each["state"] for each in told.get("tables", {}).values()]
        state = "CdcRefreshState" if found and told.get("synced") else "PendingDbConnectState"
        counts = (len(states) - states.count(FAILED), states.count(FAILED))
        position = str(told["position"]) if "position" in told else None
        created = moment(found["CreateTime"]) if found else None
        first = (told["integration"], one.name, "Aurora", state, 0 if found else None, position)
        yield *first, *counts, created, told.get("source") or None


@system("svv_integration_table_state", f"integration_id {_V}, target_database {_V}, "
        f"schema_name {_V}, table_name {_V}, table_state {_V}, "
        f"table_last_replicated_checkpoint {_V}, reason {_V}, last_updated_timestamp timestamp, "
        "table_rows bigint, table_size bigint")  # fmt: skip
def svv_integration_table_state(connection: Connection) -> Iterator[Any]:
    for one in _made(connection):
        for name, told in one.body.get("tables", {}).items():
            first = (one.body["integration"], one.name, SCHEMA, name, told["state"])
            position, reason = str(one.body.get("position", 0)), told["reason"] or None
            count = _rows(connection, one.name, name)
            yield *first, position, reason, moment(told["updated"]), count, None


def _rows(connection: Connection, database: str, name: str) -> int | None:
    found = connection.objects.find("relation", name, database=database, schema=SCHEMA)
    if found is None:
        return None
    return int(first_row(connection.duck, f"SELECT count(*) FROM {found.physical}")[0])


@system("sys_integration_activity", f"integration_id {_V}, target_database {_V}, source {_V}, "
        f"checkpoint_name {_V}, checkpoint_type {_V}, checkpoint_bytes bigint, "
        "last_commit_timestamp timestamp, modified_tables int, "
        "integration_start_time timestamp, integration_end_time timestamp")  # fmt: skip
def sys_integration_activity(connection: Connection) -> Iterator[Any]:
    for one in _made(connection):
        number = one.body["integration"]
        for each in rounds(connection.warehouse.cloud, number):
            if each.database == one.name:
                began, ended = moment(each.began), moment(each.ended)
                first = (number, one.name, "Aurora", None, "cdc", None, ended)
                yield *first, each.tables, began, ended


DATABASE_SOURCES["INTEGRATION"] = _create
READ_ONLY.append(_check_writable)
