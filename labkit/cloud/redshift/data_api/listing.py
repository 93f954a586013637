"""DescribeStatement, ListStatements, CancelStatement: what became of statements.

Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ListStatements.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context, operation
from labkit.cloud.paging import page
from labkit.cloud.redshift.data_api.records import (
    ENDED,
    KIND,
    Record,
    find,
    forget_old,
    of_caller,
    wait,
)
from labkit.cloud.redshift.words import invalid, missing

_PLACES = ("Database", "ClusterIdentifier", "WorkgroupName")


@operation("redshift-data", "DescribeStatement")
def describe_statement(context: Context, *, Id: str, WaitTimeSeconds: int = 0) -> Answer:
    record = wait(context, Id, WaitTimeSeconds)
    if ":" in Id:
        for part in record.get("SubStatements", ()):
            if part["Id"] == Id:
                return dict(part)
        raise missing(Id)
    return {name: value for name, value in record.items() if name not in ("_", "StatementName")}


@operation("redshift-data", "ListStatements")
def list_statements(
    context: Context,
    *,
    Status: str = "",
    StatementName: str = "",
    RoleLevel: bool = True,
    MaxResults: int = 100,
    NextToken: str = "",
    **where: Any,
) -> Answer:
    """The caller's statements, the latest first; without a state those that have finished."""
    if where.get("ClusterIdentifier") and where.get("WorkgroupName"):
        raise invalid("ClusterIdentifier and WorkgroupName can't be specified together")
    forget_old(context.cloud)
    wanted = {name: where[name] for name in _PLACES if where.get(name)}
    found = [
        _summary(record)
        for record in of_caller(context, KIND, wanted, role_level=RoleLevel)
        if (Status or "FINISHED") in ("ALL", record["Status"])
        and record.get("StatementName", "").startswith(StatementName)
    ]
    question = (Status, StatementName, sorted(wanted.items()))
    bad = invalid("Invalid NextToken")
    return page("Statements", found, MaxResults or 100, NextToken, bad, question=question)


def _summary(record: Record) -> Record:
    names = ("Id", "Status", "StatementName", "CreatedAt", "UpdatedAt", "QueryParameters",
             "SecretArn", "ResultFormat", "SessionId")  # fmt: skip
    batch = record["_"]["batch"]
    text = {"QueryStrings": record["_"]["sqls"]} if batch else {
        "QueryString": record["QueryString"]}  # fmt: skip
    known = {name: record[name] for name in names if name in record}
    return known | text | {"IsBatchStatement": batch}


@operation("redshift-data", "CancelStatement")
def cancel_statement(context: Context, *, Id: str) -> Answer:
    """A statement of a batch is canceled with all of it."""
    record = find(context, Id)
    if record["Status"] in ENDED:
        raise invalid(f"Could not cancel a query that is already in {record['Status']} state with "
                      f"ID: {Id}")  # fmt: skip
    job = context.cloud.jobs.find(f"redshift-data/{record['Id']}")
    if job is not None:
        job.stop()
    return {"Status": job is not None}
