"""Runs of column statistics tasks: one at a time a table, as a role.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-column-statistics.html
"""

from __future__ import annotations

import uuid
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.glue import statistics
from labkit.cloud.glue.asking import asking, named, words
from labkit.cloud.glue.column_tasks.computing import computed, kind_of
from labkit.cloud.glue.records import answers, current, find_table, lists
from labkit.cloud.glue.trust import role_name_of
from labkit.cloud.glue.words import invalid, not_found
from labkit.cloud.jobs import Job, Stopped, until_kept
from labkit.cloud.members import given, now, shown
from labkit.cloud.operations import Answer, AwsError, Context

Run = dict[str, Any]
_RECORDS = "glue.column_statistics"
_INTERRUPTED = "The task was interrupted when the local AWS ended"


@answers("StartColumnStatisticsTaskRun")
def start_run(
    context: Context,
    *,
    DatabaseName: str,
    TableName: str,
    Role: str,
    ColumnNameList: list[str] | None = None,
    **asked: Any,
) -> Answer:
    """Compute the statistics of a table's columns, all where none is named."""
    table = find_table(context, DatabaseName, TableName)
    columns = _columns(table, ColumnNameList)
    role_name_of(context, Role)
    database, name = DatabaseName.lower(), TableName.lower()
    if running(context.cloud, context.region, database, name):
        raise AwsError(
            "ColumnStatisticsTaskRunningException",
            f"A column statistics task is already running for table {database}.{name}",
        )
    number = str(uuid.uuid4())
    run = {
        "ColumnStatisticsTaskRunId": number,
        "CustomerId": context.account,
        "CatalogID": context.account,
        "DatabaseName": database,
        "TableName": name,
        "ColumnNameList": [each["Name"] for each in columns],
        "Role": Role,
        "ComputationType": "FULL",
        "Status": "RUNNING",
        **dict.fromkeys(("CreationTime", "StartTime", "LastUpdated"), now()),
        **given({member: asked.get(member) for member in ("SampleSize", "SecurityConfiguration")}),
        "_": context.region,
    }
    context.cloud.records(_RECORDS)[number] = run
    context.cloud.jobs.start(_job(number), lambda job: _work(context, run, columns, job))
    return {"ColumnStatisticsTaskRunId": number}


def _columns(table: Any, names: list[str] | None) -> list[dict[str, Any]]:
    """The columns that are asked for, as the catalog has them."""
    definition = current(table)
    own = (definition.get("StorageDescriptor") or {}).get("Columns") or []
    known = {e["Name"].lower(): e for e in [*own, *(definition.get("PartitionKeys") or [])]}
    missing = [name for name in names or () if name.lower() not in known]
    if missing:
        raise invalid(f"Column {missing[0]} does not exist in table {table.name}")
    wanted = [known[name.lower()] for name in names or ()]
    for each in wanted:
        if kind_of(each.get("Type") or "string") is None:
            raise invalid(
                f"Column {each['Name']} is of type {each['Type']}, which has no statistics"
            )
    return wanted or own


def _work(context: Context, run: Run, columns: list[dict[str, Any]], job: Job) -> None:
    cloud, region = context.cloud, context.region
    database, name = run["DatabaseName"], run["TableName"]
    try:
        with asking(cloud, region, run["Role"], job, database) as asker:
            found = computed(asker, named(database, name), columns, now())
        job.check()
        with cloud.changing("glue"):
            statistics.keep(find_table(context, database, name), found)
        state, error = "SUCCEEDED", None
    except Stopped:
        state, error = "STOPPED", None
    except Exception as failure:
        state, error = ("STOPPED", None) if job.stopping else ("FAILED", words(failure))
    until_kept(lambda: _end(cloud, run["ColumnStatisticsTaskRunId"], state, error))


def _end(cloud: Cloud, number: str, state: str, error: str | None) -> None:
    records, moment = cloud.records(_RECORDS), now()
    ended = {"Status": state, "EndTime": moment, "LastUpdated": moment, "ErrorMessage": error}
    records[number] = records[number] | given(ended)


def running(cloud: Cloud, region: str, database: str, table: str) -> Run | None:
    """A table's run that is under way."""
    wanted = {"_": region, "DatabaseName": database, "TableName": table, "Status": "RUNNING"}
    return next((run for run in _all(cloud) if wanted.items() <= run.items()), None)


def _all(cloud: Cloud) -> list[Run]:
    """All runs, the latest first."""
    return list(cloud.records(_RECORDS).values())[::-1]


def _job(number: str) -> str:
    return f"glue/column-statistics/{number}"


@answers("StopColumnStatisticsTaskRun")
def stop_run(context: Context, *, DatabaseName: str, TableName: str) -> Answer:
    find_table(context, DatabaseName, TableName)
    run = running(context.cloud, context.region, DatabaseName.lower(), TableName.lower())
    job = context.cloud.jobs.find(_job(run["ColumnStatisticsTaskRunId"])) if run else None
    if job is None:
        raise AwsError(
            "ColumnStatisticsTaskNotRunningException",
            f"No column statistics task is running for table {DatabaseName}.{TableName}",
        )
    job.stop()
    return {}


@answers("GetColumnStatisticsTaskRun")
def get_run(context: Context, *, ColumnStatisticsTaskRunId: str) -> Answer:
    run = context.cloud.records(_RECORDS).get(ColumnStatisticsTaskRunId)
    if run is None or run["_"] != context.region:
        raise not_found(f"Column statistics task run {ColumnStatisticsTaskRunId} not found.")
    return {"ColumnStatisticsTaskRun": shown(run)}


@lists("GetColumnStatisticsTaskRuns", "ColumnStatisticsTaskRuns")
def get_runs(context: Context, *, DatabaseName: str, TableName: str) -> list[Run]:
    wanted = {"DatabaseName": DatabaseName.lower(), "TableName": TableName.lower()}
    return [shown(run) for run in _here(context) if wanted.items() <= run.items()]


@lists("ListColumnStatisticsTaskRuns", "ColumnStatisticsTaskRunIds")
def list_runs(context: Context) -> list[str]:
    return [run["ColumnStatisticsTaskRunId"] for run in _here(context)]


def _here(context: Context) -> list[Run]:
    return [run for run in _all(context.cloud) if run["_"] == context.region]


@on_start
def fail_interrupted(cloud: Cloud) -> None:
    """Runs that were under way when the process died have failed."""
    for run in _all(cloud):
        if run["Status"] == "RUNNING":
            _end(cloud, run["ColumnStatisticsTaskRunId"], "FAILED", _INTERRUPTED)
