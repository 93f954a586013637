"""Data catalogs and what is in them, as Athena's own calls tell it.

``AwsDataCatalog`` is the Glue catalog. Other catalogs can be registered, not queried. Source:
https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTableMetadata.html
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from labkit.cloud.athena.errors import checked_tags, invalid
from labkit.cloud.athena.paging import lists, page
from labkit.cloud.lake.definitions import parameters_of
from labkit.cloud.lake.metastore import CATALOG, Definition, Metastore
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, AwsError, Context, operation

NAME = "AwsDataCatalog"


@lists("ListDataCatalogs", "DataCatalogsSummary")
def list_data_catalogs(context: Context, **_: Any) -> list[Answer]:
    others = context.backend("athena").data_catalogs.values()
    own = {"CatalogName": NAME, "Type": "GLUE"}
    return [own, *({"CatalogName": each.name, "Type": each.type} for each in others)]


@operation("athena", "GetDataCatalog")
def get_data_catalog(context: Context, *, Name: str, **_: Any) -> Answer:
    if Name.lower() == CATALOG:
        parameters = {"catalog-id": context.account}
        return {"DataCatalog": {"Name": NAME, "Type": "GLUE", "Parameters": parameters}}
    return {"DataCatalog": _described(_find(context, Name))}


@operation("athena", "CreateDataCatalog")
def create_data_catalog(
    context: Context,
    *,
    Name: str,
    Type: str,
    Description: str = "",
    Parameters: dict[str, str] | None = None,
    Tags: list[dict[str, str]] | None = None,
) -> Answer:
    with context.cloud.lock("athena"):
        backend = context.backend("athena")
        if Name.lower() == CATALOG or Name in backend.data_catalogs:
            raise invalid(f"DataCatalog {Name} has already been created")
        backend.create_data_catalog(Name, Type, Description, Parameters or {}, checked_tags(Tags))
    return {"DataCatalog": _described(_find(context, Name))}


@operation("athena", "UpdateDataCatalog")
def update_data_catalog(
    context: Context,
    *,
    Name: str,
    Type: str,
    Description: str | None = None,
    Parameters: dict[str, str] | None = None,
) -> Answer:
    with context.cloud.lock("athena"):
        found = _find(context, Name)
        found.type = Type
        found.description = found.description if Description is None else Description
        found.parameters = found.parameters if Parameters is None else Parameters
    return {}


@operation("athena", "DeleteDataCatalog")
def delete_data_catalog(context: Context, *, Name: str, **_: Any) -> Answer:
    with context.cloud.lock("athena"):
        found = _find(context, Name)
        backend = context.backend("athena")
        del backend.data_catalogs[Name]
        backend.tagger.delete_all_tags_for_resource(context.arn(f"datacatalog/{Name}"))
    return {"DataCatalog": _described(found)}


@lists("ListDatabases", "DatabaseList")
def list_databases(context: Context, *, CatalogName: str, **_: Any) -> list[Answer]:
    metastore = _metastore(context, CatalogName)
    return [_database(metastore.database(name)) for name in metastore.databases()]


@operation("athena", "GetDatabase")
def get_database(context: Context, *, CatalogName: str, DatabaseName: str, **_: Any) -> Answer:
    metastore = _metastore(context, CatalogName)
    found = _need(metastore, DatabaseName)
    metastore.check_database("DESCRIBE", DatabaseName)
    return {"Database": _database(found)}


@operation("athena", "ListTableMetadata")
def list_table_metadata(
    context: Context,
    *,
    CatalogName: str,
    DatabaseName: str,
    Expression: str = "",
    MaxResults: int = 50,
    NextToken: str = "",
    **_: Any,
) -> Answer:
    metastore = _metastore(context, CatalogName)
    _need(metastore, DatabaseName)
    names = [n for n in metastore.tables(DatabaseName) if _matches(n, Expression)]
    found = page("TableMetadataList", names, MaxResults, NextToken)
    definitions = (metastore.shown(DatabaseName, name) for name in found["TableMetadataList"])
    return found | {"TableMetadataList": [_table(d) for d in definitions if d]}


@operation("athena", "GetTableMetadata")
def get_table_metadata(
    context: Context, *, CatalogName: str, DatabaseName: str, TableName: str, **_: Any
) -> Answer:
    metastore = _metastore(context, CatalogName)
    _need(metastore, DatabaseName)
    found = metastore.shown(DatabaseName, TableName)
    if found is None:
        raise _not_found()
    return {"TableMetadata": _table(found)}


def _metastore(context: Context, catalog: str) -> Metastore:
    if catalog.lower() != CATALOG:
        _find(context, catalog)
        raise AwsError("MetadataException", f"Catalog {catalog} cannot be read in the local AWS")
    return Metastore(context.cloud, context.region, principal=context.principal)


def _need(metastore: Metastore, name: str) -> Any:
    found = metastore.database(name)
    if found is None:
        raise _not_found()
    return found


def entity_not_found() -> str:
    """Glue's answer as Athena passes it on; clients read the error code inside the brackets."""
    theirs = AwsError("EntityNotFoundException", "Entity Not Found")
    return theirs.in_java("AmazonDataCatalog", f"Request ID: {uuid.uuid4()}", "Proxy: null")


def _not_found() -> AwsError:
    return AwsError("MetadataException", entity_not_found())


def _find(context: Context, name: str) -> Any:
    found = context.backend("athena").data_catalogs.get(name)
    if found is None:
        raise invalid(f"DataCatalog {name} was not found")
    return found


def _described(catalog: Any) -> dict[str, Any]:
    return {
        "Name": catalog.name,
        "Description": catalog.description,
        "Type": catalog.type,
        "Parameters": catalog.parameters or {},
    }


def _database(database: Any) -> dict[str, Any]:
    said = database.input
    optional = {"Description": said.get("Description"), "Parameters": said.get("Parameters")}
    return {"Name": database.name, **{k: v for k, v in optional.items() if v}}


def _matches(name: str, expression: str) -> bool:
    """A Glue expression: a regular expression that may use ``*`` for anything."""
    if not expression:
        return True
    try:
        return bool(re.fullmatch(re.sub(r"(?<!\.)\*", ".*", expression), name, re.IGNORECASE))
    except re.error as error:
        raise invalid(f"Malformed expression {expression}: {error}") from error


def _table(definition: Definition) -> dict[str, Any]:
    storage = definition.get("StorageDescriptor") or {}
    return {
        "Name": definition["Name"],
        "CreateTime": definition["CreateTime"],
        "LastAccessTime": definition.get("LastAccessTime", 0),
        "TableType": definition.get("TableType") or "",
        "Columns": [_column(c) for c in storage.get("Columns") or ()],
        "PartitionKeys": [_column(c) for c in definition.get("PartitionKeys") or ()],
        "Parameters": parameters_of(definition) | _storage_parameters(storage),
    }


def _column(column: Definition) -> dict[str, str]:
    shown = {"Name": column["Name"], "Type": column.get("Type"), "Comment": column.get("Comment")}
    return given(shown)


def _storage_parameters(storage: Definition) -> dict[str, str]:
    serde = storage.get("SerdeInfo") or {}
    facts = {
        "location": storage.get("Location"),
        "inputformat": storage.get("InputFormat"),
        "outputformat": storage.get("OutputFormat"),
        "serde.serialization.lib": serde.get("SerializationLibrary"),
    }
    facts |= {f"serde.param.{k}": v for k, v in (serde.get("Parameters") or {}).items()}
    return {k: str(v) for k, v in facts.items() if v is not None}
