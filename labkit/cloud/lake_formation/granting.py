"""Lake Formation's grants, given and taken back: one in a call, and many.

A resource is kept as it is listed: with its catalog, and all tables as ``ALL_TABLES``.

Sources: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_GrantPermissions.html
and https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_BatchRevokePermissions.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lake_formation import defaults, expressions, filters
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.state import Record

KIND = "lakeformation.grant"
Members = dict[str, Any]
_ALL_TABLES = "ALL_TABLES"
_OF_NO_CATALOG = ("Catalog", "DataCellsFilter")
_NAMED = ("Database", "Table", "TableWithColumns", "DataCellsFilter")
_MUST = ("Principal", "Resource", "Permissions")
_NOT_HELD = (
    "No permissions revoked. Grantee has no permissions and no grantable permissions on resource."
)


@on_start
def bring_over(cloud: Cloud) -> None:
    """Take over the grants that moto has of an earlier labkit."""
    from moto.lakeformation.models import lakeformation_backends

    for region, backend in list(lakeformation_backends[cloud.account].items()):
        for catalog, known in backend.grants.items():
            for grant in known.permissions:
                _add(cloud, region, catalog, grant.principal, grant.resource,
                     grant.permissions, grant.permissions_with_grant_options)  # fmt: skip
        if backend.grants:
            with cloud.changing("lakeformation"):
                backend.grants.clear()


def granted(
    cloud: Cloud, region: str, catalog: str, is_asked: Callable[[Members], bool] = bool
) -> Iterator[Record]:
    """A catalog's grants that are asked for; none on a table that has gone since."""
    for each in cloud.records(KIND).values():
        if (
            (each["region"], each["catalog"]) == (region, catalog)
            and is_asked(each)
            and each["made"] in (None, defaults.made(cloud, region, each["resource"]))
        ):
            yield each


@operation("lakeformation", "GrantPermissions", alone=True)
def grant_permissions(context: Context, *, CatalogId: str | None = None, **entry: Any) -> Answer:
    """Let a principal do something with a resource.

    Raises:
        AwsError: ``EntityNotFoundException``: a data filter is not there.
    """
    _grant(context, CatalogId or context.account, entry)
    return {}


@operation("lakeformation", "RevokePermissions", alone=True)
def revoke_permissions(context: Context, *, CatalogId: str | None = None, **entry: Any) -> Answer:
    """Take back what a principal may do.

    Raises:
        AwsError: ``InvalidInputException``: it may do none of it; clients revoke until it is so.
    """
    _revoke(context, CatalogId or context.account, entry)
    return {}


@operation("lakeformation", "BatchGrantPermissions", alone=True)
def batch_grant(
    context: Context, *, Entries: list[Members], CatalogId: str | None = None
) -> Answer:
    """Give several grants; those that fail are told."""
    return _each(context, _grant, CatalogId or context.account, Entries)


@operation("lakeformation", "BatchRevokePermissions", alone=True)
def batch_revoke(
    context: Context, *, Entries: list[Members], CatalogId: str | None = None
) -> Answer:
    """Take back several grants; those that fail are told."""
    return _each(context, _revoke, CatalogId or context.account, Entries)


def _each(
    context: Context,
    do: Callable[[Context, str, Members], None],
    catalog: str,
    entries: list[Members],
) -> Answer:
    failures = []
    for entry in entries:
        try:
            if missing := [name for name in _MUST if name not in entry]:
                raise AwsError("InvalidInputException", f"{missing[0]} is mandatory.")
            do(context, catalog, entry)
        except AwsError as error:
            told = {"ErrorCode": error.code, "ErrorMessage": error.message}
            failures.append({"RequestEntry": entry, "Error": told})
    return {"Failures": failures}


def _grant(context: Context, catalog: str, entry: Members) -> None:
    principal, resource, rights = (entry[name] for name in _MUST)
    _check_giver(context, entry)
    if "Condition" in entry:
        raise not_here("lakeformation", context.operation, "a Condition of a grant is not judged")
    if name := resource.get("LFTagPolicy", {}).get("ExpressionName"):
        expressions.find(context, name)
    if "DataCellsFilter" in resource:
        filters.find(context, resource["DataCellsFilter"])
    if defaults.is_everybody(principal):
        defaults.set_open(context, resource, rights, is_open=True)
        return
    grantable = entry.get("PermissionsWithGrantOption") or []
    with context.cloud.state.together():
        _add(context.cloud, context.region, catalog, principal, resource, rights, grantable)


def _revoke(context: Context, catalog: str, entry: Members) -> None:
    principal, resource, rights = (entry[name] for name in _MUST)
    _check_giver(context, entry)
    if defaults.is_everybody(principal):
        if not defaults.set_open(context, resource, rights, is_open=False):
            raise AwsError("InvalidInputException", _NOT_HELD)
        return
    grantable, grants = entry.get("PermissionsWithGrantOption") or [], context.cloud.records(KIND)
    name = name_of(context.region, catalog, principal, full(context.account, resource))
    with context.cloud.state.together():
        held: Members = grants.get(name, {"permissions": [], "grantable": []})
        left = {
            "permissions": [each for each in held["permissions"] if each not in rights],
            "grantable": [each for each in held["grantable"] if each not in grantable],
        }
        if left.items() <= held.items():
            raise AwsError("InvalidInputException", _NOT_HELD)
        if any(left.values()):
            grants[name] = held | left
        else:
            del grants[name]


def _check_giver(context: Context, entry: Members) -> None:
    from labkit.cloud.lake_formation.giving import check_giver

    if not entry["Resource"]:
        raise AwsError("InvalidInputException", "Resource must have one of the combinations.")
    rights = {*entry["Permissions"], *(entry.get("PermissionsWithGrantOption") or ())}
    check_giver(context, entry["Resource"], rights)


def _add(
    cloud: Cloud,
    region: str,
    catalog: str,
    principal: Members,
    resource: Members,
    permissions: list[str],
    grantable: list[str],
) -> None:
    resource = full(cloud.account, resource)
    name, grants = name_of(region, catalog, principal, resource), cloud.records(KIND)
    held: Members = grants.get(name, {"permissions": [], "grantable": []})
    told: Members = {
        "region": region,
        "catalog": catalog,
        "principal": principal,
        "resource": resource,
    }
    told["made"] = defaults.made(cloud, region, resource)
    if held.get("made") not in (None, told["made"]):
        held = {"permissions": [], "grantable": []}
    grants[name] = told | {
        "permissions": [*dict.fromkeys([*held["permissions"], *permissions])],
        "grantable": [*dict.fromkeys([*held["grantable"], *grantable])],
    }


def full(account: str, resource: Members) -> Members:
    """A resource as it is listed, whatever is left out where it is granted; names in lower case."""
    told = {}
    for kind, members in resource.items():
        members = members | lowered(kind, members)
        catalog = {} if kind in _OF_NO_CATALOG else {"CatalogId": account}
        every = {"Name": _ALL_TABLES} if "TableWildcard" in members else {}
        told[kind] = catalog | every | members
    return told


def lowered(kind: str, members: Members) -> Members:
    """The names of databases and tables, as the catalog has them."""
    own = () if kind == "DataCellsFilter" or members.get("Name") == _ALL_TABLES else ("Name",)
    names = ("DatabaseName", "TableName", *own) if kind in _NAMED else ()
    return {name: members[name].lower() for name in names if name in members}


def plain(value: Any) -> Any:
    """A value whose lists have no order."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return sorted(map(plain, value), key=repr) if isinstance(value, list) else value


def name_of(region: str, catalog: str, principal: Members, resource: Members) -> str:
    """The name of a record on what a principal has of a resource."""
    told = json.dumps([region, catalog, principal, plain(resource)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
