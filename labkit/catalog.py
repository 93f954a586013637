"""Catalog helpers: databases, tables and the crawlers that make them (Glue)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit.errors import RunFailed, UnknownName
from labkit.progress import Progress, wait
from labkit.storage import readable_denial, told

if TYPE_CHECKING:
    from labkit.lab import Lab


@dataclass(frozen=True)
class Crawl:
    """A crawl that has ended.

    Args:
        crawler: its crawler.
        status: ``SUCCEEDED``, ``FAILED`` or ``CANCELLED``.
        message: why it failed, else empty.
        created: how many tables it made.
        updated: how many it changed.
        deleted: how many it deleted or marked as deprecated.
    """

    crawler: str
    status: str
    message: str
    created: int
    updated: int
    deleted: int


class Catalog:
    """The data catalog.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    @told
    def databases(self) -> list[str]:
        """The names of all databases, sorted."""
        return sorted(d["Name"] for d in self._all("get_databases", "DatabaseList"))

    @told
    def tables(self, database: str) -> pd.DataFrame:
        """The tables of a database, as the catalog knows them.

        Returns:
            Columns ``table``, ``format``, ``columns``, ``partition_keys``, ``rows`` (the crawler's
            record count), ``location``; one row a table, by name.

        Raises:
            UnknownName: no such database.
        """
        rows = [_summary(table) for table in self._tables(database)]
        columns = ["table", "format", "columns", "partition_keys", "rows", "location"]
        return pd.DataFrame(rows, columns=columns).sort_values("table", ignore_index=True)

    @told
    def table(self, database: str, name: str) -> dict[str, Any]:
        """A table as ``glue.get_table`` tells it.

        Raises:
            UnknownName: no such database, or no such table.
        """
        glue = self.lab.client("glue")
        try:
            found: dict[str, Any] = glue.get_table(DatabaseName=database, Name=name)["Table"]
        except glue.exceptions.EntityNotFoundException:
            known = [t["Name"] for t in self._tables(database)]
            raise UnknownName("table", name, known) from None
        return found

    @told
    def columns(self, database: str, name: str) -> pd.DataFrame:
        """A table's columns, partition keys last.

        Returns:
            Columns ``column``, ``type``, ``partition_key``; one row a column.
        """
        table = self.table(database, name)
        rows = [(c["Name"], c["Type"], False) for c in table["StorageDescriptor"]["Columns"]]
        rows += [(c["Name"], c["Type"], True) for c in table.get("PartitionKeys", [])]
        return pd.DataFrame(rows, columns=["column", "type", "partition_key"])

    @told
    def partitions(self, database: str, name: str) -> pd.DataFrame:
        """A table's partitions: one column a key, and ``location``."""
        keys = [k["Name"] for k in self.table(database, name).get("PartitionKeys", [])]
        found = self._all("get_partitions", "Partitions", DatabaseName=database, TableName=name)
        rows = [(*p["Values"], p["StorageDescriptor"]["Location"]) for p in found]
        frame = pd.DataFrame(rows, columns=[*keys, "location"])
        return frame.sort_values(keys or ["location"], ignore_index=True)

    @told
    def crawlers(self) -> pd.DataFrame:
        """All crawlers: ``crawler``, ``state``, ``last_crawl``, ``database``, ``path``."""
        rows = [
            (
                c["Name"],
                c["State"],
                c.get("LastCrawl", {}).get("Status", ""),
                c.get("DatabaseName", ""),
                ", ".join(t["Path"] for t in c["Targets"].get("S3Targets", [])),
            )
            for c in self._all("get_crawlers", "Crawlers")
        ]
        return pd.DataFrame(rows, columns=["crawler", "state", "last_crawl", "database", "path"])

    @told
    def run_crawler(self, name: str, *, timeout_s: float = 600) -> Crawl:
        """Start a crawler and wait until it is done.

        Raises:
            UnknownName: no such crawler.
            RunFailed: the crawl failed; with Glue's message.
        """
        crawl = self._crawl(name, timeout_s)
        if crawl.status == "FAILED":
            raise RunFailed("crawler", name, readable_denial(crawl.message))
        return crawl

    def _crawl(self, name: str, timeout_s: float) -> Crawl:
        glue = self.lab.client("glue")
        try:
            glue.start_crawler(Name=name)
        except glue.exceptions.EntityNotFoundException:
            known = [c["Name"] for c in self._all("get_crawlers", "Crawlers")]
            raise UnknownName("crawler", name, known) from None
        ended = wait(
            f"The crawler {name}",
            lambda: glue.get_crawler(Name=name)["Crawler"],
            until=lambda crawler: crawler["State"] == "READY",
            tell=_crawler_progress,
            timeout_s=timeout_s,
        )
        last = ended.get("LastCrawl", {})
        metrics = glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"][0]
        counts = (metrics.get(f"Tables{kind}", 0) for kind in ("Created", "Updated", "Deleted"))
        return Crawl(name, last.get("Status", ""), last.get("ErrorMessage", ""), *counts)

    def _tables(self, database: str) -> list[dict[str, Any]]:
        glue = self.lab.client("glue")
        try:
            return self._all("get_tables", "TableList", DatabaseName=database)
        except glue.exceptions.EntityNotFoundException:
            raise UnknownName("database", database, self.databases()) from None

    def _all(self, call: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
        return list(self.lab.all("glue", call, member, **parameters))


def split_table(name: str) -> tuple[str, str]:
    """Database and table of ``database.table``.

    >>> split_table("db_raw_sisdemo.student")
    ('db_raw_sisdemo', 'student')
    """
    database, _, table = name.partition(".")
    if not (database and table) or "." in table:
        raise ValueError(f"A table is named database.table, not {name!r}.")
    return database, table


def _summary(table: dict[str, Any]) -> tuple[Any, ...]:
    storage, parameters = table.get("StorageDescriptor", {}), table.get("Parameters", {})
    return (
        table["Name"],
        parameters.get("classification", table.get("TableType", "")),
        len(storage.get("Columns", [])),
        ", ".join(k["Name"] for k in table.get("PartitionKeys", [])),
        int(parameters.get("recordCount", 0)),
        storage.get("Location", ""),
    )


def _crawler_progress(crawler: dict[str, Any]) -> Progress:
    if crawler["State"] == "READY":
        status = crawler.get("LastCrawl", {}).get("Status", "READY")
        return Progress(f"Crawler {crawler['Name']}: {status}", 1.0, good=status != "FAILED")
    return Progress(f"Crawler {crawler['Name']}: {crawler['State']}")
