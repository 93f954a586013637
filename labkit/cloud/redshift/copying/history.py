"""What became of each COPY and UNLOAD: kept beside the warehouse, whatever its transaction did.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_LOAD_ERRORS.html,
https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_HISTORY.html and
https://docs.aws.amazon.com/redshift/latest/dg/SYS_UNLOAD_HISTORY.html
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.copying.sources import Given
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn

if TYPE_CHECKING:
    from labkit.cloud.redshift.copying.loading import Load, Wrong

LOADS, UNLOADS = "redshift.load", "redshift.unload"
MOST_ERRORS, MOST_KEPT = 1000, 2000
_FORMATS = {"text": "Text", "csv": "CSV", "fixed": "Text", "json": "JSON", "parquet": "Parquet",
            "orc": "ORC", "avro": "Avro"}  # fmt: skip


@dataclass(frozen=True)
class Noted:
    """A record that is being filled."""

    connection: Connection
    kind: str
    id: str

    def change(self, **members: Any) -> None:
        records = self.connection.warehouse.cloud.records(self.kind)
        records[self.id] = records[self.id] | members


def begin_load(
    connection: Connection, table: Object, options: CopyOptions, given: Given, job: int = 0
) -> Noted:
    """Put a COPY on record."""
    return _begin(
        connection,
        LOADS,
        table=table.name,
        tbl=table.oid,
        source=options.source,
        format=_FORMATS[options.format],
        files=[{"uri": each.uri, "size": each.size, "lines": 0} for each in given.objects],
        errors=[],
        job=job,
    )


def end_load(noted: Noted, work: Load, count: int, status: str, message: str = "") -> None:
    """Say how a COPY ended."""
    records = noted.connection.warehouse.cloud.records(LOADS)
    files = [dict(each) for each in records[noted.id]["files"]]
    wrong = {file.path: 0 for file in work.files}
    for each in work.wrong:
        wrong[each.file.path] += 1
    for told, file in zip(files, work.files, strict=True):
        told["lines"] = work.lines.get(file.path, count if len(files) == 1 else 0)
        told["errors"] = wrong[file.path]
    noted.change(
        ended=time.time(),
        status=status,
        rows=count,
        files=files,
        errors=[_error(each, work.columns) for each in work.wrong[:MOST_ERRORS]],
        message=message,
    )


def _error(wrong: Wrong, columns: Sequence[TableColumn]) -> dict[str, Any]:
    error, record = wrong.error, wrong.record
    column = columns[error.column] if 0 <= error.column < len(columns) else None
    return {
        "file": wrong.file.partition[0],
        "line": record.line,
        "raw": record.raw[:1024],
        "value": error.value[:1024],
        "position": error.position,
        "code": error.code,
        "reason": error.reason[:100],
        "at": error.column,
        "fields": [
            [c.name, told.text, type_name(c), length(c)]
            for c, told in zip(columns, record.fields, strict=False)
        ][: error.column + 1],
        "column": column.name if column else "",
        "type": type_name(column) if column else "",
        "length": length(column) if column else "",
    }


def type_name(column: TableColumn) -> str:
    """A type as the load's views call it."""
    return {"bpchar": "char"}.get(column.type.base, column.type.base)


def length(column: TableColumn) -> str:
    """A column's length as the load's views tell it; empty for types without one."""
    kind = column.type
    if kind.base == "numeric":
        return f"{kind.size}, {kind.scale}"
    return str(kind.size) if kind.size else ""


def begin_unload(connection: Connection, prefix: str, shape: str, compression: str) -> Noted:
    """Put an UNLOAD on record."""
    return _begin(
        connection, UNLOADS, source=prefix, format=shape, compression=compression, files=[]
    )


def end_unload(
    noted: Noted, files: Sequence[dict[str, Any]], status: str, message: str = ""
) -> None:
    """Say how an UNLOAD ended: its objects with ``uri``, ``rows`` and ``size``."""
    rows = sum(each["rows"] for each in files)
    noted.change(ended=time.time(), status=status, rows=rows, files=list(files), message=message)


def _begin(connection: Connection, kind: str, **members: Any) -> Noted:
    cloud = connection.warehouse.cloud
    records = cloud.records(kind)
    noted = Noted(connection, kind, uuid.uuid4().hex)
    while len(records) >= MOST_KEPT:
        del records[next(iter(records))]
    records[noted.id] = {
        "key": connection.warehouse.key,
        "user": connection.user,
        "database": connection.database,
        "query": connection.last_query_id,
        "pid": connection.pid,
        "started": time.time(),
        "ended": None,
        "status": "running",
        "rows": 0,
        "message": "",
        **members,
    }
    return noted


# Views ------------------------------------------------------------------------------------------


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


@system("stl_unload_log", "userid int, query int, slice int, pid int, path char(1280), "
        "start_time timestamp, end_time timestamp, line_count bigint, transfer_size bigint, "
        "file_format char(10)")  # fmt: skip
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
