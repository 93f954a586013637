"""The crawler console: what crawlers there are, run and stop them, see what they made.

A crawler's state, its last crawl and its counts come from ``GetCrawlers`` and
``GetCrawlerMetrics``, its lines from CloudWatch Logs, its tables from the catalog, where a table
names its crawler in ``UPDATED_BY_CRAWLER``.
https://docs.aws.amazon.com/glue/latest/dg/console-crawlers-details.html
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from traitlets import Dict, List

from labkit.widgets.console import Console, Facts, front_end
from labkit.widgets.describe import pictured, table_facts
from labkit.widgets.picture import Markup, frame, joined, notice, table, tag
from labkit.widgets.refusals import advice

if TYPE_CHECKING:
    from labkit.lab import Lab

FIRST_LOOK_S, SLOWEST_LOOK_S, WATCH_S = 0.05, 0.5, 2.0
LINES = 50


class CrawlerConsole(Console):
    """The crawlers of the account, each with a Run and a Stop button.

    Args:
        lab: the lab whose clients to use.
    """

    _esm = front_end("core.js", "tables.js", "crawlers.js")
    crawlers: List[Facts] = List().tag(sync=True)
    tables = Dict().tag(sync=True)
    lines = Dict().tag(sync=True)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._watched = False
        self._shown: dict[str, str] = {}  # whose tables are shown: crawler to crawl
        self.attempt("refresh", {})

    def do_refresh(self) -> None:
        """Look at all crawlers, and at the tables of those that have run."""
        names = [c["Name"] for c in self.lab.all("glue", "get_crawlers", "Crawlers")]
        self.crawlers = [self._look(name) for name in sorted(names)]
        for crawler in self.crawlers:
            if crawler["crawl"] and crawler["crawl"] != self._shown.get(crawler["name"]):
                self._show_made(crawler["name"])

    def do_run(self, *, name: str) -> None:
        """Start a crawler, and look on until it is done. A double click starts it once."""
        self.notice = {}
        self._say(name, f"$ {self.command('glue', 'start_crawler', Name=name)}", anew=True)
        try:
            self.call("glue", "start_crawler", Name=name)
        except ClientError as error:  # by its code: of two threads each may have its own classes
            if error.response["Error"]["Code"] != "CrawlerRunningException":
                raise
        self._follow(name)

    def do_stop(self, *, name: str) -> None:
        """Ask a crawler to stop; the one who follows it sees the end."""
        self._say(name, f"$ {self.command('glue', 'stop_crawler', Name=name)}")
        self.call("glue", "stop_crawler", Name=name)

    def do_watch(self) -> None:
        """Look every few seconds, for crawls that were started elsewhere, until the end."""
        with self._lock:
            if self._watched:
                return
            self._watched = True
        while not self._over.wait(WATCH_S):
            self.attempt("refresh", {})

    # Looking --------------------------------------------------------------------------------------

    def _follow(self, name: str) -> None:
        pause_s = FIRST_LOOK_S
        while self._show(name)["state"] != "READY":
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.3, SLOWEST_LOOK_S)
        self._show_made(name)

    def _show(self, name: str) -> Facts:
        facts = self._look(name)
        with self._lock:
            self.crawlers = [facts if c["name"] == name else c for c in self.crawlers]
        return facts

    def _look(self, name: str) -> Facts:
        crawler = self.call("glue", "get_crawler", Name=name)["Crawler"]
        found = self.call("glue", "get_crawler_metrics", CrawlerNameList=[name])
        metrics = (found["CrawlerMetricsList"] or [{}])[0]
        return crawler_facts(crawler, metrics, self._principal(crawler["Role"]))

    def _principal(self, role: str) -> str:
        return role if role.startswith("arn:") else self.lab.role_arn(role.removeprefix("/"))

    def _show_made(self, name: str) -> None:
        crawler = self.call("glue", "get_crawler", Name=name)["Crawler"]
        self._shown[name] = crawler.get("LastCrawl", {}).get("MessagePrefix", "")
        self.put("tables", name, self._made(crawler))
        self._show_log(crawler)

    def _made(self, crawler: Facts) -> list[Facts]:
        glue = self.lab.client("glue")
        since = crawler.get("LastCrawl", {}).get("StartTime")
        try:
            named = crawler.get("DatabaseName", "")
            found = list(self.lab.all("glue", "get_tables", "TableList", DatabaseName=named))
        except glue.exceptions.EntityNotFoundException:
            return []
        ours = [t for t in found if _crawler_of(t) == crawler["Name"]]
        return [table_facts(t) | {"change": _change(t, since)} for t in ours]

    def _show_log(self, crawler: Facts) -> None:
        last, logs = crawler.get("LastCrawl", {}), self.lab.client("logs")
        if not last.get("LogStream"):
            return
        try:
            events = logs.get_log_events(
                logGroupName=last["LogGroup"], logStreamName=last["LogStream"], limit=1000
            )["events"]
        except logs.exceptions.ResourceNotFoundException:
            return
        prefix = f"[{last.get('MessagePrefix', '')}] "
        heard = [e["message"].removeprefix(prefix) for e in events if prefix in e["message"]]
        asked = [line for line in self.lines.get(crawler["Name"], []) if line.startswith("$")]
        self.put("lines", crawler["Name"], asked + heard[-LINES:])

    def _say(self, name: str, line: str, *, anew: bool = False) -> None:
        before = [] if anew else self.lines.get(name, [])
        self.put("lines", name, [*before, line])

    # Picture --------------------------------------------------------------------------------------

    def snapshot(self) -> str:
        """The crawlers with their last crawls, and the tables that they made."""
        headers = ["Crawler", "State", "Last crawl", "Created", "Updated", "Deleted"]
        rows = [
            (c["name"], c["state"], c["status"] or "–", c["created"], c["updated"], c["deleted"])
            for c in self.crawlers
        ]
        made = [_pictured(c, self.tables.get(c["name"], [])) for c in self.crawlers]
        return frame(
            "Crawlers", notice(self.notice), table(headers, rows, numbers={3, 4, 5}), *made
        )


def crawler_facts(crawler: Facts, metrics: Facts, principal: str) -> Facts:
    """A crawler as the console shows it.

    Args:
        crawler: as ``GetCrawler`` tells it.
        metrics: as ``GetCrawlerMetrics`` tells it.
        principal: the ARN of its role.
    """
    last = crawler.get("LastCrawl", {})
    message = last.get("ErrorMessage") or ""
    sentence, code = advice(message, who=principal) if message else ("", "")
    return {
        "name": crawler["Name"],
        "database": crawler.get("DatabaseName", ""),
        "paths": [t["Path"] for t in crawler.get("Targets", {}).get("S3Targets", [])],
        "state": crawler["State"],
        "share": _share(crawler, metrics),
        "crawl": last.get("MessagePrefix", ""),
        "status": last.get("Status", ""),
        "message": message,
        "advice": sentence,
        "code": code,
        **{kind.lower(): metrics.get(f"Tables{kind}", 0) for kind in _COUNTS},
    }


_COUNTS = ("Created", "Updated", "Deleted")


def _share(crawler: Facts, metrics: Facts) -> float | None:
    """How far a running crawl is, from the time that it took and that Glue says is left."""
    if crawler["State"] == "READY" or metrics.get("StillEstimating", True):
        return None
    done_s, left_s = crawler.get("CrawlElapsedTime", 0) / 1000, metrics.get("TimeLeftSeconds", 0)
    return round(done_s / (done_s + left_s), 3) if done_s + left_s else None


def _crawler_of(found: Facts) -> Any:
    return found.get("Parameters", {}).get("UPDATED_BY_CRAWLER")


def _change(found: Facts, since: datetime | None) -> str:
    """What the last crawl did to a table: created, updated, or nothing."""
    times = {"created": found.get("CreateTime"), "updated": found.get("UpdateTime")}
    return next((what for what, when in times.items() if since and when and when >= since), "")


def _pictured(crawler: Facts, tables: list[Facts]) -> Markup:
    refusal = notice({k: crawler[k] for k in ("advice", "code")} | {"text": crawler["message"]})
    said = tag("div", f"Tables of {crawler['name']} in {crawler['database']}", style="quiet")
    listed = joined([said, *map(pictured, tables)]) if tables else Markup()
    return joined([refusal if crawler["message"] else Markup(), listed])
