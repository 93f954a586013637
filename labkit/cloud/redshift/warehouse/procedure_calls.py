"""The calls of procedures that have run, those within others too, with their ends.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_STORED_PROC_CALL.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from labkit.cloud.engine.redshift.errors import CANCELED, RedshiftError
from labkit.cloud.redshift.warehouse import recording
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Parsed

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: The numbers of the calls that a session is in.
_within: WeakKeyDictionary[Connection, list[int]] = WeakKeyDictionary()


@contextmanager
def recorded(connection: Connection, one: Object) -> Iterator[None]:
    """Keep a record of a call while it runs, and after it."""
    outer = _within.setdefault(connection, [])
    with _numbered(connection, one, outer[-1] if outer else None) as number:
        record = _begun(connection, one, number, outer[-1] if outer else None)
        outer.append(number)
        try:
            yield
            record["status"] = "success"
        except RedshiftError as error:
            record["status"] = "canceled" if error.sqlstate == CANCELED else "failed"
            raise
        finally:
            record["ended"] = time.time()
            outer.pop()


@contextmanager
def _numbered(connection: Connection, one: Object, outer: int | None) -> Iterator[int]:
    """The number of a call; one within another is a statement on record, too."""
    if outer is None:
        yield connection.last_query_id
        return
    with recording.recorded(connection, Parsed(_nested(one)), outer) as record:
        yield record["query_id"]


def running(connection: Connection) -> int:
    """The number of the innermost call that a session is in."""
    return (_within.get(connection) or [0])[-1]


#: Levels of messages by their numbers; DEBUG is kept nowhere.
#: Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_STORED_PROC_MESSAGES.html
LEVELS = {"LOG": 20, "INFO": 30, "NOTICE": 40, "WARNING": 50, "EXCEPTION": 60}
#: Messages of one call that are kept.
_MOST = 1000


def said(connection: Connection, level: str, text: str) -> None:
    """Keep a message that the running call raised, from the session's level on."""
    number = running(connection)
    least = LEVELS.get(connection.settings["stored_proc_log_min_messages"].upper(), 0)
    if LEVELS.get(level, -1) < least:
        return
    for record in reversed(connection.warehouse.calls):
        if record["query_id"] == number:
            record["messages"].append((time.time(), level, text))
            del record["messages"][:-_MOST]
            return


def _begun(connection: Connection, one: Object, number: int, outer: int | None) -> dict[str, Any]:
    record = {
        "query_id": number,
        "outer": outer,
        "xid": connection.xid,
        "user": connection.user,
        "session_user": connection.session_user,
        "database": connection.database,
        "pid": connection.pid,
        "name": one.body["name"],
        "text": _text(connection, one) if outer is None else _nested(one),
        "label": connection.settings["query_group"],
        "started": time.time(),
        "ended": None,
        "status": "running",
        "messages": [],
    }
    connection.warehouse.calls.append(record)
    return record


def _text(connection: Connection, one: Object) -> str:
    """The statement that the session runs."""
    for each in reversed(connection.warehouse.history):
        if each["query_id"] == connection.last_query_id:
            return str(each["text"])
    return _nested(one)


def _nested(one: Object) -> str:
    """A call within another, which has its values as parameters."""
    given = " , ".join(f"${at}" for at, _ in enumerate(one.body["parameters"], 1))
    return f"CALL {one.body['name']}( {given} )" if given else f"CALL {one.body['name']}()"
