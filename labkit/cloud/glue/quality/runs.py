"""Runs of rulesets on a table of the catalog, as a role, and the results that they leave.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-data-quality-api.html
"""

from __future__ import annotations

import hashlib
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.glue.quality import life, publishing, rulesets
from labkit.cloud.glue.quality.data import Data
from labkit.cloud.glue.quality.evaluating import evaluated
from labkit.cloud.glue.quality.life import EVALUATIONS, Record
from labkit.cloud.glue.records import answers, lists
from labkit.cloud.members import now, shown
from labkit.cloud.operations import Answer, Context, not_here

RESULTS = "glue.quality.result"
_OPTIONS = ("CloudWatchMetricsEnabled", "ResultsS3Prefix", "CompositeRuleEvaluationMethod")


@answers("StartDataQualityRulesetEvaluationRun")
def start_run(
    context: Context, *, RulesetNames: list[str], ClientToken: str | None = None, **asked: Any
) -> Answer:
    """Evaluate rulesets on a table; a token that is sent again gives the same run."""
    texts = {name: rulesets.find(context, name)["Ruleset"] for name in RulesetNames}
    _check_options(context, asked.get("AdditionalRunOptions") or {})
    members = asked | {"RulesetNames": RulesetNames}
    number = numbered("dqrun", context.number(ClientToken))

    def work(data: Data, run: Record) -> Record:
        results = [_result(data, run, name, text) for name, text in texts.items()]
        publishing.write(context.cloud, run, results)
        _keep(context.cloud, results)
        publishing.tell(context.cloud, run, results)
        return {"ResultIds": [result["ResultId"] for result in results]}

    return life.begin(context, EVALUATIONS, number, members, work)


def numbered(kind: str, told: str) -> str:
    """The number of a run or a result: ``dqrun-`` and 40 hexadecimal digits."""
    return f"{kind}-{hashlib.sha256(told.encode()).hexdigest()[:40]}"


def _check_options(context: Context, options: Record) -> None:
    others = [option for option, value in options.items() if value and option not in _OPTIONS]
    if options.get("CompositeRuleEvaluationMethod") == "ROW":
        others.append("CompositeRuleEvaluationMethod ROW")
    if others:
        raise not_here("glue", context.operation, f"the run option {others[0]}")


def _result(data: Data, run: Record, name: str, text: str) -> Record:
    started = now()
    told = evaluated(data, rulesets.read(text))
    common = {
        "ResultId": numbered("dqresult", f"{run['RunId']}/{name}"),
        "DataSource": run["DataSource"],
        "RulesetName": name,
        "RulesetEvaluationRunId": run["RunId"],
        "StartedOn": started,
        "CompletedOn": now(),
    }
    return common | told | {"_": run["_"]}


def _keep(cloud: Cloud, results: list[Record]) -> None:
    for result in results:
        cloud.records(RESULTS)[result["ResultId"]] = result


@answers("GetDataQualityRulesetEvaluationRun")
def get_run(context: Context, *, RunId: str) -> Answer:
    return shown(life.find(context, EVALUATIONS, RunId))


@answers("CancelDataQualityRulesetEvaluationRun")
def cancel_run(context: Context, *, RunId: str) -> Answer:
    return life.cancel(context, EVALUATIONS, RunId)


@lists("ListDataQualityRulesetEvaluationRuns", "Runs")
def list_runs(context: Context, *, Filter: Record | None = None) -> list[Answer]:
    wanted = Filter or {}
    known, name = life.listed(context, EVALUATIONS, wanted), wanted.get("RulesetName")
    return life.told([run for run in known if name in (None, *run["RulesetNames"])])


@answers("GetDataQualityResult")
def get_result(context: Context, *, ResultId: str) -> Answer:
    return shown(life.find(context, RESULTS, ResultId))


@answers("BatchGetDataQualityResult")
def batch_get_results(context: Context, *, ResultIds: list[str]) -> Answer:
    known = {each["ResultId"]: each for each in life.listed(context, RESULTS, {})}
    return {
        "Results": [shown(known[number]) for number in ResultIds if number in known],
        "ResultsNotFound": [number for number in ResultIds if number not in known],
    }


@lists("ListDataQualityResults", "Results")
def list_results(context: Context, *, Filter: Record | None = None) -> list[Answer]:
    """The results that a filter takes; none is of a job."""
    wanted = Filter or {}
    of_jobs = wanted.get("JobName") or wanted.get("JobRunId")
    results = [] if of_jobs else life.listed(context, RESULTS, wanted)
    members = ("ResultId", "DataSource", "StartedOn")
    return [{member: each[member] for member in members} for each in results]
