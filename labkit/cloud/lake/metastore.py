"""The Glue catalog as the engines see it: moto's records of databases, tables and partitions.

Names are without case: Glue stores them in lower case
(https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html). Changes go through
`Cloud.changing`, so that a statement's change is on disk as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.constraints import refusal
from labkit.cloud.lake.rights import CHANGING, Rights
from labkit.cloud.members import copied
from labkit.cloud.operations import Principal

CATALOG, DEFAULT = "awsdatacatalog", "default"
MOST_NAME = 255  # letters
MOST_AUTHORS = 16  # more than there are statements at once
Definition = dict[str, Any]


def new_table(records: Any, database: str, name: str, definition: Definition) -> Any:
    """moto's record of a new table, whose versions count from 0 as AWS's do (moto's: from 1).

    Source: https://github.com/floci-io/floci/issues/1230, measured on AWS.
    """
    made = records.create_table(database, name, definition)
    made.versions, made._current_version = {"0": definition}, 0
    return made


class Metastore(Rights):
    """The catalog of one region.

    Args:
        cloud: the workspace's local AWS.
        region: the region.
        author: who changes the catalog: the last of them are kept with a table, with the database
            of one that is dropped, or with the catalog where it is a database, in the same change.
        principal: on whose behalf: what Lake Formation governs is judged by it.
    """

    def __init__(
        self, cloud: Cloud, region: str, author: str = "", principal: Principal | None = None
    ) -> None:
        self.cloud, self.region, self.author = cloud, region, author
        self.principal = principal

    @property
    def _glue(self) -> Any:
        return self.cloud.backend("glue", self.region)

    def databases(self) -> list[str]:
        """The names of those that the principal may see, in order."""
        with self.cloud.lock("glue"):
            found = sorted(self._glue.databases.items())
        return [name for name, each in found if self.shows_database(each)]

    def database(self, name: str) -> Any | None:
        """moto's record of a database."""
        with self.cloud.lock("glue"):
            return _find(self._glue.databases, name)

    def ready_database(self, name: str) -> Any | None:
        """The same, but ``default``, which Athena makes where it is not, is there.

        Source: https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html,
        where each caller of Athena is to have the right to create it.
        """
        if name == DEFAULT and self.database(name) is None:
            with self.cloud.changing("glue"):
                if self.database(name) is None:
                    self._glue.create_database(name, {"Name": name})
        return self.database(name)

    def table(self, database: str, name: str) -> Any | None:
        """moto's record of a table."""
        found = self.database(database)
        with self.cloud.lock("glue"):
            return _find(found.tables, name) if found else None

    def tables(self, database: str) -> list[str]:
        """The names of a database's tables and views that the principal may see, in order."""
        found = self.database(database)
        with self.cloud.lock("glue"):
            names = sorted(found.tables) if found else []
        return [name for name in names if self.shows_table(database, name)]

    def definition(self, database: str, name: str) -> Definition | None:
        """What ``GetTable`` answers, the caller's own copy, without columns that are gone.

        Iceberg's clients leave a table's former columns in the catalog:
        https://iceberg.apache.org/docs/latest/aws/#glue-catalog
        """
        found = self.table(database, name)
        with self.cloud.lock("glue"):
            answer = copied(found.as_dict()) if found else None
        storage = (answer or {}).get("StorageDescriptor") or {}
        if storage.get("Columns"):
            storage["Columns"] = [c for c in storage["Columns"] if not _is_former(c)]
        return answer

    def partitions(self, database: str, name: str) -> list[Definition]:
        """What ``GetPartitions`` answers."""
        found = self.table(database, name)
        with self.cloud.lock("glue"):
            return [p.as_dict() for p in found.partitions.values()] if found else []

    def create_database(self, name: str, definition: Definition) -> None:
        _check_names(name)
        with self.cloud.changing("glue"):
            self.check_creation(definition)
            self._glue.create_database(name, definition)
            self._own(self._glue.databases[name])
            self._sign(self._glue)

    def update_database(self, name: str, definition: Definition) -> None:
        with self.cloud.changing("glue"):
            self.check_database("ALTER", name)
            self.check_folder(name, definition)
            self._glue.update_database(name, definition)
            self._sign(self._glue)

    def delete_database(self, name: str) -> None:
        with self.cloud.changing("glue"):
            self.check_drop(name)
            self._glue.delete_database(name)
            self._sign(self._glue)

    def create_table(
        self, database: str, definition: Definition, partitions: list[Definition] | None = None
    ) -> None:
        """A table and its partitions, both or neither."""
        _check_names(definition["Name"], *_column_names(definition))
        with self.cloud.changing("glue"):
            self.check_change(database, definition)
            made = new_table(self._glue, database, definition["Name"], definition)
            self._own(made)
            for each in partitions or []:
                made.create_partition(each)
            self._sign(made)

    def update_table(self, database: str, name: str, definition: Definition) -> None:
        """A new version of a table."""
        _check_names(*_column_names(definition))
        with self.cloud.changing("glue"):
            self.check_change(database, definition)
            self._glue.update_table(database, name, definition)
            self._sign(self._glue.get_table(database, name))

    def delete_table(self, database: str, name: str) -> None:
        with self.cloud.changing("glue"):
            self.check_table("DROP", database, name)
            self._glue.delete_table(database, name)
            self._sign(self._glue.get_database(database))

    def replace_partitions(
        self,
        database: str,
        name: str,
        *,
        add: Sequence[Definition] = (),
        drop: Sequence[list[str]] = (),
    ) -> None:
        """Drop and add partitions in one change."""
        with self.cloud.changing("glue"):
            self.check_table(CHANGING, database, name)
            table = self._glue.get_table(database, name)
            for values in drop:
                table.delete_partition(values)
            for each in add:
                table.create_partition(each)
            self._sign(table)

    def authors(self) -> set[str]:
        """Who made, changed or dropped databases and tables lately."""
        with self.cloud.lock("glue"):
            signed = [self._glue, *self._glue.databases.values(), *self._all_tables()]
            return {author for each in signed for author in getattr(each, "authors", ())}

    def locations(self) -> set[str]:
        """The folders of all tables."""
        with self.cloud.lock("glue"):
            found = [each.as_dict().get("StorageDescriptor") or {} for each in self._all_tables()]
            return {storage["Location"] for storage in found if storage.get("Location")}

    def _all_tables(self) -> list[Any]:
        return [t for each in self._glue.databases.values() for t in each.tables.values()]

    def _own(self, made: Any) -> None:
        if self.principal is not None:
            made.created_by = self.principal.arn

    def _sign(self, changed: Any) -> None:
        if self.author:
            changed.authors = [*getattr(changed, "authors", ()), self.author][-MOST_AUTHORS:]


def input_of(definition: Definition) -> Definition:
    """The part of a table's definition that ``UpdateTable`` takes."""
    answered = ("DatabaseName", "CreateTime", "UpdateTime", "VersionId", "CatalogId")
    return {k: v for k, v in definition.items() if k not in answered}


def _check_names(*names: str) -> None:
    """Refuse what is longer than Glue's names are.

    Source: https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html
    """
    for name in names:
        if len(name) > MOST_NAME:
            raise refusal(name, "name", f"have length less than or equal to {MOST_NAME}")


def _column_names(definition: Definition) -> Iterator[str]:
    columns = (definition.get("StorageDescriptor") or {}).get("Columns") or ()
    for column in (*columns, *(definition.get("PartitionKeys") or ())):
        yield column["Name"]


def _is_former(column: Definition) -> bool:
    return (column.get("Parameters") or {}).get("iceberg.field.current") == "false"


def _find(records: dict[str, Any], name: str) -> Any | None:
    found = records.get(name.lower())
    if found is None and name not in records:
        return next((r for n, r in records.items() if n.lower() == name.lower()), None)
    return found if found is not None else records[name]
