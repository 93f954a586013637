"""What became of each COPY and UNLOAD: kept beside the warehouse, whatever its transaction did."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.copying.sources import Given
from labkit.cloud.redshift.warehouse import Connection, committed
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.signatures import sign_as, sign_lake

if TYPE_CHECKING:
    from labkit.cloud.redshift.copying.loading import Load, Wrong

LOADS, UNLOADS = "redshift.load", "redshift.unload"
MOST_ERRORS, MOST_KEPT = 1000, 2000
_FORMATS = {"text": "Text", "csv": "CSV", "fixed": "Text", "json": "JSON", "parquet": "Parquet",
            "orc": "ORC", "avro": "Avro"}  # fmt: skip


@on_start
def _end_interrupted(cloud: Cloud) -> None:
    """What ran when the process died came to nothing, unless it had committed."""
    for kind in (LOADS, UNLOADS):
        records = cloud.records(kind)
        for id, record in list(records.items()):
            if record["ended"] is None:
                done = kind == LOADS and id in committed(cloud, record["key"])
                status = "completed" if done else "aborted"
                records[id] = record | {"ended": record["started"], "status": status}


@dataclass(frozen=True)
class Noted:
    """A record that is being filled."""

    connection: Connection
    kind: str
    id: str

    def change(self, **members: Any) -> None:
        records = self.connection.warehouse.cloud.records(self.kind)
        records[self.id] = records[self.id] | members

    def end(self, committed: bool) -> None:
        self.change(ended=time.time(), status="completed" if committed else "aborted")


def begin_load(
    connection: Connection, table: Object, options: CopyOptions, given: Given, job: int
) -> Noted:
    """Put a COPY on record."""
    return _begin(
        connection,
        LOADS,
        table=table.name,
        tbl=table.oid,
        source=options.source,
        format=_FORMATS[options.format],
        files=[{"uri": each.uri, "size": each.size, "lines": None} for each in given.objects],
        errors=[],
        job=job,
    )


def end_load(noted: Noted, work: Load, count: int, status: str, message: str = "") -> None:
    """Say how a COPY ended; one that is a transaction of its own ends with its commit."""
    records = noted.connection.warehouse.cloud.records(LOADS)
    files = [dict(each) for each in records[noted.id]["files"]]
    wrong = {file.path: 0 for file in work.files}
    for each in work.wrong:
        wrong[each.file.path] += 1
    for told, file in zip(files, work.files, strict=True):
        told["lines"] = work.lines.get(file.path, count if len(files) == 1 else None)
        told["errors"] = wrong[file.path]
    noted.change(
        rows=count,
        files=files,
        errors=[_error(each, work.columns) for each in work.wrong[:MOST_ERRORS]],
        replaced=work.replaced,
        message=message,
    )
    if status == "completed" and noted.connection.alone:
        sign_as(noted.connection, noted.id, count)
        noted.connection.on_end.append(noted.end)
    else:
        noted.change(ended=time.time(), status=status)


def files_at_fault(connection: Connection) -> set[str]:
    """The files that the session's last statement, a COPY that failed, could not load."""
    asked = (connection.warehouse.key, connection.last_query_id)
    for record in reversed(list(connection.warehouse.cloud.records(LOADS).values())):
        if (record["key"], record["query"]) == asked:
            return {each["file"] for each in record["errors"]}
    return set()


def _error(wrong: Wrong, columns: Sequence[TableColumn]) -> dict[str, Any]:
    error, record = wrong.error, wrong.record
    column = columns[error.column] if 0 <= error.column < len(columns) else None
    return {
        "file": wrong.file.partition[0],
        "line": record.line,
        "raw": record.raw,
        "value": error.value,
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
    if status == "completed":
        sign_lake(noted.connection, rows)


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
