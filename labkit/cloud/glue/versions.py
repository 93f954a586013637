"""The versions of tables: each update makes one, and any but the current one can go.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.glue.catalog import MOST_TABLES, detail_of, shown_to
from labkit.cloud.glue.records import answers, find_database, find_table
from labkit.cloud.glue.words import invalid, not_found, page
from labkit.cloud.operations import Answer, AwsError, Context


@answers("GetTableVersions")
def get_table_versions(
    context: Context,
    *,
    DatabaseName: str,
    TableName: str,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    **_: Any,
) -> Answer:
    """A table's versions, the latest first."""
    table = find_table(context, DatabaseName, TableName)
    versions = sorted(table.versions, key=int, reverse=True)
    found, token = page(versions, NextToken, MaxResults, most=MOST_TABLES)
    return {"TableVersions": [_version(context, table, each) for each in found], "NextToken": token}


@answers("GetTableVersion")
def get_table_version(
    context: Context, *, DatabaseName: str, TableName: str, VersionId: str | None = None, **_: Any
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    version = str(table._current_version) if VersionId is None else VersionId
    return {"TableVersion": _version(context, table, _known_version(table, version))}


@answers("DeleteTableVersion")
def delete_table_version(
    context: Context, *, DatabaseName: str, TableName: str, VersionId: str, **_: Any
) -> Answer:
    _delete_version(find_table(context, DatabaseName, TableName), VersionId)
    return {}


@answers("BatchDeleteTableVersion")
def batch_delete_table_version(
    context: Context, *, DatabaseName: str, TableName: str, VersionIds: list[str], **_: Any
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    errors = []
    for version in VersionIds:
        try:
            _delete_version(table, version)
        except AwsError as error:
            which = {"TableName": table.name, "VersionId": version}
            errors.append(which | {"ErrorDetail": detail_of(error)})
    return {"Errors": errors}


def _version(context: Context, table: Any, version: str) -> Answer:
    database = find_database(context, table.database_name)
    return {"Table": shown_to(context, database, table, version), "VersionId": version}


def _known_version(table: Any, version: str) -> str:
    if not version.isdigit():
        raise invalid(f'"{version}" is not an integer.')
    if version not in table.versions:
        raise not_found(f"Version {version} of table {table.name} not found.")
    return version


def _delete_version(table: Any, version: str) -> None:
    if _known_version(table, version) == str(table._current_version):
        raise invalid("The current version of a table cannot be deleted")
    del table.versions[version]
