"""What runs at this moment, and the statements of each kind that have run.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_intro_STL_tables.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.history import elapsed_micros, kind_of, pieces, visible
from labkit.cloud.redshift.system.oids import user_oids
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.serializing import level

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_TEXT = "text char(200)"


def _running(connection: Connection) -> Iterator[tuple[dict[str, Any], int]]:
    return ((one, user) for one, user in visible(connection) if one["status"] == "running")


@system("stv_inflight", "userid int, slice int, query int, label char(320), xid bigint, pid int, "
        "starttime timestamp, text char(100), suspended int, insert_pristine int, "
        "concurrency_scaling_status int")  # fmt: skip
def stv_inflight(connection: Connection) -> Iterator[Any]:
    for one, user in _running(connection):
        yield (user, 0, one["query_id"], one["label"], one["xid"], one["pid"],
               moment(one["started"]), one["text"][:100], 0, 0, 0)  # fmt: skip


@system("svv_query_inflight", "userid int, slice int, query int, pid int, starttime timestamp, "
        f"suspended int, {_TEXT}, sequence int")  # fmt: skip
def svv_query_inflight(connection: Connection) -> Iterator[Any]:
    for one, user in _running(connection):
        for at, text in pieces(one["text"]):
            yield user, 0, one["query_id"], one["pid"], moment(one["started"]), 0, text, at


@system("stv_wlm_query_state", "xid int, task int, query int, service_class int, slot_count int, "
        "wlm_start_time timestamp, state char(16), queue_time bigint, exec_time bigint, "
        "query_priority char(20)")  # fmt: skip
def stv_wlm_query_state(connection: Connection) -> Iterator[Any]:
    for one, _ in _running(connection):
        yield (one["xid"], one["query_id"], one["query_id"], 100, 1, moment(one["started"]),
               "Running", 0, elapsed_micros(one), "Normal")  # fmt: skip


@system("stl_wlm_query", "userid int, xid int, task int, query int, service_class int, "
        "slot_count int, service_class_start_time timestamp, queue_start_time timestamp, "
        "queue_end_time timestamp, total_queue_time bigint, exec_start_time timestamp, "
        "exec_end_time timestamp, total_exec_time bigint, service_class_end_time timestamp, "
        "final_state char(16), est_peak_mem bigint, query_priority char(20), "
        "service_class_name char(64)")  # fmt: skip
def stl_wlm_query(connection: Connection) -> Iterator[Any]:
    """One queue, in which nobody waits."""
    for one, user in visible(connection):
        start, end = moment(one["started"]), moment(one["ended"])
        yield (user, one["xid"], one["query_id"], one["query_id"], 100, 1, start, start,
               start, 0, start, end, elapsed_micros(one), end, "Completed", 0, "Normal",
               "Default queue")  # fmt: skip


_STATEMENT = (
    "userid int, xid bigint, pid int, label char(320), starttime timestamp, endtime timestamp, "
)


def _statements(connection: Connection, *kinds: str) -> Iterator[Any]:
    for one, user in visible(connection):
        kind = kind_of(one["leading"])
        if not kinds or kind in kinds:
            told = (user, one["xid"], one["pid"], one["label"], moment(one["started"]),
                    moment(one["ended"]))  # fmt: skip
            for at, text in pieces(one["text"]):
                yield told, at, kind, text


@system("stl_ddltext", f"{_STATEMENT} sequence int, {_TEXT}")
def stl_ddltext(connection: Connection) -> Iterator[Any]:
    return ((*told, at, text) for told, at, _, text in _statements(connection, "DDL"))


@system("stl_utilitytext", f"{_STATEMENT} sequence int, {_TEXT}")
def stl_utilitytext(connection: Connection) -> Iterator[Any]:
    return ((*told, at, text) for told, at, _, text in _statements(connection, "UTILITY"))


@system("svl_statementtext", f"{_STATEMENT} sequence int, type varchar(10), {_TEXT}")
def svl_statementtext(connection: Connection) -> Iterator[Any]:
    for told, at, kind, text in _statements(connection):
        yield (*told, at, kind if kind in ("DDL", "UTILITY") else "QUERY", text)


@system("stl_connection_log", "event char(50), recordtime timestamp, remotehost char(45), "
        "remoteport char(32), pid int, dbname char(50), username char(50), authmethod char(32), "
        "duration int, sslversion char(50), sslcipher char(128), mtu int, "
        "sslcompression char(64), sslexpansion char(64), iamauthguid char(36), "
        "application_name char(250), os_version char(64), driver_version char(64), "
        "plugin_name char(32), protocol_version int, sessionid char(36)")  # fmt: skip
def stl_connection_log(connection: Connection) -> Iterator[Any]:
    """How the sessions that are open began."""
    for one, told in _begun(connection):
        yield (*told, _told(one, "os_version"), _told(one, "driver_version"),
               _told(one, "plugin_name"), 0, "")  # fmt: skip


@system("sys_connection_log", "event char(50), record_time timestamp, remote_host char(45), "
        "remote_port char(32), session_id int, database_name char(50), user_name char(50), "
        "auth_method char(32), duration int, ssl_version char(50), ssl_cipher char(128), mtu int, "
        "ssl_compression char(64), ssl_expansion char(64), iam_auth_guid char(36), "
        "application_name char(250), driver_version char(64), os_version char(64), "
        "plugin_name char(32), protocol_version int, global_session_id char(36)")  # fmt: skip
def sys_connection_log(connection: Connection) -> Iterator[Any]:
    for one, told in _begun(connection):
        yield (*told, _told(one, "driver_version"), _told(one, "os_version"),
               _told(one, "plugin_name"), 0, "")  # fmt: skip


def _begun(connection: Connection) -> Iterator[tuple[Connection, tuple[Any, ...]]]:
    """Each open session with the events of its log-in."""
    for one in list(connection.warehouse.connections.values()):
        for event in ("authenticated", "initiating session"):
            yield one, (
                event, moment(one.started_at), "127.0.0.1", "", one.pid, one.home_database,
                one.user, "password", 0, "", "", 0, "", "", "", one.settings["application_name"],
            )  # fmt: skip


def _told(one: Connection, name: str) -> str:
    """What a driver says of itself; Redshift's own do."""
    return one.client.get(name, "")[:64]


@system("sys_session_history", "user_id int, session_id int, database_name char(128), "
        "status char(15), session_timeout int, start_time timestamp, end_time timestamp"
        )  # fmt: skip
def sys_session_history(connection: Connection) -> Iterator[Any]:
    """The sessions that are open."""
    users = user_oids(connection)
    for one in list(connection.warehouse.connections.values()):
        yield (users.get(one.user, 0), one.pid, one.database, "Active", 0,
               moment(one.started_at), None)  # fmt: skip


@system("sys_transaction_history", "user_id int, transaction_id bigint, isolation_level text, "
        "status text, transaction_start_time timestamp, commit_start_time timestamp, "
        "commit_end_time timestamp, blocks_committed int")  # fmt: skip
def sys_transaction_history(connection: Connection) -> Iterator[Any]:
    levels = {one.name: level(one) for one in connection.objects.of("database")}
    for one, user in visible(connection):
        if one["status"] != "running":
            status = "committed" if one["status"] == "success" else "rolled back"
            end = moment(one["ended"])
            isolation = levels.get(one["database"], level(None))
            start = moment(one["started"])
            yield user, one["query_id"], isolation, status, start, end, end, 0


@system("pg_stat_activity", "datid oid, datname varchar(128), procpid int, usesysid int, "
        "usename varchar(128), current_query varchar(65535), query_start timestamptz")  # fmt: skip
def pg_stat_activity(connection: Connection) -> Iterator[Any]:
    databases = {one.name: one.oid for one in connection.objects.of("database")}
    running = {one["pid"]: (one, user) for one, user in _running(connection)}
    for session in list(connection.warehouse.connections.values()):
        one, user = running.get(session.pid, (None, 0))
        yield (databases.get(session.database, 0), session.database, session.pid, user,
               session.user, one["text"] if one else "<IDLE>",
               moment(one["started"]) if one else None)  # fmt: skip


@system("pg_settings", "name varchar(128), setting varchar(4000)")
def pg_settings(connection: Connection) -> Iterator[Any]:
    return iter(sorted(connection.settings.items()))


@system("stv_wlm_service_class_config", "service_class int, queueing_strategy char(32), "
        "num_query_tasks int, target_num_query_tasks int, evictable char(8), "
        "eviction_threshold bigint, query_working_mem int, target_query_working_mem int, "
        "min_step_mem int, name char(64), max_execution_time bigint, user_group_wild_card char(8), "
        "query_group_wild_card char(8), concurrency_scaling char(20), "
        "query_priority char(20), user_role_wild_card char(8)")  # fmt: skip
def stv_wlm_service_class_config(connection: Connection) -> Iterator[Any]:
    """Automatic WLM's one queue."""
    yield (100, "Auto", -1, -1, "false", 0, -1, -1, 0, "Default queue", 0, "false", "false",
           "off", "Normal", "false")  # fmt: skip


@system("stv_active_cursors", "userid int, name varchar(256), xid bigint, pid int, "
        "starttime timestamp, row_count bigint, byte_count bigint, fetched_rows bigint"
        )  # fmt: skip
def stv_active_cursors(connection: Connection) -> Iterator[Any]:
    """One's own cursors, or all for a superuser.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_ACTIVE_CURSORS.html
    """
    whole, users = grants.is_superuser(connection, connection.user), user_oids(connection)
    for one in list(connection.warehouse.connections.values()):
        for name, (result, fetched, began) in list(one.cursors.items()):
            if whole or one.user == connection.user:
                yield (users.get(one.user, 0), name, one.xid, one.pid, moment(began),
                       result.rows.num_rows, result.rows.nbytes, fetched)  # fmt: skip
