"""ExecuteStatement, BatchExecuteStatement: SQL in the background, under a number.

States: ``SUBMITTED`` → ``PICKED`` → ``STARTED`` → ``FINISHED``, ``FAILED`` or ``ABORTED``. Source:
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeStatement.html
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import hashlib
import json
import threading
import time
from typing import Any

from labkit.cloud.engine.redshift.words import statements as split
from labkit.cloud.jobs import Job
from labkit.cloud.operations import Answer, Context, operation
from labkit.cloud.redshift.data_api import running, sessions
from labkit.cloud.redshift.data_api.parameters import bound
from labkit.cloud.redshift.data_api.records import KIND, Record, find, forget_old
from labkit.cloud.redshift.data_api.target import Target, find_target
from labkit.cloud.redshift.words import invalid

PATIENCE_S = 0.15
LONGEST = 100 * 1024
MOST_SQLS = 40
_submitting = threading.Lock()


@operation("redshift-data", "ExecuteStatement")
def execute_statement(
    context: Context, *, Sql: str, Parameters: list[dict[str, str]] | None = None, **options: Any
) -> Answer:
    """Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html"""
    if not list(split(Sql)):
        raise invalid("ExecuteStatement takes one SQL statement; see BatchExecuteStatement")
    return _submit(context, [Sql], Parameters or [], options, batch=False)


@operation("redshift-data", "BatchExecuteStatement")
def batch_execute_statement(
    context: Context,
    *,
    Sqls: list[str],
    Parameters: list[dict[str, str]] | None = None,
    **options: Any,
) -> Answer:
    """All in one transaction, unless ``ExecutionMode`` is ``AUTO_COMMIT``."""
    if len(Sqls) > MOST_SQLS:
        raise invalid(f"Sqls may have at most {MOST_SQLS} statements")
    return _submit(context, Sqls, Parameters or [], options, batch=True)


def _submit(
    context: Context,
    sqls: list[str],
    parameters: list[dict[str, str]],
    options: dict[str, Any],
    *,
    batch: bool,
) -> Answer:
    for sql in sqls:
        if len(sql.encode()) > LONGEST:
            raise invalid(f"The SQL statement is longer than {LONGEST} bytes")
    digest = _digest(sqls, parameters, options)
    number = context.number(options.get("ClientToken"))
    with _submitting:
        forget_old(context.cloud)
        if known := _before(context, number, digest):
            return _started(known)
        texts = bound(sqls, parameters)
        session, target = _where(context, options)
        record = _new_record(context, number, sqls, parameters, options, target, batch)
        record["_"] |= {"digest": digest}
        if session:
            session.claim(record["Id"])
            record["SessionId"] = session.id
        context.cloud.records(KIND)[record["Id"]] = record

    def work(job: Job) -> None:
        running.work(context.cloud, record["Id"], texts, target, session, job)

    future = context.cloud.jobs.start(f"redshift-data/{record['Id']}", work)
    with contextlib.suppress(concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
        future.result(timeout=max(PATIENCE_S, float(options.get("WaitTimeSeconds") or 0)))
    return _started(find(context, record["Id"]))


def _digest(sqls: list[str], parameters: Any, options: dict[str, Any]) -> str:
    told = {name: value for name, value in options.items() if name != "ClientToken"}
    text = json.dumps([sqls, parameters, told], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _before(context: Context, number: str, digest: str) -> Record | None:
    record = context.cloud.records(KIND).get(number)
    if record and record["_"]["digest"] != digest:
        raise invalid("Idempotency token was used with other parameters")
    return record


def _where(context: Context, options: dict[str, Any]) -> tuple[sessions.Session | None, Target]:
    """The session to go on with or to open, and the target."""
    members = ("ClusterIdentifier", "WorkgroupName", "Database", "DbUser", "SecretArn")
    told = {name: options[name] for name in members if options.get(name)}
    keep_s = options.get("SessionKeepAliveSeconds")
    if options.get("SessionId"):
        session = sessions.find(context, options["SessionId"])
        if told.get("Database", session.target.database) != session.target.database:
            raise invalid("The session has another database")
        session.keep_s = session.keep_s if keep_s is None else int(keep_s)
        return session, session.target
    target = find_target(context, **told)
    if keep_s is not None:
        return sessions.new(context, target, int(keep_s)), target
    return None, target


def _new_record(
    context: Context,
    number: str,
    sqls: list[str],
    parameters: list[dict[str, str]],
    options: dict[str, Any],
    target: Target,
    batch: bool,
) -> Record:
    now = time.time()
    optional = {
        "QueryParameters": parameters,
        "StatementName": options.get("StatementName"),
        "ExecutionMode": options.get("ExecutionMode") if batch else None,
    }
    record = {
        "Id": number, "Status": "SUBMITTED", "CreatedAt": now, "UpdatedAt": now,
        "QueryString": "; ".join(sqls) if batch else sqls[0], "HasResultSet": False,
        "Duration": -1, "ResultRows": -1, "ResultSize": -1, "RedshiftPid": 0,
        "RedshiftQueryId": -1, "ResultFormat": options.get("ResultFormat") or "JSON",
        **target.shown, **{name: value for name, value in optional.items() if value},
        "_": {"region": context.region, "batch": batch, "sqls": sqls, "key": target.key,
              "event": bool(options.get("WithEvent")), "arn": context.principal.arn},
    }  # fmt: skip
    if batch:
        record["SubStatements"] = [
            {"Id": f"{number}:{at}", "Status": "SUBMITTED", "CreatedAt": now, "UpdatedAt": now,
             "QueryString": sql, "HasResultSet": False, "Duration": -1, "ResultRows": -1,
             "ResultSize": -1, "RedshiftQueryId": -1}
            for at, sql in enumerate(sqls, 1)
        ]  # fmt: skip
    return record


def _started(record: Record) -> Answer:
    names = ("Id", "CreatedAt", "ClusterIdentifier", "WorkgroupName", "Database", "DbUser",
             "SecretArn", "SessionId", "Status", "HasResultSet")  # fmt: skip
    return {name: record[name] for name in names if name in record} | {"DbGroups": []}
