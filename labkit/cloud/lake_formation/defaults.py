"""Whether IAM alone governs a database or table: the grant to IAM_ALLOWED_PRINCIPALS.

All have it that were made while the settings, and for tables their database's, say so. Revoking it
leaves a table to Lake Formation's grants.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import AwsError, Context

OPEN, FORMER = "lakeformation.open", "lakeformation.former"
EVERYBODY = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
Members = dict[str, Any]
_SETTINGS = {
    "database": "CreateDatabaseDefaultPermissions",
    "table": "CreateTableDefaultPermissions",
}


@on_start
def keep_open(cloud: Cloud) -> None:
    """Leave open what an earlier labkit made, which kept the settings and asked nobody's grants."""
    from moto.lakeformation.models import lakeformation_backends

    former, open_to_all = cloud.records(FORMER), dict.fromkeys(_SETTINGS, True)
    for region, backend in list(lakeformation_backends[cloud.account].items()):
        if cloud.account in backend.settings and region not in former:
            former[region] = {"until": [[time.time(), open_to_all]]}


def is_everybody(principal: Members) -> bool:
    """Whether it is the group of those whom IAM lets in."""
    return principal.get("DataLakePrincipalIdentifier") == "IAM_ALLOWED_PRINCIPALS"


def is_open(cloud: Cloud, region: str, database: Any, table: Any = None) -> bool:
    """Whether IAM alone governs a database, or a table of it: moto's records."""
    made = (table or database).created_time.timestamp()
    told = cloud.records(OPEN).get(_name(region, database, table))
    if told and told["made"] == made:
        return bool(told["open"])
    if table is None:
        return _default(cloud, region, "database", made)
    for until, was in getattr(database, "former_defaults", ()):
        if made < until:
            return was is None or _lets_in(was)
    own = database.input.get(_SETTINGS["table"])
    if own is not None:
        return _lets_in(own)
    return _default(cloud, region, "table", database.created_time.timestamp())


def is_open_to_databases(cloud: Cloud, region: str) -> bool:
    """Whether everybody whom IAM lets in makes databases."""
    return bool(cloud.records(OPEN).get(region, {"open": True})["open"])


def note_settings(context: Context) -> None:
    """Remember what the settings were: what was made until now has its grants by them."""
    former = context.cloud.records(FORMER)
    before = former.get(context.region, {"until": []})["until"]
    now = {kind: _setting(context.cloud, context.region, kind) for kind in _SETTINGS}
    if before and before[-1][1] == now:
        before = before[:-1]
    former[context.region] = {"until": [*before, [time.time(), now]]}


def note_update(database: Any) -> None:
    """Remember what a database's tables had until it is changed."""
    own = database.input.get(_SETTINGS["table"])
    database.former_defaults = [*getattr(database, "former_defaults", ()), (time.time(), own)]


def set_open(context: Context, resource: Members, rights: list[str], *, is_open: bool) -> bool:
    """Grant to everybody, or revoke it; ``False`` where it was so.

    Raises:
        AwsError: it is not on a database or on tables, or not all of it, or they are not there.
    """
    if "Catalog" in resource and rights == ["CREATE_DATABASE"]:
        was = is_open_to_databases(context.cloud, context.region)
        context.cloud.records(OPEN)[context.region] = {"open": is_open}
        return was != is_open
    if rights != ["ALL"] or not {"Database", "Table"} & resource.keys():
        raise AwsError(
            "InvalidInputException",
            "IAM_ALLOWED_PRINCIPALS is granted ALL on databases and tables here, CREATE_DATABASE "
            "on the catalog, and nothing else.",
        )
    changed = False
    for database, table in _named(context, resource):
        if _is(context, database, table) != is_open:
            changed = True
            context.cloud.records(OPEN)[_name(context.region, database, table)] = {
                "open": is_open,
                "made": (table or database).created_time.timestamp(),
            }
    return changed


def grants(context: Context, *, on_catalog: bool) -> Iterator[Members]:
    """What everybody is granted, as records of grants."""
    given = {"principal": EVERYBODY, "grantable": []}
    if on_catalog and is_open_to_databases(context.cloud, context.region):
        yield given | {"resource": {"Catalog": {}}, "permissions": ["CREATE_DATABASE"]}
    for database in list(context.backend("glue").databases.values()):
        for table in (None, *database.tables.values()):
            if _is(context, database, table):
                resource = _resource(context.account, database, table)
                yield given | {"resource": resource, "permissions": ["ALL"]}


def _resource(catalog: str, database: Any, table: Any) -> Members:
    if table is None:
        return {"Database": {"CatalogId": catalog, "Name": database.name}}
    return {"Table": {"CatalogId": catalog, "DatabaseName": database.name, "Name": table.name}}


def made(cloud: Cloud, region: str, resource: Members) -> float | None:
    """When the database or table was made that a resource names; ``None``: it is not there."""
    named = next(iter(resource.values()))
    database = named.get("DatabaseName", named.get("Name") if "Database" in resource else None)
    held = cloud.backend("glue", region).databases.get((database or "").lower())
    if held is None or "Database" in resource or "TableWildcard" in named:
        return held.created_time.timestamp() if held else None
    table = held.tables.get(named.get("TableName", named.get("Name", "")).lower())
    return table.created_time.timestamp() if table else None


def _is(context: Context, database: Any, table: Any) -> bool:
    return is_open(context.cloud, context.region, database, table)


def _named(context: Context, resource: Members) -> Iterator[tuple[Any, Any]]:
    databases = context.backend("glue").databases
    named = resource.get("Table") or {}
    name = named.get("DatabaseName") or resource.get("Database", {}).get("Name", "")
    if (database := databases.get(name.lower())) is None:
        raise AwsError("EntityNotFoundException", f"Database not found: {name}")
    if not named:
        yield database, None
    elif "TableWildcard" in named:
        yield from ((database, table) for table in database.tables.values())
    elif table := database.tables.get(named.get("Name", "").lower()):
        yield database, table
    else:
        raise AwsError("EntityNotFoundException", f"Table not found: {named.get('Name')}")


def _default(cloud: Cloud, region: str, kind: str, made: float) -> bool:
    for until, was in cloud.records(FORMER).get(region, {"until": []})["until"]:
        if made < until:
            return bool(was[kind])
    return _setting(cloud, region, kind)


def _setting(cloud: Cloud, region: str, kind: str) -> bool:
    settings = cloud.backend("lakeformation", region).settings.get(cloud.account)
    return settings is None or _lets_in(settings.get(_SETTINGS[kind]) or [])


def _lets_in(granted: list[Members]) -> bool:
    return any(is_everybody(each.get("Principal") or {}) for each in granted)


def _name(region: str, database: Any, table: Any) -> str:
    return "/".join([region, database.name, *([table.name] if table else [])])
