"""Databases, tables and their versions.

moto keeps the records and answers much; here is what it lacks or does otherwise than Glue: names
without case, pages, Glue's patterns, versions. Source:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

from __future__ import annotations

import copy
import re
from typing import Any

from labkit.cloud.glue.indexes import add_index
from labkit.cloud.glue.records import (
    Definition,
    answers,
    find_database,
    find_table,
    glue,
    without_case,
)
from labkit.cloud.glue.words import exists, invalid, not_found, page
from labkit.cloud.operations import Answer, AwsError, Context

MOST_TABLES = 100


# Databases ----------------------------------------------------------------------------------------


@answers("CreateDatabase")
def create_database(
    context: Context, *, DatabaseInput: Definition, Tags: Any = None, **_: Any
) -> Answer:
    name = _checked_name(DatabaseInput["Name"], "Database")
    if without_case(glue(context).databases, name) is not None:
        raise exists("Database")
    glue(context).create_database(name, DatabaseInput | {"Name": name}, Tags)
    return {}


@answers("GetDatabase")
def get_database(context: Context, *, Name: str, **_: Any) -> Answer:
    return {"Database": find_database(context, Name).as_dict()}


@answers("GetDatabases")
def get_databases(
    context: Context, *, MaxResults: int | None = None, NextToken: str | None = None, **_: Any
) -> Answer:
    databases = sorted(glue(context).databases.values(), key=lambda database: database.name)
    found, token = page(databases, NextToken, MaxResults, most=MOST_TABLES)
    return {"DatabaseList": [each.as_dict() for each in found], "NextToken": token}


@answers("UpdateDatabase")
def update_database(context: Context, *, Name: str, DatabaseInput: Definition, **_: Any) -> Answer:
    found = find_database(context, Name)
    if DatabaseInput["Name"].lower() != found.name:
        raise invalid("A database cannot be renamed")
    found.input = DatabaseInput | {"Name": found.name}
    return {}


@answers("DeleteDatabase")
def delete_database(context: Context, *, Name: str, **_: Any) -> Answer:
    """Delete a database with all that is in it."""
    del glue(context).databases[find_database(context, Name).name]
    return {}


# Tables -------------------------------------------------------------------------------------------


@answers("CreateTable")
def create_table(
    context: Context,
    *,
    DatabaseName: str,
    TableInput: Definition | None = None,
    PartitionIndexes: list[Definition] | None = None,
    OpenTableFormatInput: Any = None,
    **_: Any,
) -> Answer:
    if TableInput is None:
        raise invalid("TableInput is required")
    database = find_database(context, DatabaseName)
    given = _lowered(TableInput)
    if without_case(database.tables, given["Name"]) is not None:
        raise exists("Table")
    made = glue(context).create_table(database.name, given["Name"], given, OpenTableFormatInput)
    for index in PartitionIndexes or []:
        add_index(made, index)
    return {}


@answers("GetTable")
def get_table(context: Context, *, DatabaseName: str, Name: str, **_: Any) -> Answer:
    return {"Table": shown_table(find_table(context, DatabaseName, Name))}


@answers("GetTables")
def get_tables(
    context: Context,
    *,
    DatabaseName: str,
    Expression: str | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    **_: Any,
) -> Answer:
    pattern = _name_pattern(Expression or "*")
    tables = _sorted(find_database(context, DatabaseName))
    wanted = [table for table in tables if pattern.fullmatch(table.name)]
    found, token = page(wanted, NextToken, MaxResults, most=MOST_TABLES)
    return {"TableList": [shown_table(table) for table in found], "NextToken": token}


@answers("UpdateTable")
def update_table(
    context: Context,
    *,
    DatabaseName: str,
    TableInput: Definition | None = None,
    SkipArchive: bool = False,
    VersionId: str | None = None,
    **_: Any,
) -> Answer:
    """A new version of a table; with ``SkipArchive`` the old one is not kept."""
    if TableInput is None:
        raise invalid("TableInput is required")
    given = _lowered(TableInput)
    table = find_table(context, DatabaseName, given["Name"])
    if VersionId is not None and VersionId != str(table._current_version):
        raise AwsError(
            "ConcurrentModificationException", "Update table failed due to version mismatch"
        )
    old = str(table._current_version)
    table.update(given)
    if SkipArchive:
        del table.versions[old]
    return {}


@answers("DeleteTable")
def delete_table(context: Context, *, DatabaseName: str, Name: str, **_: Any) -> Answer:
    _delete(context, DatabaseName, Name)
    return {}


@answers("BatchDeleteTable")
def batch_delete_table(
    context: Context, *, DatabaseName: str, TablesToDelete: list[str], **_: Any
) -> Answer:
    find_database(context, DatabaseName)
    errors = []
    for name in TablesToDelete:
        try:
            _delete(context, DatabaseName, name)
        except AwsError as error:
            errors.append({"TableName": name, "ErrorDetail": _detail(error)})
    return {"Errors": errors}


def _delete(context: Context, database: str, name: str) -> None:
    table = find_table(context, database, name)
    del find_database(context, database).tables[table.name]


# Versions -----------------------------------------------------------------------------------------


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
    return {"TableVersions": [_version(table, each) for each in found], "NextToken": token}


@answers("GetTableVersion")
def get_table_version(
    context: Context, *, DatabaseName: str, TableName: str, VersionId: str | None = None, **_: Any
) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    version = str(table._current_version) if VersionId is None else VersionId
    return {"TableVersion": _version(table, _known_version(table, version))}


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
            errors.append(which | {"ErrorDetail": _detail(error)})
    return {"Errors": errors}


def _version(table: Any, version: str) -> Answer:
    return {"Table": shown_table(table, version), "VersionId": version}


def _known_version(table: Any, version: str) -> str:
    if version not in table.versions:
        raise not_found(f"Version {version} of table {table.name} not found.")
    return version


def _delete_version(table: Any, version: str) -> None:
    if _known_version(table, version) == str(table._current_version):
        raise invalid("The current version of a table cannot be deleted")
    del table.versions[version]


# Search -------------------------------------------------------------------------------------------


@answers("SearchTables")
def search_tables(
    context: Context,
    *,
    SearchText: str | None = None,
    Filters: list[Definition] | None = None,
    SortCriteria: list[Definition] | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    **_: Any,
) -> Answer:
    """Tables of all databases by a text in their names, descriptions or columns, and by filters."""
    databases = glue(context).databases.values()
    tables = [shown_table(t) for database in databases for t in _sorted(database)]
    wanted = [t for t in tables if _mentions(t, SearchText or "")]
    wanted = [t for t in wanted if all(_passes(t, f) for f in Filters or [])]
    for criterion in reversed(SortCriteria or []):
        wanted.sort(
            key=lambda t: str(_property(t, criterion.get("FieldName", "Name"))),
            reverse=criterion.get("Sort") == "DESC",
        )
    found, token = page(wanted, NextToken, MaxResults, most=MOST_TABLES)
    return {"TableList": found, "NextToken": token}


def _mentions(table: Definition, text: str) -> bool:
    exact = re.fullmatch(r'"(.*)"', text)
    columns = table.get("StorageDescriptor", {}).get("Columns", [])
    texts = [table["Name"], table["DatabaseName"], table.get("Description") or ""]
    texts += [part for c in columns for part in (c["Name"], c.get("Comment") or "")]
    if exact:
        return any(exact[1].lower() == each.lower() for each in texts)
    return any(text.lower() in each.lower() for each in texts)


_COMPARE: dict[str, Any] = {
    "EQUALS": lambda mine, theirs: mine == theirs,
    "GREATER_THAN": lambda mine, theirs: mine > theirs,
    "LESS_THAN": lambda mine, theirs: mine < theirs,
    "GREATER_THAN_EQUALS": lambda mine, theirs: mine >= theirs,
    "LESS_THAN_EQUALS": lambda mine, theirs: mine <= theirs,
}


def _passes(table: Definition, condition: Definition) -> bool:
    mine = _property(table, condition["Key"])
    if mine is None:
        return False
    compare = _COMPARE[condition.get("Comparator", "EQUALS")]
    if isinstance(mine, str):
        return bool(compare(mine.lower(), condition["Value"].lower()))
    return bool(compare(mine.isoformat(), condition["Value"]))


def _property(table: Definition, key: str) -> Any:
    return table.get(key[:1].upper() + key[1:], table.get("Parameters", {}).get(key))


# Shared -------------------------------------------------------------------------------------------


def shown_table(table: Any, version: str | None = None) -> Definition:
    """A table as ``GetTable`` answers it."""
    shown = copy.deepcopy(table.as_dict(version))
    return {"Retention": 0, "IsRegisteredWithLakeFormation": False, **shown}


def _sorted(database: Any) -> list[Any]:
    return sorted(database.tables.values(), key=lambda table: table.name)


def _lowered(given: Definition) -> Definition:
    return given | {"Name": _checked_name(given["Name"], "Table")}


def _checked_name(name: str, what: str) -> str:
    if not name.strip() or "/" in name:
        raise invalid(f"{what} name {name!r} is not valid")
    return name.lower()


def _name_pattern(expression: str) -> re.Pattern[str]:
    """A pattern for names: a regular expression in which a bare ``*`` stands for any text.

    >>> bool(_name_pattern("stud*").fullmatch("student"))
    True
    """
    try:
        return re.compile(re.sub(r"(?<![.\])])\*", ".*", expression), re.IGNORECASE)
    except re.error as error:
        raise invalid(f"Invalid expression {expression}: {error}") from error


def _detail(error: AwsError) -> Answer:
    return {"ErrorCode": error.code, "ErrorMessage": error.message}
