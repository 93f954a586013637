"""Lake Formation's data filters: certain columns of certain rows of a table.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataCellsFilter.html and
https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import QueryFailed
from labkit.cloud.lake.refusals import denied
from labkit.cloud.lake_formation import defaults
from labkit.cloud.lake_formation.conditions import check_condition
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

KIND = "lakeformation.filter"
Members = dict[str, Any]
_PLACE = ("DatabaseName", "TableName", "Name")


@operation("lakeformation", "CreateDataCellsFilter", alone=True)
def create_filter(context: Context, *, TableData: Members) -> Answer:
    """Name certain columns of certain rows.

    Raises:
        AwsError: ``EntityNotFoundException``, ``AlreadyExistsException``,
            ``InvalidInputException``: the columns or the condition are not a table's.
    """
    _check_giver(context, TableData)
    if named(context.cloud, context.region, TableData):
        raise AwsError("AlreadyExistsException", f"{TableData['Name']} already exists.")
    return _keep(context, TableData)


@operation("lakeformation", "UpdateDataCellsFilter", alone=True)
def update_filter(context: Context, *, TableData: Members) -> Answer:
    """Change what a data filter names.

    Raises:
        AwsError: as those of `create_filter`.
    """
    _check_giver(context, TableData)
    find(context, _place(TableData))
    return _keep(context, TableData)


@operation("lakeformation", "GetDataCellsFilter")
def get_filter(context: Context, **place: str) -> Answer:
    """What a data filter names.

    Raises:
        AwsError: ``EntityNotFoundException``, ``AccessDeniedException``.
    """
    found = find(context, place)
    if not _is_told(context)(found):
        raise denied("DESCRIBE", found["Name"])
    return {"DataCellsFilter": found}


@operation("lakeformation", "DeleteDataCellsFilter", alone=True)
def delete_filter(context: Context, **place: str) -> Answer:
    """Delete a data filter.

    Raises:
        AwsError: ``EntityNotFoundException``; ``InvalidInputException``: no filter is named.
    """
    if missing := [name for name in _PLACE if name not in place]:
        raise AwsError("InvalidInputException", f"{missing[0]} is mandatory.")
    _check_giver(context, place)
    find(context, place)
    del context.cloud.records(KIND)[_name(context.region, place)]
    return {}


@operation("lakeformation", "ListDataCellsFilter")
def list_filters(
    context: Context,
    *,
    Table: Members | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> Answer:
    """The data filters of a table, or of all, that the caller may describe."""
    is_told, wanted = _is_told(context), Table and (Table["DatabaseName"], Table.get("Name"))
    found = [
        told
        for name, kept in sorted(context.cloud.records(KIND).items())
        if name.startswith(f"{context.region}/")
        and (told := named(context.cloud, context.region, kept["told"]))
        and wanted in (None, (told["DatabaseName"], told["TableName"]))
        and is_told(told)
    ]
    refusal = AwsError("InvalidInputException", "Invalid NextToken.")
    return page("DataCellsFilters", found, MaxResults or 1000, NextToken, refusal)


def find(context: Context, place: Members) -> Members:
    """A data filter, by the database, the table and the name that it has.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    found = named(context.cloud, context.region, place)
    if found is None:
        raise AwsError("EntityNotFoundException", f"Data cells filter not found: {place['Name']}")
    return found


def named(cloud: Cloud, region: str, place: Members) -> Members | None:
    """The same, where it is there, and of the table that is there."""
    kept: Members = cloud.records(KIND).get(_name(region, place), {})
    told: Members = kept.get("told", {})
    return told if kept and kept["made"] == defaults.made(cloud, region, _table(place)) else None


def _keep(context: Context, told: Members) -> Answer:
    database, table = told["DatabaseName"].lower(), told["TableName"].lower()
    held = context.backend("glue").databases.get(database)
    found = held and held.tables.get(table)
    if not found:
        raise AwsError("EntityNotFoundException", f"Table not found: {database}.{table}")
    _check_columns(told, found.as_dict())
    context.cloud.records(KIND)[_name(context.region, told)] = {
        "made": found.created_time.timestamp(),
        "told": {
            "VersionId": str(time.time_ns()),
            "TableCatalogId": context.account,
            **told,
            "DatabaseName": database,
            "TableName": table,
        },
    }
    return {}


def _check_columns(told: Members, definition: Members) -> None:
    if ("ColumnNames" in told) == ("ColumnWildcard" in told):
        raise AwsError("InvalidInputException", "Either ColumnNames or ColumnWildcard is required.")
    storage = definition.get("StorageDescriptor") or {}
    columns = [*(storage.get("Columns") or ()), *(definition.get("PartitionKeys") or ())]
    known = {each["Name"].lower() for each in columns}
    wanted = told.get("ColumnNames") or told.get("ColumnWildcard", {}).get("ExcludedColumnNames")
    if unknown := [each for each in wanted or () if each.lower() not in known]:
        raise AwsError("InvalidInputException", f"Columns not found: {', '.join(unknown)}")
    condition = told.get("RowFilter", {}).get("FilterExpression")
    if condition is not None and condition.strip().lower() != "true":
        try:
            check_condition(condition, known)
        except QueryFailed as error:
            raise AwsError("InvalidInputException", f"Invalid row filter: {error}") from error


def _check_giver(context: Context, told: Members) -> None:
    from labkit.cloud.lake_formation.giving import check_giver

    check_giver(context, _table(told), ["SELECT"])


def _table(told: Members) -> Members:
    return {"Table": {"DatabaseName": told["DatabaseName"], "Name": told["TableName"]}}


def _is_told(context: Context) -> Callable[[Members], bool]:
    """Whether the caller may describe a data filter: who may give it, and whom that was granted."""
    from labkit.cloud.lake_formation.access import grants_of
    from labkit.cloud.lake_formation.giving import giver

    may_give, cloud = giver(context), context.cloud
    held = [
        each["resource"]["DataCellsFilter"]
        for each in grants_of(cloud, context.principal, context.region)
        if "DataCellsFilter" in each["resource"] and {"ALL", "DESCRIBE"} & {*each["permissions"]}
    ]
    own = {_name(context.region, each) for each in held}
    return lambda told: _name(context.region, told) in own or may_give(_table(told), "SELECT")


def _place(told: Members) -> Members:
    return {name: told[name] for name in _PLACE}


def _name(region: str, place: Members) -> str:
    database, table, name = (place[each] for each in _PLACE)
    return "/".join([region, database.lower(), table.lower(), name])
