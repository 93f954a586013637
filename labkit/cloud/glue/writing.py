"""Bringing the catalog in step with what a crawl found, by the crawler's policies.

New tables and partitions are always made; changed ones follow ``UpdateBehavior``, vanished ones
``DeleteBehavior``. Sources: https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
and https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.glue import definitions
from labkit.cloud.glue.configuration import Configuration
from labkit.cloud.glue.definitions import DEPRECATED, OWNER, Definition
from labkit.cloud.glue.grouping import Draft
from labkit.cloud.glue.indexes import index_partitions
from labkit.cloud.glue.names import clean_name, table_name
from labkit.cloud.glue.open_tables import Found
from labkit.cloud.glue.places import other_keys
from labkit.cloud.glue.records import change_partition, current
from labkit.cloud.glue.runs import Crawl
from labkit.cloud.lake.metastore import Metastore, new_table
from labkit.cloud.operations import Principal

UPDATE, LOG, DEPRECATE, DELETE = (
    "UPDATE_IN_DATABASE",
    "LOG",
    "DEPRECATE_IN_DATABASE",
    "DELETE_FROM_DATABASE",
)


@dataclass(frozen=True)
class Policies:
    """What a crawler may change.

    Args:
        update: ``UpdateBehavior``.
        delete: ``DeleteBehavior``.
        configuration: how it writes.
    """

    update: str
    delete: str
    configuration: Configuration


class Writer:
    """Writes one crawl's tables into one database, each whole or not at all.

    Args:
        crawl: the running crawl.
        database: moto's record of the database.
        prefix: what table names start with.
        policies: what may change.
        author: who makes the tables, and changes them as far as Lake Formation lets it.
    """

    def __init__(
        self, crawl: Crawl, database: Any, prefix: str, policies: Policies, author: Principal
    ) -> None:
        self.crawl, self.database, self.prefix = crawl, database, prefix
        self.policies, self.author = policies, author
        self.catalog = Metastore(crawl.cloud, crawl.region, principal=author)
        self.seen: set[str] = set()

    @property
    def _merges(self) -> bool:
        return self.policies.configuration.merges_columns

    @property
    def tables(self) -> dict[str, Any]:
        found: dict[str, Any] = self.database.tables
        return found

    def write(
        self, draft: Draft, bucket: str, exclusions: Sequence[str], table: str | None = None
    ) -> None:
        """Make or update the table of a draft, with its partitions, in one durable change.

        Args:
            table: its name, if it is in the catalog whichever it would be.
        """
        crawler, where = self.crawl.crawler, definitions.location(bucket, draft.folder)
        with self.crawl.cloud.changing("glue"):
            name = table or self._name(table_name(draft.folder, bucket), where)
            self.seen.add(name)
            wanted = definitions.table_input(
                draft, name=name, bucket=bucket, crawler=crawler, exclusions=exclusions
            )
            if name not in self.tables:
                self._create(name, wanted)
            elif self._merges and definitions.has_other_form(self._current(name), wanted):
                self._deprecate(name)
                return
            else:
                self._update(name, wanted)
            found = definitions.partition_inputs(draft, bucket=bucket, crawler=crawler)
            if found and definitions.key_names(self._current(name)) != list(draft.keys):
                self.crawl.note(other_keys(where))
                return
            self._write_partitions(name, found)
            if found and self.policies.configuration.indexes:
                index_partitions(self.tables[name])

    def write_open(self, found: Found) -> None:
        """Make or update the entry of a table that tells its own columns."""
        with self.crawl.cloud.changing("glue"):
            name = self._name(found.name, found.where)
            self.seen.add(name)
            wanted = found.make(name)
            if name not in self.tables:
                self._create(name, wanted)
            elif _told(self._current(name)) != _told(wanted):
                self._replace(name, wanted)

    def _name(self, own: str, where: str) -> str:
        """The table's name; with a hash of its location where another table has the name."""
        plain = clean_name(self.prefix) + own
        hashed = f"{plain}_{hashlib.md5(where.encode(), usedforsecurity=False).hexdigest()}"
        if hashed in self.tables:
            return hashed
        taken = plain in self.tables and _place(self._current(plain)) != where.rstrip("/")
        return hashed if taken else plain

    def _create(self, name: str, wanted: Definition) -> None:
        self.catalog.check_database("CREATE_TABLE", self.database.name)
        self.catalog.check_location(self.database.name, wanted)
        backend = self.crawl.cloud.backend("glue", self.crawl.region)
        new_table(backend, self.database.name, name, wanted).created_by = self.author.arn
        self.crawl.count("created")
        self.crawl.log("INFO", f"Created table {name} in database {self.database.name}")

    def _update(self, name: str, wanted: Definition) -> None:
        table, old = self.tables[name], self._current(name)
        if self._merges:
            wanted = definitions.with_new_columns(old, wanted)
        names = definitions.key_names
        if names(old) != names(wanted) and table.partitions:
            wanted = definitions.with_keys(wanted, old)
        if definitions.schema_of(old) == definitions.schema_of(wanted):
            if old != wanted and self.policies.update == UPDATE:
                self._check_change(name)
                table.versions[str(table._current_version)] = wanted
            return
        self._replace(name, wanted)

    def _replace(self, name: str, wanted: Definition) -> None:
        if self.policies.update == LOG and not self._merges:
            self.crawl.log("INFO", f"Table {name} has a changed schema, logged and not updated")
            return
        self._check_change(name)
        self.catalog.check_location(self.database.name, wanted)
        self.tables[name].update(wanted)
        self.crawl.count("updated")
        self.crawl.log("INFO", f"Updated table {name} in database {self.database.name}")

    def _write_partitions(self, name: str, found: list[Definition]) -> None:
        table, found = self.tables[name], self._distinct(name, found)
        if self.policies.configuration.inherits:
            found = [definitions.inheriting(p, self._current(name)) for p in found]
        elif self._merges:
            found = [self._merged(table, p) for p in found]
        new = [p for p in found if str(p["Values"]) not in table.partitions]
        if new:
            self._check_change(name)
        for each in new:
            table.create_partition(each)
        changed = [p for p in found if table.partitions[str(p["Values"])].partition_input != p]
        if self.policies.update == UPDATE or self.policies.configuration.inherits:
            if changed:
                self._check_change(name)
            for each in changed:
                change_partition(table, each["Values"], each)
            self._count_partitions("updated", name, changed)
        self._count_partitions("created", name, new)
        self._retire_partitions(name, {str(p["Values"]) for p in found})

    def _merged(self, table: Any, found: Definition) -> Definition:
        """A partition that keeps the columns that the catalog has of it."""
        known = table.partitions.get(str(found["Values"]))
        return definitions.with_new_columns(known.partition_input, found) if known else found

    def _distinct(self, name: str, found: list[Definition]) -> list[Definition]:
        """One partition for each list of values: of folders that spell the same, the first."""
        first: dict[str, Definition] = {}
        for each in found:
            if first.setdefault(str(each["Values"]), each) is not each:
                where = each["StorageDescriptor"]["Location"]
                self.crawl.note(f"Table {name} has these values already, skipped folder: {where}")
        return list(first.values())

    def _count_partitions(self, what: str, name: str, partitions: list[Definition]) -> None:
        self.crawl.count(what, "PARTITION", len(partitions))
        if partitions:
            values = json.dumps([p["Values"] for p in partitions])
            verb = what.capitalize()
            self.crawl.log("INFO", f"{verb} partitions with values {values} for table {name}")

    def _retire_partitions(self, name: str, kept: set[str]) -> None:
        table, behavior = self.tables[name], self.policies.delete
        gone = [p for key, p in table.partitions.items() if key not in kept and self._retires(p)]
        if not gone or behavior == LOG:
            return
        self._check_change(name)
        for each in gone:
            if behavior == DELETE:
                table.delete_partition(each.values)
            else:
                change_partition(table, each.values, _deprecated(each.partition_input))
        self._count_partitions(
            "deleted" if behavior == DELETE else "updated", name, [p.partition_input for p in gone]
        )

    def _retires(self, partition: Any) -> bool:
        """Whether a vanished partition is this crawler's, and not yet marked if that is all."""
        parameters = partition.partition_input.get("Parameters", {})
        marked = DEPRECATED in parameters and self.policies.delete != DELETE
        return parameters.get(OWNER) == self.crawl.crawler and not marked

    def retire(self, folders: list[str]) -> None:
        """Deal with this crawler's tables under these folders whose objects are gone."""
        held = {_place(self._current(name)) for name in self.seen & self.tables.keys()}
        for name in [n for n in self.tables if n not in self.seen]:
            definition = self._current(name)
            where = definition.get("StorageDescriptor", {}).get("Location", "")
            mine = definition.get("Parameters", {}).get(OWNER) == self.crawl.crawler
            # A table of another prefix has its objects still.
            if mine and where.startswith(tuple(folders)) and _place(definition) not in held:
                self._retire(name, definition)

    def _retire(self, name: str, definition: Definition) -> None:
        if DEPRECATED in definition["Parameters"] and self.policies.delete != DELETE:
            return
        with self.crawl.cloud.changing("glue"):
            if self.policies.delete == DELETE:
                self._check_change(name, "DROP")
                del self.tables[name]
                self.crawl.count("deleted")
                self.crawl.log("INFO", f"Deleted table {name} in database {self.database.name}")
            elif self.policies.delete == DEPRECATE:
                self._deprecate(name)
            else:
                self.crawl.log("INFO", f"The data of table {name} is gone, logged and not deleted")

    def _deprecate(self, name: str) -> None:
        if DEPRECATED not in (self._current(name).get("Parameters") or {}):
            self._check_change(name)
            self.tables[name].update(_deprecated(self._current(name)))
            self.crawl.count("updated")
            self.crawl.log("INFO", f"Table {name} has been marked as deprecated")

    def _check_change(self, name: str, right: str = "ALTER") -> None:
        self.catalog.check_table(right, self.database.name, name)

    def _current(self, name: str) -> Definition:
        return current(self.tables[name])


def _told(definition: Definition) -> tuple[Any, Any]:
    storage = definition.get("StorageDescriptor") or {}
    return definition.get("Parameters"), storage.get("Columns")


def _place(definition: Definition) -> str:
    """Where a table lies, with or without a slash."""
    return str(definition.get("StorageDescriptor", {}).get("Location", "")).rstrip("/")


def _deprecated(definition: Definition) -> Definition:
    mark = {DEPRECATED: str(int(time.time() * 1000))}
    return {**definition, "Parameters": {**definition.get("Parameters", {}), **mark}}
