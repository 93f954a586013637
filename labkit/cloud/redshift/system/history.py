"""What ran: STL and SYS views, sessions.

Source: https://docs.aws.amazon.com/redshift/latest/dg/serverless_views-monitoring.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.words import words
from labkit.cloud.redshift.system.registry import moment, system

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_SELECTS = ("SELECT", "WITH", "VALUES", "(")
#: Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_UTILITYTEXT.html and, of cursors,
#: https://github.com/awslabs/amazon-redshift-utils/blob/master/src/AdminViews/v_generate_cursor_query.sql
_UTILITIES = ("ABORT", "ANALYZE", "BEGIN", "CALL", "CANCEL", "CLOSE", "COMMENT", "COMMIT",
              "DECLARE", "END", "EXPLAIN", "GRANT", "LOCK", "RESET", "REVOKE", "ROLLBACK", "SET",
              "SHOW", "START", "TRUNCATE", "VACUUM")  # fmt: skip
_DDL = ("CREATE", "ALTER", "DROP")
_NO_DDL = ("DATABASE", "USER", "GROUP", "ROLE")


def kind_of(leading: Sequence[str]) -> str:
    """What SYS_QUERY_HISTORY calls a statement with these first words."""
    first, second = (*leading, "")[:2]
    if first in _SELECTS:
        return "SELECT"
    if first in ("INSERT", "UPDATE", "DELETE", "COPY", "UNLOAD"):
        return first
    if first in _DDL and second not in _NO_DDL:
        return "DDL"
    return "UTILITY" if first in (*_UTILITIES, *_DDL) else "OTHER"


def _kind(record: dict[str, Any]) -> str:
    """What a statement is: a CREATE TABLE of a query's rows is no DDL there.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
    """
    kind = kind_of(record["leading"])
    if kind != "DDL" or record["leading"][0] != "CREATE":
        return kind
    told = [word.upper for word in words(record["text"])]
    queries = {told[at + 1] for at, word in enumerate(told) if word == "AS"}
    return "CTAS" if "TABLE" in told[1:4] and queries & {*_SELECTS} else "DDL"


def visible(connection: Connection) -> Iterator[tuple[dict[str, Any], int]]:
    """One's own queries, or all for a superuser."""
    from labkit.cloud.redshift.warehouse import grants

    whole = grants.is_superuser(connection, connection.user)
    users = {one.name: one.oid for one in connection.objects.of("user")}
    for record in list(connection.warehouse.history):
        if whole or record["user"] == connection.user:
            yield record, users.get(record["user"], 0)


def _queries(connection: Connection) -> Iterator[tuple[dict[str, Any], int]]:
    """What STL_QUERY and STL_QUERYTEXT tell: neither utilities nor DDL.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_QUERY.html
    """
    return (each for each in visible(connection) if _kind(each[0]) not in ("UTILITY", "DDL"))


def elapsed_micros(record: dict[str, Any]) -> int:
    """How long a statement ran; one that runs, no time yet."""
    return int(((record["ended"] or record["started"]) - record["started"]) * 1_000_000)


def pieces(text: str) -> Iterator[tuple[int, str]]:
    r"""A text in the pieces of 200 characters that system tables have, with `\n` for new lines.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_TEXT.html
    """
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    for at in range(0, max(len(text), 1), 200):
        yield at // 200, text[at : at + 200]


@system("sys_query_history", "user_id int, query_id bigint, query_label varchar(320), "
        "transaction_id bigint, session_id int, database_name varchar(128), "
        "query_type varchar(32), status varchar(10), result_cache_hit boolean, "
        "start_time timestamp, end_time timestamp, elapsed_time bigint, queue_time bigint, "
        "execution_time bigint, error_message varchar(512), returned_rows bigint, "
        "returned_bytes bigint, query_text varchar(4000), redshift_version varchar(256), "
        "usage_limit varchar(150), compute_type varchar(18), compile_time bigint, "
        "planning_time bigint, lock_wait_time bigint, service_class_id int, "
        "service_class_name varchar(64), query_priority varchar(20), "
        "short_query_accelerated char(10), user_query_hash char(40), "
        "generic_query_hash char(40), query_hash_version int")  # fmt: skip
def sys_query_history(connection: Connection) -> Iterator[Any]:
    for record, user in visible(connection):
        elapsed = elapsed_micros(record)
        yield (
            user, record["query_id"], record["label"], record["xid"], record["pid"],
            record["database"], _kind(record), record["status"], False,
            moment(record["started"]), moment(record["ended"]), elapsed, 0, elapsed,
            record["error"][:512], record["rows"], 0, record["text"][:4000], "1.0.98765", None,
            "primary", 0, 0, 0, 100, "Default queue", "Normal", "false", _hash(record["text"]),
            _generic(record), 1,
        )  # fmt: skip


def _hash(text: str) -> str:
    """The same for the same text."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _generic(record: dict[str, Any]) -> str:
    """The same for statements that differ in their literals alone; it is found once."""
    if "generic" not in record:
        literals = ("string", "number")
        parts = ("?" if each.kind in literals else each.text for each in words(record["text"]))
        record["generic"] = _hash(" ".join(parts))
    return str(record["generic"])


@system("sys_query_text", "user_id int, query_id bigint, transaction_id bigint, session_id int, "
        "start_time timestamp, sequence int, text varchar(200)")  # fmt: skip
def sys_query_text(connection: Connection) -> Iterator[Any]:
    for record, user in visible(connection):
        for at, text in pieces(record["text"]):
            yield (user, record["query_id"], record["xid"], record["pid"],
                   moment(record["started"]), at, text)  # fmt: skip


@system("stl_query", "userid int, query int, label char(320), xid bigint, pid int, "
        "database char(32), querytxt char(4000), starttime timestamp, endtime timestamp, "
        "aborted int, insert_pristine int, concurrency_scaling_status int")  # fmt: skip
def stl_query(connection: Connection) -> Iterator[Any]:
    for record, user in _queries(connection):
        yield (
            user, record["query_id"], record["label"], record["xid"], record["pid"],
            record["database"], record["text"][:4000], moment(record["started"]),
            moment(record["ended"]), int(record["status"] == "canceled"), 0, 0,
        )  # fmt: skip


@system("svl_qlog", "userid int, query int, xid bigint, pid int, starttime timestamp, "
        "endtime timestamp, elapsed bigint, aborted int, label char(320), substring char(60), "
        "source_query int")  # fmt: skip
def svl_qlog(connection: Connection) -> Iterator[Any]:
    for record, user in visible(connection):
        yield (
            user, record["query_id"], record["xid"], record["pid"], moment(record["started"]),
            moment(record["ended"]), elapsed_micros(record), int(record["status"] == "canceled"),
            record["label"], record["text"][:60], record["source"],
        )  # fmt: skip


@system("stl_querytext", "userid int, xid bigint, pid int, query int, sequence int, "
        "text char(200)")  # fmt: skip
def stl_querytext(connection: Connection) -> Iterator[Any]:
    for record, user in _queries(connection):
        for at, text in pieces(record["text"]):
            yield user, record["xid"], record["pid"], record["query_id"], at, text


@system("stv_sessions", "starttime timestamp, process int, user_name char(50), "
        "db_name char(50), timeout_sec int")  # fmt: skip
def stv_sessions(connection: Connection) -> Iterator[Any]:
    for one in list(connection.warehouse.connections.values()):
        yield moment(one.started_at), one.pid, one.user, one.database, 0


@system("stv_recents", "userid int, status char(20), starttime timestamp, duration int, "
        "user_name char(50), db_name char(50), query char(600), pid int")  # fmt: skip
def stv_recents(connection: Connection) -> Iterator[Any]:
    for record, user in visible(connection):
        status = "Running" if record["status"] == "running" else "Done"
        yield (user, status, moment(record["started"]), elapsed_micros(record), record["user"],
               record["database"], record["text"][:600], record["pid"])  # fmt: skip
