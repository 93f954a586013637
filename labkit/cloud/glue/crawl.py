"""One crawl: list the targets, classify their objects, group them, write the catalog.

It runs as the crawler's role, so that a bucket policy or a KMS key that refuses the role fails it
(`LastCrawl` then carries the error of S3). Steps and their log lines:
https://docs.aws.amazon.com/glue/latest/dg/add-crawler.html
"""

from __future__ import annotations

import contextlib
import functools
import json
import uuid
from collections.abc import Iterator
from typing import Any

from labkit.cloud.access.trust import role_session
from labkit.cloud.engine import QueryFailed
from labkit.cloud.glue import new_folders
from labkit.cloud.glue.classifiers import known_classifiers
from labkit.cloud.glue.configuration import read_configuration
from labkit.cloud.glue.definitions import location
from labkit.cloud.glue.event_mode import MODE, Events, has_crawled
from labkit.cloud.glue.grouping import Draft, find_tables
from labkit.cloud.glue.grouping import Found as ObjectFound
from labkit.cloud.glue.jdbc_tables import beginnings, found_in_databases
from labkit.cloud.glue.open_tables import Found, found_tables
from labkit.cloud.glue.places import Place, places_of
from labkit.cloud.glue.reading import Reader
from labkit.cloud.glue.runs import Crawl
from labkit.cloud.glue.shape import UNKNOWN
from labkit.cloud.glue.targets import holds_data, sample, without_excluded
from labkit.cloud.glue.writing import Policies, Writer
from labkit.cloud.jobs import Job, Stopped
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.s3.store import Object, Store

SHOWN = 5


def run_crawl(crawl: Crawl, crawler: Any, job: Job) -> None:
    """Do a crawl to its end, and record how it ended."""
    try:
        _Run(crawl, crawler, job).run()
    except Stopped:
        crawl.end("STOPPED")
    except AwsError as error:
        crawl.log("ERROR", as_s3_says(error))
        crawl.end("FAILED", as_s3_says(error))
    except Exception as error:
        crawl.log("ERROR", f"Internal Service Exception: {error}")
        crawl.end("FAILED", f"Internal Service Exception: {error}")
        raise
    else:
        crawl.end("COMPLETED", " ".join(crawl.notes) or None)


class _Run:
    """The steps of a crawl.

    Args:
        crawl: its record and log.
        crawler: moto's record of the crawler.
        job: the job that it runs in.
    """

    def __init__(self, crawl: Crawl, crawler: Any, job: Job) -> None:
        self.crawl, self.crawler, self.job = crawl, crawler, job
        self.configuration = read_configuration(crawler.configuration)
        self.principal = role_session(crawler.role, crawl.cloud.account, "AWS-Crawler")
        self.store = Store(crawl.cloud, self.principal)

    def run(self) -> None:
        name, database = self.crawler.name, self.crawler.database_name
        self.crawl.log("BENCHMARK", f"Running Start Crawl for Crawler {name}")
        policy = self.crawler.schema_change_policy
        self.crawl.log("INFO", f"Crawler configured with SchemaChangePolicy {json.dumps(policy)}.")
        events, places = self._changed()
        listed = [(place, self._list(place)) for place in places]
        reader = Reader(
            self.crawl,
            self.job,
            self.store,
            known_classifiers(self.crawl.cloud, self.crawler.classifiers),
            total=sum(len(objects) for _, objects in listed),
            only_new_folders=_behavior(self.crawler) == new_folders.MODE,
        )
        drafts = [(place, self._draft(place, objects, reader)) for place, objects in listed]
        self.crawl.log(
            "BENCHMARK", f"Classification complete, writing results to database {database}"
        )
        self.crawl.flush()
        cloud, region, note = self.crawl.cloud, self.crawl.region, self.crawl.note
        opened = [
            *found_tables(cloud, region, self.principal, self.crawler, note),
            *found_in_databases(cloud, region, self.principal, self.crawler, note),
        ]
        self._write(drafts, opened)
        if events:
            events.forget()
        self.crawl.log("BENCHMARK", "Finished writing to Catalog")

    def _changed(self) -> tuple[Events | None, list[Place]]:
        """Where to look: everywhere, or where S3's events tell of changes since the last crawl."""
        cloud, region, crawler = self.crawl.cloud, self.crawl.region, self.crawler
        places = list(places_of(cloud, region, crawler, self.configuration))
        if _behavior(crawler) != MODE:
            return None, places
        if not has_crawled(cloud, region, crawler.name):
            self.crawl.log("INFO", "The crawl is not running in S3 event mode")
            return None, places
        self.crawl.log("INFO", "The crawl is running by consuming Amazon S3 events.")
        events = Events(cloud, region, crawler.role, places[0].queue)
        return events, events.changed(places)

    def _list(self, place: Place) -> list[Object]:
        """The place's objects that hold data; says so when there are none."""
        bucket, root = place.root
        self.job.check()
        objects = self.store.list(location(bucket, root))
        if not objects:
            self._check_is_folder(place.path, bucket, root)
        data = [each for each in objects if holds_data(each, root)]
        data = without_excluded(data, root, place.exclusions)
        if not data:
            self.crawl.note(f"No objects with data found at {place.path}: no table was made.")
        return sample(data, place.sample)

    def _check_is_folder(self, path: str, bucket: str, root: str) -> None:
        if root and self.store.find(location(bucket, root.rstrip("/"))):
            parent = location(bucket, root.rstrip("/").rpartition("/")[0])
            raise AwsError(
                "InvalidInputException",
                f"The include path {path} is an object. A crawler crawls folders: "
                f"point it to {parent.rstrip('/')}/",
            )

    def _draft(self, place: Place, objects: list[Object], reader: Reader) -> list[Draft]:
        """The tables of a place; says which objects were left out."""
        found = self._fitting(place, reader.read(objects))
        unknown = [each.key for each in found if each.shape.classification == UNKNOWN]
        if unknown:
            self.crawl.note(
                f"No classifier recognised {len(unknown)} object(s), which are in no table: "
                f"{_some(unknown)}."
            )
        drafts = find_tables(place.root[1], found, place.rules)
        if problem := place.problem(drafts):
            self.crawl.note(problem)
            return []
        alone = [draft.folder for draft in drafts if draft.alone]
        if alone:
            self.crawl.note(
                "Objects of different formats or schemas share a folder, so each is a table of "
                f"its own, which Athena cannot read: {_some(alone)}. Give each its own folder."
            )
        return drafts

    def _fitting(self, place: Place, found: list[ObjectFound]) -> list[ObjectFound]:
        """The objects that a crawl of new folders alone adds to the catalog; tells the others."""
        if _behavior(self.crawler) != new_folders.MODE:
            return found
        cloud, region, name = self.crawl.cloud, self.crawl.region, self.crawler.name
        if unfit := new_folders.unfit(cloud, region, name, place, found):
            self.crawl.note(
                f"{len(unfit)} object(s) in new folders do not fit the table that is there, and "
                f"are in no table: {_some(sorted(unfit))}."
            )
        return [each for each in found if each.key not in unfit]

    def _write(self, drafts: list[tuple[Place, list[Draft]]], opened: list[Found]) -> None:
        self._check_number(len(opened) + sum(len(tables) for _, tables in drafts))
        writer_of = functools.cache(self._writer)
        for place, tables in drafts:
            for draft in tables:
                self.job.check()
                writer = writer_of(place.database)
                writer.write(draft, place.root[0], place.exclusions, place.table)
        for each in opened:
            self.job.check()
            with _as_a_crawl_says():
                writer_of(self.crawler.database_name).write_open(each)
        for name in dict.fromkeys(place.database for place, _ in drafts):
            roots = [location(*place.root) for place, _ in drafts if place.database == name]
            writer_of(name).retire(roots)
        if places := beginnings(self.crawler):
            writer_of(self.crawler.database_name).retire(places)

    def _writer(self, database: str) -> Writer:
        policy = self.crawler.schema_change_policy
        policies = Policies(policy["UpdateBehavior"], policy["DeleteBehavior"], self.configuration)
        found = ensure_database(self.crawl.cloud, self.crawl.region, database, self.principal)
        prefix = self.crawler.table_prefix or ""
        return Writer(self.crawl, found, prefix, policies, self.principal)

    def _check_number(self, found: int) -> None:
        most = self.configuration.most_tables
        if most is not None and found > most:
            raise AwsError(
                "InvalidInputException",
                f"The number of tables detected by crawler: {found} is greater than the table "
                f"threshold value provided: {most}",
            )


@contextlib.contextmanager
def _as_a_crawl_says() -> Iterator[None]:
    """A table that cannot be read fails the crawl with what is wrong with it."""
    try:
        yield
    except QueryFailed as error:
        raise AwsError("InvalidInputException", error.message) from error


def ensure_database(cloud: Any, region: str, name: str, author: Principal) -> Any:
    """moto's record of a crawler's database, which a crawl makes when it is missing."""
    catalog = Metastore(cloud, region, principal=author)
    with cloud.changing("glue"):
        if catalog.database(name) is None:
            catalog.create_database(name, {"Name": name})
        return catalog.database(name)


def as_s3_says(error: AwsError) -> str:
    """An error of S3 as the SDK in Glue words it; others as they are."""
    if error.status not in (403, 404):
        return error.message
    request = uuid.uuid4().hex[:16].upper()
    head, mark, rest = error.message.partition(" retrieving file at ")
    refused = AwsError(error.code, head, error.status)
    told = refused.in_java("Amazon S3", f"Request ID: {request}", "Proxy: null")
    return f"{told}{mark}{rest}"


def _behavior(crawler: Any) -> str:
    return str((crawler.recrawl_policy or {}).get("RecrawlBehavior", "CRAWL_EVERYTHING"))


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
