"""Crawlers: their definitions, which moto keeps, and their runs, which are ours.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html
"""

from __future__ import annotations

import datetime
import time
from typing import Any

from labkit.cloud.glue import runs
from labkit.cloud.glue.checks import LINEAGE, POLICY, RECRAWL, checked_members
from labkit.cloud.glue.crawl import run_crawl
from labkit.cloud.glue.reading import forget
from labkit.cloud.glue.records import answers, glue
from labkit.cloud.glue.runs import Crawl, crawler_state, last_run
from labkit.cloud.glue.schedule import WAKE, schedule_state
from labkit.cloud.glue.words import not_found, page
from labkit.cloud.operations import Answer, AwsError, Context, operation

# The members of CreateCrawler, moto's attributes for them, and what stands for a missing one.
ATTRIBUTES: dict[str, tuple[str, Any]] = {
    "Role": ("role", ""),
    "DatabaseName": ("database_name", ""),
    "Description": ("description", ""),
    "Targets": ("targets", {}),
    "Schedule": ("schedule", ""),
    "Classifiers": ("classifiers", []),
    "TablePrefix": ("table_prefix", ""),
    "SchemaChangePolicy": ("schema_change_policy", POLICY),
    "RecrawlPolicy": ("recrawl_policy", RECRAWL),
    "LineageConfiguration": ("lineage_configuration", LINEAGE),
    "Configuration": ("configuration", ""),
    "CrawlerSecurityConfiguration": ("crawler_security_configuration", ""),
}


@answers("CreateCrawler")
def create_crawler(context: Context, *, Name: str, Tags: Any = None, **members: Any) -> Answer:
    """A new crawler, READY to start."""
    if Name in glue(context).crawlers:
        raise AwsError("AlreadyExistsException", f"{Name} already exists")
    full = {member: missing for member, (_, missing) in ATTRIBUTES.items()} | members
    checked = checked_members(context, full)
    options = {attribute: checked[member] for member, (attribute, _) in ATTRIBUTES.items()}
    glue(context).create_crawler(name=Name, tags=Tags, **options)
    WAKE.set()
    return {}


@answers("UpdateCrawler")
def update_crawler(context: Context, *, Name: str, **members: Any) -> Answer:
    """Change what is given of a crawler, which must not be running."""
    crawler = find_crawler(context, Name)
    _refuse_running(context, Name)
    old = {member: getattr(crawler, attribute) for member, (attribute, _) in ATTRIBUTES.items()}
    checked = checked_members(context, old | members)
    for member, (attribute, _) in ATTRIBUTES.items():
        setattr(crawler, attribute, checked[member])
    if "Schedule" in members:
        crawler.schedule_state = "SCHEDULED"
        WAKE.set()
    crawler.version += 1
    crawler.last_updated = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    return {}


@answers("DeleteCrawler")
def delete_crawler(context: Context, *, Name: str) -> Answer:
    """Drop a crawler with its history; its tables stay."""
    find_crawler(context, Name)
    _refuse_running(context, Name)
    glue(context).delete_crawler(Name)
    runs.forget_runs(context.cloud, context.region, Name)
    forget(context.cloud, context.region, Name)
    return {}


@operation("glue", "GetCrawler")
def get_crawler(context: Context, *, Name: str) -> Answer:
    return {"Crawler": _shown(context, find_crawler(context, Name))}


@operation("glue", "GetCrawlers")
def get_crawlers(
    context: Context, *, MaxResults: int | None = None, NextToken: str | None = None
) -> Answer:
    found, token = page(_all(context), NextToken, MaxResults)
    return {"Crawlers": [_shown(context, each) for each in found], "NextToken": token}


@operation("glue", "BatchGetCrawlers")
def batch_get_crawlers(context: Context, *, CrawlerNames: list[str]) -> Answer:
    known = glue(context).crawlers
    found = [_shown(context, known[name]) for name in CrawlerNames if name in known]
    return {"Crawlers": found, "CrawlersNotFound": [n for n in CrawlerNames if n not in known]}


@operation("glue", "ListCrawlers")
def list_crawlers(
    context: Context,
    *,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    Tags: dict[str, str] | None = None,
) -> Answer:
    wanted = (Tags or {}).items()
    names = [c.name for c in _all(context) if wanted <= glue(context).get_tags(c.arn).items()]
    found, token = page(names, NextToken, MaxResults)
    return {"CrawlerNames": found, "NextToken": token}


@operation("glue", "StartCrawler")
def start_crawler(context: Context, *, Name: str) -> Answer:
    """Run a crawler now, whatever its schedule."""
    start(context.cloud, context.region, Name)
    return {}


def start(cloud: Any, region: str, name: str) -> str:
    """Start a crawl in the background; gives the crawl's id.

    Raises:
        AwsError: no such crawler, or it is running.
    """
    with cloud.lock("glue"):
        crawler = cloud.backend("glue", region).crawlers.get(name)
        if crawler is None:
            raise not_found(f"Crawler entry with name {name} does not exist")
        if crawler_state(last_run(cloud, region, name)) != "READY":
            raise AwsError(
                "CrawlerRunningException", f"Crawler with name {name} has already started"
            )
        crawl = Crawl(cloud, region, name)
    cloud.jobs.start(_job_name(region, name), lambda job: run_crawl(crawl, crawler, job))
    return crawl.id


@operation("glue", "StopCrawler")
def stop_crawler(context: Context, *, Name: str) -> Answer:
    """Tell a running crawl to stop; what it has written stays."""
    find_crawler(context, Name)
    run = last_run(context.cloud, context.region, Name)
    state = crawler_state(run)
    if state == "STOPPING":
        raise AwsError("CrawlerStoppingException", f"Crawler with name {Name} is stopping")
    job = context.cloud.jobs.find(_job_name(context.region, Name))
    if run is None or state == "READY" or job is None:
        raise AwsError("CrawlerNotRunningException", f"Crawler with name {Name} isn't running")
    with context.cloud.lock("glue"):
        if crawler_state(last_run(context.cloud, context.region, Name)) == "RUNNING":
            runs.update_run(context.cloud, run["id"], state="STOPPING")
    job.stop()
    return {}


def _job_name(region: str, name: str) -> str:
    return f"glue.crawl/{region}/{name}"


def find_crawler(context: Context, name: str) -> Any:
    """moto's record of a crawler.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    found = glue(context).crawlers.get(name)
    if found is None:
        raise not_found(f"Crawler entry with name {name} does not exist")
    return found


def _all(context: Context) -> list[Any]:
    return sorted(glue(context).crawlers.values(), key=lambda crawler: crawler.name)


def _refuse_running(context: Context, name: str) -> None:
    if crawler_state(last_run(context.cloud, context.region, name)) != "READY":
        raise AwsError("CrawlerRunningException", f"Crawler with name {name} is running")


# Answers ------------------------------------------------------------------------------------------


def _shown(context: Context, crawler: Any) -> Answer:
    """A crawler as ``GetCrawler`` answers it."""
    run = last_run(context.cloud, context.region, crawler.name)
    running = crawler_state(run) != "READY"
    members = {member: getattr(crawler, attr) for member, (attr, _) in ATTRIBUTES.items()}
    schedule = members.pop("Schedule")
    return {
        **{k: v for k, v in members.items() if v != "" or k == "TablePrefix"},
        "Name": crawler.name,
        "State": crawler_state(run),
        "CrawlElapsedTime": int((time.time() - run["start"]) * 1000) if run and running else 0,
        "CreationTime": crawler.creation_time,
        "LastUpdated": crawler.last_updated,
        "Version": crawler.version,
        "LakeFormationConfiguration": {"UseLakeFormationCredentials": False, "AccountId": ""},
        "Schedule": _shown_schedule(crawler, schedule) if schedule else None,
        "LastCrawl": _last_crawl(context, crawler.name),
    }


def _shown_schedule(crawler: Any, expression: str) -> Answer:
    return {"ScheduleExpression": expression, "State": schedule_state(crawler)}


def _last_crawl(context: Context, name: str) -> Answer | None:
    """The last crawl that has ended."""
    ended = [
        r for r in runs.runs_of(context.cloud, context.region, name) if r["state"] in runs.ENDED
    ]
    if not ended:
        return None
    return {"Status": runs.ENDED[ended[-1]["state"]], **runs.shown(ended[-1])}
