"""Which statements have committed: each that has an author signs the transaction that it changes.

The signature is a row of the same transaction, so that a server which died before it could put the
end of a statement on record knows whether the statement was done. What a statement puts into the
lake is signed in the change of the lake.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import duckdb

if TYPE_CHECKING:
    from labkit.cloud.cloud import Cloud
    from labkit.cloud.redshift.warehouse.connection import Connection

_LAKE = "redshift.lake_signature"
#: As long as the Data API knows of a statement.
_DAY_S = 24 * 3600
_TABLE = '"catalog".signatures'


class Signature(NamedTuple):
    """A statement that has committed.

    Args:
        query: its number in the warehouse.
        rows: how many it has changed.
    """

    author: str
    query: int
    rows: int


def prepare(database: duckdb.DuckDBPyConnection) -> None:
    """Make room for signatures; those of more than a day ago go."""
    database.execute(
        f"CREATE TABLE IF NOT EXISTS {_TABLE} "
        "(author VARCHAR, query BIGINT, rows BIGINT, moment DOUBLE)"
    )
    database.execute(f"DELETE FROM {_TABLE} WHERE moment < ?", [time.time() - _DAY_S])


def sign(connection: Connection, rows: int) -> None:
    """Sign the transaction that is about to commit, where its author wants to know."""
    if connection.author and connection.changing and not connection.call_depth:
        sign_as(connection, connection.author, rows)


def sign_as(connection: Connection, author: str, rows: int) -> None:
    """Sign the transaction for somebody else than the statement's author."""
    values = [author, connection.last_query_id, rows, time.time()]
    connection.duck.execute(f"INSERT INTO {_TABLE} VALUES (?, ?, ?, ?)", values)


def signed(database: duckdb.DuckDBPyConnection) -> dict[str, Signature]:
    """The signatures, by their authors."""
    rows = database.cursor().execute(f"SELECT author, query, rows FROM {_TABLE}").fetchall()
    return {row[0]: Signature(*row) for row in rows}


def sign_lake(connection: Connection, rows: int) -> None:
    """Sign a change of the lake, within it (`labkit.cloud.moto_state.State.save_keys`)."""
    if connection.author:
        told = {"query": connection.last_query_id, "rows": rows}
        connection.warehouse.cloud.records(_LAKE)[connection.author] = told


def signed_lake(cloud: Cloud) -> dict[str, Signature]:
    """The signatures of the lake's changes, by their authors."""
    found = cloud.records(_LAKE).items()
    return {author: Signature(author, told["query"], told["rows"]) for author, told in found}


def forget_lake(cloud: Cloud) -> None:
    """Drop the signatures of the lake's changes: nobody asks any more."""
    cloud.records(_LAKE).clear()
