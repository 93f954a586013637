"""ExecuteStatement, BatchExecuteStatement, and what became of them.

States: ``SUBMITTED`` → ``PICKED`` → ``STARTED`` → ``FINISHED``, ``FAILED`` or ``ABORTED``. Source:
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeStatement.html
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import hashlib
import json
import logging
import re
import time
import uuid
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.reading import statements as split
from labkit.cloud.events.rules import aws_event, publish
from labkit.cloud.jobs import Job
from labkit.cloud.operations import Answer, Context, operation
from labkit.cloud.paging import page
from labkit.cloud.redshift.data_api import sessions, store
from labkit.cloud.redshift.data_api.parameters import bound
from labkit.cloud.redshift.data_api.target import Target, find_target
from labkit.cloud.redshift.warehouse import Connection, Result
from labkit.cloud.redshift.words import invalid, missing

log = logging.getLogger(__name__)
KIND = "redshift.statement"
ENDED = ("FINISHED", "FAILED", "ABORTED")
PATIENCE_S = 0.15
LONGEST = 100 * 1024
MOST_SQLS = 40
NUMBER = r"[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?"
Record = dict[str, Any]


@operation("redshift-data", "ExecuteStatement")
def execute_statement(
    context: Context,
    *,
    Sql: str,
    Parameters: list[dict[str, str]] | None = None,
    **options: Any,
) -> Answer:
    """Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html"""
    if len(list(split(Sql))) != 1:
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
    if known := _before(context, options.get("ClientToken"), digest):
        return _started(known)
    session, target = _where(context, options)
    texts = [bound(sql, parameters) for sql in sqls]
    record = _new_record(context, sqls, parameters, options, target, batch)
    record["_"] |= {"token": options.get("ClientToken"), "digest": digest}
    if session:
        record["SessionId"] = session.id
    context.cloud.records(KIND)[record["Id"]] = record

    def work(job: Job) -> None:
        _work(context.cloud, record["Id"], texts, target, session, job)

    future = context.cloud.jobs.start(f"redshift-data/{record['Id']}", work)
    with contextlib.suppress(concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
        future.result(timeout=max(PATIENCE_S, float(options.get("WaitTimeSeconds") or 0)))
    return _started(find(context, record["Id"]))


def _digest(sqls: list[str], parameters: Any, options: dict[str, Any]) -> str:
    told = {name: value for name, value in options.items() if name != "ClientToken"}
    text = json.dumps([sqls, parameters, told], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _before(context: Context, token: str | None, digest: str) -> Record | None:
    for record in context.cloud.records(KIND).values() if token else ():
        if record["_"].get("token") == token:
            if record["_"]["digest"] != digest:
                raise invalid("Idempotency token was used with other parameters")
            return dict(record)
    return None


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
    sqls: list[str],
    parameters: list[dict[str, str]],
    options: dict[str, Any],
    target: Target,
    batch: bool,
) -> Record:
    number, now = str(uuid.uuid4()), time.time()
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
        "_": {"region": context.region, "batch": batch, "sqls": sqls,
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


def _update(cloud: Cloud, number: str, **members: Any) -> None:
    records = cloud.records(KIND)
    records[number] = records[number] | {"UpdatedAt": time.time()} | members


def _work(
    cloud: Cloud,
    number: str,
    texts: list[tuple[str, list[Any]]],
    target: Target,
    session: sessions.Session | None,
    job: Job,
) -> None:
    started = time.perf_counter_ns()
    _update(cloud, number, Status="PICKED")
    try:
        connection = session.connection(cloud) if session else target.connect(cloud)
    except RedshiftError as error:
        _end(cloud, number, "FAILED", started, error)
        return
    job.on_stop(connection.cancel)
    _update(cloud, number, Status="STARTED", RedshiftPid=connection.pid)
    try:
        job.check()
        _run(cloud, number, connection, texts)
        _end(cloud, number, "FINISHED", started, None)
    except RedshiftError as error:
        _end(cloud, number, "ABORTED" if job.stopping else "FAILED", started, error)
    except Exception as error:
        log.exception("statement %s failed", number)
        _end(cloud, number, "FAILED", started, RedshiftError(str(error)))
    finally:
        if session:
            session.release()
        else:
            connection.close()


def _run(
    cloud: Cloud, number: str, connection: Connection, texts: list[tuple[str, list[Any]]]
) -> None:
    record = cloud.records(KIND)[number]
    if not record["_"]["batch"]:
        (sql, values) = texts[0]
        result = connection.run(sql, values)
        _update(cloud, number, **_kept(cloud, number, connection, result))
        return
    whole = record.get("ExecutionMode") != "AUTO_COMMIT" and connection.transaction == "idle"
    if whole:
        connection.run("BEGIN")
    try:
        for at, (sql, values) in enumerate(texts):
            _run_part(cloud, number, connection, sql, values, at)
        if whole:
            connection.run("COMMIT")
    except RedshiftError:
        if whole:
            connection.run("ROLLBACK")
        raise


def _run_part(
    cloud: Cloud, number: str, connection: Connection, sql: str, values: list[Any], at: int
) -> None:
    started = time.perf_counter_ns()
    try:
        result = connection.run(sql, values)
    except RedshiftError as error:
        _update_part(cloud, number, at, Status="FAILED", Error=str(error))
        raise
    told = _kept(cloud, f"{number}:{at + 1}", connection, result)
    elapsed = time.perf_counter_ns() - started
    _update_part(cloud, number, at, Status="FINISHED", Duration=elapsed, **told)


def _update_part(cloud: Cloud, number: str, at: int, **members: Any) -> None:
    parts = [dict(part) for part in cloud.records(KIND)[number]["SubStatements"]]
    parts[at] |= {"UpdatedAt": time.time()} | members
    has = any(part["HasResultSet"] for part in parts)
    _update(cloud, number, SubStatements=parts, HasResultSet=has)


def _kept(cloud: Cloud, number: str, connection: Connection, result: Result) -> Record:
    """The rows on disk; what the record tells of them."""
    has = result.rows is not None
    return {
        "HasResultSet": has,
        "ResultRows": result.count,
        "ResultSize": store.save(cloud, number, result) if has else 0,
        "RedshiftQueryId": connection.last_query_id,
    }


def _end(cloud: Cloud, number: str, status: str, started: int, error: RedshiftError | None) -> None:
    told: Record = {"Status": status, "Duration": time.perf_counter_ns() - started}
    if error:
        told["Error"] = str(error)
    record = cloud.records(KIND)[number]
    if error and record["_"]["batch"]:
        parts = [dict(part) for part in record["SubStatements"]]
        for part in parts:
            part["Status"] = "ABORTED" if part["Status"] == "SUBMITTED" else part["Status"]
        told["SubStatements"] = parts
    _update(cloud, number, **told)
    if record["_"]["event"]:
        _tell(cloud, cloud.records(KIND)[number])


def _tell(cloud: Cloud, record: Record) -> None:
    """EventBridge hears of the end of a statement WithEvent.

    Source: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-monitoring-events.html
    """
    detail = {
        "principal": record["_"]["arn"],
        "statementId": record["Id"],
        "redshiftQueryId": record["RedshiftQueryId"],
        "state": record["Status"],
        "statementName": record.get("StatementName", ""),
        "rows": record["ResultRows"],
        "expireAt": int(record["CreatedAt"] + 86400),
    }
    event = aws_event(
        cloud,
        source="aws.redshift-data",
        kind="Redshift Data Statement Status Change",
        detail=detail,
        resources=[],
        moment=record["UpdatedAt"],
    )
    publish(cloud, event, record["_"]["region"])


def find(context: Context, number: str) -> Record:
    """A statement of this region.

    Raises:
        AwsError: there is none, or the number is none of a statement.
    """
    if not re.fullmatch(NUMBER, number):
        raise invalid(f"id must satisfy regex pattern: ^{NUMBER}$")
    record = context.cloud.records(KIND).get(number.partition(":")[0])
    if record is None or record["_"]["region"] != context.region:
        raise missing(number)
    return record


def public(record: Record) -> Record:
    """What AWS tells of a statement."""
    return {name: value for name, value in record.items() if name not in ("_", "StatementName")}


@operation("redshift-data", "DescribeStatement")
def describe_statement(context: Context, *, Id: str, WaitTimeSeconds: int = 0) -> Answer:
    job = context.cloud.jobs.find(f"redshift-data/{Id.partition(':')[0]}")
    deadline = time.monotonic() + WaitTimeSeconds
    while job and time.monotonic() < deadline and find(context, Id)["Status"] not in ENDED:
        time.sleep(0.02)
    record = find(context, Id)
    if ":" in Id:
        for part in record.get("SubStatements", ()):
            if part["Id"] == Id:
                return dict(part)
        raise missing(Id)
    return public(record)


@operation("redshift-data", "ListStatements")
def list_statements(
    context: Context,
    *,
    Status: str = "",
    StatementName: str = "",
    MaxResults: int = 100,
    NextToken: str = "",
    **where: Any,
) -> Answer:
    """The latest first; without a state those that have finished or still run."""
    found = []
    for record in sorted(context.cloud.records(KIND).values(), key=lambda r: -r["CreatedAt"]):
        fits = Status in ("", "ALL", record["Status"])
        named = record.get("StatementName", "").startswith(StatementName)
        places = ("Database", "ClusterIdentifier", "WorkgroupName")
        same = all(not where.get(p) or where[p] == record.get(p) for p in places)
        if fits and named and same and record["_"]["region"] == context.region:
            found.append(_summary(record))
    question = (Status, StatementName)
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
    record = find(context, Id)
    if record["Status"] in ENDED:
        raise invalid(f"Could not cancel a query that is already in {record['Status']} state with "
                      f"ID: {Id}")  # fmt: skip
    job = context.cloud.jobs.find(f"redshift-data/{Id}")
    if job is not None:
        job.stop()
    return {"Status": job is not None}


@on_start
def mend(cloud: Cloud) -> None:
    """Abort the statements that ran when the process died: their transactions are undone."""
    for number, record in list(cloud.records(KIND).items()):
        if record["Status"] not in ENDED:
            _update(cloud, number, Status="ABORTED", Error="The local AWS stopped")
