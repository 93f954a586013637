"""Iceberg tables in the Glue catalog: where a table's metadata is, and how it changes.

The catalog's table has ``table_type`` ``ICEBERG`` and ``metadata_location``; a commit writes a new
metadata file and moves that pointer, if what the commit builds upon is still so. The pointer moves
under the catalog's lock and is on disk when the statement ends: a reader sees a commit whole or not
at all. Source: https://iceberg.apache.org/docs/latest/aws/#glue-catalog
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.exceptions import (
    NoSuchTableError,
    TableAlreadyExistsError,
    ValidationError,
    ValidationException,
)
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.serializers import FromInputFile, ToOutputFile
from pyiceberg.table import CommitTableResponse, StagedTable, Table
from pyiceberg.table.locations import load_location_provider
from pyiceberg.table.metadata import TableMetadata, new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.table.update import TableRequirement, TableUpdate, update_table_metadata
from pyiceberg.types import NestedField

from labkit.cloud.engine import QueryFailed
from labkit.cloud.iceberg.storage import StoreIO
from labkit.cloud.iceberg.types import trino_type
from labkit.cloud.lake.catalog import parameters_of
from labkit.cloud.lake.metastore import Definition, Metastore, input_of
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.store import Store

ICEBERG = "ICEBERG"
#: The newest version of Iceberg's format that Athena and Glue have here.
MOST_VERSION = 2
LOCATION, PREVIOUS = "metadata_location", "previous_metadata_location"


class LakeCatalog(NoopCatalog):
    """Loads and commits Iceberg tables for one principal.

    Args:
        metastore: the Glue catalog of a region.
        store: the lake, as the principal may use it.
    """

    def __init__(self, metastore: Metastore, store: Store) -> None:
        super().__init__("awsdatacatalog")
        self.metastore, self.store = metastore, store
        self.io = StoreIO(store)

    def load(self, definition: Definition) -> Table:
        """The Iceberg table of a catalog entry.

        Raises:
            QueryFailed: its metadata are not there, or of a version that Athena does not read.
        """
        identifier = definition["DatabaseName"], definition["Name"]
        location = parameters_of(definition).get(LOCATION, "")
        try:
            if not location.startswith(("s3://", "s3a://", "s3n://")):
                raise FileNotFoundError(location)
            metadata = FromInputFile.table_metadata(self.io.new_input(location))
        except (FileNotFoundError, ValueError, ValidationError) as error:
            _check_version(self._version(location))
            raise QueryFailed(
                "ICEBERG_INVALID_METADATA" if location else "ICEBERG_MISSING_METADATA",
                "Metadata not found in metadata location for table " + ".".join(identifier),
            ) from error
        _check_version(metadata.format_version)
        return Table(identifier, metadata, location, self.io, self)

    def _version(self, location: str) -> int:
        """The format's version that metadata tell of which cannot be read; 0 for none."""
        with suppress(OSError, ValueError, KeyError, TypeError, AwsError):
            return int(json.loads(self.io.new_input(location).open().read())["format-version"])
        return 0

    def load_table(self, identifier: Any) -> Table:
        definition = self.metastore.definition(*identifier)
        if definition is None:
            raise NoSuchTableError(".".join(identifier))
        return self.load(definition)

    def stage(
        self,
        identifier: tuple[str, str],
        schema: Schema,
        spec: PartitionSpec,
        location: str,
        properties: dict[str, str],
    ) -> StagedTable:
        """A table that is not in the catalog until its first commit."""
        metadata = new_table_metadata(
            schema=schema,
            partition_spec=spec,
            sort_order=UNSORTED_SORT_ORDER,
            location=location.rstrip("/"),
            properties={"format-version": "2", **properties},
        )
        return StagedTable(identifier, metadata, "", self.io, self)

    def commit_table(
        self,
        table: Table,
        requirements: tuple[TableRequirement, ...],
        updates: tuple[TableUpdate, ...],
    ) -> CommitTableResponse:
        """Apply changes to a table as it is now; a table that was staged is made.

        Raises:
            CommitFailedException: what the changes build upon is no longer so.
        """
        database, name = table.name()
        with self.metastore.cloud.changing("glue"):
            definition = self.metastore.definition(database, name)
            if definition is None and not isinstance(table, StagedTable):
                raise NoSuchTableError(f"{database}.{name}")
            if definition is not None and isinstance(table, StagedTable):
                raise TableAlreadyExistsError(f"{database}.{name}")
            before = self.load(definition) if definition else None
            if before and before.metadata.table_uuid != table.metadata.table_uuid:
                raise ValidationException(f"{database}.{name} is another table by now")
            for requirement in requirements:
                requirement.validate(before.metadata if before else None)
            metadata, location = self._write(before, updates)
            entry = table_input(name, metadata, location, definition)
            if definition is None:
                self.metastore.create_table(database, entry)
            else:
                self.metastore.update_table(database, name, entry)
        answer: dict[str, Any] = {"metadata": metadata, "metadata-location": location}
        return CommitTableResponse(**answer)

    def _write(
        self, before: Table | None, updates: tuple[TableUpdate, ...]
    ) -> tuple[TableMetadata, str]:
        """The metadata after the changes, and the new file that holds them."""
        metadata = update_table_metadata(
            before.metadata if before else MetastoreCatalog._empty_table_metadata(),
            updates,
            enforce_validation=before is None,
            metadata_location=before.metadata_location if before else None,
        )
        number = (
            MetastoreCatalog._parse_metadata_version(before.metadata_location) if before else -1
        )
        provider = load_location_provider(metadata.location, metadata.properties)
        location = provider.new_table_metadata_file_location(number + 1)
        ToOutputFile.table_metadata(metadata, self.io.new_output(location))
        return metadata, location


def _check_version(version: int) -> None:
    if version > MOST_VERSION:
        raise QueryFailed("NOT_SUPPORTED", f"Iceberg table version {version} is not supported")


def table_input(
    name: str, metadata: TableMetadata, location: str, before: Definition | None
) -> Definition:
    """What the Glue catalog keeps of a table: its columns, and where its metadata are."""
    entry: Definition = input_of(before) if before else {"Owner": "hadoop", "Retention": 0}
    parameters = dict(entry.get("Parameters") or {})
    if LOCATION in parameters:
        parameters[PREVIOUS] = parameters[LOCATION]
    storage = {
        "Compressed": False,
        "NumberOfBuckets": 0,
        "SortColumns": [],
        "StoredAsSubDirectories": False,
        **(entry.get("StorageDescriptor") or {}),
        "Columns": glue_columns(metadata),
        "Location": metadata.location,
    }
    return {
        **entry,
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [],
        "Parameters": {**parameters, "table_type": ICEBERG, LOCATION: location},
        "StorageDescriptor": storage,
    }


def glue_columns(metadata: TableMetadata) -> list[Definition]:
    """A table's columns as the Glue catalog keeps them, their field ids as parameters.

    Those that former schemas had stay, as not current.
    Source: https://iceberg.apache.org/docs/latest/aws/#glue-catalog
    """
    current = metadata.schema()
    former = [s for s in metadata.schemas if s.schema_id != current.schema_id]
    found: dict[str, Definition] = {}
    for schema in (current, *former):
        for field in schema.fields:
            found.setdefault(field.name, _glue_column(field, current=schema is current))
    return list(found.values())


def _glue_column(field: NestedField, *, current: bool) -> Definition:
    return {
        "Name": field.name,
        "Type": trino_type(field.field_type).hive,
        **({"Comment": field.doc} if field.doc else {}),
        "Parameters": {
            "iceberg.field.id": str(field.field_id),
            "iceberg.field.optional": str(field.optional).lower(),
            "iceberg.field.current": str(current).lower(),
        },
    }
