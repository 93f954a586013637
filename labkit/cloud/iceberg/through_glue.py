"""Iceberg tables that Glue's CreateTable and UpdateTable make and change, metadata and all.

Sources: https://docs.aws.amazon.com/glue/latest/dg/populate-otf.html and
https://docs.aws.amazon.com/glue/latest/webapi/API_CreateIcebergTableInput.html
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from botocore import xform_name
from pyiceberg.exceptions import ValidationError
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.serializers import ToOutputFile
from pyiceberg.table.locations import load_location_provider
from pyiceberg.table.metadata import TableMetadata, new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER, SortOrder
from pyiceberg.table.update import (
    AddPartitionSpecUpdate,
    AddSchemaUpdate,
    AddSortOrderUpdate,
    RemovePropertiesUpdate,
    SetCurrentSchemaUpdate,
    SetDefaultSortOrderUpdate,
    SetDefaultSpecUpdate,
    SetLocationUpdate,
    SetPropertiesUpdate,
    TableUpdate,
)

from labkit.cloud.engine import QueryFailed
from labkit.cloud.glue.words import invalid
from labkit.cloud.iceberg.catalog import LakeCatalog, table_input
from labkit.cloud.iceberg.types import iceberg_type, schema_of
from labkit.cloud.lake.definitions import columns_of
from labkit.cloud.lake.metastore import Definition, Metastore
from labkit.cloud.operations import Context
from labkit.cloud.s3.store import Store, split_uri

_LAST = -1  # what was added in the same call


def create(context: Context, given: Definition, said: Definition) -> Definition:
    """Write the metadata of a new table.

    Args:
        given: the ``TableInput``; its columns count where ``said`` has none.
        said: the ``IcebergInput``.

    Returns:
        The table's entry for the catalog.

    Raises:
        AwsError: InvalidInputException, for what Iceberg or Glue does not have; S3's, where the
            caller may not write the metadata.
    """
    if said.get("Version", "2") not in ("1", "2"):
        raise invalid(f"Iceberg table version {said['Version']} is not supported")
    with _refused():
        metadata = _metadata(given, said)
    split_uri(metadata.location)
    provider = load_location_provider(metadata.location, metadata.properties)
    place = provider.new_table_metadata_file_location(0)
    ToOutputFile.table_metadata(metadata, _catalog(context).io.new_output(place))
    return table_input(given["Name"], metadata, place, given)


def update(context: Context, database: str, name: str, updates: list[Definition]) -> None:
    """Change a table's metadata, all as told or not at all.

    Args:
        updates: the ``Updates`` of an ``UpdateIcebergTableInput``.

    Raises:
        AwsError: InvalidInputException, for what is no change of this table.
    """
    catalog = _catalog(context)
    with _refused():
        changes = tuple(_change(each) for each in updates)
        catalog.commit_table(catalog.load_table((database, name)), (), changes)


def _catalog(context: Context) -> LakeCatalog:
    store = Store(context.cloud, context.principal)
    return LakeCatalog(Metastore(context.cloud, context.region, principal=context.principal), store)


@contextmanager
def _refused() -> Any:
    """What pyiceberg or the engine does not take is an invalid input."""
    try:
        yield
    except QueryFailed as error:
        raise invalid(error.message) from error
    except (ValidationError, ValueError, KeyError) as error:
        raise invalid(f"Invalid Iceberg input: {error}") from error


def _metadata(given: Definition, said: Definition) -> TableMetadata:
    told = said.get("CreateIcebergTableInput")
    if told is None:
        told = _of_columns(given)
        schema = told["schema"]
    else:
        schema = _schema(told["Schema"])
    version = {"format-version": said.get("Version", "2")}
    return new_table_metadata(
        schema=schema,
        partition_spec=_spec(told["PartitionSpec"])
        if told.get("PartitionSpec")
        else UNPARTITIONED_PARTITION_SPEC,
        sort_order=_order(told["WriteOrder"]) if told.get("WriteOrder") else UNSORTED_SORT_ORDER,
        location=told["Location"].rstrip("/"),
        properties=version | (told.get("Properties") or {}),
    )


def _of_columns(given: Definition) -> dict[str, Any]:
    """What a ``TableInput`` says of an Iceberg table."""
    storage = given.get("StorageDescriptor") or {}
    if given.get("PartitionKeys"):
        raise invalid("Cannot create partitions in an iceberg table")
    if not storage.get("Location") or not storage.get("Columns"):
        raise invalid("An Iceberg table needs a location and columns")
    columns = columns_of(storage["Columns"], given["Name"])
    return {"Location": storage["Location"], "schema": schema_of(columns, iceberg_type)}


def _schema(said: Definition) -> Schema:
    told: Definition = {"type": "struct", "schema-id": 0} | _as_iceberg(said)
    return Schema.model_validate(told)


def _spec(said: Definition) -> PartitionSpec:
    told: Definition = {"spec-id": 0} | _as_iceberg(said)
    told["fields"] = [{"field-id": 1000 + at} | each for at, each in enumerate(told["fields"])]
    return PartitionSpec.model_validate(told)


def _order(said: Definition) -> SortOrder:
    return SortOrder.model_validate(_as_iceberg(said))


def _as_iceberg(said: Definition) -> Definition:
    """Members under the names that Iceberg's JSON has: ``SourceId`` is ``source-id``."""
    told = {xform_name(name, "-"): value for name, value in said.items()}
    return told | ({"fields": list(map(_as_iceberg, said["Fields"]))} if "Fields" in said else {})


_CHANGES: dict[str, tuple[type[TableUpdate], Callable[[Definition], dict[str, Any]]]] = {
    "add-schema": (AddSchemaUpdate, lambda said: {"schema": _schema(said["Schema"])}),
    "set-current-schema": (SetCurrentSchemaUpdate, lambda said: {"schema-id": _LAST}),
    "add-spec": (AddPartitionSpecUpdate, lambda said: {"spec": _spec(said["PartitionSpec"])}),
    "set-default-spec": (SetDefaultSpecUpdate, lambda said: {"spec-id": _LAST}),
    "add-sort-order": (AddSortOrderUpdate, lambda said: {"sort-order": _order(said["SortOrder"])}),
    "set-default-sort-order": (SetDefaultSortOrderUpdate, lambda said: {"sort-order-id": _LAST}),
    "set-location": (SetLocationUpdate, lambda said: {"location": said["Location"].rstrip("/")}),
    "set-properties": (SetPropertiesUpdate, lambda said: {"updates": said["Properties"]}),
    "remove-properties": (
        RemovePropertiesUpdate,
        lambda said: {"removals": list(said["Properties"])},
    ),
}


def _change(said: Definition) -> TableUpdate:
    action = said.get("Action", "")
    if action not in _CHANGES:
        raise invalid(f"Iceberg update action {action!r} is not supported")
    kind, told = _CHANGES[action]
    return kind.model_validate(told(said))
