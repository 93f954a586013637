"""A statement at work: in the background, on a connection of its own or of a session.

A batch is one transaction, or with ``AUTO_COMMIT`` one a statement: none minds that another failed.
ExecuteStatement takes a text of several, too, though its page asks for one: clients such as Feast
send CREATE TABLE and COPY so. Source:
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift.errors import CANCELED, RedshiftError
from labkit.cloud.engine.redshift.words import statements as split
from labkit.cloud.events.rules import aws_event, publish
from labkit.cloud.jobs import Job, Stopped, until_kept
from labkit.cloud.redshift.data_api import store
from labkit.cloud.redshift.data_api.records import (
    DAY_S,
    KIND,
    Record,
    update,
    update_part,
    without_rest,
)
from labkit.cloud.redshift.data_api.sessions import Session
from labkit.cloud.redshift.data_api.target import Target
from labkit.cloud.redshift.warehouse import Connection, Result
from labkit.cloud.redshift.wire.running import Runner

log = logging.getLogger(__name__)
#: A statement's text with ``$1``, ``$2``, ... and their values.
Text = tuple[str, list[Any]]


def work(
    cloud: Cloud,
    number: str,
    texts: Sequence[Text],
    target: Target,
    session: Session | None,
    job: Job,
) -> None:
    """Run a statement or a batch to its end, and put on record how it went."""
    started = time.perf_counter_ns()
    error = None
    try:
        update(cloud, number, Status="PICKED")
        with _connected(cloud, target, session) as connection:
            job.on_stop(connection.cancel)
            update(cloud, number, Status="STARTED", RedshiftPid=connection.pid)
            _run(cloud, number, connection, _until_stopped(texts, job))
    except RedshiftError as failed:
        error = failed
    except Stopped:
        error = RedshiftError("Query cancelled on user's request", CANCELED)
    except Exception as failed:
        log.exception("statement %s failed", number)
        error = RedshiftError(str(failed))
    status = "FINISHED" if error is None else "ABORTED" if job.stopping else "FAILED"
    _end(cloud, number, status, started, error)


@contextlib.contextmanager
def _connected(cloud: Cloud, target: Target, session: Session | None) -> Iterator[Connection]:
    if session:
        with session.used(cloud) as connection:
            yield connection
        return
    with contextlib.closing(target.connect(cloud)) as connection:
        yield connection


def _until_stopped(texts: Sequence[Text], job: Job) -> Iterator[Text]:
    for text in texts:
        job.check()
        yield text


def _run(cloud: Cloud, number: str, connection: Connection, texts: Iterator[Text]) -> None:
    record = cloud.records(KIND)[number]
    if not record["_"]["batch"]:
        result = _run_text(number, connection, *next(texts))
        told = _kept(cloud, number, connection, result)
        until_kept(lambda: update(cloud, number, **told))
    elif record.get("ExecutionMode") == "AUTO_COMMIT":
        _run_each(cloud, number, connection, texts)
    else:
        _run_as_one(cloud, number, connection, texts)


def _run_text(number: str, connection: Connection, sql: str, values: list[Any]) -> Result:
    """One statement; or several in one transaction, as a text sent by the simple protocol."""
    *before, last = list(split(sql))
    if not before:
        connection.author = number
        return connection.run(sql, values)
    if values:
        raise RedshiftError("cannot insert multiple commands into a prepared statement", "42601")
    runner = Runner(connection)
    runner.together()
    try:
        for piece in before:
            _without_rows(runner.run(piece))
        connection.author = number
        result = _without_rows(runner.run(last))
        runner.settle()
    except BaseException:
        runner.settle(failed=True)
        raise
    return result


def _without_rows(result: Result) -> Result:
    """AWS does not say whose rows it would tell."""
    if result.rows is not None:
        why = "of several statements in one text none may return rows here"
        raise RedshiftError(why, "0A000")
    return result


def _run_as_one(cloud: Cloud, number: str, connection: Connection, texts: Iterator[Text]) -> None:
    """A transaction of its own, unless the session has one open."""
    whole = connection.transaction == "idle"
    if whole:
        connection.run("BEGIN")
    try:
        for at, text in enumerate(texts):
            _run_part(cloud, number, connection, text, at)
        if whole:
            connection.run("COMMIT")
    except BaseException:
        if whole:
            connection.run("ROLLBACK")
        raise


def _run_each(cloud: Cloud, number: str, connection: Connection, texts: Iterator[Text]) -> None:
    failed: list[RedshiftError] = []
    for at, text in enumerate(texts):
        try:
            _run_part(cloud, number, connection, text, at)
        except RedshiftError as error:
            if error.sqlstate == CANCELED:
                raise
            failed.append(error)
    if failed:
        raise failed[0]


def _run_part(cloud: Cloud, number: str, connection: Connection, text: Text, at: int) -> None:
    started = time.perf_counter_ns()
    connection.author = f"{number}:{at + 1}"
    update_part(cloud, number, at, Status="STARTED")
    try:
        result = connection.run(*text)
        told = _kept(cloud, f"{number}:{at + 1}", connection, result)
    except RedshiftError as error:
        status = "ABORTED" if error.sqlstate == CANCELED else "FAILED"
        update_part(cloud, number, at, Status=status, Error=str(error))
        raise
    elapsed = time.perf_counter_ns() - started
    until_kept(lambda: update_part(cloud, number, at, Status="FINISHED", Duration=elapsed, **told))


def _kept(cloud: Cloud, number: str, connection: Connection, result: Result) -> Record:
    """The rows on disk; what the record tells of them."""
    return {
        "HasResultSet": result.rows is not None,
        "ResultRows": result.count,
        "ResultSize": 0 if result.rows is None else store.save(cloud, number, result),
        "RedshiftQueryId": connection.last_query_id,
    }


def _end(cloud: Cloud, number: str, status: str, started: int, error: RedshiftError | None) -> None:
    told: Record = {"Status": status, "Duration": time.perf_counter_ns() - started}
    if error:
        told |= {"Error": str(error)} | without_rest(cloud.records(KIND)[number])
    until_kept(lambda: update(cloud, number, **told))
    record = cloud.records(KIND)[number]
    if record["_"]["event"]:
        _tell(cloud, record)


def _tell(cloud: Cloud, record: Record) -> None:
    """EventBridge hears of the end of a statement WithEvent.

    Source: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-monitoring-events.html
    """
    region, cluster = record["_"]["region"], record.get("ClusterIdentifier")
    arn = f"arn:aws:redshift:{region}:{cloud.account}:cluster:{cluster}"
    detail = {
        "principal": record["_"]["arn"],
        "statementId": record["Id"],
        "redshiftQueryId": record["RedshiftQueryId"],
        "state": record["Status"],
        "statementName": record.get("StatementName", ""),
        "rows": record["ResultRows"],
        "expireAt": int(record["CreatedAt"] + DAY_S),
    }
    event = aws_event(
        cloud,
        source="aws.redshift-data",
        kind="Redshift Data Statement Status Change",
        detail=detail,
        resources=[arn] if cluster else [],
        moment=record["UpdatedAt"],
    )
    publish(cloud, event, region)
