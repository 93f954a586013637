"""GetStatementResult and its second version, page by page."""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context, operation
from labkit.cloud.paging import cut
from labkit.cloud.redshift.data_api import store, text
from labkit.cloud.redshift.data_api.records import wait
from labkit.cloud.redshift.words import invalid, without_result

PAGE = 1000


@operation("redshift-data", "GetStatementResult")
def get_statement_result(
    context: Context, *, Id: str, NextToken: str = "", WaitTimeSeconds: int = 0
) -> Answer:
    """Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_GetStatementResult.html"""
    if wait(context, Id, WaitTimeSeconds)["ResultFormat"] == "CSV":
        raise invalid("The result is in CSV format: use GetStatementResultV2")
    columns, rows, more, total = _page(context, Id, NextToken)
    return {
        "Records": [[text.field(value) for value in row] for row in rows],
        "ColumnMetadata": [text.metadata(column) for column in columns],
        "TotalNumRows": total,
        **more,
    }


@operation("redshift-data", "GetStatementResultV2")
def get_statement_result_v2(
    context: Context, *, Id: str, NextToken: str = "", WaitTimeSeconds: int = 0
) -> Answer:
    if wait(context, Id, WaitTimeSeconds)["ResultFormat"] != "CSV":
        raise invalid("The result is in JSON format: use GetStatementResult")
    columns, rows, more, total = _page(context, Id, NextToken)
    return {
        "Records": [{"CSVRecords": text.csv_text(columns, rows)}],
        "ColumnMetadata": [text.metadata(column) for column in columns],
        "TotalNumRows": total,
        "ResultFormat": "CSV",
        **more,
    }


def _page(context: Context, number: str, token: str) -> tuple[Any, list[Any], Answer, int]:
    record = wait(context, number, 0)
    part = record
    if record["_"]["batch"]:
        part = next((p for p in record["SubStatements"] if p["Id"] == number), record)
        if part is record:
            parts = [each for each in record["SubStatements"] if each["HasResultSet"]]
            part = parts[-1] if parts else record
    ended = "FINISHED" in (record["Status"], part["Status"])
    if not ended or not part["HasResultSet"]:
        raise without_result(number)
    columns, table = store.load(context.cloud, part["Id"])
    bad = invalid("Invalid NextToken")
    span, following = cut(range(table.num_rows), token, PAGE, bad, question=number)
    rows = text.rows_of(columns, table.slice(span[0] if span else 0, len(span)))
    return columns, rows, {"NextToken": following} if following else {}, table.num_rows
