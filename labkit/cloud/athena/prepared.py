"""Prepared statements: a query with ``?`` under a name, one namespace a work group.

Source: https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
"""

from __future__ import annotations

import re
import time
from typing import Any

from labkit.cloud.athena.errors import invalid, not_found
from labkit.cloud.athena.paging import lists
from labkit.cloud.athena.workgroups import find_workgroup
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, AwsError, Context, operation

KIND = "athena.prepared"
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_@:]{0,255}")
Prepared = dict[str, Any]


def find_prepared(cloud: Cloud, workgroup: str, name: str) -> Prepared | None:
    """A work group's prepared statement; names are without case."""
    return cloud.records(KIND).get(_key(workgroup, name))


def keep_prepared(
    cloud: Cloud, workgroup: str, name: str, text: str, description: str | None = None
) -> None:
    """Make a prepared statement, or put another in its place."""
    record = {
        "StatementName": name,
        "QueryStatement": text,
        "WorkGroupName": workgroup,
        "LastModifiedTime": time.time(),
    }
    described = record | ({"Description": description} if description is not None else {})
    cloud.records(KIND)[_key(workgroup, name)] = described


def drop_prepared(cloud: Cloud, workgroup: str, name: str) -> None:
    """Forget a prepared statement."""
    del cloud.records(KIND)[_key(workgroup, name)]


@operation("athena", "CreatePreparedStatement", alone=True)
def create_prepared_statement(
    context: Context,
    *,
    StatementName: str,
    WorkGroup: str,
    QueryStatement: str,
    Description: str | None = None,
) -> Answer:
    find_workgroup(context, WorkGroup)
    if not _NAME.fullmatch(StatementName):
        raise invalid(f"Prepared statement name is invalid: {StatementName}")
    if find_prepared(context.cloud, WorkGroup, StatementName):
        raise invalid(f"PreparedStatement {StatementName} already exists in WorkGroup {WorkGroup}")
    keep_prepared(context.cloud, WorkGroup, StatementName, QueryStatement, Description)
    return {}


@operation("athena", "UpdatePreparedStatement", alone=True)
def update_prepared_statement(
    context: Context,
    *,
    StatementName: str,
    WorkGroup: str,
    QueryStatement: str,
    Description: str | None = None,
) -> Answer:
    known = _need(context, WorkGroup, StatementName)
    described = Description if Description is not None else known.get("Description")
    keep_prepared(context.cloud, WorkGroup, known["StatementName"], QueryStatement, described)
    return {}


@operation("athena", "GetPreparedStatement")
def get_prepared_statement(context: Context, *, StatementName: str, WorkGroup: str) -> Answer:
    return {"PreparedStatement": _need(context, WorkGroup, StatementName)}


@operation("athena", "BatchGetPreparedStatement")
def batch_get_prepared_statement(
    context: Context, *, PreparedStatementNames: list[str], WorkGroup: str
) -> Answer:
    found, missing = [], []
    for name in PreparedStatementNames:
        try:
            found.append(_need(context, WorkGroup, name))
        except AwsError as error:
            missing.append(
                {"StatementName": name, "ErrorCode": error.code, "ErrorMessage": error.message}
            )
    return {"PreparedStatements": found, "UnprocessedPreparedStatementNames": missing}


@lists("ListPreparedStatements", "PreparedStatements")
def list_prepared_statements(context: Context, *, WorkGroup: str) -> list[Answer]:
    find_workgroup(context, WorkGroup)
    return [
        {name: record[name] for name in ("StatementName", "LastModifiedTime")}
        for record in context.cloud.records(KIND).values()
        if record["WorkGroupName"] == WorkGroup
    ]


@operation("athena", "DeletePreparedStatement", alone=True)
def delete_prepared_statement(context: Context, *, StatementName: str, WorkGroup: str) -> Answer:
    _need(context, WorkGroup, StatementName)
    drop_prepared(context.cloud, WorkGroup, StatementName)
    return {}


def _need(context: Context, workgroup: str, name: str) -> Prepared:
    find_workgroup(context, workgroup)
    found = find_prepared(context.cloud, workgroup, name)
    if found is None:
        raise not_found(f"PreparedStatement {name} was not found in workGroup {workgroup}", name)
    return found


def _key(workgroup: str, name: str) -> str:
    return f"{workgroup}/{name.lower()}"
