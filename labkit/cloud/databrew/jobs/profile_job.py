"""A profile job's work: a data set's statistics, and whether it meets its rulesets.

The profile is ``<dataset>_<64 hexadecimal digits>.json`` in the output location, the digits those
of the run's id; the run's outputs are then the files, as AWS's samples find them. Sources:
https://docs.aws.amazon.com/databrew/latest/dg/jobs.profile.html and the functions of
https://github.com/aws-samples/aws-glue-databrew-eventdriven-dq-checks
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from labkit.cloud.databrew.jobs import notices
from labkit.cloud.databrew.jobs.outputs import location_of
from labkit.cloud.databrew.jobs.working import Working
from labkit.cloud.databrew.profile import profile
from labkit.cloud.databrew.quality.validation import Validation
from labkit.cloud.databrew.reading.inputs import Input, Sample
from labkit.cloud.databrew.records import DATASET, RULESET, Record, look_up, name_of, now
from labkit.cloud.databrew.words import invalid, not_found
from labkit.cloud.s3.store import Staged, split_uri

VERSION = "1.0"
DEFAULT_ROWS = 20_000


def work(working: Working) -> None:
    """Profile the data set and write what was found."""
    found = working.read(_sample(working.plan.job))
    working.job.check()
    columns = [(column.name, column.type) for column in found.columns]
    configuration = working.plan.job.get("ProfileConfiguration")
    document = profile(working.session, found.sql, columns, configuration, check=working.job.check)
    staged = [_report(working, "", document)]
    try:
        results = _validated(working, found, staged)
        working.put(staged, outputs=[_output(working, each) for each in staged])
    finally:
        for each in staged:
            Path(each.body.path).unlink(missing_ok=True)
    for result in results:
        notices.tell_validation(
            working.cloud,
            working.run,
            ruleset=result["name"],
            state=result["status"],
            report=staged[-1].uri,
        )


def _validated(working: Working, found: Input, staged: list[Staged]) -> list[dict[str, Any]]:
    """The results of the job's rulesets, whose report is staged."""
    configured = working.plan.job.get("ValidationConfigurations") or []
    rulesets = [_ruleset(working, each["RulesetArn"]) for each in configured]
    if not rulesets:
        return []
    validation = Validation(working.session, found.sql, found.columns, working.job.check)
    report = validation.report(rulesets)
    staged.append(_report(working, "_dq-validation-report", report))
    results: list[dict[str, Any]] = report["rulesetResults"]
    return results


def _ruleset(working: Working, arn: str) -> Record:
    name = name_of(arn)
    found = look_up(working.cloud, working.region, RULESET, name)
    if found is None:
        raise not_found(RULESET.missing.format(name=name))
    dataset = look_up(working.cloud, working.region, DATASET, working.run["DatasetName"])
    if dataset and dataset["ResourceArn"] != found["TargetArn"]:
        raise invalid(f"The ruleset {name} is for {found['TargetArn']}, not the job's dataset.")
    return found


def _sample(job: Record) -> Sample | None:
    """Which rows are profiled: the first 20,000 unless the job says otherwise."""
    chosen = job.get("JobSample") or {}
    if chosen.get("Mode") == "FULL_DATASET":
        return None
    return Sample("FIRST_N", chosen.get("Size", DEFAULT_ROWS))


def _report(working: Working, suffix: str, document: dict[str, Any]) -> Staged:
    """A document about the run, as a file that becomes an object."""
    run = working.run
    digits = run["RunId"].removeprefix("db_")
    location = location_of(working.store, _place(working))
    uri = f"{location}{run['DatasetName']}_{digits}{suffix}.json"
    told = {
        "jobName": run["JobName"],
        "jobRunId": run["RunId"],
        "location": uri,
        "startedOn": _iso(run["StartedOn"]),
        "writtenOn": _iso(now()),
        "version": VERSION,
    }
    path = working.store.scratch()
    path.write_text(json.dumps({**document, **told}, indent=2, ensure_ascii=False), "utf-8")
    return working.store.stage(uri, path, "application/json")


def _place(working: Working) -> Record:
    place: Record = working.plan.job["Outputs"][0]["Location"]
    return place


def _output(working: Working, staged: Staged) -> Record:
    return {"Location": {**_place(working), "Key": split_uri(staged.uri)[1]}}


def _iso(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
