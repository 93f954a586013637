"""Where a crawl looks: the folders of its S3 targets, and of tables that the catalog has already.

A table of the catalog is crawled where it lies, as one table: its schema and partitions follow its
objects, and no other table is made.

Sources: https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html and
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html (``CatalogTarget``)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.glue.configuration import Configuration
from labkit.cloud.glue.grouping import Draft, Rules
from labkit.cloud.glue.records import current
from labkit.cloud.glue.targets import folder_of
from labkit.cloud.glue.words import invalid
from labkit.cloud.operations import AwsError


@dataclass(frozen=True)
class Place:
    """A folder that is crawled.

    Args:
        path: its address.
        database: whose tables it holds.
        rules: how to tell tables apart.
        exclusions: globs of what is left out.
        sample: how many objects of each folder are read; ``None`` for all.
        table: the only table that lies there, if it is a table of the catalog that is crawled.
        keys: its partition keys.
        queue: the ARN of the queue that hears of its changes, if there is one.
    """

    path: str
    database: str
    rules: Rules
    exclusions: tuple[str, ...] = ()
    sample: int | None = None
    table: str | None = None
    keys: tuple[str, ...] = ()
    queue: str = ""

    @property
    def root(self) -> tuple[str, str]:
        """The bucket and the key prefix."""
        return folder_of(self.path)

    def problem(self, drafts: list[Draft]) -> str | None:
        """Why the table of the catalog cannot be what was found at its place."""
        if self.table is None or not drafts:
            return None
        if [draft.folder for draft in drafts] != [self.root[1]]:
            return (
                f"The objects under {self.path} are not one table: {self.table} was left as it is."
            )
        if self.keys and self.keys != drafts[0].keys:
            return other_keys(self.path)
        return None


def other_keys(folder: str) -> str:
    """What a crawl says of a folder whose partition keys are not its table's."""
    place = folder.removeprefix("s3://")
    return f"Folder partition keys do not match table partition keys, skipped folder: {place}"


def places_of(
    cloud: Cloud, region: str, crawler: Any, configuration: Configuration
) -> Iterator[Place]:
    """The places of a crawler, read when it runs.

    Raises:
        AwsError: a table is not in the catalog, or does not lie in S3.
    """
    rules = Rules(combine=configuration.combines, level=configuration.level)
    for target in crawler.targets.get("S3Targets") or ():
        yield Place(
            target["Path"],
            crawler.database_name,
            rules,
            tuple(target.get("Exclusions") or ()),
            target.get("SampleSize"),
            queue=target.get("EventQueueArn", ""),
        )
    for target in crawler.targets.get("CatalogTargets") or ():
        for name in target["Tables"]:
            found = _table(cloud, region, target["DatabaseName"].lower(), name.lower())
            yield replace(found, queue=target.get("EventQueueArn", ""))


def _table(cloud: Cloud, region: str, database: str, name: str) -> Place:
    databases = cloud.backend("glue", region).databases
    if database not in databases or name not in databases[database].tables:
        raise AwsError("EntityNotFoundException", f"Entity Not Found: table {database}.{name}")
    definition = current(databases[database].tables[name])
    path = str(definition.get("StorageDescriptor", {}).get("Location", ""))
    if not path.startswith("s3://"):
        raise invalid(f"Table {database}.{name} does not lie in S3.")
    keys = tuple(key["Name"] for key in definition.get("PartitionKeys") or ())
    level = folder_of(path)[1].count("/") + 1
    return Place(path, database, Rules(combine=True, level=level), table=name, keys=keys)
