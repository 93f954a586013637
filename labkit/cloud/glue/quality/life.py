"""The life of a run on a table: begun, told, cancelled, and ended however it ends.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-data-quality-api.html
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.engine import QueryFailed
from labkit.cloud.glue.asking import asking, named, words
from labkit.cloud.glue.quality.data import PRIMARY, Data
from labkit.cloud.glue.quality.predicates import as_spark, column_types
from labkit.cloud.glue.quality.rulesets import within
from labkit.cloud.glue.records import current, find_table
from labkit.cloud.glue.trust import role_name_of
from labkit.cloud.glue.words import invalid, not_found
from labkit.cloud.jobs import Job, Stopped, until_kept
from labkit.cloud.members import given, now
from labkit.cloud.operations import Answer, AwsError, Context, not_here

log = logging.getLogger(__name__)
Record = dict[str, Any]
#: Looks at the data, and gives the members that the run ends with.
Work = Callable[[Data, Record], Record]
EVALUATIONS, RECOMMENDATIONS = "glue.quality.run", "glue.quality.recommendation"
_FILTERS = ("pushDownPredicate", "catalogPartitionPredicate")
_INTERRUPTED = "The run was interrupted when the local AWS ended"


def begin(context: Context, kind: str, number: str, asked: Record, work: Work) -> Answer:
    """Begin a run as its role, unless a run of this number was begun.

    Args:
        kind: of its record.
        asked: the members that it was started with.

    Raises:
        AwsError: a table is not there, Glue may not take the role on, or an option is not here.
    """
    if number in context.cloud.records(kind):
        return {"RunId": number}
    others = asked.get("AdditionalDataSources") or {}
    sources = {PRIMARY: asked["DataSource"], **others}
    relations = {alias: _relation(context, each) for alias, each in sources.items()}
    role_name_of(context, asked["Role"])
    moment = now()
    told = {"RunId": number, "Status": "RUNNING", "StartedOn": moment, "LastModifiedOn": moment}
    run = told | given(asked) | {"_": context.region}
    context.cloud.records(kind)[number] = run
    context.cloud.jobs.start(
        _job(number), lambda job: _work(context, kind, run, relations, work, job)
    )
    return {"RunId": number}


def _job(number: str) -> str:
    return f"glue/quality/{number}"


def table_of(source: Record) -> Record:
    """The table that a data source names."""
    found: Record = source.get("GlueTable") or source.get("DataQualityGlueTable") or {}
    if not found:
        raise invalid("DataSource must have a GlueTable or a DataQualityGlueTable")
    return found


def _relation(context: Context, source: Record) -> str:
    """SQL of a data source: a table, or those of its rows that its options take."""
    table = table_of(source)
    database, name = table["DatabaseName"], table["TableName"]
    found = current(find_table(context, database, name))
    options = table.get("AdditionalOptions") or {}
    for member in ("ConnectionName", "PreProcessingQuery"):
        if table.get(member):
            raise not_here("glue", context.operation, f"{member} of a data source")
    if others := [option for option in options if option not in _FILTERS]:
        raise not_here("glue", context.operation, f"the option {others[0]}")
    try:
        read = [sqlglot.parse_one(text, read="spark") for text in options.values()]
    except SqlglotError as error:
        raise invalid(f"The predicate cannot be read: {error}") from error
    types = column_types(found) if read else {}
    taken = [as_spark(each, types).sql("trino") for each in read]
    where = f" WHERE ({') AND ('.join(taken)})" if taken else ""
    return f"(SELECT * FROM {named(database, name)}{where})"


def _work(
    context: Context, kind: str, run: Record, relations: dict[str, str], work: Work, job: Job
) -> None:
    database, ended = table_of(run["DataSource"])["DatabaseName"], {}
    try:
        with asking(context.cloud, context.region, run["Role"], job, database) as asker:
            ended = work(Data(asker, relations, datetime.now(UTC)), run)
        job.check()
        state, error = "SUCCEEDED", None
    except Stopped:
        state, error = "STOPPED", None
    except Exception as failure:
        if not job.stopping and not isinstance(failure, (AwsError, QueryFailed)):
            log.exception("the run %s failed", run["RunId"])
        state, error = ("STOPPED", None) if job.stopping else ("FAILED", words(failure))
    until_kept(lambda: _end(context.cloud, kind, run, state, error, ended))


def _end(
    cloud: Cloud, kind: str, run: Record, state: str, error: str | None, members: Record
) -> None:
    moment = now()
    ended = {
        "Status": state,
        "ErrorString": error,
        "CompletedOn": moment,
        "LastModifiedOn": moment,
        "ExecutionTime": round(moment - run["StartedOn"]),
    }
    cloud.records(kind)[run["RunId"]] = run | given(ended) | members


@on_start
def fail_interrupted(cloud: Cloud) -> None:
    """Runs that were under way when the process died have failed."""
    for kind in (EVALUATIONS, RECOMMENDATIONS):
        for run in list(cloud.records(kind).values()):
            if run["Status"] == "RUNNING":
                _end(cloud, kind, run, "FAILED", _INTERRUPTED, {})


def cancel(context: Context, kind: str, number: str) -> Answer:
    """Tell a run to end."""
    run, job = find(context, kind, number), context.cloud.jobs.find(_job(number))
    if job is None:
        raise invalid(f"Run {number} has ended: it is {run['Status']}.")
    job.stop()
    return {}


def find(context: Context, kind: str, number: str) -> Record:
    """A record of a run or of a result.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    found: Record | None = context.cloud.records(kind).get(number)
    if found is None or found["_"] != context.region:
        raise not_found(f"{number} not found.")
    return found


def listed(context: Context, kind: str, wanted: Record) -> list[Record]:
    """The records of a data source and a time, the latest first."""
    source = wanted.get("DataSource")
    return [
        each
        for each in list(context.cloud.records(kind).values())[::-1]
        if each["_"] == context.region
        and (not source or _place(source) == _place(each["DataSource"]))
        and within(each["StartedOn"], wanted.get("StartedAfter"), wanted.get("StartedBefore"))
    ]


def _place(source: Record) -> tuple[str, str]:
    table = table_of(source)
    return table["DatabaseName"].lower(), table["TableName"].lower()


def told(runs: list[Record]) -> list[Answer]:
    """What lists tell of runs."""
    members = ("RunId", "Status", "StartedOn", "DataSource")
    return [{member: run[member] for member in members} for run in runs]
