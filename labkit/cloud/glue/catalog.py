"""Databases and tables.

moto keeps the records and answers much; here is what it lacks or does otherwise than Glue: names
without case, pages, Glue's patterns. Source:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.glue.governing import metastore
from labkit.cloud.glue.indexes import Descriptor, with_index
from labkit.cloud.glue.map_order import in_hash_order
from labkit.cloud.glue.records import (
    Definition,
    answers,
    find_database,
    find_table,
    glue,
    lists,
    without_case,
)
from labkit.cloud.glue.words import exists, invalid, page
from labkit.cloud.lake.metastore import new_table
from labkit.cloud.lake.refusals import denied
from labkit.cloud.lake_formation.access import Access, place_of, seen, to_table
from labkit.cloud.lake_formation.defaults import note_update
from labkit.cloud.members import copied
from labkit.cloud.operations import Answer, AwsError, Context, not_here

MOST_TABLES = 100
_STORED = {
    "Compressed": False, "NumberOfBuckets": 0, "SortColumns": [], "StoredAsSubDirectories": False,
}  # fmt: skip
# What AttributesToGet asks for.
_ATTRIBUTES = {"NAME": "Name", "TABLE_TYPE": "TableType", "TARGET_DATABASE": "TargetDatabase"}
_BY_IAM = [
    {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
]


# Databases ----------------------------------------------------------------------------------------


@answers("CreateDatabase")
def create_database(
    context: Context, *, DatabaseInput: Definition, Tags: Any = None, **_: Any
) -> Answer:
    _refuse_link(context, DatabaseInput)
    name = _checked_name(DatabaseInput["Name"], "Database")
    if without_case(glue(context).databases, name) is not None:
        raise exists("Database")
    glue(context).create_database(name, DatabaseInput | {"Name": name}, Tags)
    glue(context).databases[name].created_by = context.principal.arn
    return {}


@answers("GetDatabase")
def get_database(context: Context, *, Name: str, **_: Any) -> Answer:
    return {"Database": _shown_database(find_database(context, Name))}


@lists("GetDatabases", "DatabaseList", most=MOST_TABLES)
def get_databases(
    context: Context,
    *,
    ResourceShareType: str | None = None,
    AttributesToGet: list[str] | None = None,
    **_: Any,
) -> list[Answer]:
    if of_others(ResourceShareType):
        return []
    databases = sorted(glue(context).databases.values(), key=lambda database: database.name)
    shows = metastore(context).shows_database
    return [_only(_shown_database(each), AttributesToGet) for each in databases if shows(each)]


@answers("UpdateDatabase")
def update_database(context: Context, *, Name: str, DatabaseInput: Definition, **_: Any) -> Answer:
    _refuse_link(context, DatabaseInput)
    found = find_database(context, Name)
    if DatabaseInput["Name"].lower() != found.name:
        raise invalid("A database cannot be renamed")
    note_update(found)
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
    Name: str | None = None,
    TableInput: Definition | None = None,
    PartitionIndexes: list[Definition] | None = None,
    OpenTableFormatInput: Definition | None = None,
    **_: Any,
) -> Answer:
    """A table; of Iceberg's, the metadata too.

    Source: https://docs.aws.amazon.com/glue/latest/dg/populate-otf.html
    """
    iceberg = (OpenTableFormatInput or {}).get("IcebergInput")
    if TableInput is None and not (iceberg and Name):
        raise invalid("TableInput is required")
    _refuse_link(context, TableInput or {})
    database = find_database(context, DatabaseName)
    given = _lowered(TableInput or {"Name": Name})
    if without_case(database.tables, given["Name"]) is not None:
        raise exists("Table")
    indexes: list[Descriptor] = []
    for index in PartitionIndexes or []:
        indexes = with_index(indexes, index, given["Name"], given)
    if iceberg:
        from labkit.cloud.iceberg import through_glue

        given = through_glue.create(context, given, iceberg)
    metastore(context).check_location(database.name, given)
    made = new_table(glue(context), database.name, given["Name"], given)
    made.created_by, made.partition_indexes = context.principal.arn, indexes
    return {}


@answers("GetTable")
def get_table(context: Context, *, DatabaseName: str, Name: str, **_: Any) -> Answer:
    table = find_table(context, DatabaseName, Name)
    shown = shown_to(context, find_database(context, DatabaseName), table)
    if shown is None:
        raise denied("DESCRIBE", Name)
    return {"Table": shown}


@answers("GetTables")
def get_tables(
    context: Context,
    *,
    DatabaseName: str,
    Expression: str | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    AttributesToGet: list[str] | None = None,
    **_: Any,
) -> Answer:
    pattern = _name_pattern(Expression or "*")
    database = find_database(context, DatabaseName)
    named = [table for table in sorted_tables(database) if pattern.fullmatch(table.name)]
    wanted = [table for table in named if _access(context, database, table)]
    found, token = page(wanted, NextToken, MaxResults, most=MOST_TABLES)
    shown = (shown_to(context, database, table) for table in found)
    tables = [_only(each, AttributesToGet) for each in shown if each]
    return {"TableList": tables, "NextToken": token}


@answers("UpdateTable")
def update_table(
    context: Context,
    *,
    DatabaseName: str,
    Name: str | None = None,
    TableInput: Definition | None = None,
    SkipArchive: bool = False,
    VersionId: str | None = None,
    UpdateOpenTableFormatInput: Definition | None = None,
    **_: Any,
) -> Answer:
    """A new version of a table; with ``SkipArchive`` the old one is not kept."""
    iceberg = (UpdateOpenTableFormatInput or {}).get("UpdateIcebergInput")
    if (TableInput is None) == (iceberg is None):
        raise invalid("Either TableInput or UpdateOpenTableFormatInput is required")
    _refuse_link(context, TableInput or {})
    given = _lowered(TableInput or {"Name": Name or ""})
    table = find_table(context, DatabaseName, given["Name"])
    if VersionId is not None and VersionId != str(table._current_version):
        raise AwsError(
            "ConcurrentModificationException",
            "Update table failed due to concurrent modifications.",
        )
    old = str(table._current_version)
    if iceberg:
        from labkit.cloud.iceberg import through_glue

        updates = iceberg["UpdateIcebergTableInput"]["Updates"]
        through_glue.update(context, find_database(context, DatabaseName).name, table.name, updates)
    else:
        metastore(context).check_location(DatabaseName, given)
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
            errors.append({"TableName": name, "ErrorDetail": detail_of(error)})
    return {"Errors": errors}


def _delete(context: Context, database: str, name: str) -> None:
    table = find_table(context, database, name)
    metastore(context).check_table("DROP", database, name)
    del find_database(context, database).tables[table.name]


# Shared -------------------------------------------------------------------------------------------


def shown_table(table: Any, version: str | None = None) -> Definition:
    """A table as ``GetTable`` answers it."""
    shown = with_defaults(copied(table.as_dict(version)))
    made = {"UpdateTime": shown["CreateTime"]}
    if author := getattr(table, "created_by", None):  # of those that a call has made
        made["CreatedBy"] = author
    return {"Retention": 0, "IsRegisteredWithLakeFormation": False, **made, **shown}


def _access(context: Context, database: Any, table: Any) -> Access | bool:
    """What Lake Formation lets the caller do with a table; ``True`` where it has no say."""
    cloud, who = context.cloud, context.principal
    access = to_table(cloud, who, context.region, database, table)
    return True if access is None else access if access.rights else False


def shown_to(
    context: Context, database: Any, table: Any, version: str | None = None
) -> Definition | None:
    """A table as the caller may see it; ``None``: not at all."""
    access, shown = _access(context, database, table), shown_table(table, version)
    storage = shown.get("StorageDescriptor") or {}
    location = storage.get("Location") or ""
    registered = place_of(context.cloud, context.region, location) is not None
    shown["IsRegisteredWithLakeFormation"] = registered
    return seen(shown, access if isinstance(access, Access) else None) if access else None


def with_defaults(shown: Definition) -> Definition:
    """A table or partition whose storage tells what Glue fills in: Hive's clients rely on it.

    Source: https://docs.aws.amazon.com/cli/latest/reference/glue/get-tables.html
    """
    if storage := shown.get("StorageDescriptor"):
        shown["StorageDescriptor"] = storage = _STORED | storage
    for each in (shown, storage or {}, (storage or {}).get("SerdeInfo") or {}):
        if each.get("Parameters"):
            each["Parameters"] = in_hash_order(each["Parameters"])
    return shown


def _shown_database(database: Any) -> Definition:
    """A database as ``GetDatabase`` answers it, in an account whose lake IAM governs."""
    shown: Definition = database.as_dict()
    if shown["CreateTableDefaultPermissions"] is None:
        shown["CreateTableDefaultPermissions"] = copied(_BY_IAM)
    return shown


def of_others(shared: str | None) -> bool:
    """Whether a ResourceShareType asks for what other accounts share alone: here, nothing."""
    return shared in ("FOREIGN", "FEDERATED")


def _only(shown: Definition, attributes: list[str] | None) -> Definition:
    """What AttributesToGet asks for of a table or database; all of it, where it asks for none.

    Raises:
        AwsError: InvalidInputException: the name is not among them.
    """
    if attributes is None:
        return shown
    if "NAME" not in attributes:
        raise invalid("AttributesToGet must include NAME")
    wanted = {_ATTRIBUTES.get(each, each) for each in attributes}
    return {k: v for k, v in shown.items() if "DEFAULT" in attributes or k in wanted}


def sorted_tables(database: Any) -> list[Any]:
    return sorted(database.tables.values(), key=lambda table: table.name)


def _refuse_link(context: Context, given: Definition) -> None:
    if {"TargetDatabase", "TargetTable"} & given.keys():
        why = "a resource link, which leads to a database or table of another name"
        raise not_here("glue", context.operation, why)


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


def detail_of(error: AwsError) -> Answer:
    return {"ErrorCode": error.code, "ErrorMessage": error.message}
