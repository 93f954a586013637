"""Lake Formation's grants, given and taken back: one in a call, and many.

A resource is kept as it is listed: with its catalog, and all tables as ``ALL_TABLES``.

Sources: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_GrantPermissions.html
and https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_BatchRevokePermissions.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lake_formation import defaults, filters
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.state import Record

KIND = "lakeformation.grant"
Members = dict[str, Any]
_ALL_TABLES = "ALL_TABLES"
_OF_NO_CATALOG = ("Catalog", "DataCellsFilter")
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


def granted(cloud: Cloud, region: str, catalog: str) -> list[Record]:
    """A catalog's grants, always in the same order; none on a table that has gone since."""
    found = [
        each
        for each in cloud.records(KIND).values()
        if (each["region"], each["catalog"]) == (region, catalog)
        and each["made"] in (None, defaults.made(cloud, region, each["resource"]))
    ]
    return sorted(found, key=lambda each: json.dumps([each["principal"], each["resource"]]))


@operation("lakeformation", "GrantPermissions")
def grant_permissions(
    context: Context,
    *,
    Principal: Members,
    Resource: Members,
    Permissions: list[str],
    CatalogId: str | None = None,
    PermissionsWithGrantOption: list[str] | None = None,
    **_: Any,
) -> Answer:
    """Let a principal do something with a resource.

    Raises:
        AwsError: ``EntityNotFoundException``: a data filter is not there.
    """
    catalog, cloud = CatalogId or context.account, context.cloud
    if "DataCellsFilter" in Resource:
        filters.find(context, Resource["DataCellsFilter"])
    if defaults.is_everybody(Principal):
        defaults.set_open(context, Resource, Permissions, is_open=True)
        return {}
    with cloud.state.together():
        _add(
            cloud,
            context.region,
            catalog,
            Principal,
            Resource,
            Permissions,
            PermissionsWithGrantOption or [],
        )
    return {}


@operation("lakeformation", "RevokePermissions")
def revoke_permissions(
    context: Context,
    *,
    Principal: Members,
    Resource: Members,
    Permissions: list[str],
    CatalogId: str | None = None,
    PermissionsWithGrantOption: list[str] | None = None,
    **_: Any,
) -> Answer:
    """Take back what a principal may do.

    Raises:
        AwsError: ``InvalidInputException``: it may do none of it; clients revoke until it is so.
    """
    if defaults.is_everybody(Principal):
        if not defaults.set_open(context, Resource, Permissions, is_open=False):
            raise AwsError("InvalidInputException", _NOT_HELD)
        return {}
    catalog, grants = CatalogId or context.account, context.cloud.records(KIND)
    name = _name(context.region, catalog, Principal, _full(context.account, Resource))
    with context.cloud.state.together():
        held: Members = grants.get(name, {"permissions": [], "grantable": []})
        left = {
            "permissions": [each for each in held["permissions"] if each not in Permissions],
            "grantable": [
                each for each in held["grantable"] if each not in (PermissionsWithGrantOption or [])
            ],
        }
        if left.items() <= held.items():
            raise AwsError("InvalidInputException", _NOT_HELD)
        if any(left.values()):
            grants[name] = held | left
        else:
            del grants[name]
    return {}


@operation("lakeformation", "BatchGrantPermissions")
def batch_grant(context: Context, *, Entries: list[Members], **named: Any) -> Answer:
    """Give several grants; those that fail are told."""
    return _batch(context, grant_permissions, Entries, named)


@operation("lakeformation", "BatchRevokePermissions")
def batch_revoke(context: Context, *, Entries: list[Members], **named: Any) -> Answer:
    """Take back several grants; those that fail are told."""
    return _batch(context, revoke_permissions, Entries, named)


def _add(
    cloud: Cloud,
    region: str,
    catalog: str,
    principal: Members,
    resource: Members,
    permissions: list[str],
    grantable: list[str],
) -> None:
    resource = _full(cloud.account, resource)
    name, grants = _name(region, catalog, principal, resource), cloud.records(KIND)
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


def _batch(
    context: Context, one: Callable[..., Any], entries: list[Members], named: Members
) -> Answer:
    failures = []
    for entry in entries:
        asked = {name: value for name, value in entry.items() if name != "Id"}
        try:
            if missing := [name for name in _MUST if name not in entry]:
                raise AwsError("InvalidInputException", f"{missing[0]} is mandatory.")
            one(context, **named, **asked)
        except AwsError as error:
            told = {"ErrorCode": error.code, "ErrorMessage": error.message}
            failures.append({"RequestEntry": entry, "Error": told})
    return {"Failures": failures}


def _full(account: str, resource: Members) -> Members:
    """A resource as it is listed, whatever is left out where it is granted."""
    told = {}
    for kind, members in resource.items():
        catalog = {} if kind in _OF_NO_CATALOG else {"CatalogId": account}
        every = {"Name": _ALL_TABLES} if "TableWildcard" in members else {}
        told[kind] = catalog | every | members
    return told


def plain(value: Any) -> Any:
    """A value whose lists have no order."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return sorted(map(plain, value), key=repr) if isinstance(value, list) else value


def _name(region: str, catalog: str, principal: Members, resource: Members) -> str:
    told = json.dumps([region, catalog, principal, plain(resource)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
