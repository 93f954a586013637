"""A lake for tests, crawls over it, and what the catalog then says."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import roles

CRAWL_S = 60
READ = {
    "Effect": "Allow",
    "Action": ["s3:*", "kms:*", "glue:*", "logs:*", "sqs:*"],
    "Resource": "*",
}


class Lake:
    """A bucket, a database and a crawler, all fresh."""

    folder: Path

    def __init__(self, client: Callable[..., Any], name: str, role: str) -> None:
        self.s3, self.glue, self.logs = client("s3"), client("glue"), client("logs")
        self.name, self.role = name, role
        self.bucket, self.database, self.crawler = f"{name}-lake", f"db_{name}", f"{name}-crawler"
        if self.bucket not in [b["Name"] for b in self.s3.list_buckets()["Buckets"]]:
            self.s3.create_bucket(Bucket=self.bucket)

    def put(self, key: str, body: bytes | str) -> None:
        self.s3.put_object(
            Bucket=self.bucket, Key=key, Body=body.encode() if isinstance(body, str) else body
        )

    def delete(self, *keys: str) -> None:
        for key in keys:
            self.s3.delete_object(Bucket=self.bucket, Key=key)

    def uri(self, prefix: str = "") -> str:
        return f"s3://{self.bucket}/{prefix}"

    def define(self, prefix: str = "data/", *, target: Any = None, **options: Any) -> None:
        """The crawler over one prefix."""
        configuration = options.pop("Configuration", None)
        if configuration:
            options["Configuration"] = json.dumps({"Version": 1.0, **configuration})
        targets = {"S3Targets": [{"Path": self.uri(prefix), **(target or {})}]}
        self.glue.create_crawler(
            Name=self.crawler,
            Role=self.role,
            **{"DatabaseName": self.database, "Targets": targets} | options,
        )

    def run(self) -> dict[str, Any]:
        """Crawl to the end; gives `LastCrawl`."""
        self.glue.start_crawler(Name=self.crawler)
        return self.wait()

    def wait(self) -> dict[str, Any]:
        deadline = time.monotonic() + CRAWL_S
        while time.monotonic() < deadline:
            found = self.glue.get_crawler(Name=self.crawler)["Crawler"]
            if found["State"] == "READY":
                return found["LastCrawl"]
            time.sleep(0.02)
        raise AssertionError("the crawl does not end")

    def crawl(self, prefix: str = "data/", **options: Any) -> dict[str, Any]:
        """Define the crawler and crawl; the crawl must succeed."""
        self.define(prefix, **options)
        last = self.run()
        assert last["Status"] == "SUCCEEDED", last
        return last

    def tables(self) -> dict[str, dict[str, Any]]:
        found = self.glue.get_tables(DatabaseName=self.database)["TableList"]
        return {table["Name"]: table for table in found}

    def table(self, name: str) -> dict[str, Any]:
        return self.glue.get_table(DatabaseName=self.database, Name=name)["Table"]

    def partitions(self, table: str) -> dict[tuple[str, ...], dict[str, Any]]:
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.database, TableName=table
        )
        return {tuple(p["Values"]): p for page in pages for p in page["Partitions"]}

    def metrics(self) -> dict[str, Any]:
        names = [self.crawler]
        return self.glue.get_crawler_metrics(CrawlerNameList=names)["CrawlerMetricsList"][0]

    def lines(self) -> list[str]:
        """The crawler's log."""
        events = self.logs.get_log_events(
            logGroupName="/aws-glue/crawlers", logStreamName=self.crawler
        )
        return [event["message"] for event in events["events"]]


def columns(table: dict[str, Any]) -> dict[str, str]:
    """Names and types of a table's or partition's columns."""
    return {c["Name"]: c["Type"] for c in table["StorageDescriptor"]["Columns"]}


def keys(table: dict[str, Any]) -> list[str]:
    """Names of a table's partition keys."""
    return [key["Name"] for key in table["PartitionKeys"]]


def make_role(iam: Any, name: str, service: str, *statements: roles.Statement) -> str:
    """The name of a new role, by which crawlers are mostly told theirs."""
    roles.make_role(iam, name, service, *statements)
    return name
