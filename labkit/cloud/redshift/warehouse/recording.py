"""The statements that have run, those within procedures too, without the secrets in them.

What Redshift's logs leave of a secret, AWS's own tools put back before they run a statement again:
https://github.com/aws/redshift-test-drive (core/replay/transactions_parser.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.errors import CANCELED, RedshiftError
from labkit.cloud.engine.redshift.letters import shown

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection
    from labkit.cloud.redshift.warehouse.objects import Object
    from labkit.cloud.redshift.warehouse.registry import Parsed

_HIDING = ("CREATE", "ALTER", "COPY", "UNLOAD")
_KEYS = ("CREDENTIALS", "IAM_ROLE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
_LEFT = dict.fromkeys(_KEYS, "''") | {"PASSWORD": "'***'"}
#: So many numbers of statements are taken from the warehouse's file at once.
_BLOCK = 1000


class QueryIds:
    """The numbers of a warehouse's statements, of which none comes again.

    What was loaded and unloaded is known by them, after the server's end too. A block of them is
    taken at a time; what a server leaves of its last block is left out.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        database.execute(f'CREATE SEQUENCE IF NOT EXISTS "catalog".query_ids INCREMENT BY {_BLOCK}')
        self._database, self._lock = database, threading.Lock()
        self._left: Iterator[int] = iter(())

    def __next__(self) -> int:
        with self._lock:
            if (number := next(self._left, None)) is None:
                cursor = self._database.cursor()
                start = int(first_row(cursor, "SELECT nextval('\"catalog\".query_ids')")[0])
                self._left = iter(range(start, start + _BLOCK))
                number = next(self._left)
            return number


@contextmanager
def recorded(
    connection: Connection, parsed: Parsed, source: int | None = None
) -> Iterator[dict[str, Any]]:
    """Keep a record of a statement while it runs, and after it.

    Args:
        source: the number of the call that it runs in.
    """
    number = next(connection.warehouse.query_ids)
    if source is None:
        connection.last_query_id = number
        if connection.transaction == "idle":
            connection.xid = number
    record: dict[str, Any] = {
        "query_id": number,
        "source": source,
        "xid": connection.xid,
        "user": connection.user,
        "database": connection.database,
        "pid": connection.pid,
        "text": shown(_shown(parsed)),
        "leading": parsed.leading,
        "started": time.time(),
        "ended": None,
        "status": "running",
        "rows": 0,
        "error": "",
        "label": connection.settings["query_group"],
        "automatic": connection.automatic,
        "steps": [],
    }
    connection.warehouse.history.append(record)
    outer, connection.steps, connection.queried = connection.steps, record["steps"], False
    try:
        yield record
    except RedshiftError as error:
        canceled = error.sqlstate == CANCELED
        status = "canceled" if canceled else "failed"
        record |= {"ended": time.time(), "status": status, "error": error.message}
        raise
    finally:
        connection.steps = outer
    record |= {"ended": time.time(), "status": "success"}
    if connection.queried:
        connection.last_completed = number


def wrote(connection: Connection, table: Object, rows: int, *steps: str) -> None:
    """Put on record that the running statement has changed rows of a table, by these steps."""
    connection.steps += [(step, table.oid, full_name(table), rows) for step in steps]


def full_name(table: Object) -> str:
    """``dev.public.sales``, as logs call a table."""
    return f"{table.database}.{table.schema}.{table.name}"


def _shown(parsed: Parsed) -> str:
    """A statement's text as logs have it."""
    words, pieces, at = parsed.words.words, [], 0
    if parsed.leading[0] not in _HIDING:
        return parsed.text
    for place, word in enumerate(words):
        before = [each.upper for each in words[max(place - 2, 0) : place] if each.upper != "AS"]
        if word.kind == "string" and before and before[-1] in _LEFT:
            pieces += [parsed.text[at : word.start], _LEFT[before[-1]]]
            at = word.end
    return "".join([*pieces, parsed.text[at:]])
