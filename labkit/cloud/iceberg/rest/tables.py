"""Tables: made, loaded, changed by commits, forgotten."""

from __future__ import annotations

import json
from dataclasses import replace

from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationError
from pyiceberg.table import CommitTableRequest, Table
from pyiceberg.table.update import UpgradeFormatVersionUpdate

from labkit.cloud.engine import QueryFailed
from labkit.cloud.glue.governing import metastore
from labkit.cloud.glue.words import invalid, not_found
from labkit.cloud.iceberg.catalog import ICEBERG, MOST_VERSION, LakeCatalog
from labkit.cloud.iceberg.rest.call import Call
from labkit.cloud.lake.catalog import GlueCatalog, parameters_of
from labkit.cloud.lake.metastore import Definition, Metastore
from labkit.cloud.lake.refusals import denied
from labkit.cloud.operations import Answer, AwsError


def list_tables(call: Call) -> Answer:
    """The Iceberg tables of a page of Glue's; the next page may have some where this has none."""
    found = call.glue("GetTables", DatabaseName=call.database, **call.page())
    names = [each["Name"] for each in found["TableList"] if _is_iceberg(each)]
    return {
        "identifiers": [{"namespace": [call.database], "name": name} for name in names],
        "next-page-token": found.get("NextToken"),
    }


def create_table(call: Call) -> Answer:
    """A table without rows, at the location that is told: Glue has none to give."""
    said = call.said
    if said.get("stage-create"):
        raise invalid("Staged creation of tables is not supported")
    if not said.get("location"):
        raise invalid("Location information cannot be null while creating an iceberg table")
    if not said.get("name") or not said.get("schema"):
        raise invalid("Malformed request: a table has a name and a schema")
    properties = dict(said.get("properties") or {})
    told = {"Version": str(properties.pop("format-version", MOST_VERSION))}
    table = {
        "Location": said["location"],
        "Schema": said["schema"],
        "PartitionSpec": said.get("partition-spec"),
        "WriteOrder": said.get("write-order"),
        "Properties": properties,
    }
    made = {
        "IcebergInput": told | {"MetadataOperation": "CREATE", "CreateIcebergTableInput": table}
    }
    call = replace(call, names=(call.database, said["name"]))
    call.glue("CreateTable", **call.table, OpenTableFormatInput=made)
    return _shown(call, _found(call, "CreateTable"))


def load_table(call: Call) -> Answer:
    """A table with its metadata, which tell of all its columns and rows."""
    access = _catalog(call, "GetTable").access(*call.names)
    if access is not None and not access.is_whole():
        raise denied("SELECT", call.names[1])
    return _shown(call, _found(call, "GetTable"))


def table_exists(call: Call) -> Answer:
    call.glue("GetTable", **call.table)
    _found(call, "GetTable")
    return {}


def update_table(call: Call) -> Answer:
    """Commit changes to a table, all or none, where what they build upon is still so."""
    table = _found(call, "UpdateTable")
    _catalog(call, "UpdateTable").check_table("ALTER", *call.names)
    try:
        identifier = {"namespace": [call.database], "name": call.names[1]}
        said = CommitTableRequest.model_validate(call.said | {"identifier": identifier})
    except ValueError as error:
        raise invalid(f"Malformed request: {error}") from error
    versions = (each for each in said.updates if isinstance(each, UpgradeFormatVersionUpdate))
    if any(each.format_version > MOST_VERSION for each in versions):
        raise invalid(f"Iceberg table versions above {MOST_VERSION} are not supported")
    try:
        done = table.catalog.commit_table(table, said.requirements, said.updates)
    except CommitFailedException as error:
        raise AwsError("ConcurrentModificationException", str(error)) from error
    except NoSuchTableError as error:
        raise not_found("Entity Not Found") from error
    except (ValidationError, ValueError) as error:
        raise invalid(f"Cannot commit: {error}") from error
    return {
        "metadata-location": done.metadata_location,
        "metadata": json.loads(done.metadata.model_dump_json()),
    }


def drop_table(call: Call) -> Answer:
    """Forget a table; its files stay, and nobody can have them deleted by this call."""
    if call.query.get("purgeRequested", "").lower() == "true":
        raise invalid("Purging is not supported for tables in Amazon S3")
    _found(call, "GetTable")
    call.glue("DeleteTable", **call.table)
    return {}


def _catalog(call: Call, operation: str) -> Metastore:
    return metastore(call.allowed("glue", operation, call.table))


def _found(call: Call, operation: str) -> Table:
    """The table that a call names, as its caller may use it who may make this call of Glue's."""
    context = call.allowed("glue", operation, call.table)
    lake = GlueCatalog(context.cloud, context.principal, context.region, call.database)
    definition = lake.metastore.definition(*call.names)
    if definition is None:
        raise not_found("Entity Not Found")
    if not _is_iceberg(definition):
        raise invalid(f"Input Glue table is not an iceberg table: {'.'.join(call.names)}")
    reader = lake.teller(definition) if operation == "GetTable" else lake  # in a registered folder
    try:
        return LakeCatalog(lake.metastore, reader.store).load(definition)
    except QueryFailed as error:
        raise invalid(error.message) from error


def _is_iceberg(definition: Definition) -> bool:
    return parameters_of(definition).get("table_type", "").upper() == ICEBERG


def _shown(call: Call, table: Table) -> Answer:
    return {
        "metadata-location": table.metadata_location,
        "metadata": json.loads(table.metadata.model_dump_json()),
        "config": {"s3.endpoint": call.endpoint, "s3.path-style-access": "true"},
    }
