"""SVL_STORED_PROC_CALL and SYS_PROCEDURE_CALL: the calls of procedures since this start.

Source: https://docs.aws.amazon.com/redshift/latest/dg/SYS_PROCEDURE_CALL.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.postgres import user_oids
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse import grants

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
        yield (*users, number, one["label"], number, one["pid"], one["database"],
               one["text"][:4000], moment(one["started"]), moment(one["ended"]), aborted,
               one["outer"])  # fmt: skip


@system("sys_procedure_call", "user_id int, session_user_id int, query_id bigint, "
        "session_id int, transaction_id bigint, database_name char(128), "
        "procedure_name char(128), status char(10), start_time timestamp, end_time timestamp, "
        "query_text char(4000), from_sp_call bigint")  # fmt: skip
def sys_procedure_call(connection: Connection) -> Iterator[Any]:
    for one, users in _calls(connection):
        number = one["query_id"]
        yield (*users, number, one["pid"], number, one["database"], one["name"], one["status"],
               moment(one["started"]), moment(one["ended"]), one["text"][:4000],
               one["outer"])  # fmt: skip
