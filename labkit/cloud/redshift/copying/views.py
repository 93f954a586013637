"""What system tables tell of COPY and UNLOAD.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_LOAD_ERRORS.html,
https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_HISTORY.html and
https://docs.aws.amazon.com/redshift/latest/dg/SYS_UNLOAD_HISTORY.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from labkit.cloud.redshift.copying.history import LOADS, UNLOADS
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection


def _visible(connection: Connection, kind: str) -> Iterator[tuple[dict[str, Any], int]]:
    """One's own statements of this warehouse, or all for a superuser; with the user's id."""
    whole = grants.is_superuser(connection, connection.user)
    users = {one.name: one.oid for one in connection.objects.of("user")}
    for record in list(connection.warehouse.cloud.records(kind).values()):
        mine = record["key"] == connection.warehouse.key
        if mine and (whole or record["user"] == connection.user):
            yield record, users.get(record["user"], 0)


def _micros(record: dict[str, Any]) -> int:
    return int(((record["ended"] or time.time()) - record["started"]) * 1_000_000)


@system("stl_load_errors", "userid int, slice int, tbl int, starttime timestamp, session int, "
        "query int, filename char(256), line_number bigint, colname char(127), type char(10), "
        "col_length char(10), position int, raw_line char(1024), raw_field_value char(1024), "
        "err_code int, err_reason char(100), is_partial int, start_offset bigint, "
        "copy_job_id bigint")  # fmt: skip
def stl_load_errors(connection: Connection) -> Iterator[Any]:
    for record, user in _visible(connection, LOADS):
        for error in record["errors"]:
            yield (
                user, 0, record["tbl"], moment(record["started"]), record["pid"], record["query"],
                error["file"], error["line"], error["column"], error["type"], error["length"],
                error["position"], error["raw"], error["value"], error["code"], error["reason"],
                0, 0, record["job"],
            )  # fmt: skip


@system("stl_replacements", "userid int, query int, slice int, tbl int, starttime timestamp, "
        "session int, filename char(256), line_number bigint, colname char(127), "
        "raw_line char(1024)")  # fmt: skip
def stl_replacements(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_REPLACEMENTS.html"""
    for record, user in _visible(connection, LOADS):
        for place in record.get("replaced", ()):
            yield (user, record["query"], 0, record["tbl"], moment(record["started"]),
                   record["pid"], *place)  # fmt: skip


@system("stl_loaderror_detail", "userid int, slice int, session int, query int, "
        "filename char(256), line_number bigint, field int, colname char(1024), "
        "value char(1024), is_null int, type char(10), col_length char(10)")  # fmt: skip
def stl_loaderror_detail(connection: Connection) -> Iterator[Any]:
    """The fields of a wrong record, up to the one that is at fault."""
    for record, user in _visible(connection, LOADS):
        for error in record["errors"]:
            for at, (name, value, kind, size) in enumerate(error["fields"]):
                yield (
                    user, 0, record["pid"], record["query"], error["file"], error["line"], at,
                    name, value, int(value is None), kind, size,
                )  # fmt: skip


@system("stl_load_commits", "userid int, query int, slice int, name char(256), "
        "filename char(256), byte_offset int, lines_scanned int, errors int, curtime timestamp, "
        "status int, file_format char(16), is_partial int, start_offset bigint, "
        "copy_job_id bigint")  # fmt: skip
def stl_load_commits(connection: Connection) -> Iterator[Any]:
    for record, user in _visible(connection, LOADS):
        if record["status"] != "completed":
            continue
        for each in record["files"]:
            yield (
                user, record["query"], 0, None, each["uri"], 0, each["lines"],
                each.get("errors", 0), moment(record["ended"]), 1, record["format"], 0, 0,
                record["job"],
            )  # fmt: skip


@system("sys_load_detail", "user_id int, query_id int, file_name char(256), bytes_scanned int, "
        "lines_scanned int, record_time timestamp, splits_scanned int, start_time timestamp, "
        "end_time timestamp, file_etag char(256), file_last_modified timestamp")  # fmt: skip
def sys_load_detail(connection: Connection) -> Iterator[Any]:
    """A file is read in one piece; when each of them was is that of the whole statement.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_DETAIL.html
    """
    for record, user in _visible(connection, LOADS):
        start, end = moment(record["started"]), moment(record["ended"])
        for each in record["files"]:
            yield (user, record["query"], each["uri"], each["size"], each["lines"], end, 1, start,
                   end, None, None)  # fmt: skip


@system("sys_load_history", "user_id int, query_id bigint, transaction_id bigint, "
        "session_id int, database_name varchar(128), status varchar(16), "
        "table_name varchar(128), start_time timestamp, end_time timestamp, duration bigint, "
        "data_source varchar(1280), file_format varchar(16), loaded_rows bigint, "
        "loaded_bytes bigint, source_file_count int, source_file_bytes bigint, "
        "file_count_scanned int, file_bytes_scanned bigint, error_count bigint, "
        "copy_job_id bigint")  # fmt: skip
def sys_load_history(connection: Connection) -> Iterator[Any]:
    for record, user in _visible(connection, LOADS):
        size, count = sum(each["size"] for each in record["files"]), len(record["files"])
        yield (
            user, record["query"], record["query"], record["pid"], record["database"],
            record["status"], record["table"], moment(record["started"]), moment(record["ended"]),
            _micros(record), record["source"], record["format"].lower(), record["rows"], size,
            count, size, count, size, len(record["errors"]), record["job"],
        )  # fmt: skip


@system("sys_load_error_detail", "user_id int, query_id bigint, transaction_id bigint, "
        "session_id int, database_name char(64), table_id int, start_time timestamp, "
        "file_name char(256), line_number bigint, column_name char(127), column_type char(10), "
        "column_length char(10), position int, error_code int, error_message char(512)"
        )  # fmt: skip
def sys_load_error_detail(connection: Connection) -> Iterator[Any]:
    for record, user in _visible(connection, LOADS):
        for error in record["errors"]:
            yield (
                user, record["query"], record["query"], record["pid"], record["database"],
                record["tbl"], moment(record["started"]), error["file"], error["line"],
                error["column"], error["type"], error["length"], error["position"],
                error["code"], error["reason"],
            )  # fmt: skip


_UNLOADED = (
    "pid int, path char(1280), start_time timestamp, end_time timestamp, line_count bigint, "
    "transfer_size bigint, file_format char(10)"
)


@system("svcs_unload_log", f"userid int, query int, {_UNLOADED}")
def svcs_unload_log(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVCS_UNLOAD_LOG.html"""
    return ((user, query, *told) for user, query, _, *told in stl_unload_log(connection))


@system("stl_unload_log", f"userid int, query int, slice int, {_UNLOADED}")
def stl_unload_log(connection: Connection) -> Iterator[Any]:
    for record, user in _visible(connection, UNLOADS):
        for at, each in enumerate(record["files"]):
            yield (
                user, record["query"], at, record["pid"], each["uri"], moment(record["started"]),
                moment(record["ended"]), each["rows"], each["size"], record["format"],
            )  # fmt: skip


@system("sys_unload_history", "user_id int, query_id bigint, transaction_id bigint, "
        "session_id int, database_name varchar(128), status varchar(16), start_time timestamp, "
        "end_time timestamp, duration bigint, file_format varchar(16), "
        "compression_type varchar(16), unloaded_location varchar(1280), unloaded_rows bigint, "
        "unloaded_files_count bigint, unloaded_files_size bigint, error_message varchar(512)"
        )  # fmt: skip
def sys_unload_history(connection: Connection) -> Iterator[Any]:
    for record, user in _visible(connection, UNLOADS):
        size = sum(each["size"] for each in record["files"])
        yield (
            user, record["query"], record["query"], record["pid"], record["database"],
            record["status"], moment(record["started"]), moment(record["ended"]),
            _micros(record), record["format"], record["compression"], record["source"],
            record["rows"], len(record["files"]), size, record["message"],
        )  # fmt: skip


@system("sys_unload_detail", "user_id int, query_id bigint, transaction_id bigint, "
        "session_id int, database_name varchar(128), file_name varchar(1280), "
        "file_size bigint, line_count bigint, file_format varchar(16), start_time timestamp, "
        "end_time timestamp")  # fmt: skip
def sys_unload_detail(connection: Connection) -> Iterator[Any]:
    for record, user in _visible(connection, UNLOADS):
        for each in record["files"]:
            yield (
                user, record["query"], record["query"], record["pid"], record["database"],
                each["uri"], each["size"], each["rows"], record["format"],
                moment(record["started"]), moment(record["ended"]),
            )  # fmt: skip
