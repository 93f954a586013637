"""Statements of the Redshift Data API as the warehouse's editor shows them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from labkit.warehouses.plans import put_sent, read_plan
from labkit.warehouses.results import split

Facts = dict[str, Any]
ENDS = ("FINISHED", "FAILED", "ABORTED")
NO_ROWS: Facts = {"columns": [], "rows": [], "next": "", "total": 0}
POSITION = re.compile(r"\bPosition: (\d+)")


def placed(sql: str) -> list[tuple[int, str]]:
    """The statements of a text with the places where they begin.

    >>> placed("SELECT 1; SELECT 2")
    [(0, 'SELECT 1'), (10, 'SELECT 2')]
    """
    found, at = [], 0
    for statement in split(sql):
        at = sql.index(statement, at)
        found.append((at, statement))
        at += len(statement)
    return found


def run_facts(parts: Sequence[Facts]) -> Facts:
    """What ran together in a tab.

    Args:
        parts: the statements until now, as `part_facts` gives them; the last may still run.

    Returns:
        The last one's ``id``, ``state``, ``error`` and ``place`` ([line, column] or None), their
        ``run_ms`` together, and ``parts``.
    """
    last = parts[-1] if parts else {"id": "", "state": ENDS[0], "error": "", "place": None}
    shown = {name: last[name] for name in ("id", "state", "error", "place")}
    return shown | {"run_ms": sum(part["run_ms"] for part in parts), "parts": list(parts)}


def part_facts(described: Facts, *, sql: str, at: int) -> Facts:
    """A statement.

    Args:
        described: as ``DescribeStatement`` or ``ExecuteStatement`` tells it.
        sql: the text that it is a part of.
        at: where it begins there.

    Returns:
        ``id``, ``state``, ``error``, ``place``, ``run_ms``, ``rows`` (-1: none to count), ``bytes``
        (of the result), ``query`` (Redshift's own number, -1: none), ``has_rows``.
    """
    error = described.get("Error", "")
    return {
        "id": described["Id"],
        "state": described.get("Status", "SUBMITTED"),
        "error": error,
        "place": place(error, sql, at),
        "run_ms": max(0, described.get("Duration", 0)) / 1e6,
        "rows": described.get("ResultRows", -1),
        "bytes": described.get("ResultSize", -1),
        "query": described.get("RedshiftQueryId", -1),
        "has_rows": described.get("HasResultSet", False),
    }


def place(error: str, sql: str, at: int) -> list[int] | None:
    """The line and column that an error's position means; positions count from 1.

    >>> place('ERROR: column "b" does not exist\\n  Position: 8', "SELECT 1;\\nSELECT b", 10)
    [2, 8]
    """
    found = POSITION.search(error)
    if not found:
        return None
    before = sql[: at + int(found[1]) - 1]
    return [before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1]


def listed_facts(found: Facts) -> Facts:
    """A statement of ``ListStatements``: ``id``, ``state``, ``sql``, ``submitted``."""
    return {
        "id": found["Id"],
        "state": found["Status"],
        "sql": found.get("QueryString") or ";\n".join(found.get("QueryStrings", [])),
        "submitted": found["CreatedAt"].isoformat(),
    }


def result_facts(answer: Facts, *, limit: int = 0) -> Facts:
    """A page of ``GetStatementResult``.

    Args:
        answer: as the Data API tells it.
        limit: the most rows to show; 0 for all of the page.

    Returns:
        ``columns`` (``name``, ``type``, ``number``), ``rows`` (texts, None for NULL), ``next`` (the
        token of the next page, or empty), ``total``.
    """
    records = [[text(cell) for cell in row] for row in answer["Records"]]
    return {
        "columns": [_column(column) for column in answer["ColumnMetadata"]],
        "rows": records[:limit] if limit else records,
        "next": "" if limit else answer.get("NextToken", ""),
        "total": answer.get("TotalNumRows", len(records)),
    }


def text(cell: Facts) -> str | None:
    """A field of the Data API as text, None for NULL."""
    [(kind, value)] = cell.items()
    if kind == "isNull":
        return None
    return str(value).lower() if kind == "booleanValue" else str(value)


def csv_file(answers: Iterable[Facts]) -> bytes:
    """All pages of a result as CSV; NULL is empty."""
    pages = [result_facts(answer) for answer in answers]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(column["name"] for column in pages[0]["columns"])
    writer.writerows(row for page in pages for row in page["rows"])
    return written.getvalue().encode()


def drawn_facts(query: int, lines: Iterable[str], steps: Iterable[Sequence[object]]) -> Facts:
    """A plan's ``html``, with what its ``query`` sent between the nodes when it ran.

    Args:
        lines: as ``EXPLAIN`` tells them.
        steps: label, rows and bytes of what ran.
    """
    plan = read_plan(lines)
    put_sent(plan, steps)
    return {"query": query, "html": plan._repr_html_()}


def table_facts(listed: Facts) -> Facts:
    """A table of ``ListTables``, its columns not yet known."""
    return {
        "id": f"{listed['schema']}.{listed['name']}",
        "schema": listed["schema"],
        "name": listed["name"],
        "kind": "view" if "VIEW" in listed["type"] else "table",
        "type": listed["type"],
        "keys": [],
        "columns": [],
    }


def column_facts(told: Iterable[Facts]) -> Facts:
    """The columns of ``DescribeTable`` as a table's ``columns``."""
    return {"columns": [{"name": c["name"], "type": c["typeName"], "key": False} for c in told]}


def _column(told: Facts) -> Facts:
    return {"name": told["name"], "type": told["typeName"], "number": told["isSigned"]}
