"""How crawls are doing: metrics of the running one, and the history.

These wait for no lock, so that progress shows while a crawl writes. Source:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html
"""

from __future__ import annotations

import json
import operator
import statistics
import time
from typing import Any

from labkit.cloud.glue import runs
from labkit.cloud.glue.records import glue
from labkit.cloud.glue.runs import ENDED, Run
from labkit.cloud.glue.words import invalid, not_found, page
from labkit.cloud.members import moment
from labkit.cloud.operations import Answer, Context, operation

DPUS = 2  # what a crawler uses; at least ten minutes are billed
BILLED_AT_LEAST_S = 600


@operation("glue", "GetCrawlerMetrics")
def get_crawler_metrics(
    context: Context,
    *,
    CrawlerNameList: list[str] | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> Answer:
    """Tables made and time left, of each crawler."""
    known = sorted(glue(context).crawlers)
    wanted = [name for name in known if not CrawlerNameList or name in CrawlerNameList]
    names, token = page(wanted, NextToken, MaxResults)
    return {"CrawlerMetricsList": [_metrics(context, name) for name in names], "NextToken": token}


def _metrics(context: Context, name: str) -> Answer:
    history = runs.runs_of(context.cloud, context.region, name)
    last = history[-1] if history else None
    times = [run["end"] - run["start"] for run in history if run["state"] in ENDED]
    return {
        "CrawlerName": name,
        **_time_left(last),
        "LastRuntimeSeconds": times[-1] if times else 0.0,
        "MedianRuntimeSeconds": statistics.median(times) if times else 0.0,
        **{f"Tables{what.capitalize()}": last[what] if last else 0 for what in runs.COUNTS},
    }


def _time_left(run: Run | None) -> Answer:
    """Seconds left, from the share of objects read so far."""
    if run is None or run["state"] in ENDED:
        return {"TimeLeftSeconds": 0.0, "StillEstimating": False}
    if not run["done"]:
        return {"TimeLeftSeconds": 0.0, "StillEstimating": True}
    elapsed = time.time() - run["start"]
    left = elapsed * (run["total"] - run["done"]) / run["done"]
    return {"TimeLeftSeconds": left, "StillEstimating": False}


@operation("glue", "ListCrawls")
def list_crawls(
    context: Context,
    *,
    CrawlerName: str,
    MaxResults: int | None = None,
    Filters: list[dict[str, str]] | None = None,
    NextToken: str | None = None,
) -> Answer:
    """A crawler's crawls, the latest first."""
    if CrawlerName not in glue(context).crawlers:
        raise not_found(f"Crawler entry with name {CrawlerName} does not exist")
    _check_filters(Filters or [])
    history = runs.runs_of(context.cloud, context.region, CrawlerName)
    wanted = [r for r in reversed(history) if all(_passes(r, f) for f in Filters or [])]
    found, token = page(wanted, NextToken, MaxResults or 20)
    return {"Crawls": [_shown(run) for run in found], "NextToken": token}


def _shown(run: Run) -> Answer:
    ended = run["state"] in ENDED
    summary = {
        kind: {verb: {"Count": n} for verb, n in v.items()} for kind, v in run["summary"].items()
    }
    return {
        "CrawlId": run["id"],
        "State": run["state"] if ended else "RUNNING",
        "EndTime": run.get("end"),
        "Summary": json.dumps(summary) if ended else None,
        "DPUHour": _billed_hours(run) if ended else 0.0,
        **runs.shown(run),
    }


def _billed_hours(run: Run) -> float:
    """DPU hours as AWS would bill them: https://aws.amazon.com/glue/pricing/."""
    return DPUS * max(float(run["end"] - run["start"]), BILLED_AT_LEAST_S) / 3600


_MEMBERS = ("FieldName", "FilterOperator", "FieldValue")
_WORDS = ("STATE", "CRAWL_ID")
_MILLISECONDS = 1e11  # a number above it counts milliseconds since 1970
_OPERATORS: dict[str, Any] = {
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
    "EQ": operator.eq,
    "NE": operator.ne,
}
_FIELDS: dict[str, tuple[str, Any]] = {
    "CRAWL_ID": ("id", str),
    "STATE": ("state", str),
    "START_TIME": ("start", float),
    "END_TIME": ("end", float),
    "DPU_HOUR": ("dpu", float),
}


def _check_filters(filters: list[dict[str, str]]) -> None:
    for each in filters:
        told = {member: each.get(member) for member in _MEMBERS}
        if None in told.values():
            spelled = ", ".join(f"{k}: {'null' if v is None else v}" for k, v in told.items())
            raise invalid(f"Invalid Filter Provided: {spelled}")
        if each["FieldName"] in _WORDS and each["FilterOperator"] not in ("EQ", "NE"):
            raise invalid(f"Only EQ or NE operator is allowed for field : {each['FieldName']}")


def _passes(run: Run, condition: dict[str, str]) -> bool:
    name, kind = _FIELDS[condition["FieldName"]]
    mine = _billed_hours(run) if name == "dpu" and run.get("end") else run.get(name)
    theirs = _moment(condition) if kind is float else condition["FieldValue"]
    return mine is not None and bool(_OPERATORS[condition["FilterOperator"]](mine, theirs))


def _moment(condition: dict[str, str]) -> float:
    """A filter's number, or the time that it spells, as seconds since 1970."""
    text = condition["FieldValue"]
    if text.replace(".", "", 1).isdigit():
        number = float(text)
        return number / 1000 if number > _MILLISECONDS else number
    try:
        return moment(text).timestamp()
    except ValueError:
        raise invalid(f"Invalid FieldValue {text} for {condition['FieldName']}") from None
