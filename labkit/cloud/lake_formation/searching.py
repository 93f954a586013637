"""What has certain tags, and who may do what with what lies in a folder.

Sources: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_SearchTablesByLFTags.html
and https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_GetEffectivePermissionsForPath.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.lake_formation.grants import grants_on, invalid
from labkit.cloud.lake_formation.tags import columns_of, tags_of
from labkit.cloud.operations import Answer, Context, operation
from labkit.cloud.paging import page

Members = dict[str, Any]
_MOST = 100


@operation("lakeformation", "GetDataLakePrincipal")
def get_data_lake_principal(context: Context) -> Answer:
    """Who asks."""
    return {"Identity": context.principal.arn}


@operation("lakeformation", "SearchDatabasesByLFTags")
def search_databases(
    context: Context,
    *,
    Expression: list[Members],
    MaxResults: int | None = None,
    NextToken: str | None = None,
    **_: Any,
) -> Answer:
    """The databases that have a value of each key, with all their tags."""
    account, found = context.account, []
    for name in _catalog(context).databases():
        tags = tags_of(context, (account, name)).get("LFTagOnDatabase", [])
        if _meet(tags, Expression):
            found.append({"Database": {"CatalogId": account, "Name": name}, "LFTags": tags})
    return page(
        "DatabaseList", found, MaxResults or _MOST, NextToken, invalid("Invalid NextToken.")
    )


@operation("lakeformation", "SearchTablesByLFTags")
def search_tables(
    context: Context,
    *,
    Expression: list[Members],
    MaxResults: int | None = None,
    NextToken: str | None = None,
    **_: Any,
) -> Answer:
    """The tables that have a value of each key, or of which columns have, with all their tags."""
    found = []
    for database, name in _tables(context):
        place = (context.account, database, name)
        tags = tags_of(context, place, columns_of(context, place))
        columns = [each["LFTags"] for each in tags.get("LFTagsOnColumns", [])]
        if any(_meet(each, Expression) for each in (tags.get("LFTagsOnTable", []), *columns)):
            table = {"CatalogId": context.account, "DatabaseName": database, "Name": name}
            found.append({"Table": table, **tags})
    return page("TableList", found, MaxResults or _MOST, NextToken, invalid("Invalid NextToken."))


@operation("lakeformation", "GetEffectivePermissionsForPath")
def get_effective_permissions(
    context: Context,
    *,
    ResourceArn: str,
    CatalogId: str | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> Answer:
    """The grants on the databases and tables whose folder it is."""
    found: list[Members] = []
    for resource in _lying_at(context, ResourceArn):
        found += grants_on(context, CatalogId, Resource=resource)
    return page("Permissions", found, MaxResults or _MOST, NextToken, invalid("Invalid NextToken."))


def _lying_at(context: Context, arn: str) -> Iterator[Members]:
    catalog, path = _catalog(context), arn.rpartition(":")[2].strip("/")
    for name in catalog.databases():
        if _path(getattr(catalog.database(name), "input", {}).get("LocationUri")) == path:
            yield {"Database": {"Name": name}}
    for database, name in _tables(context):
        storage = (catalog.definition(database, name) or {}).get("StorageDescriptor") or {}
        if _path(storage.get("Location")) == path:
            yield {"Table": {"DatabaseName": database, "Name": name}}
            yield {"Table": {"DatabaseName": database, "TableWildcard": {}}}


def _path(location: str | None) -> str | None:
    return location and location.partition("://")[2].strip("/")


def _meet(tags: list[Members], expression: list[Members]) -> bool:
    values = {each["TagKey"]: {*each["TagValues"]} for each in tags}
    return all(values.get(each["TagKey"], set()) & {*each["TagValues"]} for each in expression)


def _tables(context: Context) -> Iterator[tuple[str, str]]:
    catalog = _catalog(context)
    for database in catalog.databases():
        yield from ((database, name) for name in catalog.tables(database))


def _catalog(context: Context) -> Metastore:
    return Metastore(context.cloud, context.region, principal=context.principal)
