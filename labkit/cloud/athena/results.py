"""``GetQueryResults``: the rows of a result, a page at a time, read from the result's own file.

The first row of a query's result is its header; a DDL statement's lines have none. A value is text
as in the CSV file: everything quoted, NULL unquoted and empty. Source:
https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
The token of the next page is the offset of its first row in the file, so a page costs its own size.
A full page has one, though nothing may follow. What statements of DDL and those that failed answer:
https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/result-files.md
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from labkit.cloud.athena import managed
from labkit.cloud.athena.errors import invalid
from labkit.cloud.athena.executions import find_execution, place_of
from labkit.cloud.athena.running import told_by_hive
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.s3.store import Store

_FIELD = re.compile(rb'(?:"((?:[^"]++|"")*+)"|([^",\n]*+))([,\n]|$)')
_CHUNK = 1 << 20
#: Statements whose result would be rows, and has none.
_PAGE = 1000
_CHANGES = ("UPDATE", "DELETE", "MERGE")


@operation("athena", "GetQueryResults")
def get_query_results(
    context: Context,
    *,
    QueryExecutionId: str,
    NextToken: str = "",
    MaxResults: int = _PAGE,
    QueryResultType: str = "DATA_ROWS",
) -> Answer:
    if QueryResultType != "DATA_ROWS":
        raise not_here("athena", "GetQueryResults", "a manifest in rows; it is in the bucket")
    record = find_execution(context, QueryExecutionId)
    if MaxResults > _PAGE:
        raise invalid(f"MaxResults is more than maximum allowed length {_PAGE}")
    if not _has_result(record):
        return {"ResultSet": {"Rows": []}}
    start = _start(QueryExecutionId, NextToken) if NextToken else 0
    columns = record["_"].get("columns") or []
    rows, following = _page(context, record, start, MaxResults)
    shown = [{"Data": [_datum(v) for v in row]} for row in rows]
    found = {"Rows": shown, "ResultSetMetadata": {"ColumnInfo": columns}}
    answer: Answer = {"ResultSet": found, "UpdateCount": record["_"].get("update_count")}
    if following is None:
        return answer
    token = base64.b64encode(f"{QueryExecutionId}:{following}".encode()).decode()
    return answer | {"NextToken": token}


def _start(id: str, token: str) -> int:
    """Where the page begins that a token of this execution names: a place in its file."""
    try:
        told, _, place = base64.b64decode(token, validate=True).decode().rpartition(":")
        if told == id:
            return int(place)
    except ValueError:
        pass
    raise invalid(f"Malformed nextPageToken {token}")


@operation("athena", "GetQueryRuntimeStatistics")
def get_query_runtime_statistics(context: Context, *, QueryExecutionId: str) -> Answer:
    record = find_execution(context, QueryExecutionId)
    statistics = record["Statistics"]
    names = (
        "QueryQueueTimeInMillis", "QueryPlanningTimeInMillis", "EngineExecutionTimeInMillis",
        "ServiceProcessingTimeInMillis", "TotalExecutionTimeInMillis",
    )  # fmt: skip
    timeline = {name: statistics[name] for name in names if name in statistics}
    rows = {"InputBytes": statistics.get("DataScannedInBytes", 0)}
    if "rows" in record["_"]:
        rows["OutputRows"] = record["_"]["rows"]
    if "bytes" in record["_"]:
        rows["OutputBytes"] = record["_"]["bytes"]
    return {"QueryRuntimeStatistics": {"Timeline": timeline, "Rows": rows}}


def _has_result(record: dict[str, Any]) -> bool:
    """Whether a query has left one; false where Hive has told why it failed.

    Raises:
        AwsError: it has not ended, or not well.
    """
    state = record["Status"]["State"]
    if state in ("QUEUED", "RUNNING"):
        raise invalid(f"Query has not yet finished. Current state: {state}", "QUERY_NOT_FINISHED")
    if state == "CANCELLED":
        raise invalid("Could not find results", "RESULT_NOT_FOUND")
    if state == "FAILED" and told_by_hive(record["Status"]):
        return False
    if state == "FAILED" and record["SubstatementType"].startswith("ALTER_TABLE"):
        raise invalid("Could not find results", "RESULT_NOT_FOUND")
    if state != "SUCCEEDED":
        message = f"Query did not finish successfully. Final query state: {state}"
        raise invalid(message, "INVALID_QUERY_EXECUTION_STATE")
    return True


def _page(
    context: Context, record: dict[str, Any], start: int, limit: int
) -> tuple[list[list[str | None]], int | None]:
    location = place_of(record)
    read = {"csv": _csv_rows, "txt": _text_rows}.get(location.rpartition(".")[2])
    if read is None or record["SubstatementType"] in _CHANGES:
        return [], None
    path = _open(context, location)
    rows: list[list[str | None]] = []
    at = start
    with path.open("rb") as file:
        file.seek(at)
        for row, length in read(file):
            if len(rows) == limit:
                return rows, at
            rows.append(row)
            at += length
    return rows, at if len(rows) == limit else None


def _open(context: Context, location: str) -> Path:
    if managed.is_managed(location):
        kept = managed.find(context.cloud, location)
        if kept is None:
            raise invalid("Could not find results", "RESULT_NOT_FOUND")
        return kept
    store = Store(context.cloud, context.principal)
    try:
        found = store.find(location)
        if found is None:
            raise invalid(f"Could not find results: {location}")
        return store.read(found)
    except AwsError as error:
        if error.status == 403:
            raise invalid(
                f"Access denied when reading the result of the query: {location}"
            ) from error
        raise


def _datum(value: str | None) -> dict[str, str]:
    return {} if value is None else {"VarCharValue": value}


def _text_rows(file: IO[bytes]) -> Iterator[tuple[list[str | None], int]]:
    """Lines of a result file and their lengths, each with its end, be it the file's."""
    start, size = file.tell(), file.seek(0, io.SEEK_END)
    file.seek(start)
    more = 0 < start == size  # behind a line's end there is another line, be it empty
    for line in file:
        more = line.endswith(b"\n")
        yield [line.decode().rstrip("\n")], len(line) + (not more)
    if more:
        yield [""], 1


def _csv_rows(file: IO[bytes]) -> Iterator[tuple[list[str | None], int]]:
    """Rows of a result file and their lengths in bytes."""
    rest = b""
    while chunk := file.read(max(_CHUNK, len(rest))):  # of a long row twice as much
        buffer, at = rest + chunk, 0
        while (found := _csv_row(buffer, at)) is not None:
            row, end = found
            yield row, end - at
            at = end
        rest = buffer[at:]


def _csv_row(buffer: bytes, at: int) -> tuple[list[str | None], int] | None:
    """The row that starts here and where it ends; ``None`` when it is not whole."""
    row: list[str | None] = []
    while found := _FIELD.match(buffer, at):
        if not found[3]:
            return None
        quoted = found[1]
        row.append(None if quoted is None else quoted.replace(b'""', b'"').decode())
        at = found.end()
        if found[3] == b"\n":
            return row, at
    return None
