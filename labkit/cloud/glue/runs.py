"""The crawls that were: one durable record each, and their lines in CloudWatch Logs.

A crawler's state is that of its last crawl. Sources:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html and
https://docs.aws.amazon.com/glue/latest/dg/console-crawlers-details.html
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.glue.endings import ended
from labkit.cloud.glue.notices import tell
from labkit.cloud.jobs import until_kept
from labkit.cloud.members import now

LOG_GROUP = "/aws-glue/crawlers"
ENDED = {"COMPLETED": "SUCCEEDED", "FAILED": "FAILED", "STOPPED": "CANCELLED"}
INTERRUPTED = "Internal Service Exception: the crawl was interrupted when the local AWS ended"
COUNTS = ("created", "updated", "deleted")
SAVE_EVERY_S = 0.2
Run = dict[str, Any]


def runs_of(cloud: Cloud, region: str, crawler: str) -> list[Run]:
    """A crawler's crawls, the oldest first."""
    records = cloud.records("glue.crawl")
    runs = filter(None, map(records.get, records))  # another crawler may go meanwhile
    return [r for r in runs if r["crawler"] == crawler and r["region"] == region]


def last_run(cloud: Cloud, region: str, crawler: str) -> Run | None:
    """A crawler's last crawl."""
    runs = runs_of(cloud, region, crawler)
    return runs[-1] if runs else None


def crawler_state(run: Run | None) -> str:
    """READY, RUNNING or STOPPING: what the last crawl makes of its crawler."""
    return run["state"] if run and run["state"] not in ENDED else "READY"


def update_run(cloud: Cloud, run_id: str, **changes: Any) -> Run:
    """Change a crawl's record."""
    records = cloud.records("glue.crawl")
    with cloud.lock("glue"):
        records[run_id] = {**records[run_id], **changes}
        return records[run_id]


def forget_runs(cloud: Cloud, region: str, crawler: str) -> None:
    """Drop a crawler's history."""
    for run in runs_of(cloud, region, crawler):
        del cloud.records("glue.crawl")[run["id"]]


class Crawl:
    """A crawl as its own code sees it: what it has done so far, and its log.

    Args:
        cloud: the workspace's local AWS.
        region: the crawler's region.
        crawler: the crawler's name.
    """

    def __init__(self, cloud: Cloud, region: str, crawler: str) -> None:
        self.cloud, self.region, self.crawler = cloud, region, crawler
        self.id = str(uuid.uuid4())
        self.notes: list[str] = []
        self._lines: list[dict[str, Any]] = []
        self._saved = 0.0
        cloud.records("glue.crawl")[self.id] = {
            "id": self.id,
            "crawler": crawler,
            "region": region,
            "state": "RUNNING",
            "start": now(),
            "done": 0,
            "total": None,
            "summary": {},
            **dict.fromkeys(COUNTS, 0),
        }
        tell(cloud, self.run)

    @property
    def run(self) -> Run:
        return self.cloud.records("glue.crawl")[self.id]

    def progress(self, done: int, total: int) -> None:
        """Say how many of the objects have been looked at."""
        if done == total or time.monotonic() - self._saved > SAVE_EVERY_S:
            self._saved = time.monotonic()
            update_run(self.cloud, self.id, done=done, total=total)

    def count(self, what: str, kind: str = "TABLE", number: int = 1) -> None:
        """Count a table or partitions as created, updated or deleted."""
        if not number:
            return
        run = self.run
        verb = "ADD" if what == "created" else "UPDATE" if what == "updated" else "DELETE"
        summary = {k: dict(v) for k, v in run["summary"].items()}
        actions = summary.setdefault(kind, {})
        actions[verb] = actions.get(verb, 0) + number
        tables = {what: run[what] + number} if kind == "TABLE" else {}
        update_run(self.cloud, self.id, summary=summary, **tables)

    def log(self, level: str, text: str) -> None:
        """A line for CloudWatch Logs; written with `flush`."""
        line = f"[{self.id}] {level} : {text}"
        self._lines.append({"timestamp": int(time.time() * 1000), "message": line})

    def note(self, text: str) -> None:
        """Something that the learner should know though the crawl succeeds."""
        self.notes.append(text)
        self.log("WARN", text)

    def flush(self) -> None:
        """Write the lines so far to the crawler's log stream."""
        logs = self.cloud.backend("logs", self.region)
        with self.cloud.changing("logs"):
            if LOG_GROUP not in logs.groups:
                logs.create_log_group(LOG_GROUP, {})
            if self.crawler not in logs.groups[LOG_GROUP].streams:
                logs.create_log_stream(LOG_GROUP, self.crawler)
            logs.put_log_events(LOG_GROUP, self.crawler, self._lines)
        self._lines = []

    def end(self, state: str, error: str | None = None) -> None:
        """Close the crawl's log and record."""
        self.log("BENCHMARK", "Crawler has finished running and is in state READY")
        until_kept(self.flush)
        ending = {"state": state, "end": now(), "error": error}
        tell(self.cloud, until_kept(lambda: update_run(self.cloud, self.id, **ending)))
        ended(self.cloud, self.region, "CrawlerName", self.crawler, ENDED[state])


@on_start
def fail_interrupted(cloud: Cloud) -> None:
    """Crawls that ran when the process died have failed."""
    for run in list(cloud.records("glue.crawl").values()):
        if run["state"] not in ENDED:
            update_run(cloud, run["id"], state="FAILED", end=now(), error=INTERRUPTED)


def shown(run: Run) -> dict[str, Any]:
    """What ``LastCrawl`` and ``ListCrawls`` answer alike of a crawl."""
    return {
        "ErrorMessage": run.get("error"),
        "LogGroup": LOG_GROUP,
        "LogStream": run["crawler"],
        "MessagePrefix": run["id"],
        "StartTime": run["start"],
    }
