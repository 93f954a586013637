"""Iceberg tables as the engine's sources.

A query reads the files of one snapshot: the current one, or the one of ``FOR TIMESTAMP AS OF`` and
``FOR VERSION AS OF``, whose columns are those that the table had then. Source:
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-time-travel-and-version-travel-queries.html
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from labkit.cloud.engine import Column, QueryFailed, Scan
from labkit.cloud.engine.types import BIGINT, TIMESTAMPTZ, VARCHAR
from labkit.cloud.iceberg import metadata_tables
from labkit.cloud.iceberg.catalog import ICEBERG, LakeCatalog
from labkit.cloud.iceberg.metadata_table import MetadataTable
from labkit.cloud.iceberg.planning import Planned, as_of, plan
from labkit.cloud.iceberg.pruning import row_filter
from labkit.cloud.iceberg.reading import MODIFIED, PATH, POSITION, Reader
from labkit.cloud.iceberg.storage import StoreIO
from labkit.cloud.iceberg.types import columns_of
from labkit.cloud.lake.catalog import GlueCatalog, table_type
from labkit.cloud.lake.engines import open_session
from labkit.cloud.lake.metastore import Definition


def load(catalog: GlueCatalog, definition: Definition) -> Table:
    """The Iceberg table of a catalog entry."""
    return LakeCatalog(catalog.metastore, catalog.store).load(definition)


@table_type(ICEBERG)
class IcebergTable:
    """An Iceberg table at a snapshot.

    Args:
        catalog: for whom it is read, and who pays.
        definition: the catalog entry.
        snapshot: which one; without it the current one.
    """

    hidden: Sequence[Column] = (Column(PATH, VARCHAR), Column(MODIFIED, TIMESTAMPTZ))
    versioned = True

    def __init__(
        self, catalog: GlueCatalog, definition: Definition, snapshot: Snapshot | None = None
    ) -> None:
        self.catalog, self.definition = catalog, definition
        self.table = load(catalog, definition)
        self.snapshot = snapshot or self.table.current_snapshot()
        self.metadata = as_of(self.table.metadata, snapshot)
        self.condition: BooleanExpression = AlwaysTrue()

    @property
    def schema(self) -> Schema:
        return self.metadata.schema()

    @cached_property
    def columns(self) -> Sequence[Column]:
        return columns_of(self.schema)

    @property
    def partition_keys(self) -> Sequence[str]:
        """Columns whose conditions leave out files: all that have bounds."""
        return tuple(f.name.lower() for f in self.schema.fields if f.field_type.is_primitive)

    def at(self, kind: str, sql: str) -> IcebergTable:
        """The table as of a time or a version.

        Args:
            kind: ``TIMESTAMP`` or ``VERSION``.
            sql: DuckDB SQL of the constant.

        Raises:
            QueryFailed: INVALID_ARGUMENTS, no such snapshot.
        """
        with open_session(self.catalog.store.cloud) as session:
            value = session.connection.execute(f"SELECT {sql}").fetchall()[0][0]
        if value is None:
            raise QueryFailed("INVALID_ARGUMENTS", "Pointer value cannot be NULL")
        found = self._at_time(value) if kind == "TIMESTAMP" else self._at_version(value)
        return IcebergTable(self.catalog, self.definition, found)

    def part(self, name: str) -> MetadataTable | None:
        """The metadata table ``"<table>$<name>"``, if there is one."""
        found = metadata_tables.PARTS.get(name)
        return found(self.table) if found else None

    def relation(self, session: Any, scan: Scan) -> str:
        """The DuckDB relation of what a scan reads, charged to its query."""
        self.condition = row_filter(scan.filters, self.schema, session)
        planned = plan(self.table, self.snapshot, self.condition, self.metadata)
        return self.read(planned, sorted(scan.columns))

    def read(
        self, planned: Sequence[Planned], wanted: Sequence[str], *, charged: bool = True
    ) -> str:
        """The relation of some files' columns, on the query's bill when ``charged``."""
        reader = Reader(StoreIO(self.catalog.store), self.schema, self.metadata)
        relation = reader.relation(planned, wanted)
        if charged:
            self.catalog.charge(reader.scanned_bytes)
        self.catalog.files += reader.files
        return relation

    def _at_time(self, moment: datetime.datetime) -> Snapshot:
        moment = moment.replace(tzinfo=datetime.UTC)
        if moment > datetime.datetime.now(datetime.UTC):
            message = f"Pointer value '{moment:%Y-%m-%d %H:%M:%S} UTC' is not in the past"
            raise QueryFailed("INVALID_ARGUMENTS", message)
        found = self.table.snapshot_as_of_timestamp(int(moment.timestamp() * 1000))
        if found is None:
            name = f'"{self.definition["DatabaseName"]}"."{self.definition["Name"]}"'
            raise QueryFailed(
                "INVALID_ARGUMENTS", f"No version history table {name} at or before {moment}"
            )
        return found

    def _at_version(self, version: int | str) -> Snapshot:
        if isinstance(version, int):
            found = self.table.snapshot_by_id(version)
            missing = f"Iceberg snapshot ID does not exists: {version}"
        else:
            found = self.table.snapshot_by_name(version)
            missing = f"Cannot find snapshot with reference name: {version}"
        if found is None:
            raise QueryFailed("INVALID_ARGUMENTS", missing)
        return found


class ChangedTable(IcebergTable):
    """A table whose rows a statement changes: each row says which file it is in, and where."""

    hidden = (*IcebergTable.hidden, Column(POSITION, BIGINT))
