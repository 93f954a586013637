"""Query executions: started, looked up, listed and stopped.

States: ``QUEUED`` → ``RUNNING`` → ``SUCCEEDED``, ``FAILED`` or ``CANCELLED``. Source:
https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecutionStatus.html
Each change is on disk before anybody is told. How one runs: `running`.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import hashlib
import json
import threading
import time
from typing import Any

from labkit.cloud.access import encryption
from labkit.cloud.athena import managed, reuse
from labkit.cloud.athena.errors import each_of, invalid
from labkit.cloud.athena.paging import lists
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.running import KIND, execute
from labkit.cloud.athena.statement import Statement, only_statement, read_statement
from labkit.cloud.athena.workgroups import (
    ENGINE,
    decides,
    find_workgroup,
    result_configuration,
)
from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.parse_query import parse_expression
from labkit.cloud.jobs import Job
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.members import shown
from labkit.cloud.operations import Answer, Context, not_here, operation
from labkit.cloud.s3.store import split_uri

_ALGORITHMS = {"SSE_S3": "AES256", "SSE_KMS": "aws:kms"}
#: How long a start waits for a quick query's end, so that the client's first look sees it.
PATIENCE_S = 0.2
#: How long a query that has failed is told as running: on AWS a first look finds none ended, and
#: clients, such as the Cloud Intelligence Dashboards' cid-cmd, read why at a second one.
FIRST_LOOK_S = 0.05
LONGEST = 262_144
_LONGEST_TOKEN = 128  # bytes
#: Held while an execution is put on record: of a token's that come at once, one runs.
_beginning = threading.Lock()
Record = dict[str, Any]


@operation("athena", "StartQueryExecution")
def start_query_execution(
    context: Context,
    *,
    QueryString: str,
    ClientRequestToken: str | None = None,
    QueryExecutionContext: dict[str, str] | None = None,
    ResultConfiguration: dict[str, Any] | None = None,
    WorkGroup: str = "primary",
    ExecutionParameters: list[str] | None = None,
    ResultReuseConfiguration: dict[str, Any] | None = None,
    **_: Any,
) -> Answer:
    _check_token(ClientRequestToken)
    workgroup = _open_workgroup(context, WorkGroup)
    output = result_configuration(workgroup, ResultConfiguration or {})
    if len(QueryString.encode()) > LONGEST:
        raise invalid(f"Query string is longer than the allowed {LONGEST} bytes")
    text = only_statement(QueryString)
    statement = read_statement(text)
    number = context.number(ClientRequestToken)
    asked = [
        QueryString,
        QueryExecutionContext,
        None if decides(workgroup) else ResultConfiguration,
    ]
    digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    if _is_known(context, number, digest):
        return {"QueryExecutionId": number}
    if output:
        _check_bucket(context, output)
    if statement.resolve is not None:
        statement = statement.resolve(context.cloud, WorkGroup)
    if statement.lookup is not None:
        catalog = Metastore(context.cloud, context.region, principal=context.principal)
        statement = statement.lookup(catalog, _database(QueryExecutionContext or {}))
    record = _new_record(
        context, number, text, statement, QueryExecutionContext or {}, output, workgroup,
        ExecutionParameters, ResultReuseConfiguration,
    )  # fmt: skip
    record["_"] |= {"digest": digest}
    _begin(context, record, statement, workgroup)
    return {"QueryExecutionId": number}


def _check_token(token: str | None) -> None:
    if token and len(token.encode()) > _LONGEST_TOKEN:
        raise invalid(f"clientRequestToken exceeds maximum allowed length {_LONGEST_TOKEN}")


def _is_known(context: Context, number: str, digest: str) -> bool:
    """Whether a token has come before: with other parameters or in another work group, too.

    Source: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/client-request-token.md
    """
    record = context.cloud.records(KIND).get(number)
    if record and record["_"]["digest"] != digest:
        raise invalid("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
    return record is not None


def _open_workgroup(context: Context, name: str) -> Any:
    workgroup = find_workgroup(context, name)
    if workgroup.state != "ENABLED":
        raise invalid(f"WorkGroup {name} is disabled.")
    return workgroup


def _check_bucket(context: Context, output: Record) -> None:
    name = split_uri(output["OutputLocation"])[0]
    bucket = context.backend("s3").buckets.get(name)
    owner = output.get("ExpectedBucketOwner", context.account)
    if bucket is None or owner != context.account:
        raise invalid(f"Unable to verify/create output bucket {name}")
    encryption.choose(context.cloud, bucket, *_encrypted(output))


def _encrypted(output: Record) -> tuple[str | None, str | None]:
    """The algorithm and the KMS key that results are to be encrypted with."""
    asked = output.get("EncryptionConfiguration") or {}
    if asked.get("EncryptionOption") == "CSE_KMS":
        why = "files that the client encrypts itself (CSE_KMS) cannot be read"
        raise not_here("athena", "StartQueryExecution", why)
    return _ALGORITHMS.get(asked.get("EncryptionOption", "")), asked.get("KmsKey")


def _new_record(
    context: Context,
    number: str,
    text: str,
    statement: Statement,
    where: dict[str, str],
    output: dict[str, Any],
    workgroup: Any,
    parameters: list[str] | None,
    reusing: dict[str, Any] | None,
) -> Record:
    root = output.get("OutputLocation", managed.PLACE).rstrip("/")
    place = f"{root}/{statement.output.format(id=number)}"
    optional = {
        "ExecutionParameters": parameters,
        "ManagedQueryResultsConfiguration": managed.settings_of(workgroup.configuration),
    }
    return {
        "QueryExecutionId": number,
        "Query": text,
        "StatementType": statement.kind,
        "SubstatementType": statement.substatement,
        "ResultConfiguration": output and output | {"OutputLocation": place},
        "ResultReuseConfiguration": reusing
        or {"ResultReuseByAgeConfiguration": {"Enabled": False}},
        # https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md
        "QueryExecutionContext": where
        | {name: value.lower() for name, value in where.items() if name == "Catalog"},
        "Status": {"State": "QUEUED", "SubmissionDateTime": time.time()},
        "Statistics": {},
        "WorkGroup": workgroup.name,
        "EngineVersion": ENGINE,
        "_": {"account": context.account, "region": context.region}
        | ({} if output else {"place": place}),
        **{name: value for name, value in optional.items() if value},
    }


def _begin(context: Context, record: Record, statement: Statement, workgroup: Any) -> None:
    number, records = record["QueryExecutionId"], context.cloud.records(KIND)
    earlier = reuse.find(context, record)
    with _beginning:
        if _is_known(context, number, record["_"]["digest"]):
            return
        records[number] = reuse.reused(record, earlier) if earlier else record
    if earlier:
        return

    def work(job: Job) -> None:
        run = _run(context, record, workgroup, job)
        if record["QueryExecutionContext"].get("Database"):
            run.metastore.ready_database(run.database)
        execute(run, statement, context.cloud)

    future = context.cloud.jobs.start(f"athena/{number}", work)
    with contextlib.suppress(concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
        future.result(timeout=PATIENCE_S)


def _run(context: Context, record: Record, workgroup: Any, job: Job) -> Run:
    return Run(
        cloud=context.cloud,
        principal=context.principal,
        region=context.region,
        id=record["QueryExecutionId"],
        text=record["Query"],
        database=_database(record["QueryExecutionContext"]),
        workgroup=record["WorkGroup"],
        output=place_of(record),
        encrypted=_encrypted(record["ResultConfiguration"]),
        parameters=[_parameter(text) for text in record.get("ExecutionParameters") or []],
        job=job,
        limit=workgroup.configuration.get("BytesScannedCutoffPerQuery"),
        statistics={},
    )


def _database(where: dict[str, str]) -> str:
    return where.get("Database", "default").strip('`"').lower()


def _parameter(text: str) -> str:
    """A parameter's SQL. Columns cannot stand there, so a bare word is a string without quotes."""
    try:
        return f"'{text}'" if isinstance(parse_expression(text), tree.Identifier) else text
    except QueryFailed:
        return text


@operation("athena", "GetQueryExecution")
def get_query_execution(context: Context, *, QueryExecutionId: str) -> Answer:
    return {"QueryExecution": shown(_at_first(find_execution(context, QueryExecutionId)))}


def _at_first(record: Record) -> Record:
    """An execution as a first look finds it.

    >>> failed = {"State": "FAILED", "SubmissionDateTime": 0.0, "CompletionDateTime": 0.0}
    >>> _at_first({"Status": failed})["Status"]["State"]
    'FAILED'
    >>> _at_first({"Status": failed | {"CompletionDateTime": time.time() + 60}})["Status"]
    {'State': 'RUNNING', 'SubmissionDateTime': 0.0}
    """
    status = record["Status"]
    if status["State"] != "FAILED" or time.time() - status["CompletionDateTime"] > FIRST_LOOK_S:
        return record
    running = {"State": "RUNNING", "SubmissionDateTime": status["SubmissionDateTime"]}
    return record | {"Status": running}


@operation("athena", "BatchGetQueryExecution")
def batch_get_query_execution(context: Context, *, QueryExecutionIds: list[str]) -> Answer:
    found, missing = each_of(
        QueryExecutionIds, lambda number: shown(find_execution(context, number)), "QueryExecutionId"
    )
    return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}


@lists("ListQueryExecutions", "QueryExecutionIds")
def list_query_executions(context: Context, *, WorkGroup: str = "primary") -> list[str]:
    find_workgroup(context, WorkGroup)
    ids = [r["QueryExecutionId"] for r in _all(context) if r["WorkGroup"] == WorkGroup]
    return ids[::-1]


@operation("athena", "StopQueryExecution")
def stop_query_execution(context: Context, *, QueryExecutionId: str) -> Answer:
    find_execution(context, QueryExecutionId)
    job = context.cloud.jobs.find(f"athena/{QueryExecutionId}")
    if job is not None:
        job.stop()
    return {}


def find_execution(context: Context, number: str) -> Record:
    """A query execution of this account and region.

    Source of the refusal:
    https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/query-results.md

    Raises:
        AwsError: there is none.
    """
    record = context.cloud.records(KIND).get(number)
    if record is None or record["_"]["region"] != context.region:
        raise invalid(f"QueryExecution {number} was not found", "QUERY_EXECUTION_NOT_FOUND")
    return record


def place_of(record: Record) -> str:
    """Where an execution's result is: an ``s3://`` address, or a place of `managed`."""
    return str(record["ResultConfiguration"].get("OutputLocation") or record["_"]["place"])


def _all(context: Context) -> list[Record]:
    here = (context.account, context.region)
    records = context.cloud.records(KIND).values()
    return [r for r in records if (r["_"]["account"], r["_"]["region"]) == here]
