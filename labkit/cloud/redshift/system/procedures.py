"""The calls of procedures since this start, and the messages that they raised.

Source: https://docs.aws.amazon.com/redshift/latest/dg/SYS_PROCEDURE_CALL.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.oids import user_oids
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.procedure_calls import LEVELS

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


def _calls(connection: Connection) -> Iterator[tuple[dict[str, Any], tuple[int, int]]]:
    """One's own, or all for a superuser; of one that was tried again its last try."""
    users = user_oids(connection)
    whole = grants.is_superuser(connection, connection.user)
    for one in {each["query_id"]: each for each in list(connection.warehouse.calls)}.values():
        if whole or connection.user in (one["user"], one["session_user"]):
            yield one, (users.get(one["user"], 0), users.get(one["session_user"], 0))


@system("svl_stored_proc_call", "userid int, session_userid int, query int, label char(320), "
        "xid bigint, pid int, database char(32), querytxt char(4000), starttime timestamp, "
        "endtime timestamp, aborted int, from_sp_call int")  # fmt: skip
def svl_stored_proc_call(connection: Connection) -> Iterator[Any]:
    for one, users in _calls(connection):
        number, aborted = one["query_id"], int(one["status"] in ("failed", "canceled"))
        yield (*users, number, one["label"], one["xid"], one["pid"], one["database"],
               one["text"][:4000], moment(one["started"]), moment(one["ended"]), aborted,
               one["outer"])  # fmt: skip


@system("sys_procedure_call", "user_id int, session_user_id int, query_id bigint, "
        "session_id int, transaction_id bigint, database_name char(128), "
        "procedure_name char(128), status char(10), start_time timestamp, end_time timestamp, "
        "query_text char(4000), from_sp_call bigint")  # fmt: skip
def sys_procedure_call(connection: Connection) -> Iterator[Any]:
    for one, users in _calls(connection):
        number = one["query_id"]
        yield (*users, number, one["pid"], one["xid"], one["database"], one["name"], one["status"],
               moment(one["started"]), moment(one["ended"]), one["text"][:4000],
               one["outer"])  # fmt: skip


def _messages(connection: Connection) -> Iterator[tuple[dict[str, Any], tuple[int, int], Any]]:
    for one, users in _calls(connection):
        yield from ((one, users, message) for message in one["messages"])


@system("svl_stored_proc_messages", "userid int, session_userid int, pid int, xid bigint, "
        "query int, recordtime timestamp, loglevel int, loglevel_text char(10), "
        "message char(1024), linenum int, querytxt char(500), label char(320), aborted int"
        )  # fmt: skip
def svl_stored_proc_messages(connection: Connection) -> Iterator[Any]:
    """The line of a RAISE is not kept."""
    for one, users, (at, level, text) in _messages(connection):
        number, aborted = one["query_id"], int(one["status"] in ("failed", "canceled"))
        yield (*users, one["pid"], one["xid"], number, moment(at), LEVELS[level], level,
               text[:1024], None, one["text"][:500], one["label"], aborted)  # fmt: skip


@system("sys_procedure_messages", "user_id int, session_id int, transaction_id bigint, "
        "query_id bigint, record_time timestamp, log_level int, message char(1024), "
        "line_number int, query_text char(500)")  # fmt: skip
def sys_procedure_messages(connection: Connection) -> Iterator[Any]:
    for one, (user, _), (at, level, text) in _messages(connection):
        number = one["query_id"]
        yield (user, one["pid"], one["xid"], number, moment(at), LEVELS[level], text[:1024], None,
               one["text"][:500])  # fmt: skip
