"""Runs of rulesets on a table of the catalog, as a role, and the results that they leave.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-data-quality-api.html
"""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.engine import QueryFailed
from labkit.cloud.glue.asking import asking, named, words
from labkit.cloud.glue.quality import publishing, rulesets
from labkit.cloud.glue.quality.data import PRIMARY, Data
from labkit.cloud.glue.quality.evaluating import evaluated
from labkit.cloud.glue.quality.rulesets import within
from labkit.cloud.glue.records import answers, find_table
from labkit.cloud.glue.trust import role_name_of
from labkit.cloud.glue.words import invalid, not_found, page
from labkit.cloud.jobs import Job, Stopped, until_kept
from labkit.cloud.members import given, now
from labkit.cloud.operations import Answer, AwsError, Context, not_here

log = logging.getLogger(__name__)
Record = dict[str, Any]
RUNS, RESULTS = "glue.quality.run", "glue.quality.result"
_KEPT = ("NumberOfWorkers", "Timeout", "AdditionalRunOptions", "AdditionalDataSources")
_OPTIONS = ("CloudWatchMetricsEnabled", "ResultsS3Prefix", "CompositeRuleEvaluationMethod")
_FILTERS = ("pushDownPredicate", "catalogPartitionPredicate")
_INTERRUPTED = "The run was interrupted when the local AWS ended"


@answers("StartDataQualityRulesetEvaluationRun")
def start_run(
    context: Context,
    *,
    DataSource: Record,
    Role: str,
    RulesetNames: list[str],
    ClientToken: str | None = None,
    **asked: Any,
) -> Answer:
    """Evaluate rulesets on a table; a token that is sent again gives the same run."""
    number = _number("dqrun", context.number(ClientToken))
    if number in context.cloud.records(RUNS):
        return {"RunId": number}
    texts = {name: rulesets.find(context, name)["Ruleset"] for name in RulesetNames}
    others = asked.get("AdditionalDataSources") or {}
    sources = {a: _relation(context, s) for a, s in {PRIMARY: DataSource, **others}.items()}
    _check_options(context, asked.get("AdditionalRunOptions") or {})
    role_name_of(context, Role)
    moment = now()
    run = {
        "RunId": number,
        "DataSource": DataSource,
        "Role": Role,
        "RulesetNames": RulesetNames,
        "Status": "RUNNING",
        "StartedOn": moment,
        "LastModifiedOn": moment,
        **given({member: asked.get(member) for member in _KEPT}),
        "_": context.region,
    }
    context.cloud.records(RUNS)[number] = run
    context.cloud.jobs.start(_job(number), lambda job: _work(context, run, texts, sources, job))
    return {"RunId": number}


def _number(kind: str, told: str) -> str:
    return f"{kind}-{hashlib.sha256(told.encode()).hexdigest()[:40]}"


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
    find_table(context, database, name)
    options = table.get("AdditionalOptions") or {}
    for member in ("ConnectionName", "PreProcessingQuery"):
        if table.get(member):
            raise not_here("glue", context.operation, f"{member} of a data source")
    if others := [option for option in options if option not in _FILTERS]:
        raise not_here("glue", context.operation, f"the option {others[0]}")
    try:
        taken = [sqlglot.parse_one(text, read="spark").sql("trino") for text in options.values()]
    except SqlglotError as error:
        raise invalid(f"The predicate cannot be read: {error}") from error
    where = f" WHERE ({') AND ('.join(taken)})" if taken else ""
    return f"(SELECT * FROM {named(database, name)}{where})"


def _check_options(context: Context, options: Record) -> None:
    others = [option for option, value in options.items() if value and option not in _OPTIONS]
    if options.get("CompositeRuleEvaluationMethod") == "ROW":
        others.append("CompositeRuleEvaluationMethod ROW")
    if others:
        raise not_here("glue", context.operation, f"the run option {others[0]}")


# Work ---------------------------------------------------------------------------------------------


def _work(
    context: Context, run: Record, texts: dict[str, str], sources: dict[str, str], job: Job
) -> None:
    cloud, number = context.cloud, run["RunId"]
    database = table_of(run["DataSource"])["DatabaseName"]
    try:
        results = []
        with asking(cloud, context.region, run["Role"], job, database) as asker:
            data = Data(asker, sources, datetime.now(UTC))
            for name, text in texts.items():
                started = now()
                told = evaluated(data, rulesets.read(text))
                job.check()
                results.append(_result(run, name, started, told))
        publishing.write(cloud, run, results)
        state, error = "SUCCEEDED", None
    except Stopped:
        state, error, results = "STOPPED", None, []
    except Exception as failure:
        stopped = job.stopping
        if not stopped and not isinstance(failure, (AwsError, QueryFailed)):
            log.exception("the run %s failed", number)
        state, error = ("STOPPED", None) if stopped else ("FAILED", words(failure))
        results = []
    until_kept(lambda: _end(cloud, number, state, error, results))
    publishing.tell(cloud, run, results)


def _result(run: Record, name: str, started: float, told: Record) -> Record:
    number = _number("dqresult", f"{run['RunId']}/{name}")
    common = {
        "ResultId": number,
        "DataSource": run["DataSource"],
        "RulesetName": name,
        "RulesetEvaluationRunId": run["RunId"],
        "StartedOn": started,
        "CompletedOn": now(),
    }
    return common | told | {"_": run["_"]}


def _end(cloud: Cloud, number: str, state: str, error: str | None, results: list[Record]) -> None:
    for result in results:
        cloud.records(RESULTS)[result["ResultId"]] = result
    runs, moment = cloud.records(RUNS), now()
    ended = {
        "Status": state,
        "ErrorString": error,
        "CompletedOn": moment,
        "LastModifiedOn": moment,
        "ExecutionTime": round(moment - runs[number]["StartedOn"]),
        "ResultIds": [result["ResultId"] for result in results],
    }
    runs[number] = runs[number] | given(ended)


@on_start
def fail_interrupted(cloud: Cloud) -> None:
    """Runs that were under way when the process died have failed."""
    for run in list(cloud.records(RUNS).values()):
        if run["Status"] in ("RUNNING", "STOPPING"):
            _end(cloud, run["RunId"], "FAILED", _INTERRUPTED, [])


# Runs and results, told ---------------------------------------------------------------------------


@answers("GetDataQualityRulesetEvaluationRun")
def get_run(context: Context, *, RunId: str) -> Answer:
    return _shown(_find(context, RUNS, RunId))


@answers("CancelDataQualityRulesetEvaluationRun")
def cancel_run(context: Context, *, RunId: str) -> Answer:
    run, job = _find(context, RUNS, RunId), context.cloud.jobs.find(_job(RunId))
    if job is None:
        raise invalid(f"Run {RunId} has ended: it is {run['Status']}.")
    job.stop()
    return {}


@answers("ListDataQualityRulesetEvaluationRuns")
def list_runs(
    context: Context,
    *,
    Filter: Record | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> Answer:
    wanted = Filter or {}
    name = wanted.get("RulesetName")
    runs = [r for r in _listed(context, RUNS, wanted) if name in (None, *r["RulesetNames"])]
    found, token = page(runs, NextToken, MaxResults)
    members = ("RunId", "Status", "StartedOn", "DataSource")
    return {"Runs": [{m: run[m] for m in members} for run in found], "NextToken": token}


@answers("GetDataQualityResult")
def get_result(context: Context, *, ResultId: str) -> Answer:
    return _shown(_find(context, RESULTS, ResultId))


@answers("BatchGetDataQualityResult")
def batch_get_results(context: Context, *, ResultIds: list[str]) -> Answer:
    known = {each["ResultId"]: each for each in _listed(context, RESULTS, {})}
    return {
        "Results": [_shown(known[number]) for number in ResultIds if number in known],
        "ResultsNotFound": [number for number in ResultIds if number not in known],
    }


@answers("ListDataQualityResults")
def list_results(
    context: Context,
    *,
    Filter: Record | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> Answer:
    """The results that a filter takes; none is of a job."""
    wanted = Filter or {}
    of_jobs = wanted.get("JobName") or wanted.get("JobRunId")
    results = [] if of_jobs else _listed(context, RESULTS, wanted)
    found, token = page(results, NextToken, MaxResults)
    members = ("ResultId", "DataSource", "StartedOn")
    return {"Results": [{m: each[m] for m in members} for each in found], "NextToken": token}


def _listed(context: Context, kind: str, wanted: Record) -> list[Record]:
    """Runs or results of a data source and a time, the latest first."""
    source, times = (
        wanted.get("DataSource"),
        (wanted.get("StartedAfter"), wanted.get("StartedBefore")),
    )
    return [
        each
        for each in list(context.cloud.records(kind).values())[::-1]
        if each["_"] == context.region
        and (not source or _place(source) == _place(each["DataSource"]))
        and within(each["StartedOn"], *times)
    ]


def _place(source: Record) -> tuple[str, str]:
    table = table_of(source)
    return table["DatabaseName"].lower(), table["TableName"].lower()


def _find(context: Context, kind: str, number: str) -> Record:
    found: Record | None = context.cloud.records(kind).get(number)
    if found is None or found["_"] != context.region:
        raise not_found(f"{'Run' if kind == RUNS else 'Result'} {number} not found.")
    return found


def _shown(record: Record) -> Answer:
    return {member: value for member, value in record.items() if member != "_"}
