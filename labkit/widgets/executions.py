"""Athena's executions and results as the query editor shows them.

A result's first row repeats the column names when the statement is a query; the rows of DDL and
SHOW come without. https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from labkit.query import Result

if TYPE_CHECKING:
    from labkit.lab import Lab

Facts = dict[str, Any]
ENDS = ("SUCCEEDED", "FAILED", "CANCELLED")
NUMBERS = {"tinyint", "smallint", "integer", "bigint", "float", "real", "double", "decimal"}
PLACE = re.compile(r"\bline (\d+):(\d+)\b")
TIMES = {
    "QueryQueueTimeInMillis": "Queue",
    "ServicePreProcessingTimeInMillis": "Preprocessing",
    "QueryPlanningTimeInMillis": "Planning",
    "EngineExecutionTimeInMillis": "Execution",
    "ServiceProcessingTimeInMillis": "Service",
}
ROWS = {
    "InputRows": "Input rows",
    "InputBytes": "Input bytes",
    "OutputRows": "Output rows",
    "OutputBytes": "Output bytes",
}


def run_facts(lab: Lab, execution: Facts) -> Facts:
    """An execution as the editor shows it.

    Args:
        lab: the lab that ran it.
        execution: as ``GetQueryExecution`` tells it.

    Returns:
        ``id``, ``state``, ``error``, ``place`` ([line, column] or None), ``queue_ms``, ``run_ms``,
        ``scanned_bytes``, ``dollars``, ``reused``, ``kind`` (DML, DDL or UTILITY).
    """
    told, status = Result(lab, execution), execution["Status"]
    failed = status["State"] == "FAILED"
    reason = status.get("StateChangeReason", "") if failed else ""
    statistics = execution.get("Statistics", {})
    return {
        "id": told.execution_id,
        "state": status["State"],
        "error": reason,
        "place": place(reason),
        "queue_ms": statistics.get("QueryQueueTimeInMillis", 0),
        "run_ms": statistics.get("TotalExecutionTimeInMillis", 0),
        "scanned_bytes": statistics.get("DataScannedInBytes", 0),
        "dollars": told.bill if status["State"] in ENDS and not failed else 0.0,
        "reused": told.reused if statistics else False,
        "kind": execution.get("StatementType", ""),
    }


def refused(message: str) -> Facts:
    """A statement that Athena did not take up, in the shape of `run_facts`."""
    nothing = {"queue_ms": 0, "run_ms": 0, "scanned_bytes": 0, "dollars": 0.0, "reused": False}
    return nothing | {
        "id": "",
        "state": "FAILED",
        "error": message,
        "place": place(message),
        "kind": "",
    }


def place(message: str) -> list[int] | None:
    """The line and column that an error names.

    >>> place("SYNTAX_ERROR: line 2:8: Column 'gpa' cannot be resolved")
    [2, 8]
    """
    found = PLACE.search(message)
    return [int(found[1]), int(found[2])] if found else None


def result_facts(answer: Facts, *, kind: str, first: bool) -> Facts:
    """A page of rows.

    Args:
        answer: as ``GetQueryResults`` tells it.
        kind: the statement's type.
        first: whether this is the first page, which may start with the column names.

    Returns:
        ``columns`` (``name``, ``type``, ``number``), ``rows`` (texts, None for NULL), ``next`` (the
        token of the next page, or empty).
    """
    described = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    rows = [_texts(row, len(described)) for row in answer["ResultSet"]["Rows"]]
    names = [c["Name"] for c in described]
    if first and rows and rows[0] == names and kind != "DDL":
        rows = rows[1:]
    columns = [{"name": c["Name"], "type": _type(c), "number": _number(c)} for c in described]
    return {"columns": columns, "rows": rows, "next": answer.get("NextToken", "")}


def statistics_facts(statistics: Facts) -> Facts:
    """``GetQueryRuntimeStatistics`` as the editor shows it: times, rows and bytes, stages."""
    timeline, rows = statistics.get("Timeline", {}), statistics.get("Rows", {})
    return {
        "times": [[said, timeline[name]] for name, said in TIMES.items() if name in timeline],
        "rows": [[said, rows[name]] for name, said in ROWS.items() if name in rows],
        "stages": list(_stages(statistics.get("OutputStage"))),
    }


def _stages(stage: Facts | None) -> list[Facts]:
    if not stage:
        return []
    names = ("StageId", "State", "InputRows", "InputBytes", "OutputRows", "ExecutionTime")
    inner = [found for sub in stage.get("SubStages", []) for found in _stages(sub)]
    return [{name: stage.get(name) for name in names}, *inner]


def _texts(row: Facts, width: int) -> list[str | None]:
    texts = [cell.get("VarCharValue") for cell in row.get("Data", [])]
    return texts + [None] * (width - len(texts))


def _type(column: Facts) -> str:
    if column["Type"] != "decimal":
        return str(column["Type"])
    return f"decimal({column.get('Precision', 38)},{column.get('Scale', 0)})"


def _number(column: Facts) -> bool:
    return column["Type"] in NUMBERS
